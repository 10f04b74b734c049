"""Files of terms that people bring: read strictly, and each problem told with its line."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.brought import LARGEST_FILE, MOST_SHOWN, bring, text_of, to_json
from agreements.starters import load_starter, starter_names, starter_text
from agreements.terms import terms_hash, terms_to_yaml

GOLDEN = json.loads((Path(__file__).parent / "terms_schema_1.json").read_text(encoding="utf-8"))

BAD = """\
schema: 1
time_zone: Europe/Madrid
calender: es-md
hours: {mon-fri: 09:00-17:00}
commitments:
  - key: M1
    party: marketing
    measure: stage_volume
    stage: mql
    target: -3
  - key: S1
    party: sales
    measure: first_follow_up
    within: soon
    target: 130%
"""


def told(content: bytes | str) -> list[tuple[int | None, str]]:
    return [(each.line, each.problem.code) for each in bring(content).found]


@pytest.mark.parametrize("name", starter_names())
def test_it_works(name: str) -> None:
    brought = bring(starter_text(name).encode())

    assert brought.found == ()
    assert brought.document == load_starter(name)


def test_each_problem_has_its_line() -> None:
    brought = bring(BAD)

    assert brought.document is not None
    assert told(BAD) == [
        (3, "unknown_key_nearest"),
        (10, "negative"),
        (14, "not_a_duration"),
        (15, "not_a_rate"),
    ]
    [nearest] = [each for each in brought.found if each.line == 3]
    assert "did you mean “calendar”" in nearest.problem.message


def test_what_is_missing_is_told_where_it_belongs() -> None:
    text = "schema: 1\ntime_zone: UTC\ncommitments:\n  - {key: S1, party: sales}\n"
    assert (4, "missing") in told(text)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * (LARGEST_FILE + 1), "yaml_too_big"),
        (b"{" + b" " * LARGEST_FILE + b"}", "yaml_too_big"),
        (b"\xff\xfe\x00", "yaml_encoding"),
        ("a: &x [1]\nb: [*x, *x]", "yaml_anchor"),
        ('{"a": 1, "a": 2}', "yaml_duplicate_key"),
        ('{"a": 1', "yaml_syntax"),
        ("{" * 5000, "yaml_too_deep"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "yaml_too_deep"),
        ("", "yaml_empty"),
        ("[1]", "not_a_document"),
    ],
)
def test_what_cannot_be_read_has_no_document(content: bytes | str, code: str) -> None:
    brought = bring(content)
    assert brought.document is None
    assert [each.problem.code for each in brought.found] == [code]


def test_numbers_of_json_are_kept_as_written() -> None:
    brought = bring('{"schema": 1, "a": 0.90, "b": 123456789012345678901, "c": 1e3}')
    assert brought.document == {
        "schema": 1, "a": "0.90", "b": "123456789012345678901", "c": "1e3",
    }  # fmt: skip


def test_json_with_tabs_and_escapes_is_read_without_lines() -> None:
    brought = bring('{\n\t"schema": 1,\n\t"kind": "caf\\u00e9 \\ud83d\\ude00"\n}')
    assert brought.document == {"schema": 1, "kind": "café 😀"}
    assert all(each.line in (None, 3, 1) for each in brought.found)


def test_what_a_file_says_of_another_portal_is_left_out() -> None:
    text = starter_text("service-en") + "\nagreement: {name: Acme}\ncalendars_here: {}\n"
    assert bring(text).document == load_starter("service-en")


def test_problems_are_told_up_to_a_number() -> None:
    many = "schema: 1\ntime_zone: UTC\n" + "".join(f"x{n}: 1\n" for n in range(MOST_SHOWN + 20))
    brought = bring(many)
    assert (len(brought.found), brought.more) == (MOST_SHOWN, 20)


def test_any_bytes_can_be_shown() -> None:
    assert text_of(b"a\xff\x00b") == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"


READABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30).map(
    lambda text: unicodedata.normalize("NFC", text)
)
SCALARS = (
    READABLE
    | st.from_regex(r"\A-?[0-9_:.eE%]{1,8}\Z")
    | st.sampled_from(["no", "null", "2026-01-01", "a\nb\n", " a ", "&x", "*x", "{", "#panic()"])
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | st.booleans()
    | st.none()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(READABLE, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(
    READABLE.filter(lambda key: key not in ("agreement", "calendars_here")), VALUES, max_size=5
)


@given(DOCUMENTS)
def test_any_document_goes_out_and_in_again_with_the_same_hash(document: dict[str, Any]) -> None:
    for text in (terms_to_yaml(document), to_json(document)):
        brought = bring(text.encode()).document
        assert brought is not None
        assert terms_hash(brought) == terms_hash(document)


@settings(max_examples=30)
@given(st.sampled_from(sorted(GOLDEN)), VALUES)
def test_changed_terms_go_out_and_in_again_with_the_same_hash(section: str, value: Any) -> None:
    document = GOLDEN | {section: value}
    for text in (terms_to_yaml(document), to_json(document)):
        brought = bring(text.encode()).document
        assert brought is not None
        assert terms_hash(brought) == terms_hash(document)
