"""What every test can ask for, and what no test may do."""

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_django
from django.test import TestCase, TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings

from slaportal.embedded import UnableToStart
from tests.emptying import empty_what_was_filled, keep_the_server_away, take_back
from tests.servers import (
    home_of_this_process,
    home_of_this_run,
    presence,
    remove,
    remove_left_behind,
    servers_of,
)

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server", "servers"}
JOURNEYS = Path(__file__).parent / "journeys"
UNIT_TESTS = Path(__file__).parent / "unit"

# A change is judged by what it changed: every run tries the same examples, however long they take.
# Those that nobody has tried yet are for `make explore`.
settings.register_profile(
    "same",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", settings.get_profile("same"), derandomize=False, max_examples=1000
)
settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    """Show that this run is alive; the process that started it clears up after it."""
    alive = ExitStack()
    if not hasattr(config, "workerinput"):
        remove_left_behind()
        alive.callback(remove, home_of_this_run())
    alive.enter_context(presence(home_of_this_run()))
    config.add_cleanup(alive.close)


def pytest_xdist_auto_num_workers() -> int:
    """Have one worker more than processors: each waits for its servers and browser for a third."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark the tests by their folder, and deal them out among the workers once they are sorted.

    Each worker begins with a part in one piece, and the journeys stand together: undealt one
    worker had nearly all of them, and was alone with the last.
    """
    _mark(items)
    yield
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [item for first in range(workers) for item in items[first::workers]]


def pytest_collection_finish() -> None:
    """Keep the search for garbage from what stays to the end: thousands of tests, all modules.

    What is left is looked for less often: a test is over before much of it has come together.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _mark(items: list[pytest.Item]) -> None:
    """Refuse a database to the unit tests, and commit for real before a browser."""
    for item in items:
        if JOURNEYS in item.path.parents:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.django_db(transaction=True))
        elif UNIT_TESTS in item.path.parents:
            asked = DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
            if asked or item.get_closest_marker("django_db"):
                raise pytest.UsageError(
                    f"{item.nodeid} is a unit test and may not use the database."
                )


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Begin each test in English: a page leaves its thread in the language it was asked in."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """Have PostgreSQL and Valkey of this process running."""
    try:
        with servers_of(home_of_this_process()).in_use():
            yield
    except UnableToStart as error:
        pytest.exit(str(error), returncode=3)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    servers: None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Have the database server running before the test database is made."""


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """Have the test database, and empty it quickly after each test."""
    with django_db_blocker.unblock():
        keep_the_server_away()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestCase, "_fixture_teardown", take_back)
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_what_was_filled)
        yield
