"""Roll-ups that run together, are killed, or meet a transaction that commits late."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date

import pytest
from django.conf import settings
from django.db import connection, transaction

from leads.ingest import ingest
from leads.models import Change
from metrics.models import CELLS, ClockCell, MonthRollUp, StageCell
from metrics.rollup import rebuild_roll_ups, roll_up
from slaportal.places import DATABASE_NAME
from tests.at_once import run_together, wait_until_changes_are_settled
from tests.factories import Teller, local, make_version
from tests.metrics.told_at_random import random_facts

pytestmark = pytest.mark.django_db(transaction=True)

NOW = local("2026-11-20 09:00")


def test_two_at_once_while_facts_come_in_end_where_a_rebuild_ends() -> None:
    agreement = make_version().agreement
    facts = random_facts(seed=11)

    def tell() -> None:
        for start in range(0, len(facts), 10):
            batch = facts[start : start + 10]
            ingest(agreement=agreement, facts=batch, by=None, now=NOW)

    def count() -> None:
        for _ in range(10):
            roll_up(now=NOW)

    def count_patiently() -> None:
        for _ in range(10):
            roll_up(now=NOW, wait=True)

    assert run_together(tell, count, count, count_patiently) == []
    wait_until_changes_are_settled()
    roll_up(now=NOW)

    assert not Change.objects.exists()
    assert MonthRollUp.objects.count() >= 2
    assert rebuild_roll_ups(now=NOW) == 0


def test_one_that_meets_another_leaves_the_agreement_alone_or_waits() -> None:
    agreement = make_version().agreement
    facts = [Teller().stage("mql", local("2026-09-04 10:00"))]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    wait_until_changes_are_settled()
    is_inside, may_end = threading.Event(), threading.Event()
    found: list[int] = []

    def count_slowly() -> None:
        with transaction.atomic():
            roll_up(now=NOW)
            is_inside.set()
            may_end.wait(timeout=20)

    def meet() -> None:
        is_inside.wait(timeout=20)
        found.append(roll_up(now=NOW))
        threading.Timer(0.3, may_end.set).start()
        found.append(roll_up(now=NOW, wait=True))

    assert run_together(count_slowly, meet) == []
    assert found == [0, 0]
    assert StageCell.objects.count() == 2


def test_a_transaction_that_commits_late_is_not_lost() -> None:
    agreement = make_version().agreement
    early, late = Teller("early"), Teller("late")
    has_told, may_commit = threading.Event(), threading.Event()

    def tell_slowly() -> None:
        with transaction.atomic():
            facts = [early.stage("mql", local("2026-09-04 10:00"))]
            ingest(agreement=agreement, facts=facts, by=None, now=NOW)
            has_told.set()
            may_commit.wait(timeout=20)

    def tell_and_count() -> None:
        has_told.wait(timeout=20)
        facts = [late.stage("mql", local("2026-09-04 11:00"))]
        ingest(agreement=agreement, facts=facts, by=None, now=NOW)
        roll_up(now=NOW)
        may_commit.set()

    assert run_together(tell_slowly, tell_and_count) == []
    wait_until_changes_are_settled()
    roll_up(now=NOW)

    assert StageCell.objects.get(stage="mql").entered == 2
    assert not Change.objects.exists()


def start_roll_up() -> "subprocess.Popen[str]":
    """Start a roll-up in a process of its own, over the database of this test."""
    name = connection.settings_dict["NAME"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "slaportal.settings",
        "DATABASE_URL": settings.PLACES.database_url.replace(f"/{DATABASE_NAME}?", f"/{name}?"),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    return subprocess.Popen(
        [sys.executable, settings.BASE_DIR / "manage.py", "roll_up"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_somebody_waits_for(table: str, process: "subprocess.Popen[str]") -> None:
    """Return once the process is blocked on the table that this transaction has locked."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass",
                [table],
            )
            if cursor.fetchone()[0]:
                return
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)


@pytest.mark.parametrize("table", ["metrics_clockcell", "metrics_monthrollup"])
def test_one_that_is_killed_has_done_a_batch_or_nothing(table: str) -> None:
    agreement = make_version().agreement
    ingest(agreement=agreement, facts=random_facts(seed=3), by=None, now=NOW)
    changes = Change.objects.count()
    wait_until_changes_are_settled()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        with start_roll_up() as process:
            wait_until_somebody_waits_for(table, process)
            process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    wait_until_gone()

    assert Change.objects.count() == changes
    assert not any(model._default_manager.exists() for model in CELLS)
    wait_until_changes_are_settled()
    assert roll_up(now=NOW) > 0
    assert ClockCell.objects.exists()
    assert rebuild_roll_ups(now=NOW) == 0


def wait_until_gone() -> None:
    """Wait until the server has noticed that nobody is there for the killed one's transaction."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)


def test_days_are_taken_in_batches() -> None:
    agreement = make_version().agreement
    for month in (1, 4, 7):
        Change.objects.bulk_create(
            Change(agreement=agreement, local_date=date(2026, month, day)) for day in range(1, 29)
        )
    wait_until_changes_are_settled()

    assert roll_up(now=NOW) == 0

    assert not Change.objects.exists()
