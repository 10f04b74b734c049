"""Columns that say that somebody is not to be contacted, and that a row is deleted."""

from collections.abc import Mapping

import pytest

from leads.files.cells import Setting
from leads.files.mapped_rows import RowReader
from leads.files.mapping import parse_mapping
from leads.files.mapping_problems import MappingError
from leads.files.row_problems import UnableToRead
from leads.guessing.drafts import Draft, document_of, words_without_meaning
from leads.guessing.found_columns import Column
from leads.guessing.roles import meaning_of
from leads.told import Told, ToldAttributes
from tests.unit.leads.test_guessing_columns import roles

SETTING = Setting(stages=("lead",), person=len)
HEADER = ["id", "name", "out", "quiet", "gone"]
AT = {"instant": "2026-09-08T13:00:00Z"}


def read(document: Mapping[str, object], *row: str) -> list[Told]:
    whole = {"source": "crm", "lead": "id", **document}
    return RowReader(parse_mapping(whole), HEADER, SETTING)(row)


def barred(told: object, *row: str) -> object:
    attributes = {"name": "name", "do_not_contact": told}
    (fact,) = read({"facts": [{"attributes": attributes, "id": "{id}/who", "at": AT}]}, *row)
    assert isinstance(fact, ToldAttributes)
    return fact.attributes.get("do_not_contact")


@pytest.mark.parametrize("cell", ["1", "TRUE", "Yes", "Sim", "SÍ", "Unsubscribed", "Dado de baja"])
def test_it_works(cell: str) -> None:
    assert barred("out", "1", "Ana", cell, "", "") is True


@pytest.mark.parametrize("cell", ["", "0", "false", "No", "Não", "No consent"])
def test_a_no_lifts_nothing_that_others_told(cell: str) -> None:
    assert barred("out", "1", "Ana", cell, "", "") is None


def test_of_several_columns_one_that_says_yes_is_enough() -> None:
    assert barred(["out", "quiet"], "1", "Ana", "0", "1", "") is True
    assert barred(["out", "quiet"], "1", "Ana", "0", "0", "") is None


def test_the_mapping_may_say_what_words_mean() -> None:
    told = {"column": "out", "values": {"R": True, "K": False}}
    assert barred(told, "1", "Ana", "R", "", "") is True
    assert barred(told, "1", "Ana", "K", "", "") is False
    with pytest.raises(UnableToRead, match="neither yes nor no"):
        barred(told, "1", "Ana", "perhaps", "", "")


def test_it_alone_is_enough_to_tell() -> None:
    alone = {"attributes": {"do_not_contact": "out"}, "id": "{id}/out", "at": AT}
    (fact,) = read({"facts": [alone]}, "1", "", "1", "", "")
    assert isinstance(fact, ToldAttributes)
    assert fact.attributes == {"do_not_contact": True}
    with pytest.raises(MappingError, match=r"facts\.1\.attributes: This is empty"):
        read({"facts": [alone | {"attributes": {}}]}, "1", "", "1", "", "")


def test_a_row_that_is_deleted_tells_nothing() -> None:
    document = {"deleted": "gone", "facts": [{"stage": "lead", "id": "{id}/lead", "at": AT}]}
    assert read(document, "1", "Ana", "", "", "true") == []
    assert len(read(document, "1", "Ana", "", "", "0")) == 1


def test_they_are_found_by_their_names() -> None:
    found, _lead = roles(
        {"Id": ["1"], "Email": ["a@b.example"], "HasOptedOutOfEmail": ["0"], "DoNotCall": ["1"],
         "IsDeleted": ["0"], "Unsubscribed from all email": [""], "Não contatar": ["Sim", "Não"],
         "Dado de baja": ["Sí"], "Person - Marketing status": ["No consent"],
         "hs_email_optout": ["true"], "Opted out": ["2026-09-01"], "Borrado": ["ayer"]}
    )  # fmt: skip
    assert {name: role for name, role in found.items() if role == "do_not_contact"}.keys() == {
        "HasOptedOutOfEmail", "DoNotCall", "Unsubscribed from all email", "Não contatar",
        "Dado de baja", "Person - Marketing status", "hs_email_optout",
    }  # fmt: skip
    assert found["IsDeleted"] == "is_deleted"
    assert found["Opted out"] == found["Borrado"] == "own"


def test_words_that_only_later_rows_have_are_read_too() -> None:
    """Of a big file not every row is looked at before it is imported."""
    columns = [
        Column(name, True, [word], [word], False, False, False, False, {}, False, [])
        for name, word in (("id", "1"), ("out", "0"), ("gone", "0"))
    ]
    draft = Draft(
        encoding="utf-8", delimiter=",", time_zone="UTC", source="crm", kind="lead", lead=0,
        moment="2026-09-08T13:00:00+00:00", roles=["", "do_not_contact", "is_deleted"],
        values={place: {"0": meaning_of("is_deleted", "0", ())} for place in ("1", "2")},
    )  # fmt: skip
    assert not [*words_without_meaning(draft, columns)]
    reader = RowReader(parse_mapping(document_of(draft, columns)), ["id", "out", "gone"], SETTING)
    (fact,) = reader(["1", "yes", "0"])
    assert isinstance(fact, ToldAttributes)
    assert fact.attributes == {"do_not_contact": True}
    assert reader(["2", "0", "1"]) == []
