"""Verdicts on many leads at once are the verdicts on each of them."""

from random import Random
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from agreements.criteria import Rule, completeness, evaluate, holds, qualifies, tier_of
from agreements.criteria.arrays import (
    Field,
    ManyLeads,
    complete_many,
    evaluate_many,
    fields_of,
    fields_of_handoff,
    holds_many,
    tiers_many,
)
from agreements.terms.handoff import Handoff, Tier

FIELDS = ("size", "industry", "asked_for", "country")
VALUES = [None, "", "n/a", 9999, 3, 50, "50", "12,5", "Retail", "retail ", ["demo", "price"], True]
OPERATORS = ("is", "is_not", "one_of", "at_least", "at_most", "contains", "present", "missing")


class Chance(Random):
    """Makes leads and rules."""

    def lead(self) -> dict[str, Any]:
        return {name: self.choice(VALUES) for name in FIELDS if self.random() < 0.8}

    def rule(self, depth: int = 2) -> dict[str, Any]:
        if depth and self.random() < 0.5:
            rules = [self.rule(depth - 1) for _ in range(self.randrange(1, 4))]
            return {self.choice(["all", "any"]): rules}
        operator = self.choice(OPERATORS)
        condition: dict[str, Any] = {"field": self.choice(FIELDS), "operator": operator}
        if operator == "one_of":
            condition["value"] = self.sample(["demo", "Retail", 50], 2)
        elif operator in ("at_least", "at_most"):
            condition["value"] = self.choice([3, 40, 60])
        elif operator not in ("present", "missing"):
            condition["value"] = self.choice(["retail", 50, "demo", True])
        return condition


def many(leads: list[dict[str, Any]]) -> ManyLeads:
    fields = {}
    for name in FIELDS:
        values: list[object] = []
        for lead in leads:
            if not any(lead.get(name) is value for value in values):
                values.append(lead.get(name))
        places = [next(n for n, v in enumerate(values) if lead.get(name) is v) for lead in leads]
        fields[name] = Field(values, np.array(places, dtype=np.int64))
    return ManyLeads(len(leads), fields)


@pytest.mark.parametrize("seed", range(20))
def test_a_rule_holds_for_many_as_for_each(seed: int) -> None:
    chance = Chance(seed)
    leads = [chance.lead() for _ in range(60)]
    rule = TypeAdapter[Any](Rule).validate_python(chance.rule())

    assert holds_many(rule, many(leads)).tolist() == [holds(rule, lead) for lead in leads]


@pytest.mark.parametrize("seed", range(20))
def test_criteria_judge_many_as_each(seed: int) -> None:
    chance = Chance(seed)
    leads = [chance.lead() for _ in range(60)]
    handoff = Handoff.model_validate(
        {
            "required_fields": ["size", "country"],
            "rules": [chance.rule()],
            "scoring": [{"when": chance.rule(), "points": points} for points in (20, 15, -5)],
            "threshold": chance.choice([None, 15, 20]),
            "bypass": chance.choice([None, chance.rule()]),
        }
    )
    judged = evaluate_many(handoff, many(leads))

    verdicts = [evaluate(handoff, lead) for lead in leads]
    assert judged.score.tolist() == [verdict.score for verdict in verdicts]
    assert judged.is_bypassed.tolist() == [verdict.is_bypassed for verdict in verdicts]
    assert judged.qualifies.tolist() == [qualifies(handoff, lead) for lead in leads]
    complete = complete_many(handoff.required_fields, many(leads))
    assert complete.tolist() == [
        completeness(handoff.required_fields, lead).is_complete for lead in leads
    ]


def test_the_first_tier_whose_rule_holds() -> None:
    chance = Chance(3)
    leads = [chance.lead() for _ in range(60)]
    tiers = [
        Tier.model_validate({"key": f"t{place}", "name": "T", "when": chance.rule(0)})
        for place in range(3)
    ]
    found = [tier_of(tiers, lead) for lead in leads]
    expected = [-1 if tier is None else tiers.index(tier) for tier in found]
    assert tiers_many(tiers, many(leads)).tolist() == expected
    assert len(set(expected)) > 2


def test_what_nobody_was_asked_is_missing() -> None:
    rule = TypeAdapter[Any](Rule).validate_python({"field": "phone", "operator": "missing"})
    nothing = ManyLeads(2, {})
    assert holds_many(rule, nothing).tolist() == [True, True]
    assert holds_many(None, nothing).tolist() == [True, True]
    assert complete_many(["phone"], nothing).tolist() == [False, False]


def test_the_attributes_that_are_asked_for() -> None:
    rule = {"all": [{"field": "a", "operator": "present"}, {"any": [_asks("b"), _asks("c")]}]}
    handoff = {"required_fields": ["d"], "scoring": [{"when": rule, "points": 1}], "threshold": 1}
    assert fields_of_handoff(Handoff.model_validate(handoff)) == {"a", "b", "c", "d"}
    assert list(fields_of(None)) == []


def _asks(field: str) -> dict[str, Any]:
    return {"field": field, "operator": "present"}
