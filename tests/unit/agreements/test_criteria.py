"""Which leads qualify, and the reason for each verdict."""

import math
import string
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from agreements.criteria import (
    REASON_MESSAGES,
    Condition,
    Group,
    Rule,
    completeness,
    evaluate,
    holds,
    is_missing,
    judge,
    qualifies,
    tier_of,
)
from agreements.terms import Handoff, Tier

RULE: TypeAdapter[Condition | Group] = TypeAdapter(Rule)

HANDOFF = Handoff.model_validate(
    {
        "required_fields": ["name", "email"],
        "rules": [
            {"field": "employees", "operator": "at_least", "value": 50},
            {
                "any": [
                    {"field": "industry", "operator": "one_of", "value": ["retail", "software"]},
                    {"field": "country", "operator": "is", "value": "BR"},
                ]
            },
        ],
        "scoring": [
            {"when": {"field": "title", "operator": "contains", "value": "director"}, "points": 40},
            {"when": {"field": "visits", "operator": "at_least", "value": 3}, "points": 30},
            {"when": {"field": "title", "operator": "contains", "value": "intern"}, "points": -50},
        ],
        "threshold": 65,
        "bypass": {"field": "request", "operator": "is", "value": "contact"},
    }
)
GOOD = {
    "name": "Ana", "email": "ana@acme.example", "employees": "120", "industry": "Software",
    "title": "Sales Director", "visits": 3,
}  # fmt: skip


def rule(field: str, operator: str, value: object = None) -> Condition | Group:
    return RULE.validate_python({"field": field, "operator": operator, "value": value})


def test_it_works() -> None:
    verdict = evaluate(HANDOFF, GOOD)

    assert verdict.qualifies
    assert verdict.score == 70
    assert verdict.completeness.is_complete
    assert verdict.reasons_against == ()
    assert qualifies(HANDOFF, GOOD)


def test_verdict_says_which_rule_failed_and_why() -> None:
    verdict = evaluate(HANDOFF, {**GOOD, "employees": 12, "industry": "-", "country": "PT"})

    assert not verdict.qualifies
    assert [result.holds for result in verdict.rules] == [False, False]
    assert [reason.message for reason in verdict.reasons_against] == [
        "employees is 12, under 50.",
        "industry is missing.",
        "country is PT, not BR.",
    ]


def test_too_few_points_do_not_qualify() -> None:
    lead = {**GOOD, "title": "Director, interning", "visits": 9}
    verdict = evaluate(HANDOFF, lead)

    assert (verdict.score, verdict.threshold) == (20, 65)
    assert not verdict.reaches_threshold
    assert not verdict.qualifies
    assert [(worth, result.holds) for worth, result in verdict.points] == [
        (40, True), (30, True), (-50, True),
    ]  # fmt: skip


def test_bypass_stands_for_the_points_but_not_for_a_rule() -> None:
    asks = {**GOOD, "title": "", "visits": 0, "request": "Contact"}

    assert evaluate(HANDOFF, asks).is_bypassed
    assert evaluate(HANDOFF, asks).qualifies
    assert not evaluate(HANDOFF, {**asks, "employees": 3}).qualifies


def test_incomplete_lead_may_qualify() -> None:
    verdict = evaluate(HANDOFF, {**GOOD, "email": "n/a"})

    assert verdict.qualifies
    assert verdict.completeness.missing == ("email",)
    assert verdict.completeness.present == ("name",)


def test_no_criteria_let_every_lead_pass() -> None:
    assert evaluate(Handoff(), {}).qualifies
    assert holds(None, {})


@pytest.mark.parametrize(
    ("operator", "value", "actual", "held"),
    [
        ("is", "BR", "br", True),
        ("is", "BR", " BR ", True),
        ("is", "BR", "PT", False),
        ("is", 50, "50.0", True),
        ("is", True, True, True),
        ("is", True, "true", True),
        ("is", True, "1", False),
        ("is", "ação", "AÇA\u0303O", True),
        ("is", "a", ["b", "A"], True),
        ("is", "BR", None, False),
        ("is_not", "BR", "PT", True),
        ("is_not", "BR", "BR", False),
        ("is_not", "BR", "n/a", True),
        ("one_of", ["demo", "pricing"], "Demo", True),
        ("one_of", ["demo", "pricing"], "event", False),
        ("one_of", ["demo", "pricing"], None, False),
        ("not_one_of", ["demo", "pricing"], "event", True),
        ("not_one_of", ["demo", "pricing"], "pricing", False),
        ("not_one_of", ["demo", "pricing"], "", True),
        ("at_least", 50, 50, True),
        ("at_least", 50, "49.99", False),
        ("at_least", "0.5", Decimal("0.5"), True),
        ("at_least", 50, "many", False),
        ("at_least", 50, "1,200", False),
        ("at_least", 50, 9999, False),
        ("at_least", 50, True, False),
        ("at_most", 50, 50, True),
        ("at_most", 50, 51.0, False),
        ("at_most", 50, None, False),
        ("contains", "director", "Sales DIRECTOR", True),
        ("contains", "director", "Intern", False),
        ("contains", "demo", ["webinar", "Demo"], True),
        ("contains", "dem", ["webinar", "demo"], False),
        ("present", None, "x", True),
        ("present", None, 0, True),
        ("present", None, False, True),
        ("present", None, " - ", False),
        ("missing", None, "n/a", True),
        ("missing", None, "x", False),
    ],
)
def test_operator(operator: str, value: object, actual: object, held: bool) -> None:
    condition = rule("field", operator, value)

    assert holds(condition, {"field": actual}) is held
    assert judge(condition, {"field": actual}).holds is held


@pytest.mark.parametrize(
    "value",
    [
        None, "", "  ", "-", "--", "—", "...", "N/A", "n.a.", "None", "NULL", "9999", 9999, 99999,
        "999999999", "?", "xxx", "TBD", "não informado", [], (), {}, math.nan,
    ],
)  # fmt: skip
def test_placeholder_is_missing(value: object) -> None:
    assert is_missing(value)


@pytest.mark.parametrize(
    "value", [0, "0", False, "unknown", "NA", "999", "9998", "X", "-1", ["a"], 0.0, "None of these"]
)
def test_value_that_says_something_is_not_missing(value: object) -> None:
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("operator", "value", "actual", "message"),
    [
        ("is", "BR", "BR", "field is BR, as asked."),
        ("missing", None, None, "field is missing, as asked."),
        ("missing", None, "x", "field is x, but should be missing."),
        ("is_not", "BR", None, "field is missing, so it is not BR."),
        ("is_not", "BR", "BR", "field is BR, which is left out."),
        ("at_least", 50, None, "field is missing."),
        ("at_least", 50, "many", "field is many, which is not a number."),
        ("at_most", 50, 60, "field is 60, over 50."),
        ("one_of", ["a", "b"], "c", "field is c, not one of a, b."),
        ("contains", "a", "xyz", "field is xyz, which does not contain a."),
    ],
)
def test_reason(operator: str, value: object, actual: object, message: str) -> None:
    [reason] = judge(rule("field", operator, value), {"field": actual}).reasons
    assert reason.message == message


def test_every_reason_fills_in() -> None:
    for template in REASON_MESSAGES.values():
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        assert names <= {"field", "actual", "expected"}


def test_group_inside_a_group() -> None:
    group = RULE.validate_python(
        {
            "all": [
                {"field": "a", "operator": "present"},
                {"any": [{"field": b, "operator": "is", "value": 1} for b in ("b", "c")]},
            ]
        }
    )
    assert holds(group, {"a": "x", "c": 1})
    assert not holds(group, {"a": "x"})
    assert not holds(group, {"b": 1})
    assert len(judge(group, {}).reasons) == 3


def test_first_tier_that_fits_is_the_leads() -> None:
    large = {"field": "employees", "operator": "at_least", "value": 500}
    middle = {"field": "employees", "operator": "at_least", "value": 50}
    tiers = [
        Tier.model_validate({"key": "vip", "name": "VIP", "when": large}),
        Tier.model_validate({"key": "premium", "name": "Premium", "when": middle}),
        Tier.model_validate({"key": "basic", "name": "Basic"}),
    ]
    keys = [getattr(tier_of(tiers, {"employees": n}), "key", None) for n in (900, 80, 3, None)]
    assert keys == ["vip", "premium", "basic", "basic"]
    assert tier_of([], {}) is None


def test_completeness_sorts_required_fields() -> None:
    told = completeness(["name", "phone", "email"], {"name": "Ana", "phone": "9999"})
    assert (told.present, told.missing) == (("name",), ("phone", "email"))


LEADS = st.fixed_dictionaries(
    {},
    optional={
        "employees": st.integers(0, 200) | st.sampled_from(["many", "n/a", None]),
        "industry": st.sampled_from(["retail", "Software", "mining", "-"]),
        "country": st.sampled_from(["BR", "PT", ""]),
        "title": st.sampled_from(["Director", "Intern", "Interning director", None]),
        "visits": st.integers(0, 5),
        "request": st.sampled_from(["contact", "demo"]),
    },
)


@given(LEADS)
def test_the_quick_answer_is_the_explained_one(lead: dict[str, Any]) -> None:
    verdict = evaluate(HANDOFF, lead)

    assert qualifies(HANDOFF, lead) == verdict.qualifies
    for asked, result in zip(HANDOFF.rules, verdict.rules, strict=True):
        assert holds(asked, lead) == result.holds
