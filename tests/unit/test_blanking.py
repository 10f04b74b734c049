"""What stays of attributes, and what stands in for the others."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.criteria import Condition, holds, is_missing
from leads.personal.blanking import (
    FORGOTTEN,
    addresses_in,
    asked_in,
    blanked_answers,
    blanked_attributes,
    blanked_text,
    is_forgotten,
    stand_in,
    without_addresses,
)


def condition(operator: str, value: Any = None) -> Condition:
    return Condition(field="x", operator=operator, value=value)


def test_people_go_and_the_rest_stays() -> None:
    told = {"name": "Ana", "country": "BR", "employees": 12, "email_verified": True, "plan": "A"}
    assert blanked_attributes(told, {}) == told | {"name": FORGOTTEN, "plan": FORGOTTEN}
    assert blanked_attributes(told, {}, ["plan"])["plan"] == "A"


def test_an_address_never_stays() -> None:
    assert blanked_attributes({"origin": "from ana@example.com"}, {}) == {"origin": FORGOTTEN}
    assert blanked_attributes({"segment": ["a", "b@c.example"]}, {}) == {"segment": FORGOTTEN}


def test_what_was_missing_is_missing_still() -> None:
    told: dict[str, Any] = {"name": "n/a", "phone": None, "notes": "", "tags": [], "mobile": "9999"}
    assert blanked_attributes(told, {}) == told


@pytest.mark.parametrize(
    ("value", "asked", "left"),
    [
        ("Head of sales", [("contains", "head")], "head"),
        ("head", [("is", "head")], "head"),
        ("Chef", [("is_not", "head")], FORGOTTEN),
        (37, [("at_least", 50)], FORGOTTEN),
        ("A b c", [("contains", "a"), ("contains", "b"), ("contains", "c")], [FORGOTTEN, *"abc"]),
        (37, [("at_least", 18), ("at_most", 40)], 18),
        (True, [("is", True)], True),
        ("Head buyer", [("contains", "head"), ("contains", "buyer")], [FORGOTTEN, "head", "buyer"]),
    ],
)
def test_a_rule_is_answered_as_before(value: Any, asked: list[Any], left: Any) -> None:
    conditions = [condition(*each) for each in asked]
    found = stand_in(value, conditions)
    assert [holds(each, {"x": found}) for each in conditions] == [
        holds(each, {"x": value}) for each in conditions
    ]
    assert found == left


WORDS = st.sampled_from(["head", "sales", "chief", "buyer", "50", "7"])
CONDITIONS = st.one_of(
    st.builds(condition, st.sampled_from(["is", "is_not", "contains"]), WORDS),
    st.builds(condition, st.sampled_from(["one_of", "not_one_of"]), st.lists(WORDS, min_size=1)),
    st.builds(condition, st.sampled_from(["at_least", "at_most"]), st.integers(-5, 100)),
    st.builds(condition, st.sampled_from(["present", "missing"])),
)
VALUES = st.one_of(
    st.lists(st.sampled_from(["head", "sales", "Zyxw"]), min_size=1, max_size=3).map(" ".join),
    st.integers(-10, 120),
    st.booleans(),
)


@given(VALUES, st.lists(CONDITIONS, max_size=3))
def test_nothing_of_the_person_is_left_and_presence_stays(
    value: Any, asked: list[Condition]
) -> None:
    found = stand_in(value, asked)
    assert "Zyxw" not in str(found)
    assert is_missing(found) == is_missing(value)
    assert stand_in(found, asked) == found or not is_forgotten(found)


def test_conditions_are_found_wherever_they_stand() -> None:
    rule = {"field": "job", "operator": "contains", "value": "head"}
    text = {"tiers": [{"when": {"any": [rule, rule]}}], "scope": {"rule": rule}}
    assert list(asked_in([text])) == ["job"]
    assert len(asked_in([text])["job"]) == 1


def test_texts_and_answers_say_only_that_they_were_there() -> None:
    assert (blanked_text("Ana said no"), blanked_text(" ")) == (FORGOTTEN, " ")
    assert blanked_answers({"budget": "Ana decides", "need": ""}) == {
        "budget": FORGOTTEN,
        "need": "",
    }
    assert blanked_answers(None) is None


def test_addresses_in_texts() -> None:
    assert addresses_in("Ana <ana@example.com>, b@c.example") == ["ana@example.com", "b@c.example"]
    assert addresses_in("nobody") == []
    assert without_addresses("@ ana@example.com/1", lambda _: "…") == "@ …/1"
    assert without_addresses("nobody", str.upper) == "nobody"
