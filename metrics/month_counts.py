"""Sum what the cells of a month hold into what its figures need, whatever instant they are for.

Versions are keyed by their id ("0" outside any), days by their number in the month, and counts
stand in lists in the order of the names below, amounts as decimal strings.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from agreements.terms import Terms
from agreements.terms.commitments import Commitment
from metrics.open_clocks import Group, Microseconds

STAGE = ("entered", "implied", "unoffered")
HANDOFF = (
    "offered", "accepted", "rejected", "undecided", "withdrawn", "recycled", "overturned", "upheld",
    "waiting", "not_charged", "waiting_not_charged", "complete", "incomplete",
)  # fmt: skip
CONVERSION = ("entered", "won")
CLOCK = (
    "met", "late", "void", "back_dated", "excused", "excepted", "given_up", "given_up_excepted",
)  # fmt: skip
DEAL = ("won", "lost", "refused", "amount")
FOLLOW_UP = ("attempts", "contacts", "conversations", "by_hand")
SATISFACTION = ("total", "answers")

RESPONSES = {"response_median": "0.5", "response_p90": "0.9"}
"""The percentile that each measure of response times is."""

EDGES = tuple(60_000_000 * minutes for minutes in (
    1, 2, 5, 10, 15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 960, 1440, 2400, 4800,
))  # fmt: skip
"""The upper ends, included, of the buckets of a histogram of times, in microseconds."""

CUSTOMER = "customer"
"""The stage a sale leads to where the funnel has none with the role of a customer."""

Json = dict[str, Any]


class DayRow(NamedTuple):
    """The counts of one day for one version, tier, rule, source and subject (a stage, a clause)."""

    version: str
    day: str
    tier: str
    picked_by: str
    source: str | None
    subject: str
    counts: tuple[Any, ...]


class Unanswered(NamedTuple):
    """A clock that nothing stopped; instants are microseconds since 1970.

    ``given_up`` is when it was given up, None while it runs; ``pauses`` are pairs of ISO instants.
    """

    group: Group
    day: str
    started: int
    due: int
    adjusted_due: int
    given_up: int | None
    is_excepted: bool
    pauses: list[list[str]] | None


def by_day(counted: Iterable[tuple[str, Sequence[Any]]]) -> dict[str, list[Any]]:
    """Sum (day, counts) pairs day by day."""
    days: dict[str, list[Any]] = {}
    for day, counts in counted:
        known = days.setdefault(day, [0] * len(counts))
        days[day] = [one + other for one, other in zip(known, counts, strict=True)]
    return {day: list(map(_plain, days[day])) for day in sorted(days, key=int)}


def _plain(number: Any) -> Any:
    return f"{number.normalize():f}" if isinstance(number, Decimal) else number


def by_version(rows: Iterable[DayRow]) -> Json:
    """Sum by version and day, everything that no rule picked."""
    groups = _grouped((row.version, row) for row in rows if not row.picked_by)
    return {version: by_day((row.day, row.counts) for row in of) for version, of in groups}


def by_subject(rows: Iterable[DayRow]) -> Json:
    """Sum by version, subject and day, everything that no rule picked."""
    groups = _grouped((row.version, row) for row in rows if not row.picked_by)
    return {
        version: {
            subject: by_day((row.day, row.counts) for row in rows_of)
            for subject, rows_of in _grouped((row.subject, row) for row in of)
        }
        for version, of in groups
    }


def _grouped(pairs: Iterable[tuple[str, DayRow]]) -> list[tuple[str, list[DayRow]]]:
    groups: defaultdict[str, list[DayRow]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return sorted(groups.items())


def of_commitment(
    commitment: Commitment, terms: Terms, rows: Mapping[str, Iterable[DayRow]]
) -> dict[str, list[Any]]:
    """Count what a commitment on a volume, an amount, handoffs or scores speaks of, day by day.

    ``rows`` are those of its version under ``stages``, ``handoffs``, ``deals``, ``follow_ups``,
    ``satisfactions``.
    """
    counted = _COUNTED.get(commitment.measure)
    if counted is None:
        return {}
    name, count = counted
    return by_day(
        (row.day, count(row, commitment))
        for row in rows[name]
        if is_of(commitment, row.tier, row.picked_by) and _is_stage_of(row, terms, commitment)
    )


def is_of(commitment: Commitment, tier: str, picked_by: str) -> bool:
    """Whether a commitment speaks of what was counted for a tier and a rule."""
    rule = commitment.key if commitment.where is not None else ""
    return picked_by == rule and commitment.is_for(tier or None)


def stage_of(terms: Terms, commitment: Commitment) -> str | None:
    """Return the stage whose entries a commitment counts, if it counts a stage's."""
    if commitment.measure == "customers":
        customer = terms.stage_with_role("customer")
        return customer.key if customer else CUSTOMER
    return commitment.stage


def _is_stage_of(row: DayRow, terms: Terms, commitment: Commitment) -> bool:
    return not row.subject or row.subject == stage_of(terms, commitment)


def _entered(row: DayRow, _: Commitment) -> tuple[Any, ...]:
    return row.counts[:2]


def _value(row: DayRow, commitment: Commitment) -> tuple[Any, ...]:
    values = commitment.values
    if values is None:
        return (Decimal(0),)
    key = row.tier if values.by == "tier" else row.source or ""
    return (row.counts[0] * values.each.get(key, values.otherwise),)


def _everything(row: DayRow, _: Commitment) -> tuple[Any, ...]:
    return row.counts


def _amount(row: DayRow, _: Commitment) -> tuple[Any, ...]:
    _, _, refused, amount = row.counts
    return (amount, refused)


def _follow_ups(row: DayRow, commitment: Commitment) -> tuple[Any, ...]:
    by_grade = row.counts[:3]
    return (sum(by_grade[commitment.grade.rank - 1 :]),)


_COUNTED: dict[str, tuple[str, Callable[[DayRow, Commitment], tuple[Any, ...]]]] = {
    "stage_volume": ("stages", _entered),
    "customers": ("stages", _entered),
    "stage_value": ("stages", _value),
    "accepted_volume": ("handoffs", _everything),
    "acceptance_rate": ("handoffs", _everything),
    "completeness_rate": ("handoffs", _everything),
    "revenue": ("deals", _amount),
    "follow_up_volume": ("follow_ups", _follow_ups),
    "satisfaction": ("satisfactions", _everything),
}


def clocks_of(
    counted: Iterable[tuple[Group, str, Sequence[int]]], unanswered: Iterable[Unanswered]
) -> Json:
    """Sum (group, day, counts) of clocks by version and clause, with those that were given up."""
    days: defaultdict[tuple[str, str, str], defaultdict[str, Microseconds]] = defaultdict(
        lambda: defaultdict(lambda: np.zeros(len(CLOCK), dtype=np.int64))
    )
    for group, day, counts in counted:
        if not group.picked_by:
            days[group[:3]][day][: len(counts)] += np.array(counts, dtype=np.int64)
    for clock in unanswered:
        if clock.given_up is not None and not clock.group.picked_by:
            given_up, excepted = CLOCK.index("given_up"), CLOCK.index("given_up_excepted")
            days[clock.group[:3]][clock.day][given_up] += 1
            days[clock.group[:3]][clock.day][excepted] += clock.is_excepted
    found: Json = {}
    for (version, clause, kind), of in sorted(days.items()):
        found.setdefault(version, {})[clause] = {
            "kind": kind,
            "days": {day: of[day].tolist() for day in sorted(of, key=int)},
        }
    return found


def sets_of_times(
    terms_by_version: Mapping[str, Terms], groups: Iterable[Group]
) -> dict[str, frozenset[Group]]:
    """Return which groups of clocks each kind, each clause and each response time is made of."""
    plain = [group for group in groups if not group.picked_by]
    found: dict[str, set[Group]] = {}
    for group in plain:
        found.setdefault(group.kind, set()).add(group)
    for group in plain:
        found.setdefault(group.clause, set()).add(group)
    for key in _response_keys(terms_by_version.values()):
        found[key] = {group for group in groups if is_response(terms_by_version, key, group)}
    return {key: frozenset(of) for key, of in sorted(found.items()) if of}


def _response_keys(every: Iterable[Terms]) -> set[str]:
    return {
        commitment.key
        for terms in every
        for commitment in terms.commitments
        if commitment.measure in RESPONSES
    }


def is_response(terms_by_version: Mapping[str, Terms], key: str, group: Group) -> bool:
    """Whether a group of clocks is part of the response time that a clause promises."""
    terms = terms_by_version.get(group.version)
    return group.kind == "first_follow_up" and any(
        commitment.key == key
        and commitment.measure in RESPONSES
        and is_of(commitment, group.tier, group.picked_by)
        for commitment in (terms.commitments if terms else ())
    )


def joined(times: Iterable[Microseconds]) -> Microseconds:
    """Join times and sort them."""
    return np.sort(np.concatenate([np.array([], dtype=np.int64), *times]))


def buckets_of(times: Microseconds) -> list[int]:
    """Count how many times lie within each of EDGES, and last how many are longer."""
    places = np.searchsorted(np.array(EDGES), times, side="left")
    buckets: list[int] = np.bincount(places, minlength=len(EDGES) + 1).tolist()
    return buckets
