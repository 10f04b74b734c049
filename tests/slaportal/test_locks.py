"""What runs is locked: an environment made from the lock alone has all the portal imports."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.slaportal.conftest import PROJECT

# What the portal's processes import, as they are started: pages, jobs, transport, web server.
EVERYTHING = """
import sys
import django
django.setup()
import slaportal.urls
from slaportal.celery import app
app.loader.import_default_modules()
app.connection_for_write().transport
import celery.apps.beat, celery.apps.worker, celery.concurrency.prefork
import gunicorn.workers.gthread
from django.core.management import get_commands, load_command_class
for name, owner in get_commands().items():
    load_command_class(owner, name)
print(*{module.partition(".")[0] for module in sys.modules})
"""
# Some packages use them where they are there and do without where they are not.
OPTIONAL = {"greenlet", "pygments", "pytz", "setuptools"}


def locked(name: str) -> set[str]:
    text = (PROJECT / "requirements" / f"{name}.txt").read_text()
    return set(re.findall(r"^([a-z0-9.-]+)==", text, re.MULTILINE))


def test_everything_the_portal_imports_is_in_the_lock(environment: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", EVERYTHING],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    known = packages_distributions()
    used = {name for module in result.stdout.split() for name in known.get(module, [])[:1]}
    normal = {re.sub(r"[-_.]+", "-", name).lower() for name in used}
    assert {"django", "celery", "redis"} <= normal
    assert normal - locked("run") - OPTIONAL == set()


@pytest.mark.parametrize("name", ["run", "build", "dev"])
def test_locks_have_hashes_and_no_addresses(name: str) -> None:
    text = (PROJECT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry or entry.startswith("#"), entry


def test_the_tools_come_on_top_of_what_runs() -> None:
    assert locked("run") <= locked("dev")
    assert locked("build") <= locked("dev")
