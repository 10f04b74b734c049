"""Lists speak of a merged lead as of the one that is kept, whose page they lead to."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from agreements.actions.messages import GATHERED
from agreements.models import AgreementVersion, User
from agreements.outbox import send_messages
from leads.actions import assignments, handoffs, merges, outcomes
from leads.before.offering import offer_by_rule, offer_returning
from leads.before.readiness import judge_leads
from leads.ingest import ingest
from leads.models import FollowUp, Handoff, HandoffEvent, Lead, OfferRule
from tests.factories import Teller, make_rep, make_user, make_version
from tests.leads.assignment.assigning import make_rule
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"
READY_PAGE = "/agreements/acme/leads/before/"
MERGED_AT = NOW - timedelta(hours=1)


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(handoff=CRITERIA, recycle={"returns_to": "owner"}))


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


@pytest.fixture
def julia(version: AgreementVersion) -> User:
    return make_user("Júlia", team=version.agreement.marketing_team, role="lead")


@pytest.fixture
def carla(version: AgreementVersion) -> Lead:
    """Who is kept; she was never offered."""
    return tell(version, "Carla", **READY | {"email": "carla@ipe.example"})


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """The handoff of Paul, who will be found to be Carla."""
    return offer(version, "Paul", NOW - timedelta(hours=2), holder=ana)


@pytest.fixture
def merged(handoff: Handoff, carla: Lead, julia: User) -> Handoff:
    merges.merge(kept=carla, merged=handoff.lead, by=julia, now=MERGED_AT)
    return handoff


def test_the_queue_names_the_kept_lead(
    client: Client, version: AgreementVersion, ana: User, carla: Lead, merged: Handoff
) -> None:
    client.force_login(ana)

    page = client.get(QUEUE)

    assert "Carla Ipê offered as Paul" in text_of(page)
    assert f"/leads/{carla.pk}/?handoff={merged.pk}" in page.content.decode()
    assert f"/leads/{merged.lead_id}/" not in page.content.decode()
    for q in ("paul", "carla@", "car"):
        rows = [
            row for group in client.get(QUEUE, {"q": q}).context["groups"] for row in group.rows
        ]
        assert [row.handoff for row in rows] == [merged], q


def test_beside_the_queue_stands_the_kept_lead(
    client: Client, version: AgreementVersion, ana: User, carla: Lead, merged: Handoff
) -> None:
    client.force_login(ana)
    panel = client.get(
        f"/agreements/acme/handoffs/{merged.pk}/panel/", headers={"HX-Request": "true"}
    )
    assert panel.context["lead"] == carla
    assert panel.context["handoff"] == merged
    page = client.get(f"/agreements/acme/handoffs/{merged.pk}/panel/")
    assert page["Location"].startswith(f"/agreements/acme/leads/{carla.pk}/?handoff={merged.pk}")


def test_the_last_touch_under_either_name_is_told(
    client: Client, version: AgreementVersion, ana: User, carla: Lead, merged: Handoff
) -> None:
    touch = Teller("Carla").follow_up("no_answer", NOW)
    ingest(agreement=version.agreement, facts=[touch], by=None, now=NOW)
    client.force_login(ana)
    assert "Call 13:00: no answer" in text_of(client.get(QUEUE))


def test_a_deed_goes_back_to_the_kept_lead(
    client: Client, version: AgreementVersion, ana: User, carla: Lead, merged: Handoff
) -> None:
    client.force_login(ana)
    done = client.post(f"/agreements/acme/handoffs/{merged.pk}/accept/")
    assert done["Location"] == f"/agreements/acme/leads/{carla.pk}/?handoff={merged.pk}"


def test_a_correction_goes_back_to_the_kept_lead(
    client: Client, version: AgreementVersion, ana: User, carla: Lead, merged: Handoff
) -> None:
    call(merged, ana)
    handoffs.accept(handoff=merged, by=ana, now=NOW)
    client.force_login(ana)
    touch, event = FollowUp.objects.get(), HandoffEvent.objects.get(kind="accepted")
    for path, told in (
        (f"follow-ups/{touch.pk}", {"retract": "yes", "retract-reason": "It was another lead."}),
        (f"handoff-events/{event.pk}", {"retract-reason": "It was another lead."}),
    ):
        page = f"/agreements/acme/{path}/"
        assert client.get(page).context["lead"] == carla
        back = f"/agreements/acme/leads/{carla.pk}/?handoff={merged.pk}"
        assert client.post(page, told)["Location"] == back


def test_a_mail_to_the_holder_names_the_kept_lead(
    version: AgreementVersion, ana: User, carla: Lead, merged: Handoff, settings: Settings
) -> None:
    settings.SENDS_EMAIL, settings.PORTAL_URL = True, "https://sla.example.com"
    rafa = make_user("Rafa", team=version.agreement.sales_team, role="lead")
    bruno = make_rep("Bruno", version.agreement)
    assignments.reassign(handoff=merged, holder=bruno, seen_holder_id=ana.pk, by=rafa, now=NOW)

    assert send_messages(now=NOW + GATHERED) == 1

    assert mail.outbox[0].subject == "Yours now: Carla, Ipê"
    assert f"/agreements/acme/leads/{carla.pk}/?handoff={merged.pk}\n" in mail.outbox[0].body


def test_whoever_held_the_merged_lead_is_the_earlier_owner(
    version: AgreementVersion, ana: User, julia: User, carla: Lead, handoff: Handoff
) -> None:
    day = (NOW + timedelta(days=1)).date()
    outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=MERGED_AT)
    merges.merge(kept=carla, merged=handoff.lead, by=julia, now=MERGED_AT)
    make_rule(version.agreement, "Earlier owner", method="earlier_owner")
    make_rule(version.agreement, people=[make_rep("Bruno", version.agreement)])
    again = handoffs.offer(lead=carla, agreement=version.agreement, by=julia, now=NOW)
    assert again.holder == ana


def test_rules_ask_what_is_known_of_the_kept_lead(
    version: AgreementVersion, ana: User, merged: Handoff
) -> None:
    bruno = make_rep("Bruno", version.agreement)
    in_brazil = {"field": "country", "operator": "is", "value": "BR"}
    make_rule(version.agreement, "Brazil", people=[bruno], when=in_brazil)
    rafa = User.objects.get(name="Rafa")
    turn = assignments.assign_by_rules(handoff=merged, now=NOW, by=rafa, seen_holder=ana)
    assert turn is not None
    assert turn.user == bruno


def test_whom_sales_had_under_the_other_name_is_not_offered_by_rule(
    version: AgreementVersion, ana: User, julia: User, carla: Lead, handoff: Handoff
) -> None:
    handoffs.reject(handoff=handoff, reason="wrong_data", by=ana, now=MERGED_AT)
    merges.merge(kept=carla, merged=handoff.lead, by=julia, now=MERGED_AT)
    OfferRule.objects.create(agreement=version.agreement, in_use_since=MERGED_AT)
    judge_leads(now=NOW)
    assert offer_by_rule(now=NOW) == 0


def test_ready_leads_are_kept_ones(
    client: Client, version: AgreementVersion, julia: User, carla: Lead
) -> None:
    paul = tell(version, "Paul", **READY)
    judge_leads(now=NOW)
    merges.merge(kept=carla, merged=paul, by=julia, now=MERGED_AT)
    client.force_login(julia)
    for judge in (lambda: None, lambda: judge_leads(now=NOW)):
        judge()
        page = client.get(READY_PAGE)
        assert [row.lead for row in page.context["rows"]] == [carla]


def test_a_lead_kept_of_another_agreement_is_judged_here(
    client: Client, version: AgreementVersion, julia: User
) -> None:
    elsewhere = tell(make_version(slug="other"), "Kept", **READY)
    here = tell(version, "Paul", **READY)
    merges.merge(kept=elsewhere, merged=here, by=julia, now=MERGED_AT)
    judge_leads(now=NOW)
    client.force_login(julia)
    assert [row.lead for row in client.get(READY_PAGE).context["rows"]] == [elsewhere]


def test_who_comes_back_is_the_kept_lead(
    client: Client, version: AgreementVersion, ana: User, julia: User, carla: Lead, handoff: Handoff
) -> None:
    day = (NOW + timedelta(days=8)).date()
    outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    merges.merge(kept=carla, merged=handoff.lead, by=julia, now=NOW)
    client.force_login(julia)
    page = client.get(READY_PAGE, {"view": "returning"})
    assert "Carla Ipê Wed 16 Sep Ana" in text_of(page)

    then = NOW + timedelta(days=9)
    assert offer_returning(now=then) == 1
    assert Handoff.objects.open().get().lead == carla
    assert offer_returning(now=then) == 0
    assert client.get(READY_PAGE, {"view": "returning"}).context["rows"] == []


def test_whom_sales_got_under_the_other_name_does_not_come_back(
    version: AgreementVersion, ana: User, julia: User, carla: Lead, handoff: Handoff
) -> None:
    day = (NOW + timedelta(days=8)).date()
    outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    merges.merge(kept=carla, merged=handoff.lead, by=julia, now=NOW)
    later = NOW + timedelta(days=1)
    again = handoffs.offer(
        lead=carla, agreement=version.agreement, by=julia, now=later, note="Called us"
    )
    handoffs.reject(handoff=again, reason="wrong_data", by=ana, now=later)
    assert offer_returning(now=NOW + timedelta(days=9)) == 0
