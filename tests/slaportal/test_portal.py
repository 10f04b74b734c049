"""The whole portal in one terminal: it starts, answers, mends itself and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.core.management import call_command

from slaportal.embedded import UnableToStart
from slaportal.places import Places
from tests.slaportal.conftest import PARTS, Manage

SECONDS_TO_START = 60
SECONDS_TO_STOP = 30


@pytest.fixture
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def read_until(portal: "subprocess.Popen[str]", words: str) -> str:
    """Return what the portal says up to a line with these words."""
    assert portal.stdout
    said = ""
    for line in portal.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"The portal ended without saying “{words}”:\n{said}")


def get(port: int, path: str) -> tuple[int, str]:
    caller = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        caller.request("GET", path)
        answer = caller.getresponse()
        return answer.status, answer.read().decode()
    finally:
        caller.close()


def processes_of(home: Path) -> list[str]:
    """Return the command lines of all living processes whose environment or data are this home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if os.fsencode(home) in told and command:
            found.append(command)
    return found


def number_of(home: Path, part: str) -> int:
    """Return the process number of one of the portal's parts."""
    return int((Places(home).processes / part).read_text() or 0)


def test_it_starts_answers_mends_itself_and_stops(
    home: Path,
    port: int,
    manage: Manage,
    manage_in_background: Callable[..., "subprocess.Popen[str]"],
) -> None:
    start = ("portal", "--no-demo", "--bind", f"127.0.0.1:{port}")
    killed = manage_in_background(*start)
    assert f"http://127.0.0.1:{port}/" in read_until(killed, "Ctrl-C stops it")
    # Whoever starts it without the demo is told how somebody gets in.
    read_until(killed, "add_person otto@acme.example")
    assert get(port, "/health/") == (200, "ok")
    assert get(port, "/accounts/login/")[0] == 200

    # A second one would send everything twice.
    assert "is running over" in refused(manage("portal", "--bind", "127.0.0.1:0"))

    worker = number_of(home, "worker")
    os.kill(worker, signal.SIGKILL)
    read_until(killed, "The worker ended (SIGKILL); it is started again in 1 s.")
    deadline = time.monotonic() + SECONDS_TO_START
    while number_of(home, "worker") == worker:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    # The next one clears up after one that was killed, and has its port.
    killed.kill()
    killed.wait()
    left = {name: number_of(home, name) for name in PARTS}
    assert len(processes_of(home)) > len(PARTS)
    portal = manage_in_background(*start)
    read_until(portal, "Ctrl-C stops it")
    assert get(port, "/health/") == (200, "ok")
    assert not {name for name in PARTS if number_of(home, name) == left[name]}

    portal.send_signal(signal.SIGINT)
    assert portal.stdout
    said = portal.stdout.read()
    assert portal.wait(SECONDS_TO_STOP) == 0, said
    assert "The portal has stopped." in said
    assert processes_of(home) == []


def refused(result: "subprocess.CompletedProcess[str]") -> str:
    """Return the one sentence with which a start was refused."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def test_a_port_in_use_is_said_before_anything_is_started(
    home: Path, taken_port: int, manage: Manage
) -> None:
    sentence = refused(manage("portal", "--bind", f"127.0.0.1:{taken_port}"))
    assert f"Port {taken_port} of 127.0.0.1 is in use" in sentence
    assert f"make run PORT={taken_port + 1}" in sentence
    assert not Places(home).database.exists()


@pytest.mark.parametrize(
    ("bind", "changes", "sentence"),
    [
        ("here", {}, "“here” is no address to listen on: write host:port"),
        ("192.0.2.1:8000", {}, "give an address of this machine"),
        ("127.0.0.1:0", {"SLAPORTAL_HOME": "file/home"}, "set SLAPORTAL_HOME to a folder you may"),
        (
            "127.0.0.1:0",
            {"DATABASE_URL": "postgres://ana:hidden@127.0.0.1:1/sla"},
            "The database that DATABASE_URL names cannot be reached",
        ),
        (
            "127.0.0.1:0",
            {"REDIS_URL": "redis://:hidden@127.0.0.1:1/0"},
            "The Redis server that REDIS_URL names cannot be reached",
        ),
    ],
)
def test_what_cannot_be_had_is_one_sentence(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    bind: str,
    changes: dict[str, str],
    sentence: str,
) -> None:
    (home / "file").touch()
    monkeypatch.chdir(home)
    for name, value in ({"SLAPORTAL_HOME": str(home)} | changes).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(UnableToStart, match=re.escape(sentence)) as failure:
        call_command("portal", bind=bind, no_demo=True)

    assert "hidden" not in str(failure.value)
    assert "\n" not in str(failure.value)
    assert not Places(home).database.exists()
