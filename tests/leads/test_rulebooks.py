"""Rulebooks are compiled once for each text and state of its calendars."""

from datetime import date, timedelta
from typing import Any

import pytest

from agreements.models import AgreementVersion, Calendar
from leads.rulebooks import rulebook_of, rulebooks_of
from tests.factories import RECORDED_AT, example_terms, make_version

pytestmark = pytest.mark.django_db


def revise(version: AgreementVersion, closures: dict[str, Any]) -> None:
    """Close the office on other days."""
    calendar = Calendar.objects.get(key="office")
    calendar.revisions.create(
        number=calendar.latest_revision.number + 1,
        closures=closures,
        recorded_at=RECORDED_AT + timedelta(days=1),
    )


def test_it_works() -> None:
    version = make_version()

    book = rulebook_of(version)

    assert book is rulebook_of(AgreementVersion.objects.get())
    assert date(2026, 9, 7) in dict(book.schedule.closures)
    assert book.schedule_of("S2", "") is book.schedule


def test_a_revised_calendar_makes_another_rulebook() -> None:
    version = make_version()
    before = rulebook_of(version)

    revise(version, {"2026-09-08": {"name": "Flood", "hours": []}})

    after = rulebook_of(version)
    assert list(dict(after.schedule.closures)) == [date(2026, 9, 8)]
    assert list(dict(after.schedule_of("S2", "").closures)) == [date(2026, 9, 8)]
    assert date(2026, 9, 8) not in dict(before.schedule_of("S2", "").closures)


def test_a_clause_with_a_calendar_of_its_own_is_counted_in_its_hours() -> None:
    terms = example_terms()
    terms["calendars"] = {"night": {"hours": {"mon-sun": "00:00-24:00"}}}
    terms["commitments"][2]["calendar"] = "night"

    book = rulebook_of(make_version(terms))

    assert book.schedule_of("S2", "") is not book.schedule
    assert book.schedule_of("S2", "") is book.schedule_of("S2", "")
    assert book.schedule_of("S1", "") is book.schedule


def test_a_draft_is_never_judged_by_what_it_was_before() -> None:
    draft = make_version()
    before = rulebook_of(draft)

    draft.terms["currency"] = "EUR"

    assert rulebook_of(draft).terms.currency == "EUR"
    assert before.terms.currency == "BRL"


def test_many_versions_cost_one_query(django_assert_num_queries: Any) -> None:
    versions = [make_version(slug=f"a-{number}") for number in range(3)]
    rulebooks_of(versions)

    with django_assert_num_queries(1):
        books = rulebooks_of(versions)

    assert set(books) == {version.pk for version in versions}
