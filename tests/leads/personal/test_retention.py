"""Retention by rule: who is silent for long is forgotten, what came in long ago is emptied."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from agreements.models import AgreementVersion, Audit, User
from leads.actions import handoffs, merges, outcomes, retention_rules
from leads.ingest import ingest
from leads.models import Delivery, Forgetting, Lead
from leads.personal.person_file import kept_about
from leads.personal.retention import (
    apply_retention,
    empty_old_deliveries,
    foresee,
    forget_by_rule,
    forgotten_by,
    months_before,
)
from leads.rebuild import rebuild
from leads.told import Named, ToldDeal
from tests.calls import Caller
from tests.factories import Teller, local, make_user, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.importing.files import NOBODY, run, write
from tests.leads.pages import NOW, offer

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=400)


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(dealing_terms())


def keep_for(admin: User, months: int | None = None, days: int | None = None) -> None:
    retention_rules.change(
        forget_after_months=months, empty_after_days=days, kept_attributes=[], by=admin, now=NOW
    )


def rejected(version: AgreementVersion, name: str, by: User) -> Lead:
    handoff = offer(version, name, NOW - timedelta(hours=2))
    handoffs.reject(handoff=handoff, reason="wrong_data", by=by, now=NOW)
    return handoff.lead


def tell_of(version: AgreementVersion, name: str, at: object = NOW) -> Lead:
    ingest(
        agreement=version.agreement,
        facts=[Teller(name).attributes(at, name=name)],  # type: ignore[arg-type]
        by=None,
        now=NOW,
    )
    return Lead.objects.get(identities__external_id=name)


def test_the_silent_are_forgotten_and_nobody_else(version: AgreementVersion, admin: User) -> None:
    keep_for(admin, months=12)
    silent = rejected(version, "Silent", admin)
    offer(version, "Open", NOW - timedelta(hours=2))
    tell_of(version, "Lively")
    tell_of(version, "Lively", LATER - timedelta(days=1))
    won = tell_of(version, "Buyer")
    deal = ToldDeal(
        lead=Named("crm", "Buyer"), source="crm", external_id="D1", occurred_at=NOW,
        status="won", amount=Decimal(10), currency="BRL",
    )  # fmt: skip
    ingest(agreement=version.agreement, facts=[deal], by=None, now=NOW)
    rebuild(now=LATER)
    assert foresee(now=LATER) == (1, 0)
    assert forget_by_rule(now=LATER) == 1
    assert [each.lead_id for each in Forgetting.objects.all()] == [silent.pk]
    silent.refresh_from_db()
    assert (silent.name, silent.is_contact_barred) == ("", False)
    assert Lead.objects.get(pk=won.pk).name == "Buyer"
    assert Audit.objects.get(action="leads.retention.forgotten").data["leads"] == 1
    assert forget_by_rule(now=LATER) == 0
    assert rebuild(now=LATER) == 0


@pytest.mark.parametrize(
    ("months", "words"),
    [(1, "No sign of life for 1 month."), (12, "No sign of life for 12 months.")],
)
def test_why_is_kept_as_a_code_and_told_to_who_reads_it(
    version: AgreementVersion, admin: User, months: int, words: str
) -> None:
    keep_for(admin, months=months)
    lead = rejected(version, "Silent", admin)
    assert forget_by_rule(now=LATER) == 1
    found = Forgetting.objects.get()
    assert (found.reason, found.why) == (f"silent_for_months:{months}", words)
    assert kept_about(lead, now=LATER)["forgotten"][0]["reason"] == words


def test_what_somebody_wrote_is_told_as_they_wrote_it() -> None:
    for cause, reason in (("request", "silent_for_months:1"), ("rule", "No sign of life.")):
        assert Forgetting(cause=cause, reason=reason).why == reason


def test_who_comes_back_on_a_date_is_not(version: AgreementVersion, admin: User) -> None:
    keep_for(admin, months=1)
    handoff = offer(version, "Later", NOW - timedelta(hours=2))
    handoffs.accept(handoff=handoff, by=admin, now=NOW)
    handoff.refresh_from_db()
    outcomes.recycle(
        handoff=handoff, reason="not_now", returns_date=(NOW + timedelta(days=30)).date(),
        by=admin, now=NOW,
    )  # fmt: skip
    assert forget_by_rule(now=NOW + timedelta(days=60)) == 0


def test_leads_that_are_one_are_silent_together(version: AgreementVersion, admin: User) -> None:
    keep_for(admin, months=12)
    kept, merged = tell_of(version, "Ana"), tell_of(version, "Ana S.")
    merges.merge(kept=kept, merged=merged, by=admin, now=NOW)
    tell_of(version, "Ana S.", LATER - timedelta(days=3))
    assert forget_by_rule(now=LATER) == 0
    assert forget_by_rule(now=LATER + timedelta(days=400)) == 1
    assert Forgetting.objects.count() == 2


def test_nothing_is_done_while_there_are_no_rules(version: AgreementVersion, admin: User) -> None:
    rejected(version, "Silent", admin)
    assert apply_retention(now=LATER) == (0, 0)
    keep_for(admin)
    assert apply_retention(now=LATER) == (0, 0)


def test_old_calls_are_emptied(version: AgreementVersion, admin: User) -> None:
    crm = Caller(make_user("CRM", team=version.agreement.sales_team, role="integration"))
    crm.put("/leads/crm/1/", {"attributes": {"name": "Paulo"}})
    keep_for(admin, days=30)
    delivery = Delivery.objects.get()
    assert empty_old_deliveries(now=delivery.received_at + timedelta(days=29)) == 0
    assert empty_old_deliveries(now=delivery.received_at + timedelta(days=31)) == 1
    delivery.refresh_from_db()
    assert (delivery.payload, delivery.summary) == (None, None)
    assert empty_old_deliveries(now=delivery.received_at + timedelta(days=31)) == 0


@pytest.mark.usefixtures("here")
def test_old_files_are_emptied(version: AgreementVersion, admin: User) -> None:
    run(write(NOBODY))
    keep_for(admin, days=30)
    path = Path(Delivery.objects.get().file.path)
    assert path.exists()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert apply_retention(now=timezone.now() + timedelta(days=31)) == (0, 1)
    assert not Delivery.objects.get().file
    assert not path.exists()
    assert Lead.objects.get().name == "João"


def test_by_command(
    version: AgreementVersion, admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("apply_retention", "--dry-run")
    call_command("apply_retention")
    told = capsys.readouterr().out
    assert told == (
        "0 leads would be forgotten, 0 calls and files emptied.\n"
        "0 leads forgotten, 0 calls and files emptied.\n"
    )


@pytest.mark.parametrize(
    ("at", "months", "before"),
    [
        ("2026-09-08 10:00", 12, "2025-09-08 10:00"),
        ("2026-03-31 10:00", 1, "2026-02-28 10:00"),
        ("2026-01-15 10:00", 1, "2025-12-15 10:00"),
    ],
)
def test_months_end_where_they_do(at: str, months: int, before: str) -> None:
    assert months_before(local(at), months) == local(before)


@pytest.mark.parametrize(("leads", "nights"), [(0, 0), (1, 1), (2000, 1), (2001, 2), (45_000, 23)])
def test_each_night_forgets_so_many(leads: int, nights: int) -> None:
    assert forgotten_by(leads, now=NOW) == NOW + timedelta(days=nights)
