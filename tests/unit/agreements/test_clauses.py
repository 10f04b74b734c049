"""The clauses people talk about, entries without a key found again, and changes place by place."""

from typing import Any

import pytest

from agreements import starters
from agreements.editing import (
    SECTIONS,
    changed_places,
    clause_of,
    clauses_in,
    document_then,
    entries_around,
    has_clause,
    merge,
    part_of,
    place_now,
    section_named,
    value_at,
    with_value,
    without,
)

DEMO = {"when": {"field": "request", "operator": "is", "value": "demo"}, "points": 40}
BRAZIL = {"when": {"field": "country", "operator": "is", "value": "BR"}, "points": 10}
SMALL = {"when": {"field": "employees", "operator": "at_most", "value": 5}, "points": -20}
DOCUMENT: dict[str, Any] = {
    "handoff": {"scoring": [DEMO, BRAZIL, SMALL], "threshold": 50},
    "tiers": [{"key": "vip", "name": "VIP"}, {"key": "rest", "name": "Everybody else"}],
    "roles": [{"activity": "Call", "responsible": "SDR"}],
}
PATH = "handoff.scoring.2.points"


def scored(*entries: Any) -> dict[str, Any]:
    return {**DOCUMENT, "handoff": {"scoring": list(entries)}}


def test_it_works() -> None:
    entries = entries_around(DOCUMENT, PATH)
    assert entries == [DEMO, BRAZIL, SMALL]
    assert clause_of(DOCUMENT, PATH) == "handoff.scoring.2"
    assert place_now(scored(BRAZIL, DEMO), PATH, entries) == "handoff.scoring.1.points"


def test_every_entry_is_a_clause() -> None:
    handoff, roles = section_named("handoff"), section_named("roles")
    assert handoff is not None
    assert roles is not None
    assert clauses_in(DOCUMENT, handoff) == [f"handoff.scoring.{n}" for n in (1, 2, 3)]
    assert clauses_in(DOCUMENT, roles) == ["roles.1"]
    assert clause_of(DOCUMENT, "handoff.threshold") == "handoff"


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (DOCUMENT, "handoff.scoring.2.points"),
        (scored(DEMO, SMALL, BRAZIL), "handoff.scoring.3.points"),
        (scored(SMALL, DEMO, {**BRAZIL, "points": 15}), "handoff.scoring.3.points"),
        (scored(DEMO, SMALL), "handoff.scoring.0.points"),
        (scored(), "handoff.scoring.0.points"),
        ({"handoff": {"scoring": "nonsense"}}, "handoff.scoring.0.points"),
        ({}, "handoff.scoring.0.points"),
    ],
)
def test_an_entry_is_followed_and_never_another_one(document: dict[str, Any], place: str) -> None:
    assert place_now(document, PATH, [DEMO, BRAZIL, SMALL]) == place
    assert has_clause(document, place) == (".0." not in place)


def test_what_has_a_key_is_named_by_it() -> None:
    assert entries_around(DOCUMENT, "tiers.vip.name") is None
    assert entries_around(DOCUMENT, "handoff.scoring.9") is None
    assert entries_around(DOCUMENT, "handoff.threshold") is None
    assert place_now(DOCUMENT, "tiers.vip.name", None) == "tiers.vip.name"


def test_the_document_as_it_was_then() -> None:
    then = document_then({}, PATH, [DEMO, BRAZIL])
    assert value_at(then, PATH) == 10
    assert document_then(DOCUMENT, "tiers.vip", None) is DOCUMENT


@pytest.mark.parametrize(
    ("after", "places"),
    [
        (DOCUMENT, []),
        (with_value(DOCUMENT, "handoff.threshold", 60), [("handoff.threshold", 60)]),
        (without(DOCUMENT, "handoff.threshold"), [("handoff.threshold", None)]),
        (with_value(DOCUMENT, PATH, 15), [(PATH, 15)]),
        (
            with_value(DOCUMENT, "handoff.scoring.2.when", DEMO["when"]),
            [("handoff.scoring.2.when", DEMO["when"])],
        ),
        (scored(DEMO, SMALL), [("handoff.scoring", [DEMO, SMALL]), ("handoff.threshold", None)]),
        (with_value(DOCUMENT, "tiers.vip.name", "Top"), [("tiers.vip.name", "Top")]),
        (
            with_value(DOCUMENT, "tiers.new", {"key": "new"}),
            [("tiers.new", {"key": "new"})],
        ),
        (without(DOCUMENT, "tiers.vip"), [("tiers.vip", None)]),
        (
            {**DOCUMENT, "tiers": DOCUMENT["tiers"][::-1]},
            [("tiers", DOCUMENT["tiers"][::-1])],
        ),
        ({**DOCUMENT, "review": {"cadence": "weekly"}}, [("review", {"cadence": "weekly"})]),
        (with_value(DOCUMENT, "handoff.threshold", True), [("handoff.threshold", True)]),
    ],
)
def test_changes_place_by_place(after: dict[str, Any], places: list[tuple[str, Any]]) -> None:
    assert sorted(changed_places(DOCUMENT, after), key=str) == sorted(places, key=str)


@pytest.mark.parametrize("name", starters.starter_names())
def test_what_changed_makes_the_one_of_the_other(name: str) -> None:
    """Each change put in alone, one after the other, leads from a text to a later one."""
    before = starters.load_starter("inbound-en")
    after = starters.load_starter(name)
    for path, value in changed_places(before, after):
        before = without(before, path) if value is None else with_value(before, path, value)
    assert before == after


def test_a_rule_is_one_thing_in_a_merge() -> None:
    rule = {"field": "country", "operator": "is", "value": "BR"}
    base, mine, theirs = (
        {"when": rule},
        {"when": {**rule, "value": "PT"}},
        {"when": {**rule, "field": "language"}},
    )
    merged = merge(base, mine, theirs)
    assert merged.conflicts == ("when",)
    assert merged.value == mine


def test_every_section_names_its_clauses() -> None:
    document = starters.load_starter("inbound-en")
    for section in SECTIONS:
        for clause in clauses_in(document, section):
            assert clause_of(document, clause) == clause
            assert value_at(part_of(document, section), clause)
