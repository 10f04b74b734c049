"""Says when a text comes into force and what it means for the versions around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from agreements import formats
from agreements.coming import Coming

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and its tone: ok where it is as everybody expects, warn where one should look."""

    tone: str
    sentence: str


def coming_words(coming: Coming, *, time_zone: str, now: datetime) -> list[Said]:
    """Say when the text comes into force, what ends then, and where nothing would be in force."""
    return [*_beginning(coming, ZoneInfo(time_zone), now), *_end(coming, ZoneInfo(time_zone))]


def _beginning(coming: Coming, zone: ZoneInfo, now: datetime) -> Iterator[Said]:
    starts = _day(coming.starts_at, zone)
    if coming.is_late:
        yield Said("warn", _("The day it was wanted from has begun: it starts when both signed."))
    elif coming.starts_at == now:
        yield Said("ok", _("It comes into force as soon as both have signed."))
    else:
        yield Said(
            "ok", _("It comes into force on %(day)s, once both have signed.") % {"day": starts}
        )
    if coming.replaces is not None:
        yield Said("ok", _replaced(coming, zone))
    elif coming.uncovered_since is not None:
        parts = {"first": _day(coming.uncovered_since, zone), "last": starts}
        yield Said(
            "warn",
            _("From %(first)s to %(last)s no version is in force: nothing is measured then.")
            % parts,
        )


def _replaced(coming: Coming, zone: ZoneInfo) -> str:
    replaced = coming.replaces
    if replaced is None:
        return ""
    parts: dict[str, object] = {"number": replaced.number}
    if replaced.ends_at is None:
        return _("Version %(number)s ends at that instant, without a gap.") % parts
    parts |= {"end": _day(replaced.ends_at - _MOMENT, zone)}
    return _("Version %(number)s, which would last until %(end)s, ends at that instant.") % parts


def _end(coming: Coming, zone: ZoneInfo) -> Iterator[Said]:
    if coming.cut_by is not None:
        parts = {"number": coming.cut_by.number, "end": _day(coming.cut_by.starts_at, zone)}
        yield Said(
            "warn", _("It ends on %(end)s, when version %(number)s begins, signed before.") % parts
        )
        return
    if coming.ends_at is None:
        yield Said("ok", _("It lasts until both sign another one."))
        return
    end = _day(coming.ends_at - _MOMENT, zone)
    if coming.resumes_with is not None:
        parts = {
            "end": end,
            "next": _day(coming.resumes_with.starts_at, zone),
            "number": coming.resumes_with.number,
        }
        yield Said(
            "warn",
            _(
                "It ends on %(end)s, and version %(number)s begins only on %(next)s: nothing is "
                "measured between the two."
            )
            % parts,
        )
        return
    yield Said(
        "ok",
        _(
            "It ends on %(end)s unless both renew it; the leads are reminded 60, 30 and 7 days "
            "before."
        )
        % {"end": end},
    )


def _day(at: datetime, zone: ZoneInfo) -> str:
    return formats.long_day(at.astimezone(zone))
