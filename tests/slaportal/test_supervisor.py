"""The portal's processes, with small ones in their place."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import pytest

from slaportal import supervisor as module
from slaportal.embedded import UnableToStart
from slaportal.embedded.locks import is_held
from slaportal.supervisor import Interruption, Part, Supervisor

SLEEPER = "import time; time.sleep(60)"
STUBBORN = """
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path("{}").touch()
time.sleep(60)
"""
PARENT = "import os, time; os.fork(); time.sleep(60)"


def part(folder: Path, name: str, script: str) -> Part:
    return Part(name, [sys.executable, "-c", script], folder / name, seconds_to_stop=20)


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_works(tmp_path: Path) -> None:
    parts = [part(tmp_path, name, SLEEPER) for name in ("first", "second")]
    supervisor = Supervisor(parts, dict(os.environ), print, Interruption())

    with supervisor.stopping():
        supervisor.start()
        assert all(is_held(part.lock) for part in parts)
        supervisor.look()
        assert supervisor.due == {}

    assert [part.process and part.process.returncode for part in parts] == [-signal.SIGTERM] * 2
    assert not any(is_held(part.lock) for part in parts)


def test_what_ends_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0)
    said: list[str] = []
    web = part(tmp_path, "web server", SLEEPER)
    supervisor = Supervisor([web], dict(os.environ), said.append, Interruption())

    with supervisor.stopping():
        supervisor.start()
        assert web.process
        first = web.process
        first.kill()
        first.wait()
        supervisor.look()
        supervisor.look()
        assert web.process is not first
        assert web.process.poll() is None

    assert said == ["The web server ended (SIGKILL); it is started again in 0 s."]


def test_what_keeps_ending_ends_the_portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0)
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LOOKS", 0.01)
    broken = part(tmp_path, "worker", "raise SystemExit(3)")
    said: list[str] = []
    supervisor = Supervisor([broken], dict(os.environ), said.append, Interruption())

    supervisor.start()
    with pytest.raises(UnableToStart, match="The worker ended 5 times"):
        supervisor.watch()

    assert said == ["The worker ended (status 3); it is started again in 0 s."] * 4


def test_children_of_a_part_end_with_it(tmp_path: Path) -> None:
    parent = part(tmp_path, "web server", PARENT)
    parent.start(dict(os.environ))
    assert parent.process
    children = Path(f"/proc/{parent.process.pid}/task/{parent.process.pid}/children")
    wait_until(children.read_text)
    parent.process.kill()
    parent.process.wait()
    assert is_held(parent.lock)

    parent.end_leftovers()

    assert not is_held(parent.lock)


def test_a_second_interruption_hurries(tmp_path: Path) -> None:
    stubborn = part(tmp_path, "worker", STUBBORN.format(tmp_path / "ready"))
    hurry = Timer(1.2, os.kill, (os.getpid(), signal.SIGINT))

    def stop_twice(interruption: Interruption) -> None:
        supervisor = Supervisor([stubborn], dict(os.environ), print, interruption)
        with supervisor.stopping():
            supervisor.start()
            wait_until((tmp_path / "ready").exists)
            hurry.start()
            signal.raise_signal(signal.SIGTERM)

    with Interruption() as interruption, pytest.raises(KeyboardInterrupt):
        stop_twice(interruption)
    hurry.join()

    assert stubborn.process
    assert stubborn.process.returncode == -signal.SIGKILL
