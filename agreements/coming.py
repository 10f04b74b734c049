"""When a text comes into force, what ends then, and where nothing would be in force. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignedSpan:
    """A signed version and its period [starts_at, ends_at); None where nothing ends it."""

    number: int
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Coming:
    """The period [starts_at, ends_at) that a text gets, and what that means for its neighbours.

    ``replaces`` ends as it begins. ``uncovered_since`` is since when nothing is in force until it
    begins. ``cut_by`` begins before it would end by itself; ``resumes_with`` begins only after
    its end, and between the two nothing is in force.
    """

    starts_at: datetime
    ends_at: datetime | None
    is_late: bool = False
    replaces: SignedSpan | None = None
    uncovered_since: datetime | None = None
    cut_by: SignedSpan | None = None
    resumes_with: SignedSpan | None = None


def coming_period(
    signed: Iterable[SignedSpan],
    *,
    wanted_from: datetime | None,
    wanted_to: datetime | None,
    now: datetime,
) -> Coming:
    """Return the period of a text that is signed at ``now``: never from before now on.

    Without ``wanted_from`` it begins at once; ``is_late`` says that the wanted start is past.
    """
    spans = sorted(signed, key=lambda span: span.starts_at)
    starts_at = max(wanted_from or now, now)
    earlier = [span for span in spans if span.starts_at <= starts_at]
    replaces = next((s for s in earlier if s.ends_at is None or s.ends_at > starts_at), None)
    following = next((span for span in spans if span.starts_at > starts_at), None)
    is_cut = following is not None and (wanted_to is None or following.starts_at < wanted_to)
    ends = [span.ends_at for span in earlier if span.ends_at is not None]
    uncovered = max(ends, default=None) if replaces is None else None
    return Coming(
        starts_at=starts_at,
        ends_at=following.starts_at if following and is_cut else wanted_to,
        is_late=wanted_from is not None and wanted_from < now,
        replaces=replaces,
        uncovered_since=uncovered if uncovered != starts_at else None,
        cut_by=following if is_cut else None,
        resumes_with=_resuming(following, wanted_to),
    )


def _resuming(following: SignedSpan | None, wanted_to: datetime | None) -> SignedSpan | None:
    if following is None or wanted_to is None or following.starts_at <= wanted_to:
        return None
    return following
