"""Who would have got the latest handoffs by some rules: nothing is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agreements.models import Agreement, User
from leads.assignment.rules import Choice, TeamRule, deal
from leads.assignment.team import Team, offered_of, team_of
from leads.models import Handoff

LATEST = 20


@dataclass(frozen=True, slots=True)
class Simulated:
    """A handoff, who would have got it and why, and who has it."""

    handoff: Handoff
    choice: Choice
    person: User | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """The latest handoffs by some rules, the latest first, and how many each person would get."""

    rows: Sequence[Simulated]
    team: Team

    @property
    def shares(self) -> list[tuple[User | None, int]]:
        """Who would have got how many, most first; None is the queue."""
        counts = Counter(row.choice.person for row in self.rows)
        return [
            (None if key is None else self.team.people[key], number)
            for key, number in counts.most_common()
        ]


def simulate(
    agreement: Agreement, rules: Sequence[TeamRule], team: Team, *, now: datetime
) -> Simulation:
    """Assign the latest handoffs by rules, each as of its offer, beginning with today's loads."""
    latest = agreement.handoffs.filter(offered_at__isnull=False, offered_at__lte=now)
    latest = latest.exclude(status=Handoff.Status.REPEATED)
    latest = latest.select_related("lead__merged_into", "holder")
    handoffs = list(latest.order_by("-offered_at", "-pk")[:LATEST])[::-1]
    if not handoffs:
        return Simulation((), team)
    then = team_of(agreement, handoffs[0].offered_at or now)
    asked = offered_of(handoffs, now)
    choices = deal(
        rules, then.staff, [(asked[each.pk], each.offered_at or now) for each in handoffs]
    )
    rows = [
        Simulated(handoff, choice, then.people.get(choice.person or 0))
        for handoff, choice in zip(handoffs, choices, strict=True)
    ]
    return Simulation(rows[::-1], then)
