"""A document is edited by sections and places, and what two people did to it is merged."""

from typing import Any

import pytest

from agreements.editing import (
    SECTIONS,
    merge,
    part_hash,
    part_of,
    problems_of,
    section_of_path,
    value_at,
    with_part,
    with_value,
    without,
)
from agreements.editing.places import NoSuchPlace
from agreements.terms import Terms, parse_terms
from tests.factories import example_terms

DOCUMENT: dict[str, Any] = {
    "commitments": [
        {"key": "S1", "target": "0.90"},
        {"key": "S2", "target": "0.80", "tiers": ["vip", "basic"]},
    ],
    "funnel": {"rates": {"mql": "20%"}},
}


def test_places() -> None:
    assert value_at(DOCUMENT, "commitments.S2.target") == "0.80"
    assert value_at(DOCUMENT, "commitments.S2.tiers.2") == "basic"
    assert value_at(DOCUMENT, "") == DOCUMENT
    with pytest.raises(NoSuchPlace):
        value_at(DOCUMENT, "commitments.S3")


def test_changes_are_copies() -> None:
    changed = with_value(DOCUMENT, "commitments.S1.target", "0.95")
    assert value_at(changed, "commitments.S1.target") == "0.95"
    assert value_at(DOCUMENT, "commitments.S1.target") == "0.90"
    added = with_value(DOCUMENT, "commitments.S9", {"key": "S9"})
    assert [each["key"] for each in added["commitments"]] == ["S1", "S2", "S9"]
    assert with_value({}, "pause.max", "5bd") == {"pause": {"max": "5bd"}}
    assert without(DOCUMENT, "commitments.S1")["commitments"] == DOCUMENT["commitments"][1:]
    assert without(DOCUMENT, "funnel.rates.mql")["funnel"] == {"rates": {}}
    with pytest.raises(NoSuchPlace):
        without(DOCUMENT, "commitments.S1.weight")


def test_every_key_of_the_terms_has_a_section() -> None:
    edited = [key for section in SECTIONS for key in section.keys]
    known = {info.alias or name for name, info in Terms.model_fields.items()} - {"schema"}
    assert sorted(edited) == sorted(known)


def test_parts_make_the_whole() -> None:
    document = example_terms()
    again: dict[str, Any] = {"schema": document["schema"]}
    for section in SECTIONS:
        again = with_part(again, section, part_of(document, section))
    assert again == document
    assert section_of_path("commitments.S1.target").name == "commitments"
    with pytest.raises(KeyError):
        with_part(document, SECTIONS[1], {"funnel": {}})


def test_problems() -> None:
    assert problems_of(example_terms()) == ()
    wrong = with_value(example_terms(), "commitments.S2.within", "soon")
    assert [each.path for each in problems_of(wrong)] == ["commitments.S2.within"]
    assert problems_of({"schema": 1, "pause": 1.5})


def test_a_name_that_two_stages_have_is_refused_only_before_it_is_signed() -> None:
    document = with_value(example_terms(), "funnel.stages.sql.name", " mql ")

    [told] = problems_of(document)
    assert (told.path, told.code) == ("funnel.stages.sql.name", "name_twice")
    assert told.message == (
        "Another stage is called “MQL” already; give this one a name of its own."
    )
    assert parse_terms(document).stages[2].key == "sql"


def test_what_one_side_changed_is_taken() -> None:
    mine = with_value(DOCUMENT, "commitments.S1.target", "0.95")
    theirs = with_value(DOCUMENT, "commitments.S2.weight", 10)
    merged = merge(DOCUMENT, mine, theirs)
    assert merged.conflicts == ()
    assert merged.value["commitments"] == [
        {"key": "S1", "target": "0.95"},
        {"key": "S2", "target": "0.80", "tiers": ["vip", "basic"], "weight": 10},
    ]
    assert merge(DOCUMENT, DOCUMENT, theirs).value == theirs
    assert merge(DOCUMENT, mine, mine).value == mine


def test_what_both_changed_is_told() -> None:
    mine = with_value(DOCUMENT, "commitments.S1.target", "0.95")
    theirs = with_value(DOCUMENT, "commitments.S1.target", "0.85")
    merged = merge(DOCUMENT, mine, theirs)
    assert merged.conflicts == ("commitments.S1.target",)
    assert merged.value == mine


def test_entries_added_and_removed() -> None:
    mine = without(DOCUMENT, "commitments.S1")
    theirs = with_value(DOCUMENT, "commitments.S3", {"key": "S3"})
    merged = merge(DOCUMENT, mine, theirs)
    assert [each["key"] for each in merged.value["commitments"]] == ["S2", "S3"]
    assert merged.conflicts == ()
    changed = with_value(DOCUMENT, "commitments.S1.target", "0.99")
    assert merge(DOCUMENT, mine, changed).conflicts == ("commitments.S1",)


def test_a_list_without_keys_is_one_thing() -> None:
    base, mine, theirs = {"a": [1]}, {"a": [1, 2]}, {"a": [1, 3]}
    assert merge(base, mine, theirs).conflicts == ("a",)
    assert part_hash({"a": [1]}) != part_hash({"a": [2]})
