"""Opening hours in words: a week with equal days together, and the seasons that differ from it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from agreements import formats
from agreements.business_time.hours import WEEKDAYS as WEEKDAY_KEYS
from agreements.terms import Hours
from agreements.terms.hours import Week


def hours_words(hours: Hours) -> str:
    """Say opening hours: "Monday to Friday 09:00–12:00, 13:00–18:00; from 15 June to …"."""
    seasons = [
        _("from %(first)s to %(last)s: %(hours)s")
        % {
            "first": formats.day_of_year(season.first_day),
            "last": formats.day_of_year(season.last_day),
            "hours": _week(season.week),
        }
        for season in hours.seasons
    ]
    return "; ".join([_week(hours.week), *seasons])


def _week(week: Week) -> str:
    return "; ".join(_runs(week)) or _("closed")


def _runs(week: Week) -> Iterator[str]:
    """Say each stretch of weekdays that are open alike."""
    runs: list[tuple[int, int, str]] = []
    for day, intervals in week:
        place = WEEKDAY_KEYS.index(day)
        text = ", ".join(f"{opens}–{closes}" for opens, closes in intervals)
        if runs and runs[-1][1] == place - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], place, text)
        elif text:
            runs.append((place, place, text))
    for first, last, text in runs:
        if first == last:
            yield f"{formats.weekday(first)} {text}"
        else:
            yield _("%(first)s to %(last)s %(hours)s") % {
                "first": formats.weekday(first),
                "last": formats.weekday(last),
                "hours": text,
            }
