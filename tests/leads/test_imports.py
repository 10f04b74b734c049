"""Files go in once, whole and in any order; what cannot be read comes back to be corrected."""

import csv
import json
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from agreements.models import Audit, OwnerName, User
from leads import mapping
from leads.models import (
    Breach,
    Change,
    Clock,
    Deal,
    Delivery,
    FollowUp,
    Handoff,
    HandoffEvent,
    Lead,
    LeadIdentity,
    StageEntry,
)
from leads.rebuild import rebuild
from tests.factories import local, make_user, make_version
from tests.leads.importing import kill_half_way
from tests.leads.state import state

MAPPING = """
source: crm
time_zone: America/Sao_Paulo
lead: id
file: {delimiter: ";", decimal: ","}
facts:
  - stage: mql
    id: "{id}/mql"
    at: offered
  - attributes: {name: name, origin: origin}
    id: "{id}/known"
    at: offered
  - event: offered
    id: "{id}/offered"
    at: offered
  - event: assigned
    id: "{id}/assigned"
    at: offered
    person: owner
    when: owner
  - follow_up: {column: channel, values: {fone: call, mail: email}}
    outcome: no_answer
    id: "{id}/first"
    at: answered
    person: owner
    when: answered
  - deal: won
    id: "{id}/deal"
    at: {date: won}
    amount: value
    when: won
"""
HEADER = ["id", "name", "origin", "offered", "owner", "channel", "answered", "won", "value"]
ANA = [
    "1", "Paulo", "unknown", "2026-09-04 17:40", "Ana", "fone", "2026-09-08 11:20", "2026-09-20",
    "1.500,50",
]  # fmt: skip
NOBODY = ["2", "João", "", "2026-09-08 09:00", "", "", "", "", ""]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.yaml").write_text(MAPPING)
    return tmp_path


def write(*rows: Sequence[str], name: str = "leads.csv", encoding: str = "utf-8") -> str:
    with Path(name).open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *rows])
    return name


def run(name: str, *options: str, slug: str = "acme") -> dict[str, Any]:
    """Import a file by the command and return its summary."""
    Path("out").write_text("")
    with Path("out").open("w") as out:
        call_command(
            "import_facts", name, "--mapping", "map.yaml", "--agreement", slug, "--json",
            *options, stdout=out,
        )  # fmt: skip
    summary: dict[str, Any] = json.loads(Path("out").read_text())
    assert summary["rows"] == summary["taken"] + summary["rejected"]
    return summary


def state_after(deed: Callable[[], Any]) -> dict[str, str]:
    """Return the state a deed leads to, and undo it."""
    with transaction.atomic():
        deed()
        found = state()
        transaction.set_rollback(True)
    return found


def many_rows(count: int) -> list[list[str]]:
    """Rows that are all different, some with a follow-up, some without an owner."""
    chance = random.Random(7)
    rows = []
    for number in range(count):
        offered = local("2026-03-02 09:00") + timedelta(minutes=chance.randrange(200_000))
        answered = offered + timedelta(minutes=chance.randrange(1, 600))
        has_answer = chance.random() < 0.8
        rows.append(
            [
                f"L{number}", f"Name {number}", chance.choice(["ads", "web", "", "unknown"]),
                offered.strftime("%Y-%m-%d %H:%M"), chance.choice(["Ana", "Bruno", ""]), "fone",
                answered.strftime("%Y-%m-%d %H:%M") if has_answer else "",
                answered.strftime("%Y-%m-%d") if number % 9 == 0 else "",
                "1.000,00" if number % 9 == 0 else "",
            ]
        )  # fmt: skip
    return rows


@pytest.mark.django_db
def test_it_works(here: Path) -> None:
    version = make_version()

    summary = run(write(ANA, NOBODY))

    assert summary == {
        "agreement": "acme", "file": "leads.csv", "dry_run": False,
        "rows": 2, "taken": 2, "rejected": 0, "silent": 0, "leads": {"new": 2},
        "facts": {
            "new": 9, "revised": 0, "repeated": 0,
            "by_kind": {
                "attributes": {"new": 2, "revised": 0, "repeated": 0},
                "deal": {"new": 1, "revised": 0, "repeated": 0},
                "event": {"new": 3, "revised": 0, "repeated": 0},
                "follow_up": {"new": 1, "revised": 0, "repeated": 0},
                "stage": {"new": 2, "revised": 0, "repeated": 0},
            },
        },
        "reasons": [], "rejects": None,
    }  # fmt: skip
    lead = Lead.objects.get(identities__source="crm", identities__external_id="1")
    assert (lead.name, lead.origin) == ("Paulo", "unknown")
    assert Lead.objects.get(identities__external_id="2").origin is None
    clock = Clock.objects.get(handoff__lead=lead, clause_key="S2")
    assert (clock.version, clock.stopped_at) == (version, local("2026-09-08 11:20"))
    deal = Deal.objects.get()
    assert (deal.amount, deal.currency) == (Decimal("1500.50"), "BRL")
    assert deal.occurred_at == local("2026-09-20 00:00")
    assert not list(here.glob("*rejects*"))


@pytest.mark.django_db
def test_an_owner_is_a_person_who_cannot_sign_in() -> None:
    make_version()

    run(write(ANA))

    person = OwnerName.objects.get(source="crm", external_name="Ana").user
    assert (person.name, person.email, person.is_active) == ("Ana", None, False)
    assert not person.has_usable_password()
    assert Handoff.objects.get().holder == person
    assert FollowUp.objects.get().person == person


@pytest.mark.django_db
def test_an_owner_named_by_an_address_is_the_person_who_has_it() -> None:
    make_version()
    ana = make_user("Ana")

    run(write([*ANA[:4], "ANA@example.com", *ANA[5:]]))

    assert Handoff.objects.get().holder == ana
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_an_import_is_one_delivery_and_one_audit_row() -> None:
    make_version()
    Audit.objects.all().delete()

    run(write(ANA, NOBODY))

    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.source, delivery.file_name) == ("file", "crm", "leads.csv")
    assert delivery.mapping is not None
    assert delivery.mapping["facts"][0]["stage"] == "mql"
    assert delivery.processed_at is not None
    assert delivery.summary is not None
    assert delivery.summary["taken"] == 2
    with delivery.file.open() as kept:
        assert kept.read() == Path("leads.csv").read_bytes()
    assert set(StageEntry.objects.values_list("delivery", flat=True)) == {delivery.pk}
    assert StageEntry.objects.filter(recorded_at=delivery.received_at).count() == 2
    audit = Audit.objects.get()
    assert (audit.action, audit.subject_id) == ("leads.file.imported", str(delivery.pk))
    assert audit.data == {"file_name": "leads.csv", "rows": 2, "taken": 2, "rejected": 0}


@pytest.mark.django_db
def test_twice_ends_in_the_same_state() -> None:
    make_version()
    name = write(*many_rows(60))
    run(name)
    once = state()
    Change.objects.all().delete()

    summary = run(name)

    assert state() == once
    assert (summary["facts"]["new"], summary["facts"]["revised"]) == (0, 0)
    assert summary["facts"]["repeated"] > 200
    assert not Change.objects.exists()
    first, again = Delivery.objects.order_by("pk")
    assert first.file.name == again.file.name


@pytest.mark.django_db
def test_shuffled_rows_end_in_the_same_state(monkeypatch: pytest.MonkeyPatch) -> None:
    make_version()
    rows = many_rows(60)
    # Told twice with other content: which of the two holds may not depend on their order.
    rows += [[*row[:1], "Another name", *row[2:]] for row in rows[:9]]
    expected = state_after(lambda: run(write(*rows)))
    monkeypatch.setattr("leads.imports.BATCH", 7)
    random.Random(3).shuffle(rows)

    run(write(*rows))

    assert state() == expected
    assert rebuild(now=local("2026-12-01 09:00")) == 0


@pytest.mark.django_db
def test_changed_content_is_a_revision() -> None:
    make_version()
    run(write(ANA))

    summary = run(write([ANA[0], "Paula", *ANA[2:]]))

    assert summary["facts"]["by_kind"]["attributes"] == {"new": 0, "revised": 1, "repeated": 0}
    assert Lead.objects.get().name == "Paula"


@pytest.mark.django_db
def test_rows_that_cannot_be_read_go_to_a_file_that_can_be_sent_again() -> None:
    make_version()
    rows = many_rows(20)
    expected = state_after(lambda: run(write(*rows)))
    bad = [list(row) for row in rows]
    bad[3][3] = "someday"
    bad[7][3] = "sometime"
    bad[11] = bad[11][:4]

    summary = run(write(*bad), "--rejects", "bad.csv")

    assert (summary["taken"], summary["rejected"]) == (17, 3)
    assert summary["rejects"] == "bad.csv"
    assert summary["reasons"] == [
        {
            "reason": "“someday” in “offered” is not a time; write it as 2026-03-31T16:05:00.",
            "rows": 2,
            "first_line": 5,
        },
        {"reason": "The row has 4 cells, but the header has 9.", "rows": 1, "first_line": 13},
    ]
    with Path("bad.csv").open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.reader(file, delimiter=";"))
    assert rejected[0] == ["rejected_line", "rejected_reason", *HEADER]
    assert [row[0] for row in rejected[1:]] == ["5", "9", "13"]
    assert rejected[1][2:] == bad[3]
    corrected = [rejected[0], *([*row[:2], *rows[int(row[0]) - 2]] for row in rejected[1:])]
    with Path("corrected.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(corrected)
    assert run("corrected.csv")["rejected"] == 0
    assert state() == expected


@pytest.mark.django_db
def test_a_row_the_database_does_not_take_is_found_among_the_others() -> None:
    make_version()
    Path("map.yaml").write_text(MAPPING.replace("delimiter", "encoding: unicode_escape, delimiter"))
    rows = many_rows(30)
    rows[17][1] = "\\ud800"

    summary = run(write(*rows))

    assert (summary["taken"], summary["rejected"]) == (29, 1)
    assert summary["reasons"][0]["first_line"] == 19
    assert "The database does not take it" in summary["reasons"][0]["reason"]


@pytest.mark.django_db
def test_a_zero_character_is_refused() -> None:
    make_version()
    summary = run(write([*ANA[:1], "Pau\0lo" + "x" * 400, *ANA[2:]], NOBODY))
    assert summary["taken"] == 1
    assert summary["reasons"][0]["reason"] == "The row holds a zero character; remove it."


@pytest.mark.django_db
def test_a_dry_run_writes_nothing_and_tells_the_same() -> None:
    make_version()
    before = state(), User.objects.count(), Audit.objects.count()
    name = write(*many_rows(30), ["x"])

    foreseen = run(name, "--dry-run")

    assert (state(), User.objects.count(), Audit.objects.count()) == before
    assert not Delivery.objects.exists()
    assert not Path("leads.rejects.csv").exists()
    came = run(name)
    assert Path("leads.rejects.csv").exists()
    assert foreseen | {"dry_run": False, "rejects": "leads.rejects.csv"} == came


@pytest.mark.django_db
def test_rows_that_tell_nothing_are_counted() -> None:
    make_version()
    Path("map.yaml").write_text(MAPPING + "when: owner\n")
    summary = run(write(ANA, NOBODY))
    assert (summary["taken"], summary["silent"], summary["leads"]) == (2, 1, {"new": 1})


@pytest.mark.django_db
def test_the_summary_is_for_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    make_version()
    name = write(ANA, NOBODY, ["3"])
    call_command("import_facts", name, "--mapping", "map.yaml", "--agreement", "acme")
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "Rows: 3, taken 2, rejected 1.",
        "Facts: 9 new, 0 revised, 0 repeated.",
        "  attributes: 2 new, 0 revised, 0 repeated",
        "  deal: 1 new, 0 revised, 0 repeated",
        "  event: 3 new, 0 revised, 0 repeated",
        "  follow_up: 1 new, 0 revised, 0 repeated",
        "  stage: 2 new, 0 revised, 0 repeated",
        "Leads: 2 new.",
        "Rejected rows: 1, first in line 4: The row has 1 cells, but the header has 9.",
        "The rejected rows are in leads.rejects.csv: correct them and import that file.",
    ]
    assert told.err == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "told_mapping", "slug", "options", "sentence"),
    [
        (
            "leads.csv", "map.yaml", "other", (),
            "There is no agreement “other”: choose one of acme.",
        ),
        (
            "missing.csv", "map.yaml", "acme", (),
            ("missing.csv cannot be opened: No such file or directory. Check its name and "
            "permissions."),
        ),
        (
            "leads.csv", "missing.yaml", "acme", (),
            ("missing.yaml cannot be opened: No such file or directory. Check its name and "
            "permissions."),
        ),
        (
            "other.csv", "map.yaml", "acme", (),
            ("map.yaml does not fit:\nThe file has no column “answered”; its columns are id, nome. "
            "Correct the mapping."),
        ),
        (
            "latin.csv", "map.yaml", "acme", (),
            ("latin.csv is not utf-8 (byte 62 is not): save it as UTF-8, or name its encoding in "
            "the mapping, as in “file: {encoding: windows-1252}”."),
        ),
        (
            "leads.csv", "map.yaml", "acme", ("--rejects", "leads.csv"),
            "Rejected rows cannot replace the file they come from: name another one.",
        ),
        (
            "leads.csv", "stage.yaml", "acme", (),
            ("stage.yaml: facts.1.stage: The agreement has no stage “sal”; choose one of lead, "
            "mql, sql, customer."),
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_a_sentence(
    file: str, told_mapping: str, slug: str, options: tuple[str, ...], sentence: str
) -> None:
    make_version()
    write(ANA)
    write(NOBODY, name="latin.csv", encoding="latin-1")
    Path("other.csv").write_text("id;nome\n1;a\n")
    Path("stage.yaml").write_text(MAPPING.replace("stage: mql", "stage: sal"))

    with pytest.raises(CommandError) as raised:
        call_command("import_facts", file, "--mapping", told_mapping, "--agreement", slug, *options)

    assert str(raised.value).startswith(sentence)
    assert raised.value.returncode == 1
    assert not Delivery.objects.exists()
    assert not Lead.objects.exists()


@pytest.mark.django_db
def test_without_any_agreement_it_says_how_to_come_by_one() -> None:
    with pytest.raises(CommandError, match=r"`manage\.py adopt_agreement`"):
        run(write(ANA))


def test_the_mapping_knows_the_choices_of_the_records() -> None:
    assert {
        "event": tuple(HandoffEvent.Kind.values),
        "follow_up": tuple(FollowUp.Channel.values),
        "outcome": tuple(FollowUp.Outcome.values),
        "evidence": tuple(FollowUp.Evidence.values),
        "direction": tuple(FollowUp.Direction.values),
        "deal": tuple(Deal.Status.values),
    } == mapping.CHOICES


@pytest.mark.django_db(transaction=True)
def test_killed_half_way_and_repeated_ends_in_the_same_state() -> None:
    make_version()
    write(*many_rows(3000))
    expected = state_after(lambda: run("leads.csv"))
    kill_half_way("leads.csv", "map.yaml", "acme")
    assert 0 < LeadIdentity.objects.count() < 3000
    assert Delivery.objects.get().processed_at is None

    summary = run("leads.csv")

    assert summary["leads"]["new"] < 3000
    assert state() == expected
    assert Delivery.objects.get().processed_at is not None
    assert Breach.objects.exists()
    assert rebuild(now=local("2026-12-01 09:00")) == 0
