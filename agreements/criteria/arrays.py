"""The same verdicts on many leads at once: each condition is asked once of each distinct value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agreements.criteria.rules import AnyRule, Condition
from agreements.criteria.values import is_missing
from agreements.criteria.verdicts import HandoffCriteria, TierRule, holds

Answers: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.int64]


class Field(NamedTuple):
    """One attribute of many leads: its distinct values, and at which place of them each lead is."""

    values: Sequence[object]
    places: Integers


@dataclass(frozen=True, slots=True)
class ManyLeads:
    """The attributes of many leads, by name; one that is left out nobody has.

    What was asked of them once is remembered: the texts that are compared ask much the same.
    """

    size: int
    fields: Mapping[str, Field]
    _answers: dict[tuple[str, ...], Answers] = field(default_factory=dict, init=False, repr=False)

    def ask(self, condition: Condition) -> Answers:
        """Whether a condition holds for each lead."""
        # As texts: 1 and true are equal values, and yet they ask for different things.
        asked = (condition.field, condition.operator, repr(condition.value))
        if asked not in self._answers:
            self._answers[asked] = self._asked(condition)
        return self._answers[asked]

    def _asked(self, condition: Condition) -> Answers:
        known = self.fields.get(condition.field)
        if known is None:
            return np.full(self.size, holds(condition, {}))
        if condition.operator == "present":
            # Asked of names and addresses, of which every lead has its own.
            answers = [not is_missing(value) for value in known.values]
        else:
            answers = [holds(condition, {condition.field: value}) for value in known.values]
        return np.array(answers, dtype=bool)[known.places]


class Judged(NamedTuple):
    """What `evaluate` says of each of many leads, without the reasons."""

    rules_hold: Answers
    score: Integers
    is_bypassed: Answers
    qualifies: Answers


def holds_many(rule: AnyRule | None, leads: ManyLeads) -> Answers:
    """Whether a rule holds for each lead: `holds` of each."""
    if rule is None:
        return np.ones(leads.size, dtype=bool)
    if isinstance(rule, Condition):
        return leads.ask(rule)
    combine = np.logical_and if rule.all else np.logical_or
    answers: Answers = combine.reduce(
        [holds_many(item, leads) for item in (rule.all or rule.any or ())]
    )
    return answers


def evaluate_many(handoff: HandoffCriteria, leads: ManyLeads) -> Judged:
    """Judge each lead by rules and points as `evaluate` does."""
    nobody = np.zeros(leads.size, dtype=bool)
    rules_hold = ~nobody
    for rule in handoff.rules:
        rules_hold &= holds_many(rule, leads)
    score = np.zeros(leads.size, dtype=np.int64)
    for entry in handoff.scoring:
        score += entry.points * holds_many(entry.when, leads)
    is_bypassed = nobody if handoff.bypass is None else holds_many(handoff.bypass, leads)
    reaches = ~nobody if handoff.threshold is None else (score >= handoff.threshold) | is_bypassed
    return Judged(rules_hold, score, is_bypassed, rules_hold & reaches)


def tiers_many(tiers: Sequence[TierRule], leads: ManyLeads) -> Integers:
    """Return the place of each lead's tier, -1 for none: `tier_of` of each."""
    places = np.full(leads.size, -1)
    for place, tier in enumerate(tiers):
        places[(places < 0) & holds_many(tier.when, leads)] = place
    return places


def complete_many(required_fields: Iterable[str], leads: ManyLeads) -> Answers:
    """Whether each lead has every required field; a placeholder counts as missing."""
    is_complete = np.ones(leads.size, dtype=bool)
    for name in required_fields:
        is_complete &= leads.ask(Condition(field=name, operator="present"))
    return is_complete


def fields_of(rule: AnyRule | None) -> Iterator[str]:
    """Give the attributes that a rule asks about."""
    if isinstance(rule, Condition):
        yield rule.field
    elif rule is not None:
        for item in rule.all or rule.any or ():
            yield from fields_of(item)


def fields_of_handoff(handoff: HandoffCriteria) -> set[str]:
    """Return the attributes that judging a lead asks about."""
    rules = (*handoff.rules, handoff.bypass, *(entry.when for entry in handoff.scoring))
    return {*handoff.required_fields, *(name for rule in rules for name in fields_of(rule))}
