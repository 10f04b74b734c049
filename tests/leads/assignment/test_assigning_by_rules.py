"""Handoffs given to people by the rules of their team."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from agreements.models import AgreementVersion, Audit, User
from leads.actions import handoffs, team_rules
from leads.actions.assignments import (
    AlreadyReassigned,
    UnableToAssign,
    assign_by_rules,
    assign_offered,
    reassign,
)
from leads.assignment.team import loads_of, team_of, waiting_of
from leads.assignment.waiting import assign_waiting
from leads.ingest import ingest
from leads.models import AssignmentTurn, Clock, Handoff, HandoffEvent, Lead
from leads.rebuild import rebuild
from tests.factories import Teller, example_terms, local, make_rep, make_user, make_version
from tests.leads.assignment.assigning import away, make_rule, offered
from tests.leads.pages import NOW, offer, stop_time

pytestmark = pytest.mark.django_db

LATELY = NOW - timedelta(minutes=2)


@pytest.fixture
def reps(version: AgreementVersion) -> list[User]:
    return [make_rep(name, version.agreement) for name in ("Ana", "Bruno", "Carla")]


def holders(names: str, version: AgreementVersion) -> list[str]:
    """Offer leads of these names, assign them, and return who got each; "-" is nobody."""
    found = []
    for name in names:
        handoff = offered(version.agreement, name, LATELY)
        assign_by_rules(handoff=handoff, now=NOW)
        handoff.refresh_from_db()
        found.append(handoff.holder.name if handoff.holder else "-")
    return found


def test_it_works(version: AgreementVersion, reps: list[User]) -> None:
    make_rule(version.agreement, "Minas Gerais", method="load", people=reps[:2], when={
        "field": "state", "operator": "is", "value": "MG",
    })  # fmt: skip
    offer(version, "Held", NOW - timedelta(hours=1), holder=reps[0])
    handoff = offered(version.agreement, "Paulo", LATELY, state="MG")

    turn = assign_by_rules(handoff=handoff, now=NOW)

    handoff.refresh_from_db()
    assert turn is not None
    assert (handoff.holder, handoff.received_at) == (reps[1], NOW)
    assert (turn.rule_name, turn.method, turn.load) == ("Minas Gerais", "load", 0)
    event = HandoffEvent.objects.get(external_id=turn.external_id)
    assert (event.source, event.recorded_by, event.person) == ("portal", None, reps[1])
    assert Clock.objects.get(handoff=handoff, clause_key="M4").stopped_at == NOW
    audit = Audit.objects.get(action="leads.handoff.assigned", subject_id=str(handoff.pk))
    assert audit.data == {
        "from": None, "to": "Bruno", "rule": "Minas Gerais", "method": "load", "load": 0,
    }  # fmt: skip
    assert rebuild(now=NOW) == 0


def test_load_is_what_somebody_holds_under_all_agreements(
    version: AgreementVersion, reps: list[User], django_assert_num_queries: Any
) -> None:
    make_rule(version.agreement, method="load", people=reps[:2])
    elsewhere = make_version(example_terms(), slug="other")
    for name in ("Otto", "Rita"):
        offer(elsewhere, name, LATELY, holder=reps[0])
    offer(version, "Held", LATELY, holder=reps[1])
    handoff = offered(version.agreement, "Paulo", LATELY)

    turn = assign_by_rules(handoff=handoff, now=NOW)

    assert turn is not None
    assert (turn.user, turn.load) == (reps[1], 1)
    keys = [person.pk for person in reps]
    with django_assert_num_queries(1):
        assert loads_of(version.agreement, keys) == {keys[0]: (2, 0), keys[1]: (2, 2)}


def test_an_offer_is_assigned_as_soon_as_it_is_kept(
    version: AgreementVersion, reps: list[User]
) -> None:
    make_rule(version.agreement)
    tell = Teller("Paulo")
    ingest(agreement=version.agreement, facts=[tell.stage("mql", NOW)], by=None, now=NOW)
    helena = make_user("Helena", team=version.agreement.marketing_team)
    told: dict[str, Any] = {"agreement": version.agreement, "by": helena, "now": NOW}

    handoff = handoffs.offer(lead=Lead.objects.get(), note="Asked for a call", **told)

    assert (handoff.holder, handoff.received_at) == (reps[0], NOW)
    assert rebuild(now=NOW) == 0


def test_turns_go_round_whoever_leads_the_team(version: AgreementVersion, reps: list[User]) -> None:
    make_rule(version.agreement)
    assert holders("pqrs", version) == ["Ana", "Bruno", "Carla", "Ana"]

    make_rule(version.agreement, "Never asked")
    assert holders("tu", version) == ["Bruno", "Carla"]


def test_who_is_away_until_the_promise_runs_out_is_skipped(
    version: AgreementVersion, reps: list[User]
) -> None:
    """Received at ten, it is to be accepted within four hours of work: until three."""
    make_rule(version.agreement)
    away(reps[0], "2026-09-08 09:00", "2026-09-08 15:00")
    away(reps[1], "2026-09-08 09:00", "2026-09-08 14:59")

    assert holders("pqr", version) == ["Bruno", "Carla", "Bruno"]
    assert AssignmentTurn.objects.order_by("pk")[0].skipped == [reps[0].pk]


def test_where_everybody_is_away_it_waits_in_the_queue_until_somebody_is_back(
    version: AgreementVersion, reps: list[User]
) -> None:
    make_rule(version.agreement, people=reps[:1])
    away(reps[0], "2026-09-08 09:00", "2026-09-08 18:00")
    handoff = offered(version.agreement, "Paulo", LATELY)

    turn = assign_by_rules(handoff=handoff, now=NOW)

    handoff.refresh_from_db()
    assert turn is not None
    assert (turn.user, turn.rule, handoff.received_at) == (None, None, NOW)
    assert assign_waiting(now=NOW) == 0
    assert AssignmentTurn.objects.count() == 1

    back = local("2026-09-09 09:00")
    assert assign_waiting(now=back) == 1
    handoff.refresh_from_db()
    assert (handoff.holder, handoff.received_at) == (reps[0], NOW)
    assert rebuild(now=back) == 0


def test_the_earlier_owner_gets_a_recycled_lead(
    version: AgreementVersion, reps: list[User]
) -> None:
    first = offer(version, "Paulo", local("2026-09-01 10:00"), holder=reps[2])
    tell = Teller("Paulo")
    facts = [
        tell.event("recycled", local("2026-09-02 10:00"), external_id="closed"),
        tell.event("offered", LATELY, "H2", external_id="again"),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    make_rule(version.agreement, "Earlier owner", method="earlier_owner")
    make_rule(version.agreement)
    second = Handoff.objects.exclude(pk=first.pk).get()

    turn = assign_by_rules(handoff=second, now=NOW)

    assert turn is not None
    assert (turn.user, turn.rule_name) == (reps[2], "Earlier owner")


def test_a_tier_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_time(monkeypatch)
    tiers = [
        {
            "key": "vip",
            "name": "VIP",
            "when": {"field": "size", "operator": "at_least", "value": 9},
        },
        {"key": "basic", "name": "Basic"},
    ]
    version = make_version(example_terms(tiers=tiers))
    ana, bruno = (make_rep(name, version.agreement) for name in ("Ana", "Bruno"))
    is_vip = {"field": "tier", "operator": "is", "value": "vip"}
    make_rule(version.agreement, "VIP", people=[bruno], when=is_vip)
    make_rule(version.agreement, people=[ana])

    large = offered(version.agreement, "Large", LATELY, size=10)
    assert assign_by_rules(handoff=large, now=NOW).user == bruno  # type: ignore[union-attr]
    assert holders("p", version) == ["Ana"]


def test_nothing_is_assigned_by_rules_that_are_not_in_use(
    version: AgreementVersion, reps: list[User]
) -> None:
    assert holders("p", version) == ["-"]
    rule = make_rule(version.agreement, is_in_use=False)
    assert holders("q", version) == ["-"]

    lead = User.objects.get(name="Rafa")
    team_rules.use_rules(agreement=version.agreement, is_in_use=True, by=lead, now=NOW)
    assert holders("r", version) == ["Ana"]
    assert assign_waiting(now=NOW) == 0, "what was offered before they were in use is left"

    team_rules.remove_rule(rule=rule, by=lead, now=NOW)
    assert holders("s", version) == ["-"]
    with pytest.raises(team_rules.UnableToUse, match="write one first"):
        team_rules.use_rules(agreement=version.agreement, is_in_use=True, by=lead, now=NOW)
    assert AssignmentTurn.objects.get().rule_name == "Everybody"


def test_the_past_is_left_alone(version: AgreementVersion, reps: list[User]) -> None:
    make_rule(version.agreement)
    old = offered(version.agreement, "Old", NOW - timedelta(days=8))
    assert assign_offered(handoff=old, now=NOW) is None
    assert assign_waiting(now=NOW) == 0

    fresh = offered(version.agreement, "Fresh", NOW - timedelta(days=6))
    assert assign_waiting(now=NOW) == 1
    fresh.refresh_from_db()
    assert fresh.holder == reps[0]


def test_what_a_person_put_into_the_queue_stays_there(
    version: AgreementVersion, reps: list[User]
) -> None:
    make_rule(version.agreement)
    offer(version, "Queued", LATELY)
    assert assign_waiting(now=NOW) == 0


def test_what_somebody_holds_or_has_ended_is_left_alone(
    version: AgreementVersion, reps: list[User]
) -> None:
    make_rule(version.agreement)
    held = offer(version, "Held", LATELY, holder=reps[2])
    assert assign_by_rules(handoff=held, now=NOW) is None
    assert assign_by_rules(handoff=held, now=NOW, seen_holder=reps[1]) is None

    turn = assign_by_rules(handoff=held, now=NOW, by=reps[0], seen_holder=reps[2])
    assert turn is not None
    assert turn.user == reps[0]


def test_somebody_new_and_somebody_gone(version: AgreementVersion, reps: list[User]) -> None:
    make_rule(version.agreement)
    assert holders("pq", version) == ["Ana", "Bruno"]
    reps[2].is_active = False
    reps[2].save()
    make_user("Mail robot", team=version.agreement.sales_team, role="integration")
    diego = make_rep("Diego", version.agreement)

    assert holders("rs", version) == ["Diego", "Ana"]
    assert team_of(version.agreement, NOW).reps == (reps[0].pk, reps[1].pk, diego.pk)


def test_what_rules_ask_of_many_handoffs(
    version: AgreementVersion, reps: list[User], django_assert_num_queries: Any
) -> None:
    for number in range(3):
        offered(version.agreement, f"L{number}", LATELY)
    offer(version, "Held", local("2026-09-08 09:00"), holder=reps[0])
    found_ones = list(Handoff.objects.select_related("lead").order_by("pk"))

    with django_assert_num_queries(4):
        found = waiting_of(found_ones, NOW)

    assert {found[each.pk].due_at for each in found_ones[:3]} == {local("2026-09-08 15:00")}
    assert found[found_ones[3].pk].due_at == local("2026-09-08 14:00")


# -- by hand


def test_reassigning_moves_no_due_time(version: AgreementVersion, reps: list[User]) -> None:
    handoff = offer(version, "Paulo", local("2026-09-08 09:00"), holder=reps[0])

    reassign(
        handoff=handoff, holder=reps[1], seen_holder_id=reps[0].pk, by=reps[2], now=NOW, note="Rio"
    )

    handoff.refresh_from_db()
    clock = Clock.objects.get(handoff=handoff, clause_key="S2")
    assert (handoff.holder, clock.due_at) == (reps[1], local("2026-09-08 14:00"))
    hour = 3_600_000_000
    assert clock.holder_split == [[reps[0].pk, hour], [reps[1].pk, 3 * hour]]
    event = HandoffEvent.objects.get(source="portal")
    assert (event.recorded_by, event.note) == (reps[2], "Rio")
    assert rebuild(now=NOW) == 0


def test_back_to_the_queue(version: AgreementVersion, reps: list[User]) -> None:
    handoff = offer(version, "Paulo", LATELY, holder=reps[0])
    reassign(handoff=handoff, holder=None, seen_holder_id=reps[0].pk, by=reps[0], now=NOW)
    handoff.refresh_from_db()
    assert handoff.holder is None


def test_a_reassignment_is_refused(version: AgreementVersion, reps: list[User]) -> None:
    handoff = offer(version, "Paulo", LATELY, holder=reps[0])
    told: dict[str, Any] = {"handoff": handoff, "by": reps[0], "now": NOW}

    with pytest.raises(AlreadyReassigned, match="Ana has it meanwhile"):
        reassign(holder=reps[1], seen_holder_id=None, **told)
    with pytest.raises(UnableToAssign, match="there already"):
        reassign(holder=reps[0], seen_holder_id=reps[0].pk, **told)
    with pytest.raises(UnableToAssign, match="is not in"):
        reassign(holder=make_user("Zoe"), seen_holder_id=reps[0].pk, **told)


def test_the_command_assigns_what_waits(
    version: AgreementVersion, reps: list[User], capsys: pytest.CaptureFixture[str]
) -> None:
    make_rule(version.agreement)
    offered(version.agreement, "Paulo", LATELY)
    call_command("assign_waiting")
    assert capsys.readouterr().out == "1 handoffs assigned.\n"
    assert Handoff.objects.get().holder == reps[0]
