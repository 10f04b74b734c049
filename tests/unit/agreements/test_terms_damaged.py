"""A document damaged anywhere is read or refused in sentences, and nothing else happens."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.terms import (
    Problem,
    Terms,
    TermsError,
    document_from_yaml,
    parse_terms,
    terms_hash,
    terms_to_yaml,
    warnings,
)

GOLDEN = json.loads((Path(__file__).parent / "terms_schema_1.json").read_text(encoding="utf-8"))

Place = tuple[str | int, ...]


def places(value: object, place: Place = ()) -> Iterator[Place]:
    """Every place of a document but its top."""
    entries = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        entries = enumerate(value)  # type: ignore[assignment]
    for key, item in entries:
        yield (*place, key)
        yield from places(item, (*place, key))


JUNK: st.SearchStrategy[object] = st.sampled_from(
    [
        None, True, 0, -1, 10**14, "", "x", "90%", "4h", "mql", "vip", "funnel", "0.5", "always",
        [], {}, [1], ["a"], {"key": "a"}, [["09:00", "12:00"]], {"a": {"b": 1}}, "\x00", 1.5,
        {"field": "a", "operator": "is", "value": 1}, {"all": []}, {"mon": "09:00-10:00"},
    ]
)  # fmt: skip
REMOVED = object()
NAMES = st.sampled_from(["zz", "kye", "group", "condition", "[key]", "from", "all"])
DAMAGE = st.tuples(
    st.sampled_from(list(places(GOLDEN))), JUNK | st.just(REMOVED), st.none() | NAMES
)


def damaged(damages: list[tuple[Place, object, str | None]]) -> dict[str, Any]:
    """Replace, remove or add something at each place that is still there."""
    document: dict[str, Any] = copy.deepcopy(GOLDEN)
    for place, junk, name in damages:
        here: Any = document
        try:
            for key in place[:-1]:
                here = here[key]
            if name is not None and isinstance(here, dict):
                here[name] = None if junk is REMOVED else junk
            elif junk is REMOVED:
                del here[place[-1]]
            else:
                here[place[-1]] = junk
        except (KeyError, IndexError, TypeError):
            continue
    return document


def read(document: dict[str, Any]) -> Terms | tuple[Problem, ...]:
    try:
        return parse_terms(document)
    except TermsError as refused:
        return refused.problems


def test_it_works() -> None:
    assert damaged([]) == GOLDEN
    assert ("commitments", 0, "key") in set(places(GOLDEN))


@settings(max_examples=300)
@given(st.lists(DAMAGE, min_size=1, max_size=3))
def test_damaged_document_is_read_or_refused(
    damages: list[tuple[Place, object, str | None]],
) -> None:
    document = damaged(damages)
    terms = read(document)
    if not isinstance(terms, Terms):
        assert terms
        assert all(told.message == told.template.format(**told.params) for told in terms)
        return
    warnings(terms)
    terms.funnel_plan()
    for commitment in terms.commitments:
        terms.target_for(commitment, [1])
        for tier in terms.tier_keys:
            terms.schedule_of(terms.calendar_key(commitment=commitment, tier=tier), {})
    assert all(promise.within.amount for promise in terms.promises().values())
    assert terms_hash(document_from_yaml(terms_to_yaml(document))) == terms_hash(document)
