"""The portal's processes: started together, started again when they fail, stopped in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from slaportal.embedded.failures import UnableToStart
from slaportal.embedded.locks import held, is_held

PROJECT = Path(__file__).resolve().parent.parent
SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_FOR_LEFTOVERS = 5
LONGEST_PAUSE = 30
SECONDS_OF_GOOD_HEALTH = 60
FAILURES_IN_A_ROW = 5


class Interruption:
    """The wish to stop, from Ctrl-C, `kill` or a closed terminal.

    The first raises KeyboardInterrupt wherever the program is. Later ones raise nothing, so that
    stopping is never left half-way; a second Ctrl-C makes it hurry.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.is_hurried = False
        self._first_at: float | None = None
        self._previous = {number: signal.getsignal(number) for number in self.SIGNALS}

    def __enter__(self) -> "Interruption":
        for number in self.SIGNALS:
            signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first_at is None:
            self._first_at = now
            raise KeyboardInterrupt
        # One Ctrl-C may come twice, from the terminal and from make.
        if number == signal.SIGINT and now - self._first_at > 1:
            self.is_hurried = True


@dataclass(slots=True)
class Part:
    """One process of the portal and the children it forks, in a process session of its own.

    The lock file holds the session's number and stays locked while any of them lives: so a number
    is never mistaken for that of another process.
    """

    name: str
    command: Sequence[str]
    lock: Path
    seconds_to_stop: float
    inherited: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    failures: int = 0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process, after ending what a killed portal or process left of it."""
        self.end_leftovers()
        with held(self.lock) as descriptor:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[descriptor, *self.inherited],
                start_new_session=True,
            )
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(self.process.pid).encode(), 0)
        self.started_at = time.monotonic()

    def stop(self, is_hurried: Callable[[], bool]) -> None:
        """Let the process finish what it is doing, as long as it may take and nobody hurries."""
        if self.process:
            self.process.terminate()
            end = time.monotonic() + self.seconds_to_stop
            while self.process.poll() is None and time.monotonic() < end and not is_hurried():
                time.sleep(SECONDS_BETWEEN_LOOKS / 4)
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.end_leftovers()

    def end_leftovers(self) -> None:
        """End whatever lives of this part, whoever started it."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not is_held(self.lock):
                return
            with suppress(ProcessLookupError, ValueError):
                os.killpg(int(self.lock.read_text()), number)
            end = time.monotonic() + SECONDS_FOR_LEFTOVERS
            while is_held(self.lock) and time.monotonic() < end:
                time.sleep(SECONDS_BETWEEN_LOOKS / 4)


@dataclass(slots=True)
class Supervisor:
    """Keeps the parts running; they stop in the order in which they are given."""

    parts: Sequence[Part]
    environment: Mapping[str, str]
    say: Callable[[str], object]
    interruption: Interruption
    due: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """Stop at the end of the block what was started in it."""
        try:
            yield
        finally:
            for part in self.parts:
                part.stop(lambda: self.interruption.is_hurried)

    def start(self) -> None:
        """Start every part that does not run yet."""
        for part in self.parts:
            if part.process is None:
                part.start(self.environment)

    def watch(self) -> None:
        """Start again what ends, until it is interrupted or a part keeps failing."""
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            self.look()

    def look(self) -> None:
        """Start again what ended, each time after a longer pause."""
        now = time.monotonic()
        for part in self.parts:
            if part.name in self.due:
                if now >= self.due[part.name]:
                    del self.due[part.name]
                    part.start(self.environment)
            elif part.process and part.process.poll() is not None:
                self.due[part.name] = now + self._count_failure(part, now)

    def _count_failure(self, part: Part, now: float) -> float:
        """Say that a part ended, and return for how many seconds to leave it."""
        is_first = now - part.started_at > SECONDS_OF_GOOD_HEALTH
        part.failures = 1 if is_first else part.failures + 1
        if part.failures >= FAILURES_IN_A_ROW:
            raise UnableToStart(
                f"The {part.name} ended {part.failures} times in a row, so the portal stopped: "
                "what it said last stands above."
            )
        status = part.process.returncode if part.process else 0
        cause = signal.Signals(-status).name if status < 0 else f"status {status}"
        pause = min(2 ** (part.failures - 1), LONGEST_PAUSE)
        self.say(f"The {part.name} ended ({cause}); it is started again in {pause} s.")
        return float(pause)
