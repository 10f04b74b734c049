"""Times and dates of a file stand for instants."""

from datetime import UTC, datetime

import pytest

from leads.files.instants import instant_of_date, instant_of_time
from leads.files.row_problems import UnableToRead

SAO_PAULO, AMSTERDAM = "America/Sao_Paulo", "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("text", "zone", "form", "instant"),
    [
        ("2018-02-26 19:58:54", "UTC", None, "2018-02-26T19:58:54"),
        ("2018-02-26 19:58:54", SAO_PAULO, None, "2018-02-26T22:58:54"),
        ("2011-10-01T09:46:18.623000+02:00", None, None, "2011-10-01T07:46:18.623"),
        ("2011-10-01T09:46:18Z", SAO_PAULO, None, "2011-10-01T09:46:18"),
        # The hour that is gone through twice: the first time.
        ("2011-10-30 02:30:00", AMSTERDAM, None, "2011-10-30T00:30"),
        # The hour that is skipped: as if the clock had not been put forward yet.
        ("2012-03-25 02:30:00", AMSTERDAM, None, "2012-03-25T01:30"),
        ("31/03/2026 16:05", SAO_PAULO, "%d/%m/%Y %H:%M", "2026-03-31T19:05"),
        # Beside another format it can be nothing else.
        ("2026-03-31 16:05", SAO_PAULO, "%d/%m/%Y %H:%M", "2026-03-31T19:05"),
        ("2026-03-31T16:05:00Z", SAO_PAULO, "%m/%d/%y %I:%M %p", "2026-03-31T16:05"),
    ],
)
def test_times(text: str, zone: str | None, form: str | None, instant: str) -> None:
    assert instant_of_time(text, "at", zone, form) == datetime.fromisoformat(instant + "+00:00")


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2018-02-01", SAO_PAULO, datetime(2018, 2, 1, 2, tzinfo=UTC)),
        ("2018-06-01", SAO_PAULO, datetime(2018, 6, 1, 3, tzinfo=UTC)),
        # No midnight: the clock went from 24:00 to 01:00.
        ("2017-10-15", SAO_PAULO, datetime(2017, 10, 15, 3, tzinfo=UTC)),
        # Two midnights: the clock went from 01:00 back to 00:00.
        ("2025-11-02", "America/Havana", datetime(2025, 11, 2, 4, tzinfo=UTC)),
    ],
)
def test_a_date_is_its_first_instant(text: str, zone: str, instant: datetime) -> None:
    assert instant_of_date(text, "day", zone, None) == instant


@pytest.mark.parametrize(
    ("text", "form"),
    [("31/03/2026", "%d/%m/%Y"), ("2026-03-31", "%m/%d/%Y"), ("2026-31-03", "%Y-%d-%m")],
)
def test_a_date_may_be_written_otherwise(text: str, form: str) -> None:
    assert instant_of_date(text, "day", "UTC", form) == datetime(2026, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "form", "sentence"),
    [
        ("yesterday", "UTC", None, "“yesterday” in “at” is not a time"),
        ("yesterday at nine", "UTC", None, "“yesterday at nine” in “at” is not a time"),
        ("2026-03-31", "UTC", None, "is a date without a time; write it as 2026-03-31 16:05."),
        ("2026-03-31 16:05", None, None, "does not say its zone; add “time_zone” to the mapping"),
        ("1899-12-30 00:00:00", "UTC", None, "lies before 1970 or after 2099"),
        ("9999-12-31 23:59:59", SAO_PAULO, None, "lies before 1970 or after 2099"),
        ("2026-03-31", "UTC", "%d/%m/%Y %H:%M", "is not written as DD/MM/YYYY hh:mm, as the"),
        ("2026-03-31 9", "UTC", "%d/%m/%Y", "is not written as DD/MM/YYYY, as the column is read"),
        ("2026-31-03", "UTC", "%d/%m/%Y", "is not written as DD/MM/YYYY, as the column is read"),
        ("2026-03-31", "UTC", "%Y-%d-%m", "is not written as YYYY-DD-MM, as the column is read"),
        ("2026-02-31", "UTC", "%d/%m/%Y", "is a day that does not exist."),
        ("99/99/2026", "UTC", "%d/%m/%Y", "is not written as DD/MM/YYYY, as the column is read"),
        ("31/02/2026", "UTC", "%d/%m/%Y", "“31/02/2026” in “at” is a day that does not exist."),
        ("2026-02-31 09:00", "UTC", None, "is a day that does not exist."),
    ],
)
def test_what_is_no_time_is_refused(
    text: str, zone: str | None, form: str | None, sentence: str
) -> None:
    with pytest.raises(UnableToRead) as raised:
        instant_of_time(text, "at", zone, form)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("text", "zone", "sentence"),
    [
        ("31/03/2026", "UTC", "“31/03/2026” in “day” is not a date; write it as 2026-03-31."),
        ("20260331", "UTC", "“20260331” in “day” is not a date; write it as 2026-03-31."),
        ("2011-12-30", "Pacific/Apia", "is a day that Pacific/Apia did not have"),
        ("2026-02-31", "UTC", "“2026-02-31” in “day” is a day that does not exist."),
        ("1969-06-01", "UTC", "lies before 1970 or after 2099"),
    ],
)
def test_what_is_no_date_is_refused(text: str, zone: str, sentence: str) -> None:
    with pytest.raises(UnableToRead) as raised:
        instant_of_date(text, "day", zone, None)
    assert sentence in str(raised.value)
