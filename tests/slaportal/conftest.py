"""Portals and servers of a test's own, in folders short enough for sockets."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slaportal.places import Places
from slaportal.supervisor import Part
from tests.servers import PREFIX, presence, remove, servers_of

Manage = Callable[..., "subprocess.CompletedProcess[str]"]
PARTS = ("web", "beat", "worker")
PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a home folder for servers; they are stopped and it is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with presence(folder):
        yield folder
    for name in PARTS:
        Part(name, [], Places(folder).processes / name, seconds_to_stop=0).end_leftovers()
    remove(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a home folder whose data folder is made, with servers that were stopped cleanly."""
    folder = tmp_path_factory.mktemp("home")
    with servers_of(folder).in_use():
        pass
    return folder


@pytest.fixture
def used_home(home: Path, made_once: Path) -> Path:
    """Give a home folder in which servers have run before: a first start takes longer."""
    subprocess.run(["/bin/cp", "-a", f"{made_once}/.", home], check=True)
    return home


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """Give the environment of commands over that home folder."""
    of_this_run = ("PYTEST", "DJANGO_ALLOW_ASYNC")
    kept = {name: word for name, word in os.environ.items() if not name.startswith(of_this_run)}
    own = {"SLAPORTAL_HOME": str(home), "DJANGO_SETTINGS_MODULE": "slaportal.settings"}
    return kept | own


@pytest.fixture
def manage_in_background(
    environment: dict[str, str],
) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start a management command in a process session of its own; give its process."""
    processes = []

    def start(*arguments: str, **changes: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=environment | changes,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.terminate()
        process.wait(30)
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def manage(environment: dict[str, str]) -> Manage:
    """Run a management command to its end, with changes to the environment."""

    def run(*arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=environment | changes,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return run
