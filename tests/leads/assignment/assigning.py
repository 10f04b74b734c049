"""What tests of assigning by rules start from: rules of the team, in use."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agreements.models import Absence, Agreement, User
from leads.actions import team_rules
from leads.ingest import ingest
from leads.models import AssignmentRule, Handoff
from tests.factories import RECORDED_AT, Teller, local, make_user


def make_rule(
    agreement: Agreement,
    name: str = "Everybody",
    *,
    method: str = "round_robin",
    people: Sequence[User] = (),
    when: Any = None,
    is_in_use: bool = True,
) -> AssignmentRule:
    """A rule of the sales team, in use since long ago."""
    by = User.objects.filter(name="Rafa").first() or make_user(
        "Rafa", team=agreement.sales_team, role="lead", time_zone=agreement.time_zone
    )
    told = {"name": name, "when": when, "method": method, "people": people}
    rule = team_rules.save_rule(agreement=agreement, rule=None, by=by, now=RECORDED_AT, **told)
    if is_in_use:
        team_rules.use_rules(agreement=agreement, is_in_use=True, by=by, now=RECORDED_AT)
    return rule


def away(user: User, start: str, end: str) -> None:
    """Let somebody be away, by the local time of the tests."""
    Absence.objects.create(
        user=user, starts_at=local(start), ends_at=local(end), recorded_at=local("2026-09-01 09:00")
    )


def offered(agreement: Agreement, lead: str, at: datetime, **attributes: Any) -> Handoff:
    """A handoff that waits: nobody has assigned it, and it is in no queue."""
    tell = Teller(lead)
    facts = [tell.attributes(at, name=lead, **attributes), tell.event("offered", at)]
    ingest(agreement=agreement, facts=facts, by=None, now=at)
    return Handoff.objects.get(external_id=f"{lead}-H1")


def rep(name: str) -> User:
    """The person of that name."""
    return User.objects.get(name=name)
