"""The servers of a test run: PostgreSQL and Valkey of each process, in a folder of the run."""

import os
import shutil
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from slaportal.embedded import Servers
from slaportal.embedded.locks import held, is_held
from slaportal.places import Places

HOME = "SLAPORTAL_TEST_HOME"
PREFIX = "slaportal-test-"


def home_of_this_run() -> Path:
    """Return the folder of this run, made by the first process that asks.

    The processes of a parallel run inherit its name from the one that started them.
    """
    if HOME not in os.environ:
        os.environ[HOME] = tempfile.mkdtemp(prefix=PREFIX)
    return Path(os.environ[HOME])


def home_of_this_process() -> Path:
    """Return the folder of this process's own servers; a parallel run has several processes.

    A server tells transactions apart by number only, not by database: what one test holds open
    would keep changes of another from being counted for as long as it takes.
    """
    return home_of_this_run() / os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def servers_of(home: Path) -> Servers:
    """Return both servers of a test's folder: quick, and careless about power cuts."""
    return Servers(Places(home), careless=True)


def remove(home: Path) -> None:
    """Stop what still runs in a folder of tests and remove it."""
    for folder in (home, *home.glob("gw*")):
        servers = servers_of(folder)
        if servers.places.database.exists():
            servers.let_go(at_once=True)
    shutil.rmtree(home, ignore_errors=True)


def remove_left_behind() -> None:
    """Remove what runs that were killed left behind."""
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            is_old = time.time() - home.stat().st_mtime > 60
            if is_old and not is_held(home / "test-run"):
                remove(home)
        except OSError:
            continue  # of another person, or removed meanwhile


def presence(home: Path) -> AbstractContextManager[int]:
    """Return the lock that shows the run of a folder to be alive."""
    return held(home / "test-run", shared=True)
