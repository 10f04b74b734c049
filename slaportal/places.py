"""Where the portal keeps what it writes on a machine: one folder, named by SLAPORTAL_HOME."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE_NAME = "slaportal"
DATABASE_USER = "slaportal"
DATABASE_PORT = 5432
# A socket's whole path has at most so many bytes (104 with a closing zero on macOS).
LONGEST_SOCKET = 103


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and sockets below the home folder."""

    home: Path

    @classmethod
    def of_environment(cls) -> "Places":
        """Return the places below SLAPORTAL_HOME, by default a folder of the project."""
        named = os.environ.get("SLAPORTAL_HOME")
        default = Path(__file__).resolve().parent.parent / ".slaportal"
        return cls(Path(named).expanduser().absolute() if named else default)

    @property
    def database(self) -> Path:
        """The data folder of the embedded PostgreSQL."""
        return self.home / "postgres"

    @property
    def broker(self) -> Path:
        """The data folder of the embedded Valkey."""
        return self.home / "valkey"

    @property
    def sockets(self) -> Path:
        """The folder, open to its owner alone, in which both servers listen.

        Below a home whose path is too long for a socket it is a short folder elsewhere. That one
        must be the same for every process, whatever its TMPDIR and XDG_RUNTIME_DIR say.
        """
        folder = self.home / "run"
        if len(os.fsencode(folder / f".s.PGSQL.{DATABASE_PORT}")) <= LONGEST_SOCKET:
            return folder
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"slaportal-{digest}"  # noqa: S108

    @property
    def processes(self) -> Path:
        """The folder of what the portal's own processes keep: their numbers, beat's schedule."""
        return self.home / "processes"

    @property
    def media(self) -> Path:
        """The folder of files that people sent."""
        return self.home / "files"

    @property
    def database_url(self) -> str:
        """The address of the embedded PostgreSQL."""
        address = f"{DATABASE_USER}@:{DATABASE_PORT}/{DATABASE_NAME}"
        return f"postgres://{address}?host={quote(str(self.sockets))}"

    @property
    def broker_socket(self) -> Path:
        """The socket of the embedded Valkey."""
        return self.sockets / "valkey.sock"

    @property
    def broker_url(self) -> str:
        """The address of the embedded Valkey."""
        return f"redis+socket://{quote(str(self.broker_socket))}"

    def secret_key(self) -> str:
        """Return the key that signs sessions, made once and kept beside the data.

        Where the folder cannot be written the key lasts as long as the process; a system check
        says so.
        """
        path = self.home / "secret_key"
        try:
            return path.read_text()
        except OSError:
            pass
        key = secrets.token_urlsafe(50)
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        except OSError:
            return key
        with os.fdopen(handle, "w") as file:
            file.write(key)
        return key
