"""The whole portal in one terminal: it starts, answers, mends itself and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from slaportal.places import Places
from tests.servers import servers_of
from tests.slaportal.conftest import Manage

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


def end(portal: "subprocess.Popen[str]", number: signal.Signals) -> str:
    """Send a signal to the supervisor alone, and return what it said until it ended."""
    portal.send_signal(number)
    assert portal.stdout
    said = portal.stdout.read()
    assert portal.wait(SECONDS_TO_STOP) == 0, said
    return said


def test_it_starts_answers_mends_itself_and_stops(
    home: Path,
    port: int,
    manage: Manage,
    manage_in_background: Callable[..., "subprocess.Popen[str]"],
) -> None:
    portal = manage_in_background("portal", "--no-demo", "--bind", f"127.0.0.1:{port}")
    said = read_until(portal, "Ctrl-C stops it")
    assert f"http://127.0.0.1:{port}/" in said
    assert get(port, "/health/") == (200, "ok")
    assert get(port, "/accounts/login/")[0] == 200

    # A second one would send everything twice.
    second = manage("portal", "--bind", "127.0.0.1:0")
    assert second.returncode == 1
    assert "is running over" in second.stderr

    worker = int((Places(home).processes / "worker").read_text())
    os.kill(worker, signal.SIGKILL)
    read_until(portal, "The worker ended (SIGKILL); it is started again in 1 s.")
    deadline = time.monotonic() + SECONDS_TO_START
    while int((Places(home).processes / "worker").read_text()) == worker:
        assert time.monotonic() < deadline

    assert "The portal has stopped." in end(portal, signal.SIGINT)
    assert processes_of(home) == []


def test_the_next_start_clears_up_after_a_killed_one(
    home: Path, port: int, manage_in_background: Callable[..., "subprocess.Popen[str]"]
) -> None:
    start = ("portal", "--no-demo", "--bind", f"127.0.0.1:{port}")
    killed = manage_in_background(*start)
    read_until(killed, "Ctrl-C stops it")
    killed.kill()
    killed.wait()
    left = {path.name: path.read_text() for path in Places(home).processes.glob("[bw]*[!e]")}
    assert len(processes_of(home)) > 3

    portal = manage_in_background(*start)
    read_until(portal, "Ctrl-C stops it")
    assert get(port, "/health/") == (200, "ok")
    for name in ("web", "beat", "worker"):
        assert (Places(home).processes / name).read_text() != left[name]

    end(portal, signal.SIGTERM)
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


def test_a_folder_that_cannot_be_written(home: Path, manage: Manage) -> None:
    (home / "file").touch()
    sentence = refused(manage("portal", SLAPORTAL_HOME=str(home / "file" / "home")))
    assert "set SLAPORTAL_HOME to a folder you may write to" in sentence


def test_a_database_that_cannot_be_reached(home: Path, manage: Manage) -> None:
    url = "postgres://ana:hidden@127.0.0.1:1/sla"
    sentence = refused(manage("portal", "--bind", "127.0.0.1:0", DATABASE_URL=url))
    assert "The database that DATABASE_URL names cannot be reached" in sentence
    assert "hidden" not in sentence
    assert servers_of(home).status() == {"PostgreSQL": "stopped", "Valkey": "stopped"}


def test_a_redis_that_cannot_be_reached(manage: Manage) -> None:
    sentence = refused(manage("portal", "--bind", "127.0.0.1:0", REDIS_URL="redis://127.0.0.1:1"))
    assert "The Redis server that REDIS_URL names cannot be reached" in sentence


def test_an_address_that_is_none(manage: Manage) -> None:
    assert "write host:port" in refused(manage("portal", "--bind", "here"))
