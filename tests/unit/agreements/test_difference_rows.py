"""What changed in words stands beside the passage of the text that changed."""

from typing import Any

from hypothesis import given, settings

from agreements.difference import difference
from agreements.difference_rows import Row, groups_of
from agreements.difference_texts import SectionPair, paired_sections
from agreements.difference_words import Wording
from agreements.document import Section, sections_of
from agreements.editing import problems_of, with_value, without
from agreements.editing.readable import readable
from agreements.models import Agreement, Team
from agreements.starters import load_starter
from agreements.terms import parse_terms
from tests.unit.agreements.edited_documents import pairs_of_documents

# Open day and night: no calendar has to be looked up.
STARTER = without(load_starter("inbound-en") | {"calendar": "always"}, "hours")
AGREEMENT = Agreement(marketing_team=Team(name="Marketing"), sales_team=Team(name="Sales"))


class _Titles(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def sections(document: dict[str, Any]) -> list[Section]:
    found = readable({**document, "calendar": "always", "calendars": {}})
    return sections_of(parse_terms(found), AGREEMENT) if found else []


def texts(before: dict[str, Any], after: dict[str, Any]) -> tuple[SectionPair, ...]:
    problems = problems_of(before), problems_of(after)
    return paired_sections(sections(before), sections(after), problems)


def rows(before: dict[str, Any], after: dict[str, Any]) -> list[Row]:
    pairs = texts(before, after)
    wording = Wording(before, after)
    groups = groups_of(difference(before, after), pairs, wording, _Titles())
    return [row for group in groups for row in group.rows]


def told(after: dict[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """Number, words and texts of each row."""
    return [
        (
            row.number,
            [str(sentence) for sentence in row.sentences],
            [str(pair.inline) for pair in row.pairs],
        )
        for row in rows(STARTER, after)
    ]


def test_it_works() -> None:
    after = with_value(STARTER, "handoff.threshold", 70)
    text = STARTER["handoff"]["definition"].replace("65", "70")
    after = with_value(after, "handoff.definition", text)
    after = with_value(after, "handoff.scoring.1.points", 70)

    first, second, third = told(after)

    assert first[0] == "3.3"
    assert first[1][0].startswith("Definition of the handoff, worded anew: ")
    assert second[:2] == ("3.5", ["The threshold rises from 65 to 70 points."])
    assert second[2][0].startswith("It has at least 70 points.")
    assert third[:2] == (
        "3.6",
        [("Points of a lead: 20 points where employees is at least 50 becomes 70 points where "
         "employees is at least 50.")],
    )  # fmt: skip
    assert third[2][0].startswith("Its points are: 70 where employees is at least 50;")


def test_several_changes_of_one_passage_are_one_row() -> None:
    after = with_value(STARTER, "reasons.pause.one", {"key": "one", "name": "Holiday season"})
    after = with_value(after, "reasons.pause.two", {"key": "two", "name": "Stock take"})
    [(number, sentences, passages)] = told(after)
    assert number == "8.4"
    assert sentences == [
        "New reason for pausing: “Holiday season”.",
        "New reason for pausing: “Stock take”.",
    ]
    assert len(passages) == 1


def test_the_targets_that_follow_stand_beside_the_goal() -> None:
    [(_number, sentences, passages)] = told(with_value(STARTER, "funnel.goal.revenue", 600000))
    assert [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in sentences] == [
        "Goal in revenue: US$ 500,000 rises to US$ 600,000."
    ]
    assert len(passages) == 6


def test_what_follows_elsewhere_has_no_words_of_its_own() -> None:
    after = with_value(STARTER, "tiers.vip.name", "Gold")
    by_number = {number: sentences for number, sentences, _ in told(after)}
    assert by_number == {"4.1": ["VIP · Name: “VIP” becomes “Gold”."], "S2": []}


def test_what_cannot_be_worded_was_not_deleted() -> None:
    after = with_value(STARTER, "commitments.S1.within", "soon")
    [row] = rows(STARTER, after)
    assert row.number == "S1"
    assert [pair.is_withheld for pair in row.pairs] == [True]
    assert {run.kind for run in row.pairs[0].runs} == {"same"}


@settings(max_examples=40)
@given(pairs_of_documents())
def test_every_clause_and_every_passage_is_in_one_row(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    before, after = pair
    found = rows(before, after)
    clauses = [clause.path for row in found for clause in row.clauses]
    assert sorted(clauses) == sorted(each.path for each in difference(before, after).clauses)
    shown = [id(passage) for row in found for passage in row.pairs]
    assert len(shown) == len(set(shown))
    changed = [p for section in texts(before, after) for p in section.pairs if p.is_changed]
    assert [p for p in changed if p not in [q for row in found for q in row.pairs]] == []


@settings(max_examples=40)
@given(pairs_of_documents())
def test_both_texts_are_there_whole(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = pair
    for section in texts(before, after):
        for passage in section.pairs:
            if passage.before is not None and not passage.is_withheld:
                kept = [run.text for run in passage.left.runs]
                assert "".join(kept) == passage.before.text
            if passage.after is not None and not passage.is_withheld:
                assert str(passage.right) == passage.after.text
