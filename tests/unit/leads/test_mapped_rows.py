"""Rows are read as facts the way a mapping says, and one that cannot be read says why."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from leads.files.cells import Setting
from leads.files.mapped_rows import RowReader
from leads.files.mapping import parse_mapping
from leads.files.mapping_problems import MappingError
from leads.files.row_problems import UnableToRead
from leads.told import (
    Named,
    Told,
    ToldAttributes,
    ToldDeal,
    ToldEvent,
    ToldFollowUp,
    ToldStage,
)

PEOPLE = {"ana": 7}
SETTING = Setting(
    stages=("mql", "customer"),
    person=PEOPLE.__getitem__,
    currency="BRL",
    currencies=("BRL", "USD"),
)
ROW = {"id": "L1", "at": "2026-03-02 09:00", "who": "ana"}


def read(fact: dict[str, Any], row: dict[str, str] = ROW, **mapping: Any) -> list[Told]:
    """Read one row under a mapping of one fact."""
    document = {
        "source": "crm",
        "time_zone": "America/Sao_Paulo",
        "lead": "id",
        "facts": [{"id": "{id}/x", "at": "at"} | fact],
    } | mapping
    return RowReader(parse_mapping(document), list(row), SETTING)(list(row.values()))


def refused(fact: dict[str, Any], row: dict[str, str], **mapping: Any) -> str:
    with pytest.raises(UnableToRead) as raised:
        read(fact, row, **mapping)
    return str(raised.value)


ABOUT: dict[str, Any] = {
    "lead": Named("crm", "L1"),
    "source": "crm",
    "external_id": "L1/x",
    "occurred_at": datetime(2026, 3, 2, 12, tzinfo=UTC),
}


def test_each_kind_of_fact_is_told() -> None:
    handoff = Named("crm", "L1")
    assert read({"stage": "mql"}) == [ToldStage(stage="mql", **ABOUT)]
    assert read({"event": "assigned", "person": "who"}) == [
        ToldEvent(event="assigned", handoff=handoff, person_id=7, **ABOUT)
    ]
    assert read({"follow_up": "call", "outcome": "answered", "person": "who"}) == [
        ToldFollowUp(channel="call", outcome="answered", evidence="system", person_id=7, **ABOUT)
    ]
    assert read({"deal": "won"}) == [ToldDeal(status="won", **ABOUT)]
    assert read({"attributes": {"owner": "who", "kind": {"constant": "trial"}}}) == [
        ToldAttributes(attributes={"owner": "ana", "kind": "trial"}, **ABOUT)
    ]


def test_everything_an_event_can_have_is_read() -> None:
    fact = {
        "event": "paused",
        "handoff": {"source": "erp", "id": "{id}-h"},
        "until": {"time": "until"},
        "reason": {"column": "why", "values": {"F": "asked_by_customer"}},
        "note": "text",
        "to_queue": True,
        "overturned": {"column": "over"},
        "revised_at": "changed",
        "retracted": {"column": "gone", "values": {"sim": True}},
    }
    row = ROW | {
        "until": "2026-03-02T18:00:00Z", "why": "F", "text": "later", "over": "no",
        "changed": "2026-03-03T10:00:00+01:00", "gone": "sim",
    }  # fmt: skip
    assert read(fact, row) == [
        ToldEvent(
            event="paused",
            handoff=Named("erp", "L1-h"),
            until=datetime(2026, 3, 2, 18, tzinfo=UTC),
            reason="asked_by_customer",
            note="later",
            to_queue=True,
            is_overturned=False,
            revised_at=datetime(2026, 3, 3, 9, tzinfo=UTC),
            is_retracted=True,
            **ABOUT,
        )
    ]


def test_an_empty_cell_and_unknown_are_different_things() -> None:
    plain = {"attributes": {"origin": "origin"}}
    assert read(plain, ROW | {"origin": "unknown"})[0].attributes == {"origin": "unknown"}  # type: ignore[attr-defined]
    assert read(plain, ROW | {"origin": "  "})[0].attributes == {}  # type: ignore[attr-defined]
    values = {"": "", "unknown": "not asked"}
    mapped = {"attributes": {"origin": {"column": "origin", "values": values, "otherwise": "web"}}}
    assert [
        read(mapped, ROW | {"origin": cell})[0].attributes["origin"]  # type: ignore[attr-defined]
        for cell in ("", "unknown", "ads")
    ] == ["", "not asked", "web"]
    nothing = {"attributes": {"origin": {"column": "origin", "values": {"n/a": None}}}}
    assert read(nothing, ROW | {"origin": "n/a"})[0].attributes == {}  # type: ignore[attr-defined]
    otherwise = {"attributes": {"origin": {"column": "origin", "otherwise": "web"}}}
    assert read(otherwise, ROW | {"origin": ""})[0].attributes == {}  # type: ignore[attr-defined]


def test_a_text_is_put_together_from_columns() -> None:
    fact = {"attributes": {"name": "{first} {last}"}}
    row = ROW | {"first": "Ana", "last": "Lima"}
    assert read(fact, row)[0].attributes == {"name": "Ana Lima"}  # type: ignore[attr-defined]
    row |= {"last": ""}
    assert read(fact, row)[0].attributes == {"name": "Ana"}  # type: ignore[attr-defined]
    row |= {"first": ""}
    assert read(fact, row)[0].attributes == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("cell", "decimal", "amount"),
    [
        ("1500", ".", "1500"),
        ("1,234,567.891", ".", "1234567.89"),
        ("1.234.567,895", ",", "1234567.90"),
        ("0,5", ",", "0.5"),
        ("-3", ",", "-3"),
    ],
)
def test_amounts_are_read_with_the_decimal_sign_of_the_file(
    cell: str, decimal: str, amount: str
) -> None:
    (told,) = read({"deal": "won", "amount": "v"}, ROW | {"v": cell}, file={"decimal": decimal})
    assert isinstance(told, ToldDeal)
    assert (told.amount, told.currency) == (Decimal(amount), "BRL")


def test_a_deal_without_an_amount_has_no_currency() -> None:
    (told,) = read({"deal": "won", "amount": "v", "currency": "USD"}, ROW | {"v": ""})
    assert isinstance(told, ToldDeal)
    assert (told.amount, told.currency) == (None, "")


def test_a_number_among_attributes_is_told_in_its_plainest_form() -> None:
    fact = {"attributes": {"n": {"column": "v", "number": True}}}
    row = ROW | {"v": "1.250,50"}
    told = read(fact, row, file={"decimal": ","})[0]
    assert told.attributes == {"n": "1250.5"}  # type: ignore[attr-defined]


def test_conditions_say_which_facts_a_row_tells() -> None:
    fact = {"stage": "mql", "when": "won"}
    assert not read(fact, ROW | {"won": ""})
    assert read(fact, ROW | {"won": "yes"})
    by_value = {"stage": "mql", "when": [{"column": "s", "is": ["a", "b"]}, "id"]}
    assert [bool(read(by_value, ROW | {"s": s})) for s in ("a", "b", "c")] == [True, True, False]
    empty_only = {"stage": "mql", "when": {"column": "s", "is": ""}}
    assert [bool(read(empty_only, ROW | {"s": s})) for s in ("", "c")] == [True, False]
    others = {"stage": "mql", "when": {"column": "s", "is_not": "c"}}
    assert [bool(read(others, ROW | {"s": s})) for s in ("", "c")] == [True, False]
    assert not read({"stage": "mql"}, ROW | {"s": ""}, when="s")


@pytest.mark.parametrize(
    ("fact", "row", "sentence"),
    [
        (
            {"stage": "mql"},
            ROW | {"at": ""},
            "“at” is empty: without it nobody knows when this happened; fill it in.",
        ),
        ({"stage": "mql"}, ROW | {"id": ""}, "“id” is empty, but it names the lead; fill it in."),
        (
            {"stage": "mql", "id": "{id}/{n}"},
            ROW | {"n": ""},
            "“n” is empty, but it names what the row tells; fill it in.",
        ),
        (
            {"stage": "mql"},
            ROW | {"id": "x" * 201},
            "“id” is longer than the 200 characters that lead takes.",
        ),
        (
            {"stage": {"column": "s"}},
            ROW | {"s": "lost"},
            (
                "“lost” in “s” is not possible for stage; say in the mapping under “values” what "
                "it means."
            ),
        ),
        ({"stage": {"column": "s"}}, ROW | {"s": ""}, "“s” is empty, but stage needs it."),
        (
            {"deal": "won", "amount": "v"},
            ROW | {"v": "12,50"},
            "“12,50” in “v” is not a number.",
        ),
        (
            {"deal": "won", "amount": "v"},
            ROW | {"v": "1" * 15},
            f"“{'1' * 15}” in “v” is too large a number.",
        ),
        (
            {"deal": "won", "amount": "v", "currency": {"column": "c"}},
            ROW | {"v": "1", "c": "eur"},
            "“EUR” is not the currency of the agreement, and its terms have no rate for it.",
        ),
        (
            {"stage": "mql", "retracted": {"column": "gone"}},
            ROW | {"gone": "perhaps"},
            (
                "“perhaps” in “gone” is neither yes nor no; write one of the two, or say among the "
                "columns what it means."
            ),
        ),
        (
            {"deal": "lost", "reason": {"column": "r"}},
            ROW | {"r": "x" * 61},
            "“r” is longer than the 60 characters that reason takes.",
        ),
    ],
)
def test_a_row_that_cannot_be_read_says_why(
    fact: dict[str, Any], row: dict[str, str], sentence: str
) -> None:
    assert refused(fact, row) == sentence


def test_a_row_of_another_width_is_refused() -> None:
    reader = RowReader(
        parse_mapping(
            {"source": "c", "lead": "id", "facts": [{"stage": "mql", "id": "id", "at": "at"}]}
        ),
        ["id", "at"],
        SETTING,
    )
    with pytest.raises(UnableToRead, match="The row has 3 cells, but the header has 2"):
        reader(["L1", "2026-03-02T09:00Z", "x"])


@pytest.mark.parametrize(
    ("fact", "row", "sentence"),
    [
        (
            {"stage": "mql", "at": "att"},
            ROW,
            "The file has no column “att”; did you mean “at”? Correct the mapping.",
        ),
        (
            {"stage": "mql", "at": "zzz"},
            ROW,
            "The file has no column “zzz”; its columns are id, at, who. Correct the mapping.",
        ),
        (
            {"stage": "sql"},
            ROW,
            "facts.1.stage: The agreement has no stage “sql”; choose one of mql, customer.",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(
    fact: dict[str, Any], row: dict[str, str], sentence: str
) -> None:
    with pytest.raises(MappingError) as raised:
        read(fact, row)
    assert str(raised.value) == sentence


def test_a_column_that_stands_twice_is_refused() -> None:
    mapping = parse_mapping(
        {"source": "c", "lead": "id", "facts": [{"stage": "mql", "id": "id", "at": "at"}]}
    )
    with pytest.raises(MappingError, match="has the column “at” more than once"):
        RowReader(mapping, ["id", "at", "at"], SETTING)


def test_a_file_parted_by_something_else_is_told() -> None:
    mapping = parse_mapping(
        {"source": "c", "lead": "id", "facts": [{"stage": "mql", "id": "id", "at": "at"}]}
    )
    with pytest.raises(MappingError, match="has a single column, “id;at”; if it holds several"):
        RowReader(mapping, ["id;at"], SETTING)
