"""Where another system says who gets what it offers, the rules of the team leave that to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, Audit, User
from leads.actions import handoffs
from leads.actions.assignments import assign_by_rules
from leads.assignment.systems import systems_of
from leads.assignment.waiting import assign_waiting, waiting_handoffs
from leads.models import Handoff, Lead, TeamRules
from tests.calls import Caller
from tests.factories import make_rep, make_user
from tests.leads.assignment.assigning import make_rule, offered
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

HANDOFFS = "/agreements/acme/handoffs/"
RULES = "/agreements/acme/assignment/"
LATELY = NOW - timedelta(minutes=2)


@pytest.fixture
def bruno(version: AgreementVersion) -> User:
    """The only one whom the rules name."""
    bruno = make_rep("Bruno", version.agreement)
    make_rule(version.agreement, people=[bruno])
    return bruno


def offered_by_call(crm: Caller, lead: str) -> Handoff:
    crm.put(f"/leads/crm/{lead}/", {"attributes": {"name": lead}})
    named = {"source": "crm", "external_id": f"{lead}-H1"}
    assert crm.post(HANDOFFS, named | {"lead": {"source": "crm", "external_id": lead}}).json()
    return Handoff.objects.get(external_id=f"{lead}-H1")


def given_by_call(crm: Caller, handoff: Handoff, to: User | None, event: str = "assigned") -> None:
    told: dict[str, Any] = {"event": event, "source": "crm", "external_id": f"E{handoff.pk}"}
    told |= {"to" if event == "assigned" else "on_behalf_of": to.email if to else None}
    events = f"{HANDOFFS}{handoff.source}/{handoff.external_id}/events/"
    assert crm.post(events, told).status_code == 201


def rules_of(version: AgreementVersion) -> TeamRules:
    return TeamRules.objects.get(agreement=version.agreement)


def test_it_works(version: AgreementVersion, crm: Caller, ana: User, bruno: User) -> None:
    """The system gave an earlier one to Ana: what it offers is left to it."""
    given_by_call(crm, offer(version, "Earlier", NOW - timedelta(days=2)), ana)

    handoff = offered_by_call(crm, "Paulo")

    assert handoff.holder is None
    assert handoff.received_at is None
    assert not waiting_handoffs(NOW).exists()
    assert assign_waiting(now=NOW) == 0
    given_by_call(crm, handoff, ana)
    handoff.refresh_from_db()
    assert handoff.holder == ana
    assert not handoff.turns.exists()


def test_who_only_offers_leaves_it_to_the_rules(
    version: AgreementVersion, crm: Caller, bruno: User
) -> None:
    assert offered_by_call(crm, "Paulo").holder == bruno


def test_who_puts_it_into_the_queue_leaves_it_to_the_rules(
    version: AgreementVersion, crm: Caller, ana: User, bruno: User
) -> None:
    given_by_call(crm, offer(version, "Earlier", NOW - timedelta(days=2)), None)
    assert offered_by_call(crm, "Paulo").holder == bruno


def test_what_a_rep_took_over_there_or_a_file_tells_is_no_assignment(
    version: AgreementVersion, crm: Caller, ana: User, bruno: User
) -> None:
    given_by_call(crm, offer(version, "Taken", NOW - timedelta(days=2)), ana, "accepted")
    offer(version, "Of a file", NOW - timedelta(days=1), holder=ana)
    assert offered_by_call(crm, "Paulo").holder == bruno


def test_what_people_offer_here_goes_by_the_rules(
    version: AgreementVersion, crm: Caller, ana: User, bruno: User
) -> None:
    given_by_call(crm, offer(version, "Earlier", NOW - timedelta(days=2)), ana)
    crm.put("/leads/crm/Rita/", {"attributes": {"name": "Rita"}})
    helena = make_user("Helena", team=version.agreement.marketing_team)
    lead = Lead.objects.get(name="Rita")
    told: dict[str, Any] = {"by": helena, "now": NOW, "note": "Asked for a call"}
    assert handoffs.offer(lead=lead, agreement=version.agreement, **told).holder == bruno


def test_what_a_system_gave_to_somebody_before_stays(
    version: AgreementVersion, crm: Caller, ana: User, bruno: User
) -> None:
    handoff = offered(version.agreement, "Paulo", LATELY)
    given_by_call(crm, handoff, ana)
    assert assign_by_rules(handoff=handoff, now=NOW) is None
    handoff.refresh_from_db()
    assert handoff.holder == ana


def test_a_person_gives_it_away_by_the_rules_all_the_same(
    version: AgreementVersion, crm: Caller, ana: User, bruno: User
) -> None:
    given_by_call(crm, offer(version, "Earlier", NOW - timedelta(days=2)), ana)
    handoff = offered_by_call(crm, "Paulo")
    rafa = User.objects.get(name="Rafa")
    turn = assign_by_rules(handoff=handoff, now=NOW, by=rafa)
    assert turn is not None
    assert turn.user == bruno


def test_the_sales_lead_says_which_of_them_assigns(
    version: AgreementVersion, client: Client, crm: Caller, ana: User, bruno: User
) -> None:
    given_by_call(crm, offer(version, "Earlier", NOW - timedelta(days=2)), ana)
    client.force_login(User.objects.get(name="Rafa"))
    text = text_of(client.get(RULES))
    assert "What crm offers is left to it." in text
    assert "Its one handoff was given to somebody by a system." in text

    response = client.post(f"{RULES}deeds/", {"do": "take_over crm"}, follow=True)
    assert "What crm offers is given away by the rules." in text_of(response)
    assert offered_by_call(crm, "Paulo").holder == bruno

    client.post(f"{RULES}deeds/", {"do": "leave crm"})
    client.post(f"{RULES}deeds/", {"do": "leave crm"})
    assert offered_by_call(crm, "Rita").holder is None
    assert rules_of(version).left_to == {"crm": True}
    told = Audit.objects.filter(action__startswith="leads.team_rules.").order_by("pk")
    assert list(told.values_list("action", flat=True))[-2:] == [
        "leads.team_rules.taken_over", "leads.team_rules.left",
    ]  # fmt: skip


def test_what_is_no_system_is_not_found(
    version: AgreementVersion, client: Client, bruno: User
) -> None:
    client.force_login(User.objects.get(name="Rafa"))
    for source in ("", "x" * 65):
        response = client.post(f"{RULES}deeds/", {"do": f"leave {source}"})
        assert response.status_code == 404


def test_systems_are_those_that_offered(
    version: AgreementVersion, crm: Caller, ana: User, bruno: User
) -> None:
    assert systems_of(version.agreement, rules_of(version)) == []
    for name in ("Paulo", "Rita"):
        offered_by_call(crm, name)
    found = systems_of(version.agreement, rules_of(version))
    assert [(each.source, each.offered, each.assigned, each.is_left) for each in found] == [
        ("crm", 2, 0, False)
    ]
