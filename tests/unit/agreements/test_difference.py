"""What differs between two documents: clause by clause, every value, in the order of the text."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.difference import (
    ABSENT,
    OTHER,
    Change,
    aligned,
    clause_at,
    clipped,
    difference,
    list_of,
    sections_at,
    word_runs,
)
from agreements.editing import SECTIONS, with_value, without
from agreements.starters import load_starter
from agreements.terms import Terms, terms_hash
from tests.unit.agreements.edited_documents import leaves, pairs_of_documents


def found(before: Any, after: Any) -> list[tuple[str, str, str]]:
    return [(each.section, each.path, each.kind) for each in difference(before, after).clauses]


STARTER = load_starter("inbound-en")


def test_it_works() -> None:
    after = with_value(STARTER, "commitments.S2.within", "20min")
    after = with_value(after, "handoff.threshold", 70)
    after = without(after, "commitments.S6")
    after = with_value(after, "commitments.M6", {"key": "M6", "party": "marketing"})

    result = difference(STARTER, after)

    assert found(STARTER, after) == [
        ("handoff", "handoff.threshold", "changed"),
        ("marketing", "commitments.M6", "added"),
        ("sales", "commitments.S2", "changed"),
        ("sales", "commitments.S6", "removed"),
    ]
    assert result.clauses[2].changes == (Change(("within",), "30min", "20min"),)
    assert result.unchanged == difference(STARTER, STARTER).unchanged - 3


def test_equal_documents_do_not_differ() -> None:
    result = difference(STARTER, dict(reversed(STARTER.items())))
    assert not result
    assert result.unchanged > 60


def test_true_is_not_one() -> None:
    assert found(
        {"notices": {"quiet_outside_hours": True}}, {"notices": {"quiet_outside_hours": 1}}
    )


def test_entries_without_keys_are_paired_by_their_words() -> None:
    after = with_value(STARTER, "escalation.4.at", "+2h")
    after = with_value(after, "assumptions", ["A new one.", *STARTER["assumptions"][1:]])
    assert found(STARTER, after) == [
        ("objectives", "assumptions.1", "removed"),
        ("objectives", "assumptions.1", "added"),
        ("escalation", "escalation.4", "changed"),
    ]


def test_order_is_told() -> None:
    tiers, roles = STARTER["tiers"], STARTER["roles"]
    after = STARTER | {"tiers": [tiers[1], tiers[0], tiers[2]], "roles": [*roles[1:], roles[0]]}
    first, second = difference(STARTER, after).clauses
    assert (first.path, first.kind) == ("tiers", "moved")
    assert (first.before, first.after) == (["vip", "premium", "basic"], ["premium", "vip", "basic"])
    assert (second.path, second.kind, second.after) == ("roles.7", "moved", roles[0])


def test_a_commitment_that_changes_sides_stands_where_it_is_now() -> None:
    after = with_value(STARTER, "commitments.M5.party", "sales")
    assert found(STARTER, after) == [("sales", "commitments.M5", "changed")]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"funnel": {}}, [("handoff", "funnel", "added")]),
        ({"reasons": {}}, {"reasons": 3}, [("reasons", "reasons", "changed")]),
        ({}, {"tiers": []}, [("tiers", "tiers", "added")]),
        ({"tiers": []}, {"tiers": ["x"]}, [("tiers", "tiers.1", "added")]),
        ({"tiers": 1}, {"tiers": ["x"]}, [("tiers", "tiers", "changed")]),
        ({}, {"commitments": 5}, [("marketing", "commitments", "added")]),
        ({}, {"commitments": [{"party": "sales"}]}, [("sales", "commitments.1", "added")]),
        ({}, {"handoff": {"odd": 1}}, [("handoff", "handoff.odd", "added")]),
        ({"odd": 1}, {"odd": {"a": [1]}}, [(OTHER, "odd", "changed")]),
        ({"pause": None}, {}, [("reasons", "pause", "removed")]),
    ],
)
def test_drafts_of_any_shape(before: Any, after: Any, expected: Any) -> None:
    assert found(before, after) == expected


def test_two_entries_with_one_key() -> None:
    before = {"tiers": [{"key": "a"}, {"key": "a", "name": "A"}]}
    after = {"tiers": [{"key": "a"}, {"key": "a", "name": "B"}]}
    assert found(before, after) == [("tiers", "tiers.2", "changed")]


def test_every_key_of_the_terms_has_its_place() -> None:
    keys = {info.alias or name for name, info in Terms.model_fields.items()}
    for key in keys:
        assert sections_at(key), key


def test_clauses_of_places() -> None:
    assert clause_at("commitments.S1.target") == "commitments.S1"
    assert clause_at("commitments.S1") == "commitments.S1"
    assert clause_at("handoff.threshold") == "handoff.threshold"
    assert clause_at("handoff.rules.2.value") == "handoff.rules.2"
    assert clause_at("funnel.targets.mql.may.note") == "funnel.targets.mql"
    assert clause_at("review.agenda.1") == "review"
    assert clause_at("handoff.odd.thing") == "handoff.odd"
    assert clause_at("odd.thing") == "odd"
    assert sections_at("commitments.S1") == ("marketing", "sales")
    assert sections_at("handoff") == ("handoff",)
    assert list_of(("roles", "2")) == "roles"
    assert list_of(("commitments", "S1.1")) == "commitments.S1~1"


def test_a_list_that_is_filled_is_told_by_its_entries() -> None:
    filled = load_starter("inbound-en")
    empty = filled | {"objectives": []}
    told = [(clause.path, clause.kind) for clause in difference(empty, filled).clauses]
    assert told == [("objectives.revenue", "added"), ("objectives.answer", "added")]
    told = [(clause.path, clause.kind) for clause in difference(filled, empty).clauses]
    assert told == [("objectives.revenue", "removed"), ("objectives.answer", "removed")]


@settings(max_examples=60)
@given(pairs_of_documents())
def test_every_changed_value_is_told(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = pair
    result = difference(before, after)
    told = {
        value
        for clause in result.clauses
        for change in clause.changes
        for side in (change.before, change.after)
        if side is not ABSENT
        for _path, value in leaves(side)
    }
    left, right = Counter(leaves(before)), Counter(leaves(after))
    changed = (left - right) | (right - left)
    # That an empty part is filled is told by what is in it.
    parts = {clause.steps[0] for clause in result.clauses}
    untold = [(path, value) for path, value in changed if value not in (*told, "{}")]
    assert [each for each in untold if each[1] != "[]" or each[0].split(".")[1] not in parts] == []
    assert bool(result) == (terms_hash(before) != terms_hash(after))
    assert bool(difference(after, before)) == bool(result)


def test_sections_are_in_the_order_of_the_document() -> None:
    order = [each.section for each in difference({}, STARTER).clauses]
    assert order == sorted(order, key=list(dict.fromkeys(order)).index)
    assert len(SECTIONS) == len(set(order)) == 10


# Texts word by word


def test_words() -> None:
    runs = word_runs(
        "First follow-up within 30\xa0min, in 90%.", "First follow-up within 20\xa0min."
    )
    assert [(run.kind, run.text) for run in runs] == [
        ("same", "First follow-up within "),
        ("deleted", "30\xa0min, in 90%"),
        ("inserted", "20\xa0min"),
        ("same", "."),
    ]


def test_texts_with_nothing_in_common_are_replaced_whole() -> None:
    runs = word_runs("Win 20 new customers in a year", "Answer everyone at once")
    assert [run.kind for run in runs] == ["deleted", "inserted"]
    assert [run.kind for run in word_runs("", "New")] == ["inserted"]
    assert word_runs("", "") == ()


def test_what_stays_is_shortened() -> None:
    words = " ".join(f"w{n}" for n in range(40))
    runs = clipped(word_runs(f"{words} old {words}", f"{words} new {words}"), context=2)
    assert "".join(run.text for run in runs) == "… w38 w39 oldnew w0 w1 …", runs


@given(st.text(alphabet="ab .,\n", max_size=40), st.text(alphabet="ab .,\n", max_size=40))
def test_runs_hold_both_texts(before: str, after: str) -> None:
    runs = word_runs(before, after)
    assert "".join(run.text for run in runs if run.kind != "inserted") == before
    assert "".join(run.text for run in runs if run.kind != "deleted") == after


@given(
    st.lists(st.sampled_from(["a b", "a c", "d e", "d f g", "h"]), max_size=6),
    st.lists(st.sampled_from(["a b", "a c", "d e", "d f g", "h"]), max_size=6),
)
def test_alignment_has_every_entry_once(before: list[str], after: list[str]) -> None:
    pairs = aligned(before, after)
    assert sorted(i for i, _ in pairs if i is not None) == [*range(len(before))]
    assert [j for _, j in pairs if j is not None] == [*range(len(after))]
    assert (None, None) not in pairs
