"""Who gets a handoff: the rules of a team, tried one after the other on who is there. Pure.

A rule names people and how to choose one of them. It passes a handoff on to the next rule where
none of its people has any open time left before the promise runs out. What no rule gives to
anybody stays in the team's queue. Every answer tells why, as values that an interface words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias, TypeVar

from agreements.business_time import Schedule, add_business, business_between
from agreements.clock import Interval
from agreements.criteria import AnyRule, Attributes, holds

_ZERO = timedelta(0)
_INSTANT = timedelta(microseconds=1)


class Method(StrEnum):
    """How a rule chooses one of its people."""

    ROUND_ROBIN = "round_robin"
    LOAD = "load"
    EARLIER_OWNER = "earlier_owner"


class Passed(StrEnum):
    """Why a rule gave a handoff to nobody."""

    NOT_MET = "not_met"
    NO_EARLIER_OWNER = "no_earlier_owner"
    ALL_AWAY = "all_away"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can hold handoffs: how many open ones they have in all, and when they are away.

    ``away`` are half-open intervals that are known now, in any order; they may overlap.
    """

    key: int
    load: int = 0
    away: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamRule:
    """One rule of a team. Without ``when`` it is for every lead.

    ``people`` are keys in the order in which they take turns. ``latest`` is who had the last turn,
    whether or not they still belong to it.
    """

    key: int
    name: str
    method: Method
    people: tuple[int, ...]
    when: AnyRule | None = None
    latest: int | None = None

    @property
    def takes_all(self) -> bool:
        """Whether it passes nothing on unless all its people are away."""
        return takes_all(self.when, self.method)


def takes_all(when: object, method: str) -> bool:
    """Whether a rule of this condition and method is for every lead, whoever had it before."""
    return when is None and method != Method.EARLIER_OWNER


class Placed(Protocol):
    """What the place of a rule among others depends on."""

    @property
    def takes_all(self) -> bool: ...


P = TypeVar("P", bound=Placed)


def placed(rule: P, rules: Sequence[P]) -> list[P]:
    """Return rules with a new one: above the first that takes all, unless it does so itself."""
    place = next((at for at, each in enumerate(rules) if each.takes_all), len(rules))
    if rule.takes_all:
        place = len(rules)
    return [*rules[:place], rule, *rules[place:]]


def taker_above(rules: Sequence[P], place: int) -> P | None:
    """Return the first rule above the one at an index that leaves it hardly anything."""
    return next((each for each in rules[:place] if each.takes_all), None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A handoff that is to be given to somebody.

    ``due_at`` is when the first promise about it runs out, if there is one; ``schedule`` are the
    hours it is counted in. ``holder`` has it now and is not to get it again. ``earlier_owner``
    held an earlier handoff of the lead.
    """

    attributes: Attributes
    schedule: Schedule
    due_at: datetime | None = None
    holder: int | None = None
    earlier_owner: int | None = None


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A rule that gave the handoff to nobody, why, and whom it skipped because they are away."""

    rule: int
    name: str
    why: Passed
    skipped: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets a handoff: ``person`` by a rule, or the team's queue where both are None.

    ``load`` is how many open handoffs the person has without this one. ``skipped`` are people
    whose turn it would have been and who are away. ``passed`` are the rules that were tried before.
    """

    person: int | None
    rule: TeamRule | None
    load: int | None = None
    skipped: tuple[int, ...] = ()
    passed: tuple[PassedOn, ...] = ()


Staff: TypeAlias = Mapping[int, Person]


def choose(rules: Sequence[TeamRule], staff: Staff, waiting: Waiting, *, now: datetime) -> Choice:
    """Return who gets a handoff at ``now``; the same values give the same answer.

    The first rule that holds and has somebody who is there decides.
    """
    passed: list[PassedOn] = []
    for rule in rules:
        tried = _try(rule, staff, waiting, now)
        if isinstance(tried, Choice):
            return Choice(tried.person, rule, tried.load, tried.skipped, tuple(passed))
        passed.append(tried)
    return Choice(None, None, passed=tuple(passed))


def deal(
    rules: Sequence[TeamRule], staff: Staff, asked: Iterable[tuple[Waiting, datetime]]
) -> list[Choice]:
    """Return who gets each of several handoffs, each as if those before it were given away.

    Each comes with the instant at which it is to be given.
    """
    turns, held, choices = list(rules), dict(staff), []
    for waiting, at in asked:
        choice = choose(turns, held, waiting, now=at)
        choices.append(choice)
        if choice.person is not None and choice.rule is not None:
            person = held[choice.person]
            held[person.key] = replace(person, load=person.load + 1)
            place = turns.index(choice.rule)
            turns[place] = replace(choice.rule, latest=person.key)
    return choices


def _try(rule: TeamRule, staff: Staff, waiting: Waiting, now: datetime) -> Choice | PassedOn:
    if rule.when is not None and not holds(rule.when, waiting.attributes):
        return PassedOn(rule.key, rule.name, Passed.NOT_MET)
    named = _candidates(rule, staff, waiting)
    if not named:
        is_owner = rule.method is Method.EARLIER_OWNER
        why = Passed.NO_EARLIER_OWNER if is_owner else Passed.NOBODY
        return PassedOn(rule.key, rule.name, why)
    away = tuple(key for key in named if not is_there(staff[key], waiting, now=now))
    there = [key for key in named if key not in away]
    if not there:
        return PassedOn(rule.key, rule.name, Passed.ALL_AWAY, away)
    if rule.method is Method.LOAD:
        person = min(there, key=lambda key: (staff[key].load, named.index(key)))
        skipped = tuple(key for key in away if staff[key].load < staff[person].load)
    else:
        person = there[0]
        skipped = tuple(named[: named.index(person)])
    return Choice(person, rule, staff[person].load, skipped)


def _candidates(rule: TeamRule, staff: Staff, waiting: Waiting) -> list[int]:
    """Return those of the rule's people who may get it, whose turn it is first."""
    if rule.method is Method.EARLIER_OWNER:
        owner = waiting.earlier_owner
        is_meant = owner is not None and (not rule.people or owner in rule.people)
        ordered = [owner] if owner is not None and is_meant else []
    else:
        ordered = turns_after(rule.people, rule.latest)
    return [key for key in ordered if key in staff and key != waiting.holder]


def turns_after(people: Sequence[int], latest: int | None) -> list[int]:
    """Return people in the order of their turns, beginning behind who had the last one.

    Who is no longer among them leaves their place to the next greater key.
    """
    if latest is None:
        return list(people)
    if latest in people:
        place = people.index(latest) + 1
    else:
        place = next((at for at, key in enumerate(people) if key > latest), 0)
    return [*people[place:], *people[:place]]


def is_there(person: Person, waiting: Waiting, *, now: datetime) -> bool:
    """Whether a person has any open time before the promise runs out.

    One that has run out, or that there is none of, asks for the next open instant. A promise
    that has no open time at all before it runs out asks that they are not away throughout.
    """
    schedule, due_at = waiting.schedule, waiting.due_at
    if due_at is None or due_at <= now or not business_between(schedule, now, due_at):
        due_at = max(due_at or now, add_business(schedule, now, _INSTANT))
    return time_there(schedule, now, due_at, person.away) > _ZERO


def time_there(
    schedule: Schedule, start: datetime, end: datetime, away: Collection[Interval]
) -> timedelta:
    """Return the open time inside ``[start, end)`` in which somebody is not away."""
    there, since = _ZERO, start
    for from_, until in sorted(away):
        if since < from_:
            there += business_between(schedule, since, min(from_, end))
        since = max(since, until)
        if since >= end:
            return there
    return there + business_between(schedule, since, end)
