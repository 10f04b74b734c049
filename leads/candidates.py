"""Who could get a handoff: what each holds, when they are away, and whom the rules would choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agreements.models import Agreement, User
from leads.assigning import TeamRule, Waiting, deal, is_there
from leads.assignment_words import away_words, choice_words
from leads.models import Handoff, TeamRules
from leads.team import Team, rules_of, team_of, waiting_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could get a handoff; ``is_there`` before its promise runs out."""

    user: User
    load: int
    away: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Whom the rules would choose for a handoff, and why."""

    user: User | None
    words: str


class Choosing:
    """A team with its rules, ready to say who could get which handoff."""

    def __init__(self, agreement: Agreement, now: datetime) -> None:
        self.now = now
        self.team: Team = team_of(agreement, now)
        stored = TeamRules.objects.filter(agreement=agreement).first()
        self.is_in_use = stored is not None and stored.in_use_since is not None
        self.rules: Sequence[TeamRule] = rules_of(stored, self.team) if stored else ()

    def waiting(self, handoffs: Sequence[Handoff]) -> Mapping[int, Waiting]:
        """Return by key what the rules ask of handoffs."""
        return waiting_of(handoffs, self.now) if handoffs else {}

    def candidates(self, waiting: Waiting) -> list[Candidate]:
        """Return everybody but the holder: who is there first, reps first, least to do first."""
        found = [
            Candidate(
                user=user,
                load=self.team.staff[key].load,
                away=away_words(self.team.staff[key].away, self.now),
                is_there=is_there(self.team.staff[key], waiting, now=self.now),
            )
            for key, user in self.team.people.items()
            if key != waiting.holder
        ]
        leads = self.team.leads
        return sorted(
            found,
            key=lambda each: (not each.is_there, each.user.pk in leads, each.load, each.user.name),
        )

    def suggestions(self, asked: Sequence[Waiting]) -> list[Suggestion]:
        """Return whom the rules would choose for each, one after the other, and why, in words."""
        choices = deal(self.rules, self.team.staff, [(waiting, self.now) for waiting in asked])
        people = self.team.people
        return [
            Suggestion(people.get(choice.person or 0), choice_words(choice, people))
            for choice in choices
        ]

    def runs_out_while_away(self, waiting: Waiting) -> bool:
        """Whether who holds a handoff is away until its promise runs out."""
        holder = self.team.staff.get(waiting.holder) if waiting.holder is not None else None
        return holder is not None and not is_there(holder, waiting, now=self.now)
