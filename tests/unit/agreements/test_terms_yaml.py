"""Terms as YAML: nothing is guessed, nothing is lost, and nothing explodes."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agreements.terms import (
    TermsError,
    document_from_yaml,
    terms_from_yaml,
    terms_hash,
    terms_to_yaml,
)

GOLDEN = Path(__file__).parent / "terms_schema_1.json"

OFFICE = """
schema: 1
time_zone: Europe/Amsterdam
calendar: office
hours: {mon-fri: 09:00-17:30}
commitments:
  - {key: S1, party: sales, measure: first_follow_up, within: 60min, target: 0.90}
"""

SELLERS = """
schema: 1
time_zone: America/Sao_Paulo
currency: BRL
funnel:
  stages:
    - {key: mql, party: marketing}
    - {key: customer, party: sales}
commitments:
  - {key: M1, party: marketing, measure: stage_volume, stage: mql, target: 800}
  - {key: S1, party: sales, measure: customers, target: 80}
  - {key: S2, party: sales, measure: conversion_rate, from: mql, within: 30d, target: 10%}
"""


def code(text: str | bytes) -> str:
    with pytest.raises(TermsError) as refused:
        document_from_yaml(text)
    [told] = refused.value.problems
    return told.code


def test_it_works() -> None:
    terms = terms_from_yaml(OFFICE)

    assert [commitment.key for commitment in terms.commitments] == ["S1"]
    schedule = terms.schedule({"office": {"2011-12-26": [], "2012-01-02": []}})
    assert schedule.to_document()["week"]["mon"] == [["09:00", "17:30"]]
    assert len(schedule.closures) == 2
    assert not terms.has_routing


def test_short_terms_without_hours_and_clocks() -> None:
    terms = terms_from_yaml(SELLERS)

    assert [stage.role for stage in terms.stages] == ["mql", "customer"]
    assert [stage.name for stage in terms.stages] == ["MQL", "Customer"]
    assert terms.conversion_stage(terms.commitment("S2")) == "customer"
    assert terms.promises() == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("400", 400),
        ("-3", -3),
        ("0.90", "0.90"),
        ("1.10", "1.10"),
        ("13:00", "13:00"),
        ("2026-12-25", "2026-12-25"),
        ("no", "no"),
        ("true", True),
        ("'true'", "true"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'400'", "400"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("90%", "90%"),
        ("9999999999999999", "9999999999999999"),
    ],
)
def test_scalars_are_read_as_written(written: str, read: object) -> None:
    assert document_from_yaml(f"a: {written}") == {"a": read}


def test_text_is_composed() -> None:
    [value] = document_from_yaml("a: cafe\u0301").values()
    assert value == "café"


def test_bytes_may_begin_with_a_mark() -> None:
    assert document_from_yaml(b"\xef\xbb\xbfa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "yaml_empty"),
        ("# nothing\n", "yaml_empty"),
        ("- 1", "not_a_document"),
        ("just words", "not_a_document"),
        ("a: [1", "yaml_syntax"),
        ("a: 1\n---\nb: 2", "yaml_syntax"),
        ("a: \x07", "yaml_syntax"),
        ("a: 1\nb: 2\na: 3", "yaml_duplicate_key"),
        ("a: &x 1", "yaml_anchor"),
        ("a: &x 1\nb: *x", "yaml_anchor"),
        ("a: *x", "yaml_anchor"),
        ("a: !!python/object:os.system x", "yaml_tag"),
        ("a: !!binary aGk=", "yaml_tag"),
        ("? [1, 2]\n: 3", "yaml_key"),
        ("[" * 5000, "yaml_too_deep"),
        ("a: " + "x" * 1_000_001, "yaml_too_big"),
        (b"a: \xff\xfe", "yaml_encoding"),
    ],
)
def test_refusal(text: str | bytes, expected: str) -> None:
    assert code(text) == expected


def test_exploding_aliases_are_refused_before_anything_is_built() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert code("\n".join(lines)) == "yaml_anchor"


def test_refusal_names_the_line() -> None:
    with pytest.raises(TermsError, match="Line 3 repeats the key “a”; keep one"):
        document_from_yaml("a: 1\nb: 2\na: 3\n")


def test_merge_key_is_no_magic() -> None:
    assert document_from_yaml("<<: {a: 1}") == {"<<": {"a": 1}}


def test_golden_document_goes_out_and_in_again() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    text = terms_to_yaml(golden)

    assert document_from_yaml(text) == golden
    assert terms_hash(document_from_yaml(text)) == terms_hash(golden)
    assert text.startswith("schema: 1\nkind: multilevel\ntime_zone: America/Sao_Paulo\n")


def test_keys_come_in_reading_order_whatever_the_database_did_to_them() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    jumbled = json.loads(json.dumps(golden, sort_keys=True))

    assert terms_to_yaml(jumbled).splitlines()[:3] == [
        "schema: 1",
        "kind: multilevel",
        "time_zone: America/Sao_Paulo",
    ]
    assert "- key: S2\n  party: sales\n  measure: first_follow_up\n" in terms_to_yaml(jumbled)


def test_unfinished_draft_is_written_too() -> None:
    draft = {"commitments": [{"key": "S1"}], "note": "x", "schema": 1}
    assert list(document_from_yaml(terms_to_yaml(draft))) == ["schema", "commitments", "note"]


def test_decimal_is_written_as_a_number_and_other_readers_agree() -> None:
    text = terms_to_yaml({"rate": "0.90", "hour": "13:00", "word": "no", "count": "400"})
    assert text == "rate: 0.90\nhour: '13:00'\nword: 'no'\ncount: '400'\n"
    assert yaml.safe_load(text) == {"rate": 0.9, "hour": "13:00", "word": "no", "count": "400"}


READABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30).map(
    lambda text: unicodedata.normalize("NFC", text)
)
NUMERALS = st.from_regex(r"\A-?[0-9_:.eE]{1,8}\Z")
SCALARS = (
    READABLE
    | NUMERALS
    | st.sampled_from(["no", "null", "~", "2026-01-01", "a\nb\n", " a", "a ", "\n", "\n\n b"])
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | st.booleans()
    | st.none()
)
DOCUMENTS = st.dictionaries(
    READABLE,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(READABLE, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=5,
)


@given(DOCUMENTS)
def test_any_document_goes_out_and_in_again(document: dict[str, Any]) -> None:
    assert document_from_yaml(terms_to_yaml(document)) == document
