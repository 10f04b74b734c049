"""Who gets a handoff from a rule or somebody else is told: once, gathered, as it stands then."""

import re
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from pytest_django.fixtures import Settings

from agreements.actions.messages import GATHERED
from agreements.models import AgreementVersion, Message, User
from agreements.outbox import MOST_TOLD, send_messages
from leads.actions import forgetting, handoffs, merges
from leads.actions.assignments import assign_by_rules, reassign
from leads.actions.telling import Elsewhere
from leads.assignment.waiting import assign_waiting
from leads.ingest import ingest
from leads.models import Handoff, Lead
from leads.story.messages_told import messages_about
from leads.told import Named
from tests.factories import Teller, make_rep, make_user, make_version
from tests.leads.assignment.assigning import make_rule, offered
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer

pytestmark = pytest.mark.django_db

LATELY = NOW - timedelta(minutes=2)
THEN = NOW + GATHERED


@pytest.fixture(autouse=True)
def mailed(settings: Settings) -> None:
    settings.SENDS_EMAIL, settings.PORTAL_URL = True, "https://sla.example.com"


@pytest.fixture
def bruno(version: AgreementVersion) -> User:
    return make_rep("Bruno", version.agreement)


@pytest.fixture
def rafa(version: AgreementVersion) -> User:
    return make_user("Rafa", team=version.agreement.sales_team, role="lead")


def give(handoff: Handoff, to: User | None, by: User, **more: Any) -> None:
    handoff.refresh_from_db()
    reassign(
        handoff=handoff, holder=to, seen_holder_id=handoff.holder_id, by=by, **{"now": NOW} | more
    )


def told() -> list[str]:
    """Whom a notice waits for, or went to."""
    return [each.recipient.name for each in Message.objects.order_by("pk")]


def fate(handoff: Handoff) -> list[tuple[str, ...]]:
    """What became of the notices about a handoff, as its timeline tells it."""
    return [each.details for each in messages_about([handoff], THEN)]


def test_it_works(version: AgreementVersion, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(language="pt-br", time_zone="America/Manaus")
    make_rule(version.agreement, "Minas", people=[ana])
    handoff = offered(version.agreement, "Paulo", LATELY, company="Metalúrgica Ipê")
    assign_by_rules(handoff=handoff, now=NOW)
    assert told() == ["Ana"]
    assert send_messages(now=THEN - timedelta(seconds=1)) == 0

    assert send_messages(now=THEN) == 1

    sent = mail.outbox[0]
    assert sent.to == [ana.email]
    assert sent.subject == "Agora com você: Paulo, Metalúrgica Ipê"
    link = f"https://sla.example.com/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}"
    assert sent.body == (
        "Olá, Ana,\n\n"
        "esta passagem de Acme está com você a partir de agora:\n\n"
        "* Paulo, Metalúrgica Ipê\n"
        "  Pelas regras da equipe: Minas: é a sua vez.\n"
        "  S1 Aceitação: vence em ter 8 set 14:00.\n"
        f"  {link}\n"
    )
    assert fate(handoff) == [("E-mail, sent Tue 8 Sep 13:15.",)]
    assert send_messages(now=THEN) == 0


def test_who_was_given_it_is_told_by_whom_and_why(
    version: AgreementVersion, ana: User, bruno: User, rafa: User
) -> None:
    handoff = offer(version, "Paulo", LATELY, holder=ana)
    give(handoff, bruno, rafa, note="  She speaks German.  ")
    assert told() == ["Bruno"]
    send_messages(now=THEN)
    assert "  Given to you by Rafa.\n" in mail.outbox[0].body
    assert "  “She speaks German.”\n" in mail.outbox[0].body


def test_who_took_it_themself_or_nobody_is_not_told(
    version: AgreementVersion, ana: User, rafa: User
) -> None:
    handoff = offer(version, "Paulo", LATELY)
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    give(handoff, rafa, rafa)
    give(handoff, None, rafa)
    assert told() == []
    unknown = User.objects.create(name="Only in the CRM", is_active=False)
    handoffs.assign(handoff=handoff, holder=unknown, by=None, now=NOW)
    assert told() == []


def test_many_at_once_make_one_mail(version: AgreementVersion, ana: User, rafa: User) -> None:
    make_rule(version.agreement, people=[ana])
    elsewhere = make_version(dealing_terms(), slug="other")
    make_rule(elsewhere.agreement, people=[make_rep("Carla", elsewhere.agreement)])
    for name in ("Paulo", "Rita"):
        offered(version.agreement, name, LATELY)
    offered(elsewhere.agreement, "Otto", LATELY)
    assert assign_waiting(now=NOW) == 3

    assert send_messages(now=THEN) == 2
    both, other = sorted(mail.outbox, key=lambda sent: sent.to)
    assert both.subject == "2 handoffs of Acme are yours now"
    assert re.findall(r"\n\* (.*)", str(both.body)) == ["Paulo", "Rita"]
    assert other.subject == "Yours now: Otto"


def test_one_mail_tells_of_many_by_their_number(
    version: AgreementVersion, ana: User, rafa: User
) -> None:
    for number in range(MOST_TOLD + 2):
        give(offer(version, f"Lead {number}", LATELY), ana, rafa)
    send_messages(now=THEN)
    assert mail.outbox[0].subject == f"{MOST_TOLD + 2} handoffs of Acme are yours now"
    assert mail.outbox[0].body.count("\n* ") == MOST_TOLD
    assert mail.outbox[0].body.endswith("\n2 more stand in your queue.\n")
    assert not Message.objects.filter(sent_at=None).exists()


def test_a_promise_that_runs_out_soon_does_not_wait_as_long(
    version: AgreementVersion, ana: User, rafa: User
) -> None:
    """Half an hour before it runs out it waits three minutes."""
    handoff = offer(version, "Paulo", LATELY)
    late = NOW.replace(hour=14, minute=28)
    give(handoff, ana, rafa, now=late)
    assert Message.objects.get().next_attempt_at == late + timedelta(minutes=3)


def test_the_same_assignment_told_again_is_told_to_nobody(
    version: AgreementVersion, ana: User, rafa: User
) -> None:
    handoff = offer(version, "Paulo", LATELY)
    for again in range(2):
        assigned_elsewhere(handoff, ana, rafa, NOW, revised_at=NOW + timedelta(minutes=again))
    assert told() == ["Ana"]


def assigned_elsewhere(
    handoff: Handoff, to: User, by: User, at: datetime, revised_at: datetime | None = None
) -> None:
    name = Named("crm", f"assigned-{at:%m%d%H%M}")
    there = Elsewhere(name=name, person=by, delivery=None, occurred_at=at, revised_at=revised_at)
    handoffs.assign(handoff=handoff, holder=to, by=by, now=NOW, told=there)


def test_what_another_system_assigned_is_told_in_its_name(
    version: AgreementVersion, ana: User, rafa: User
) -> None:
    assigned_elsewhere(offer(version, "Paulo", LATELY), ana, rafa, NOW)
    send_messages(now=THEN)
    assert "  Given to you by crm.\n" in mail.outbox[0].body


def test_the_past_is_told_to_nobody(version: AgreementVersion, ana: User, rafa: User) -> None:
    long_ago = NOW - timedelta(days=90)
    assigned_elsewhere(offer(version, "Long ago", long_ago), ana, rafa, long_ago)
    # Not long ago, or a promise runs still.
    assigned_elsewhere(offer(version, "Lately", LATELY), ana, rafa, NOW - timedelta(minutes=1))
    last_week = NOW - timedelta(days=7)
    assigned_elsewhere(offer(version, "Last week", last_week), ana, rafa, last_week)
    handoff = offer(version, "Closed", LATELY, holder=ana)
    handoffs.withdraw(handoff=handoff, by=rafa, now=NOW)
    assigned_elsewhere(handoff, ana, rafa, NOW - timedelta(seconds=90))

    leads = [Handoff.objects.get(pk=each.subject_id).lead.name for each in Message.objects.all()]
    assert sorted(leads) == ["Last week", "Lately"]


def test_what_is_not_true_any_more_is_not_sent(
    version: AgreementVersion, ana: User, bruno: User, rafa: User
) -> None:
    given_on, taken_up = offer(version, "Given on", LATELY), offer(version, "Taken up", LATELY)
    called, left = offer(version, "Called", LATELY), offer(version, "Left", LATELY)
    for handoff in (given_on, taken_up, called, left):
        give(handoff, ana, rafa)
    later = NOW + timedelta(minutes=1)
    give(given_on, bruno, rafa, now=later)
    handoffs.accept(handoff=taken_up, by=ana, now=later)
    call(called, ana, occurred_at=later, now=later)

    assert send_messages(now=later + GATHERED) == 2

    assert [sent.subject for sent in mail.outbox] == ["Yours now: Left", "Yours now: Given on"]
    outdated = "E-mail, not sent: it was out of date before it went out."
    assert fate(taken_up) == fate(called) == [(outdated,)]
    assert fate(given_on)[0] == (outdated,)
    give(left, None, rafa, now=later)
    give(left, ana, rafa, now=later)
    handoffs.accept(handoff=left, by=ana, now=later)
    assert send_messages(now=later + GATHERED) == 0


def test_what_was_taken_up_under_the_other_name_of_a_merged_lead_is_not_sent(
    version: AgreementVersion, ana: User, rafa: User
) -> None:
    handoff = offer(version, "Paulo", LATELY)
    give(handoff, ana, rafa)
    kept = Teller("Paul")
    ingest(agreement=version.agreement, facts=[kept.stage("mql", NOW)], by=None, now=NOW)
    lead = Lead.objects.exclude(pk=handoff.lead_id).get()
    merges.merge(kept=lead, merged=handoff.lead, by=rafa, now=NOW)
    later = NOW + timedelta(minutes=1)
    spoke = kept.follow_up("conversation", later, person_id=ana.pk)
    ingest(agreement=version.agreement, facts=[spoke], by=None, now=later)

    assert send_messages(now=later + GATHERED) == 0
    assert mail.outbox == []


def test_who_may_not_see_the_lead_is_not_told_its_name(
    version: AgreementVersion, rafa: User
) -> None:
    stranger = make_user("Stranger")
    handoff = offer(version, "Paulo", LATELY)
    handoffs.assign(handoff=handoff, holder=stranger, by=rafa, now=NOW, note="Paulo is nice.")
    send_messages(now=THEN)
    assert mail.outbox[0].subject == "A handoff of Acme is yours now"
    assert "* A lead whose name is not for you to see\n" in mail.outbox[0].body
    assert "Paulo" not in mail.outbox[0].body
    assert "https" not in mail.outbox[0].body


def test_nothing_is_sent_of_a_person_who_was_forgotten(
    version: AgreementVersion, ana: User, rafa: User
) -> None:
    handoff = offer(version, "Paulo Gomes", LATELY)
    give(handoff, ana, rafa, note="Paulo Gomes is nice.")
    handoffs.withdraw(handoff=handoff, by=rafa, now=NOW)
    forgetting.forget(lead=handoff.lead, reason="Asked", by=None, now=NOW)
    assert send_messages(now=THEN) == 0
    assert Message.objects.get().parameters["event"]


def test_what_cannot_be_sent_is_tried_again_together(
    version: AgreementVersion, ana: User, rafa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Paulo", "Rita"):
        give(offer(version, name, LATELY), ana, rafa)

    def fail(*_: object) -> int:
        raise SMTPException

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", fail)
        assert send_messages(now=THEN) == 0
    assert {each.attempts for each in Message.objects.all()} == {1}
    assert send_messages(now=THEN + timedelta(minutes=5)) == 1
    assert mail.outbox[0].subject == "2 handoffs of Acme are yours now"
