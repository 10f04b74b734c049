"""A dry run tells what an import would, and neither writes nor locks anything."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from agreements.models import Audit, OwnerName
from leads.actions import handoffs
from leads.actions.forgetting import forget
from leads.models import Delivery, Forgetting, Lead
from tests.factories import local, make_user, make_version
from tests.leads.importing.files import ANA, MAPPING, many_rows, run, write
from tests.leads.state import state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]

# With addresses that are sure, leads of different names may turn out to be one.
JOINING = MAPPING.replace(
    "{name: name, origin: origin}",
    "{email: name, email_verified: {constant: true}}",
)


def dry_run(name: str) -> dict[str, Any]:
    """Run dry in a transaction in which the database refuses to write and to lock rows.

    How many rows tell the same as another one, and where the first is, only a dry run says.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        told = run(name, "--dry-run")
    return {key: value for key, value in told.items() if key not in {"doubled", "lines_shown"}}


def renamed(rows: Sequence[list[str]], name: str) -> list[list[str]]:
    """The same facts with other content."""
    return [[row[0], name, *row[2:]] for row in rows]


def test_it_works() -> None:
    make_version()
    name = write(*many_rows(30), ["x"])

    foreseen = dry_run(name)

    assert not Path("leads.rejects.csv").exists()
    came = run(name)
    assert foreseen | {"dry_run": False, "rejects": "leads.rejects.csv"} == came
    assert came["facts"]["new"] > 100


def test_what_the_file_told_before_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    make_version()
    monkeypatch.setattr("leads.importing.imports.BATCH", 7)
    rows = many_rows(40)
    rows += [*rows[:5], *renamed(rows[3:9], "Another"), *renamed(rows[3:9], "Another")]
    random.Random(3).shuffle(rows)

    foreseen = dry_run(write(*rows))

    assert foreseen | {"dry_run": False} == run("leads.csv")
    by_kind = foreseen["facts"]["by_kind"]
    assert by_kind["attributes"] == {"new": 40, "revised": 6, "repeated": 11}
    assert foreseen["leads"] == {"new": 40}


def test_rows_that_tell_the_deeds_of_another_row_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_version()
    monkeypatch.setattr("leads.importing.imports.BATCH", 7)
    rows = many_rows(40)

    assert "doubled" not in run(write(*rows), "--dry-run")
    rows += [*rows[:5], *renamed(rows[3:9], "Another")]
    assert run(write(*rows), "--dry-run")["doubled"] == 11
    assert "doubled" not in run("leads.csv")


def test_what_is_kept_is_known() -> None:
    make_version()
    rows = many_rows(12)
    run(write(*rows))
    name = write(*rows[:8], *renamed(rows[8:], "Another"), *many_rows(14)[12:])

    foreseen = dry_run(name)

    assert foreseen | {"dry_run": False} == run(name)
    by_kind = foreseen["facts"]["by_kind"]
    assert by_kind["attributes"] == {"new": 2, "revised": 4, "repeated": 8}


@pytest.mark.parametrize("batch", [1, 500])
def test_leads_that_turn_out_to_be_one_are_counted_once(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    make_version()
    monkeypatch.setattr("leads.importing.imports.BATCH", batch)
    Path("map.yaml").write_text(JOINING)
    run(write([*ANA[:1], "paulo@example.com", *ANA[2:]]))
    addresses = ["PAULO@example.com", "rita@example.com", "Rita@example.com", "", ""]
    rows = [[f"J{number}", each, *ANA[2:]] for number, each in enumerate(addresses)]
    name = write(*rows)

    foreseen = dry_run(name)

    assert foreseen | {"dry_run": False} == run(name)
    assert foreseen["leads"] == {"new": 3}


@pytest.mark.parametrize("batch", [1, 500])
def test_who_was_forgotten_is_counted_as_an_import_would(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Known by their id, by an id that is an address, or born with the address of somebody."""
    make_version()
    monkeypatch.setattr("leads.importing.imports.BATCH", batch)
    Path("map.yaml").write_text(MAPPING.replace("{name: name,", "{email: name,"))
    rita = ["rita@example.com", "rita@example.com", *ANA[2:]]
    rows = [rita, *([number, f"p{number}@example.com", *ANA[2:]] for number in "345")]
    run(write(*rows))
    admin = make_user("Adela", is_admin=True)
    for lead in Lead.objects.filter(email__in=["rita@example.com", "p3@example.com"]):
        for handoff in lead.handoffs.open():
            handoffs.withdraw(handoff=handoff, by=admin, now=lead.first_heard_at)
        forget(lead=lead, reason="Asked.", by=admin, now=local("2026-10-01 09:00"))
    born = ["9", "P3@example.com", *ANA[2:]]
    changed = [[row[0], row[1], "ads", *row[3:]] for row in rows]
    name = write(*rows, born, *changed, [*born[:2], "ads", *born[3:]], ["5", "", *ANA[2:]])

    foreseen = dry_run(name)

    assert foreseen | {"dry_run": False} == run(name)
    assert foreseen["forgotten"] == 6 * 6
    assert foreseen["leads"] == {"new": 1}
    assert foreseen["facts"]["by_kind"]["attributes"] == {"new": 1, "revised": 6, "repeated": 4}
    assert Forgetting.objects.count() == 3


def test_owners_nobody_knew_are_not_added() -> None:
    make_version()
    make_user("Bruno")
    rows = [ANA, [*ANA[:4], "bruno@example.com", *ANA[5:]], [*ANA[:4], "Carla", *ANA[5:]]]

    foreseen = dry_run(write(*rows))

    assert not OwnerName.objects.exists()
    assert foreseen | {"dry_run": False} == run("leads.csv")
    assert foreseen["facts"]["by_kind"]["event"] == {"new": 2, "revised": 2, "repeated": 2}


def test_what_the_database_would_not_take_is_rejected() -> None:
    make_version()
    Path("map.yaml").write_text(MAPPING.replace("delimiter", "encoding: unicode_escape, delimiter"))
    rows = many_rows(30)
    rows[17][1] = "\\ud800"

    foreseen = dry_run(write(*rows))

    came = run("leads.csv")
    for told in (foreseen, came):
        assert (told["taken"], told["rejected"]) == (29, 1)
        assert told["reasons"][0]["first_line"] == 19
        assert "The database does not take it" in told["reasons"][0]["reason"]
    assert foreseen["facts"] == came["facts"]


def test_it_leaves_no_trace() -> None:
    make_version()
    before = state(), Audit.objects.count()

    run(write(ANA), "--dry-run")

    assert (state(), Audit.objects.count()) == before
    assert not Delivery.objects.exists()
