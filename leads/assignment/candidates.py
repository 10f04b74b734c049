"""Who could get a handoff: what each holds, when they are away, and whom the rules would choose."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agreements.models import Agreement, User
from leads.assignment.rules import Person, TeamRule, Waiting, deal, is_there
from leads.assignment.team import Team, rules_of, team_of, waiting_of
from leads.assignment.words import away_words, choice_words, person_words
from leads.models import Handoff, TeamRules


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


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who is away, in words, and how many handoffs they leave behind."""

    user: User
    away: str
    left: int


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

    def described(self) -> list[tuple[User, str]]:
        """Return everybody, with what they hold and when they are away in words."""
        return [
            (user, person_words(user, self.team.staff[key].load, self.away(key)))
            for key, user in self.team.people.items()
        ]

    def away(self, key: int) -> str:
        """Say when somebody of the team is away; empty if not at all, and for anybody else."""
        person = self.team.staff.get(key)
        return away_words(person.away, self.now) if person else ""

    def candidates(self, waiting: Waiting) -> list[Candidate]:
        """Return everybody but the holder: who is there first, reps first, least to do first."""
        found = [
            Candidate(
                user=user,
                load=self.team.staff[key].load,
                away=self.away(key),
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
        """Whether a promise runs out while its holder is away; what ran out before does not."""
        due_at, person = waiting.due_at, self._holder(waiting)
        if person is None or due_at is None or due_at < self.now:
            return False
        has_begun = any(start <= due_at for start, _end in person.away)
        return has_begun and not is_there(person, waiting, now=self.now)

    def is_left_behind(self, waiting: Waiting) -> bool:
        """Whether a promise runs out meanwhile, or has run out and its holder is not there."""
        person = self._holder(waiting)
        if person is None or not self.is_overdue(waiting):
            return self.runs_out_while_away(waiting)
        return not is_there(person, waiting, now=self.now)

    def absent(self, handoffs: Sequence[Handoff]) -> list[Absent]:
        """Return who leaves some of these handoffs behind, who leaves most on top."""
        staff = self.team.staff
        away = {key for key, person in staff.items() if person.away}
        asked = [each for each in handoffs if each.is_open and each.holder_id in away]
        waiting = self.waiting(asked).values()
        left = Counter(each.holder for each in waiting if self.is_left_behind(each))
        return [
            Absent(self.team.people[key], self.away(key), number)
            for key, number in left.most_common()
            if key is not None
        ]

    def is_overdue(self, waiting: Waiting) -> bool:
        """Whether a promise has run out."""
        return waiting.due_at is not None and waiting.due_at < self.now

    def _holder(self, waiting: Waiting) -> Person | None:
        return self.team.staff.get(waiting.holder) if waiting.holder is not None else None
