"""Files go in once, whole and in any order."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from agreements.models import Audit, OwnerName, User
from leads.files import mapping
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
from tests.leads.importing.files import ANA, MAPPING, NOBODY, many_rows, run, state_after, write
from tests.leads.importing.killing import kill_half_way
from tests.leads.state import state

pytestmark = pytest.mark.usefixtures("here")


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
        "forgotten": 0, "reasons": [], "rejects": None,
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
    monkeypatch.setattr("leads.importing.imports.BATCH", 7)
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
def test_rows_that_tell_nothing_are_counted() -> None:
    make_version()
    Path("map.yaml").write_text(MAPPING + "when: owner\n")
    summary = run(write(ANA, NOBODY))
    assert (summary["taken"], summary["silent"], summary["leads"]) == (2, 1, {"new": 1})


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
    foreseen = run("leads.csv", "--dry-run")
    kill_half_way("leads.csv", "map.yaml", "acme")
    assert 0 < LeadIdentity.objects.count() < 3000
    assert Delivery.objects.get().processed_at is None

    summary = run("leads.csv")

    assert (summary["leads"], summary["facts"]) == (foreseen["leads"], foreseen["facts"])
    assert state() == expected
    assert Delivery.objects.get().processed_at is not None
    assert Breach.objects.exists()
    assert rebuild(now=local("2026-12-01 09:00")) == 0
