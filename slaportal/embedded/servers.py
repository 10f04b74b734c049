"""Both servers together: who needs them, and who was the last to leave."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from slaportal.embedded.accounts import Account, account_for, own_account
from slaportal.embedded.external import check_database, database_parameters
from slaportal.embedded.failures import unwritable
from slaportal.embedded.locks import held, is_held
from slaportal.embedded.postgres import Postgres
from slaportal.embedded.valkey import Valkey
from slaportal.places import Places

# They read no record; `embedded` and `portal` see to the servers themselves.
COMMANDS_WITHOUT_SERVERS = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "embedded",
        "findstatic",
        "help",
        "makemessages",
        "portal",
        "version",
    }
)


@dataclass(frozen=True, slots=True)
class Servers:
    """The embedded servers of one home folder; a URL of one's own takes the place of either."""

    places: Places
    with_database: bool = True
    with_broker: bool = True
    careless: bool = field(default=False, kw_only=True)

    @classmethod
    def of_environment(cls, *, careless: bool = False) -> "Servers":
        """Return the servers that SLAPORTAL_HOME, DATABASE_URL and REDIS_URL leave to us.

        Careless servers are for tests: they do not wait for the disk.
        """
        return cls(
            Places.of_environment(),
            with_database=not os.environ.get("DATABASE_URL"),
            with_broker=not os.environ.get("REDIS_URL"),
            careless=careless,
        )

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Have the servers running for as long as the block lasts.

        The last one that leaves stops them, unless they are to be kept. The system lets go of
        the lock of a process that was killed, so whoever leaves next stops them for it.
        """
        if not (self.with_database or self.with_broker):
            yield
            return
        with ExitStack() as presence:
            with self._changing():
                self._start()
                presence.enter_context(held(self._users, shared=True))
            try:
                yield
            finally:
                presence.close()
                with self._changing():
                    self._stop_unless_wanted()

    def keep(self) -> None:
        """Start the servers and keep them running when nobody uses them."""
        with self._changing():
            self._start()
            self._kept.touch()

    def let_go(self, *, at_once: bool = False) -> bool:
        """Stop the servers, and tell whether they stopped.

        While a command uses them they go on until its end, unless they are to stop `at_once`.
        """
        with self._changing():
            self._kept.unlink(missing_ok=True)
            if is_held(self._users) and not at_once:
                return False
            self._stop()
            return True

    def status(self) -> dict[str, str]:
        """Return a word for each server: running, stopped or external."""
        database = "running" if self._postgres(own_account()).is_running() else "stopped"
        broker = "running" if self._valkey(own_account()).is_running() else "stopped"
        return {
            "PostgreSQL": database if self.with_database else "external",
            "Valkey": broker if self.with_broker else "external",
        }

    @property
    def _users(self) -> Path:
        return self.places.home / "servers.users"

    @property
    def _kept(self) -> Path:
        return self.places.home / "servers.kept"

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Be the only process that starts or stops servers."""
        home = self.places.home
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            account = account_for(self.places.database)
            changing = home / "servers.changing"
            for lock in (changing, self._users):
                lock.touch(mode=0o600)
                account.own(lock)
            lock_held = held(changing)
            lock_held.__enter__()
        except OSError as error:
            raise unwritable(home, error) from error
        try:
            yield
        finally:
            lock_held.__exit__(None, None, None)

    def _start(self) -> None:
        account = account_for(self.places.database)
        try:
            if self.with_database:
                self._postgres(account).start()
            if self.with_broker:
                self._valkey(account).start()
        except BaseException:
            self._stop_unless_wanted()
            raise

    def _stop_unless_wanted(self) -> None:
        if not is_held(self._users) and not self._kept.exists():
            self._stop()

    def _stop(self) -> None:
        account = account_for(self.places.database)
        if self.with_broker:
            self._valkey(account).stop()
        if self.with_database:
            self._postgres(account).stop()
        sockets = self.places.sockets
        if self.places.home not in sockets.parents:
            with suppress(OSError):  # while one of them runs on it is not empty
                sockets.rmdir()

    def _postgres(self, account: Account) -> Postgres:
        return Postgres(self.places.database, self.places.sockets, account, careless=self.careless)

    def _valkey(self, account: Account) -> Valkey:
        return Valkey(self.places.broker, self.places.broker_socket, account)


@contextmanager
def servers_for(argv: Sequence[str]) -> Iterator[None]:
    """Have ready what the command on a command line needs, and say what cannot be had."""
    database_url = os.environ.get("DATABASE_URL")
    if database_url:
        database_parameters(database_url)
    if not _needs_servers(argv):
        yield
        return
    if database_url:
        check_database(database_url)
    with Servers.of_environment().in_use():
        yield


def _needs_servers(argv: Sequence[str]) -> bool:
    command, options = (argv[1:2] or ["help"])[0], argv[2:]
    if {command, *options} & {"-h", "--help", "--version"}:
        return False
    if command == "check":
        return any(option.startswith("--database") for option in options)
    return command not in COMMANDS_WITHOUT_SERVERS
