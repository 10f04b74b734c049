"""Closures that are added or lifted move the due times of running clocks, and only those."""

from datetime import UTC, datetime

import pytest

from agreements.actions import calendars
from agreements.models import Agreement, Calendar, CalendarRevision, Message
from leads.ingest import ingest
from leads.models import Change, Clock
from leads.rebuild import rebuild
from leads.revisions import settle_calendar_revisions
from tests.factories import Teller, local, make_rep, make_user, make_version

pytestmark = pytest.mark.django_db

NOW = local("2026-09-01 09:00")
CLOSED = calendars.Closure(name="Bridge day", hours=[])


@pytest.fixture
def calendar() -> Calendar:
    """A calendar under which one lead was offered on Tuesday, 1 September."""
    version = make_version()
    make_rep("Ana", version.agreement)
    tell = Teller()
    facts = [
        tell.event("offered", local("2026-09-01 08:00")),
        tell.event("assigned", local("2026-09-01 08:00"), to_queue=True),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    Change.objects.all().delete()
    return Calendar.objects.get(key="office")


def due(clause_key: str) -> datetime:
    return Clock.objects.get(clause_key=clause_key).due_at


def test_it_works(calendar: Calendar) -> None:
    assert due("S3") == local("2026-09-16 18:00")
    closures = calendar.latest_revision.closures | {"2026-09-08": CLOSED}

    calendars.revise(calendar=calendar, closures=closures, by=None, now=NOW)
    assert settle_calendar_revisions(now=NOW) == 1

    assert due("S3") == local("2026-09-17 18:00")
    assert due("S2") == local("2026-09-01 14:00")
    assert Change.objects.exists()
    assert settle_calendar_revisions(now=NOW) == 0
    assert rebuild(now=NOW) == 0


def test_clocks_that_end_before_it_are_not_looked_at(calendar: Calendar) -> None:
    closures = calendar.latest_revision.closures | {"2026-12-24": CLOSED}
    ingest(
        agreement=Agreement.objects.get(),
        facts=[Teller().event("withdrawn", local("2026-09-01 09:30"), external_id="w")],
        by=None,
        now=local("2026-09-01 10:00"),
    )

    calendars.revise(calendar=calendar, closures=closures, by=None, now=NOW)

    assert settle_calendar_revisions(now=NOW) == 0


def test_both_parties_are_told(calendar: Calendar) -> None:
    helena = make_user("Helena", team=Agreement.objects.get().marketing_team)
    author = make_user("Otto", is_admin=True)
    closures = calendar.latest_revision.closures | {"2026-09-08": CLOSED}

    calendars.revise(calendar=calendar, closures=closures, by=author, now=NOW)

    told = Message.objects.order_by("recipient__name")
    assert [message.recipient.name for message in told] == ["Ana", "Helena"]
    assert told[1].recipient == helena
    assert told[0].parameters["days"] == ["2026-09-08"]


@pytest.mark.parametrize("day", ["2026-08-31", "2026-09-01"])
def test_a_day_that_has_begun_is_refused(calendar: Calendar, day: str) -> None:
    closures = calendar.latest_revision.closures | {day: CLOSED}
    with pytest.raises(calendars.UnableToChangeClosures, match=f"{day} is not a coming day"):
        calendars.revise(calendar=calendar, closures=closures, by=None, now=NOW)


def test_today_is_the_date_of_the_furthest_zone(calendar: Calendar) -> None:
    closures = calendar.latest_revision.closures | {"2026-09-02": CLOSED}
    with pytest.raises(calendars.UnableToChangeClosures):
        calendars.revise(
            calendar=calendar,
            closures=closures,
            by=None,
            now=datetime(2026, 9, 1, 10, tzinfo=UTC),
        )


def test_bad_hours_are_refused(calendar: Calendar) -> None:
    closures = {"2026-09-30": calendars.Closure(name="", hours=[["12:00", "09:00"]])}
    with pytest.raises(calendars.UnableToChangeClosures):
        calendars.revise(calendar=calendar, closures=closures, by=None, now=NOW)
    assert CalendarRevision.objects.count() == 1


def test_nothing_new_is_refused(calendar: Calendar) -> None:
    with pytest.raises(calendars.UnableToChangeClosures, match="hold already"):
        calendars.revise(
            calendar=calendar, closures=calendar.latest_revision.closures, by=None, now=NOW
        )
