"""A mapping is read as it is meant, and what is wrong with one is told in sentences."""

import re
from pathlib import Path
from typing import Any

import pytest

from leads.files import mapping, mapping_values
from leads.files.mapping import mapping_from_yaml, parse_mapping
from leads.files.mapping_problems import MappingError

TUTORIAL = Path(__file__).parents[3] / "docs" / "tutorial"


def a_stage(**changes: Any) -> dict[str, Any]:
    return {"stage": "mql", "id": "{id}/mql", "at": "at"} | changes


def document(*facts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"source": "crm", "lead": "id", "facts": list(facts) or [a_stage()]} | changes


def problems(told: object) -> list[str]:
    with pytest.raises(MappingError) as raised:
        parse_mapping(told)
    return [str(problem) for problem in raised.value.problems]


def test_it_works() -> None:
    read = mapping_from_yaml(
        """
        source: crm
        time_zone: America/Sao_Paulo
        lead: {source: hubspot, id: "{portal}-{contact}"}
        file: {delimiter: ";", decimal: ",", encoding: windows-1252}
        when: {column: kind, is: [lead, contact]}
        facts:
          - deal: {column: result, values: {ganho: won, perdido: lost}}
            id: deal
            at: {date: closed, format: "%d/%m/%Y"}
            amount: value
            person: owner
        """
    )

    told = read.mapping
    assert told.columns == {
        "portal",
        "contact",
        "kind",
        "result",
        "deal",
        "closed",
        "value",
        "owner",
    }
    assert (told.lead.source, told.lead.id.pieces) == (
        "hubspot",
        ("", "portal", "-", "contact", ""),
    )
    assert (told.file.encoding, told.file.delimiter, told.file.decimal) == ("cp1252", ";", ",")
    assert read.document["facts"][0]["amount"] == "value"


@pytest.mark.parametrize("path", sorted(TUTORIAL.glob("*/*.yaml")), ids=lambda path: path.stem)
def test_the_mappings_of_the_tutorial_can_be_read(path: Path) -> None:
    if path.stem != "terms":
        assert mapping_from_yaml(path.read_bytes()).mapping.facts


def test_the_mark_before_utf_8_is_no_part_of_a_column() -> None:
    assert parse_mapping(document()).file.encoding == "utf-8-sig"


def test_a_tab_has_a_name() -> None:
    assert parse_mapping(document(file={"delimiter": "tab"})).file.delimiter == "\t"


def test_true_and_false_in_values_stay_what_they_are() -> None:
    told = mapping_from_yaml(
        """
        source: crm
        lead: id
        facts:
          - attributes: {agreed: {column: gdpr, values: {yes: true, no: false, "": null, n: 0}}}
            id: "{id}/told"
            at: at
        """
    ).mapping
    fact = told.facts[0]
    assert isinstance(fact, mapping.AttributesMapping)
    values = fact.attributes["agreed"].values
    assert [values["yes"], values["no"], values[""], values["n"]] == [True, False, None, 0]
    assert values["no"] is False
    assert values["n"] is not False


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (["a"], "A mapping of keys to values belongs here, not ['a']."),
        ({"lead": "id", "facts": [a_stage()]}, "source: “source” is missing; add it."),
        (document(sorce="x"), "sorce: Unknown key “sorce”; did you mean “source”?"),
        (
            document(colour="x"),
            (
                "colour: Unknown key “colour”; possible here are source, lead, time_zone, file, "
                "deleted, when, facts."
            ),
        ),
        (document(facts=[]), "facts: This is empty; fill it in or leave the key out."),
        (document(facts="x"), "facts: A list belongs here, not x."),
        (
            document({"id": "a", "at": "b"}),
            (
                "facts.1: It is not clear which fact this is; write exactly one of the keys stage, "
                "event, follow_up, deal, satisfaction and attributes."
            ),
        ),
        (
            document(a_stage(deal="won")),
            (
                "facts.1: It is not clear which fact this is; write exactly one of the keys stage, "
                "event, follow_up, deal, satisfaction and attributes."
            ),
        ),
        (
            document(a_stage(ammount="x")),
            (
                "facts.1.ammount: Unknown key “ammount”; possible here are id, at, when, "
                "revised_at, retracted, stage, if_none."
            ),
        ),
        (
            document(a_stage(at={"tme": "x"})),
            "facts.1.at.tme: Unknown key “tme”; did you mean “time”?",
        ),
        (
            document(a_stage(at={"time": "x", "date": "y"})),
            (
                "facts.1.at: Name a column of times under “time”, or one of dates under “date”; a "
                "file without either takes an “instant” for all its rows."
            ),
        ),
        (
            document(a_stage(at={"date": "day"})),
            (
                "Fact 1 happens on the local dates in “day”, but no zone is named; add "
                "“time_zone”, such as America/Sao_Paulo."
            ),
        ),
        (
            document(time_zone="Brasilia"),
            (
                "time_zone: “Brasilia” is not a time zone; write one such as America/Sao_Paulo or "
                "Europe/London."
            ),
        ),
        (
            document({"event": "offerred", "id": "i", "at": "t"}),
            "facts.1: “offerred” is not possible for event; did you mean “offered”?",
        ),
        (
            document(
                {"follow_up": "call", "id": "i", "at": "t"}
                | {"outcome": {"column": "o", "values": {"x": "ringing"}}}
            ),
            (
                "facts.1: “ringing” is not possible for outcome; choose one of no_answer, "
                "left_message, sent, wrong_number, answered, inbound_reply, meeting_set, "
                "conversation, meeting_held, or say under “values” what it means."
            ),
        ),
        (
            document(a_stage(), a_stage(stage="sql")),
            (
                "Facts 1 and 2 have the same id, so one would replace the other; write something "
                "after the id of each, as in “{id}/won”."
            ),
        ),
        (
            document(a_stage(id={"text": "always"})),
            "facts.1.id: “always” names no column; put the columns in braces, as in “{id}/won”.",
        ),
        (
            document(a_stage(id={"column": "a", "constant": "b"})),
            (
                "facts.1.id: Say where the value comes from by exactly one of “column”, “text” and "
                "“constant”."
            ),
        ),
        (
            document(a_stage(stage={"constant": "mql", "values": {"a": "b"}})),
            (
                "facts.1.stage: “values”, “otherwise” and “number” are about the cells of a "
                "column; name the “column”."
            ),
        ),
        (
            document(file={"encoding": "utf-9"}),
            "file.encoding: “utf-9” is no encoding; write utf-8, utf-16, latin-1 or windows-1252.",
        ),
        (
            document(file={"encoding": "base64"}),
            "file.encoding: “base64” is no encoding; write utf-8, utf-16, latin-1 or windows-1252.",
        ),
        (
            document(file={"decimal": ";"}),
            "file.decimal: “;” is not possible here; choose one of '.' or ','.",
        ),
        (
            document(source="x" * 65),
            "source: This is too long; at most 64 characters fit.",
        ),
    ],
)
def test_what_is_wrong_is_told(told: object, expected: str) -> None:
    assert problems(told) == [expected]


def test_everything_wrong_is_told_at_once() -> None:
    told = document(a_stage(at=3), {"event": "offered"}, time_zone="Mars")
    assert [problem.split(":")[0] for problem in problems(told)] == [
        "time_zone",
        "facts.1.at",
        "facts.2.id",
        "facts.2.at",
    ]


def test_the_same_id_under_conditions_that_differ_is_meant() -> None:
    told = document(
        a_stage(when={"column": "kind", "is": "a"}),
        a_stage(stage="sql", when={"column": "kind", "is": "b"}),
    )
    assert len(parse_mapping(told).facts) == 2


def test_yaml_that_cannot_be_read_is_told_with_its_line() -> None:
    with pytest.raises(MappingError, match="Line 3 cannot be read as YAML"):
        mapping_from_yaml("source: crm\nlead: [")


def test_everything_that_can_be_written_is_explained() -> None:
    text = (TUTORIAL.parent / "reference" / "mapping.md").read_text()
    words = {word for allowed in mapping.CHOICES.values() for word in allowed}
    for part in [*vars(mapping).values(), *vars(mapping_values).values()]:
        if isinstance(part, type) and issubclass(part, mapping_values.Section):
            words |= {info.alias or name for name, info in part.model_fields.items()}
    assert {word for word in words if not re.search(rf"\b{word}\b", text)} == set()
