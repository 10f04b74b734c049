"""What the interview makes of a starter: a valid first draft, whatever is sensibly answered."""

from decimal import Decimal
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.editing import problems_of
from agreements.interview import (
    GOALS,
    QUARTERS,
    asked_places,
    at,
    draft_from,
    first_answers,
    fitted,
)
from agreements.interview_places import question_of
from agreements.starters import load_starter, starter_names
from agreements.terms import parse_terms, terms_hash, warnings
from agreements.terms.values import MONTHS

ENGLISH = load_starter("inbound-en")


def answered(**changes: Any) -> dict[str, Any]:
    """The starter's own answers, some of them changed: `goal__amount=5`."""
    answers = first_answers(ENGLISH, "en")
    for name, value in changes.items():
        first, _, rest = name.partition("__")
        answers[first] = {**answers[first], rest: value} if rest else value
    return answers


def questions_of(document: dict[str, Any]) -> set[str]:
    return {question_of(problem, document) for problem in problems_of(document)}


@pytest.mark.parametrize("name", starter_names())
def test_it_works(name: str) -> None:
    starter = load_starter(name)
    draft = draft_from(first_answers(starter, name[-2:]), starter)

    assert warnings(parse_terms(draft)) == ()
    assert draft | {"objectives": starter["objectives"]} == starter


def test_goal_and_year_make_the_funnel() -> None:
    draft = draft_from(
        answered(goal={"kind": "customers", "amount": 48, "first_month": "apr"}, quarters={
            "q1": "40%", "q2": "30%", "q3": "20%", "q4": "10%",
        }),
        ENGLISH,
    )  # fmt: skip

    plan = parse_terms(draft).funnel_plan()
    assert plan.revenue is None
    assert [int(part) for part in plan.rows["customer"].quarters] == [19, 14, 10, 5]
    assert parse_terms(draft).funnel.months[0] == "apr"
    assert draft["objectives"][0] == {
        "key": "revenue",
        "statement": "Win 48 new customers in the year.",
        "measure": "customers",
        "target": 48,
    }


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Win 1,250,000.50 USD of new revenue in the year."),
        ("es", "Ganar 1.250.000,50 USD de ingresos nuevos en el año."),
        ("pt", "Conquistar 1.250.000,50 USD de receita nova no ano."),
    ],
)
def test_objective_is_written_from_the_goal_in_the_language_of_the_text(
    language: str, sentence: str
) -> None:
    answers = answered(goal__amount="1250000.50") | {"language": language}
    assert draft_from(answers, ENGLISH)["objectives"][0]["statement"] == sentence


def test_own_objective_stays_as_it_is_written() -> None:
    draft = draft_from(answered(objective="Grow together.", second_objective=None), ENGLISH)
    assert [each["statement"] for each in draft["objectives"]] == ["Grow together."]


def test_who_passes() -> None:
    draft = draft_from(
        answered(countries=["MX", "CO"], employees=None, handoff={"required_fields": ["email"]}),
        ENGLISH,
    )
    handoff = parse_terms(draft).handoff
    assert draft["handoff"]["rules"][0]["value"] == ["MX", "CO"]
    assert len(handoff.rules) == 2
    assert (handoff.threshold, handoff.scoring, handoff.bypass) == (None, (), None)


def test_sentence_of_the_starter_names_the_points_asked_for() -> None:
    answers = answered(handoff__threshold=80)
    assert "at least 80 points" in draft_from(answers, ENGLISH)["handoff"]["definition"]
    own = answered(handoff__threshold=80, handoff__definition="At least 65 of us.")
    own["handoff"]["threshold"] = 80
    assert draft_from(own, ENGLISH)["handoff"]["definition"] == "At least 65 of us."


def test_how_it_is_followed() -> None:
    draft = draft_from(answered(in_time="70%", director_after="2h", asked_for=False), ENGLISH)
    terms = parse_terms(draft)
    assert terms.commitment("S1").target == Decimal("0.7")
    assert terms.commitment("S1").warn_at == Decimal("0.63")
    assert terms.commitment("M4").target == Decimal("0.9")
    assert str(terms.escalation[-1].at.after) == "2h"
    assert terms.handoff.bypass is None
    assert warnings(terms) == ()


def test_nobody_tells_the_director() -> None:
    draft = draft_from(answered(director_after=None), ENGLISH)
    assert "director" not in [rung["notify"] for rung in draft["escalation"]]


def test_starter_is_fitted_to_the_agreement() -> None:
    draft = fitted(ENGLISH, time_zone="Europe/Lisbon", currency="EUR", calendars=["us-ny"])
    assert (draft["time_zone"], draft["currency"], draft["calendar"]) == (
        "Europe/Lisbon", "EUR", "us-ny",
    )  # fmt: skip
    elsewhere = fitted(ENGLISH, time_zone="UTC", currency="EUR", calendars=[])
    assert "calendar" not in elsewhere
    assert problems_of(elsewhere) == ()


@pytest.mark.parametrize(
    ("changes", "question"),
    [
        ({"goal__amount": None}, "goal.amount"),
        ({"goal__amount": "a lot"}, "goal.amount"),
        ({"goal__average_deal": None}, "goal.average_deal"),
        ({"goal__average_deal": "x"}, "goal.average_deal"),
        ({"goal__first_month": "brumaire"}, "goal.first_month"),
        ({"quarters__q3": "much"}, "quarters.q3"),
        ({"quarters__q4": "-5%"}, "quarters.q4"),
        ({"quarters": dict.fromkeys(QUARTERS, "0%")}, "quarters.q1"),
        ({"funnel__rates": {"lead": "130%"}}, "funnel.rates.lead"),
        ({"employees": "many"}, "employees"),
        ({"countries": [{}]}, "countries"),
        ({"in_time": "often"}, "in_time"),
        ({"director_after": "soon"}, "director_after"),
        ({"objective": " "}, "objective"),
        ({"second_objective": "  "}, "second_objective"),
        ({"hours": {}}, "hours"),
        ({"hours__mon-fri": "nine to five"}, "hours.mon-fri"),
        ({"commitments__S1": {"within": "soon"}}, "commitments.S1.within"),
        ({"commitments__M2": {"target": "x"}}, "commitments.M2.target"),
        ({"assumptions": [""]}, "assumptions"),
    ],
)
def test_what_is_wrong_is_said_at_its_question(changes: dict[str, Any], question: str) -> None:
    assert question in questions_of(draft_from(answered(**changes), ENGLISH))


def test_every_place_that_is_asked_about_is_there() -> None:
    assert [path for path in asked_places(ENGLISH) if at(ENGLISH, path) is None] == []


SHARES = st.integers(5, 100).map(lambda share: f"{share}%")
TIMES = st.tuples(st.integers(1, 400), st.sampled_from(["min", "h", "bd", "d"])).map(
    lambda told: f"{told[0]}{told[1]}"
)
TEXTS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40)
GOAL = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(GOALS),
        "amount": st.integers(1, 10**9),
        "average_deal": st.integers(100, 10**6),
        "first_month": st.sampled_from(MONTHS),
    }
)
SANE = st.fixed_dictionaries(
    {
        "goal": GOAL,
        "quarters": st.fixed_dictionaries(dict.fromkeys(QUARTERS, SHARES)),
        "in_time": SHARES,
        "employees": st.none() | st.integers(0, 10_000),
        "countries": st.none() | st.lists(TEXTS, min_size=1, max_size=4),
        "asked_for": st.booleans(),
        "director_after": st.none() | TIMES,
        "assumptions": st.none() | st.lists(TEXTS, min_size=1, max_size=3),
        "second_objective": st.none() | TEXTS,
    }
)
RATES = st.fixed_dictionaries(dict.fromkeys(ENGLISH["funnel"]["rates"], SHARES))


@settings(max_examples=60)
@given(SANE, RATES, st.sampled_from(starter_names()), TIMES)
def test_any_sane_answers_give_valid_terms_and_keep_the_sums(
    answers: dict[str, Any], rates: dict[str, str], name: str, within: str
) -> None:
    starter = load_starter(name)
    first = first_answers(starter, name[-2:])
    first["commitments"]["S1"]["within"] = within
    draft = draft_from(first | answers | {"funnel": {"rates": rates}}, starter)

    terms = parse_terms(draft)
    plan = terms.funnel_plan()
    assert set(plan.rows) == {stage.key for stage in terms.stages}
    for row in plan.rows.values():
        assert row.shown == ceil(row.needed)
        assert sum(row.months) == sum(row.quarters) == row.shown
    if plan.revenue is not None:
        assert sum(plan.revenue.months) == answers["goal"]["amount"]
    assert len(terms_hash(draft)) == 64
