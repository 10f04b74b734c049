"""Fold the facts about one lead under one agreement into its handoffs: where each stands.

Pure: rows in, values out, whatever order the rows come in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias

from agreements.clock import Grade, Mark, MarkKind
from leads.families import Families, Joining, MergeRow

Row: TypeAlias = tuple[Any, ...]
"""The cells of a row to be stored, in the order of the columns that go with it."""


class OfferRow(NamedTuple):
    """A handoff as it was first heard of."""

    pk: int
    source: str
    external_id: str


class EventRow(NamedTuple):
    """A holding revision of an event of a handoff."""

    handoff_id: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    source: str
    external_id: str
    person_id: int | None
    to_queue: bool
    reason: str
    is_overturned: bool | None
    until: datetime | None


class FollowUpRow(NamedTuple):
    """A holding revision of a follow-up."""

    occurred_at: datetime
    recorded_at: datetime
    source: str
    external_id: str
    channel: str
    grade: Grade
    is_automated: bool
    is_by_hand: bool


class Rules(Protocol):
    """What a fold asks of the version under which a handoff was offered."""

    def is_in_time(self, row: FollowUpRow, offered_at: datetime) -> bool:
        """Whether a follow-up was logged in time to count."""

    def gives_up(self, reason: str, offered_at: datetime) -> bool:
        """Whether recycling with this reason says that nobody was reached."""


@dataclass(slots=True)
class Standing:
    """Where a handoff stands after its facts.

    ``contest`` is empty, or how the contest of its rejection stands: waiting, upheld, overturned.
    ``spans`` are the times it was open, the latest without an end while it is; a follow-up at
    the very instant of an end still belongs to it. ``follows`` is when the handoff of the lead that
    was offered before it ended.
    """

    pk: int
    status: str = "expected"
    offered_at: datetime | None = None
    holder_id: int | None = None
    received_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    contest: str = ""
    reason: str = ""
    until: datetime | None = None
    follows: datetime | None = None
    spans: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def was_open_at(self, at: datetime) -> bool:
        """Whether the handoff was open at an instant, ends included."""
        return any(start <= at and (end is None or at <= end) for start, end in self.spans)


_CLOSING = {
    MarkKind.QUALIFIED: "qualified",
    MarkKind.DISQUALIFIED: "disqualified",
    MarkKind.RECYCLED: "recycled",
    MarkKind.WITHDRAWN: "withdrawn",
}
# After every name of a source.
_LAST = "\U0010ffff"
# Both come only after contact, and contact accepts.
_AFTER_CONTACT = frozenset({MarkKind.QUALIFIED, MarkKind.DISQUALIFIED})


def mark_of(event: EventRow, rules: Rules, offered_at: datetime) -> Mark:
    """Return the mark an event makes on the clocks of its handoff."""
    by_hand = event.recorded_at if event.source == "portal" else None
    gives_up = event.kind == MarkKind.RECYCLED and rules.gives_up(event.reason, offered_at)
    return Mark(
        at=event.occurred_at,
        kind=MarkKind(event.kind),
        source=event.source,
        external_id=event.external_id,
        holder=event.person_id if event.kind == MarkKind.ASSIGNED else None,
        to_queue=event.to_queue,
        until=event.until,
        reason=event.reason or None,
        not_reached=gives_up,
        overturned=bool(event.is_overturned),
        recorded_at=by_hand,
    )


def mark_of_follow_up(row: FollowUpRow, *, counts: bool) -> Mark:
    """Return the mark a follow-up makes; typed in by hand it tells how late it was logged."""
    return Mark(
        at=row.occurred_at,
        kind=MarkKind.FOLLOW_UP,
        source=row.source,
        external_id=row.external_id,
        channel=row.channel,
        grade=row.grade,
        automated=row.is_automated,
        counts=counts,
        recorded_at=row.recorded_at if row.is_by_hand else None,
    )


class ToldOfLead(NamedTuple):
    """The facts about one lead under one agreement, in any order."""

    offers: Iterable[OfferRow]
    events: Iterable[EventRow]
    follow_ups: Sequence[FollowUpRow]


def fold(
    offers: Iterable[OfferRow],
    events: Iterable[EventRow],
    follow_ups: Sequence[FollowUpRow],
    rules: Rules,
) -> list[Standing]:
    """Return the standing of every handoff of one lead under one agreement.

    Offers are taken in the order (occurred_at, source, external_id). An offer while another
    handoff is open opens nothing: it is ``repeated`` and its events are the open one's.
    """
    told = ToldOfLead(offers, events, follow_ups)
    return [standing for _lead_id, standing in fold_family({0: told}, Families(), rules)]


def fold_family(
    told: Mapping[int, ToldOfLead], families: Families, rules: Rules
) -> list[tuple[int, Standing]]:
    """Return the lead and the standing of every handoff of leads that were found to be one.

    From a merge on they have one open handoff between them: of two that are open, the one offered
    first goes on, of one instant the accepted one, and the other is ``merged``, whichever is kept.
    """
    by_handoff: dict[int, list[EventRow]] = {}
    lead_of: dict[int, int] = {}
    for lead_id, facts in told.items():
        for offer in facts.offers:
            by_handoff[offer.pk], lead_of[offer.pk] = [], lead_id
    for facts in told.values():
        for event in facts.events:
            by_handoff[event.handoff_id].append(event)
    family = _Family(told, rules)
    joinings = [(_moment(each), each) for each in families.joinings()]
    for first, pk in _in_order_of_offer(by_handoff):
        while first is not None and joinings and joinings[0][0] < _order(first):
            family.join(joinings.pop(0)[1])
        family.take(lead_of[pk], pk, first, by_handoff[pk])
    for _at, joining in joinings:
        family.join(joining)
    return family.standings


def _moment(joining: Joining) -> tuple[datetime, str, str]:
    """When a merge comes among the offers: after those of its instant."""
    return joining.merge.occurred_at, _LAST, ""


class _Family:
    """Leads while their handoffs are gathered; ``_current`` is the latest one of each lead."""

    def __init__(self, told: Mapping[int, ToldOfLead], rules: Rules) -> None:
        self._told, self._rules = told, rules
        self._current: dict[int, _Folding] = {}
        self._one: dict[int, frozenset[int]] = {}
        self.standings: list[tuple[int, Standing]] = []

    def take(self, lead_id: int, pk: int, first: EventRow | None, events: list[EventRow]) -> None:
        """Take the next offer and all events of its handoff."""
        if first is None:
            # Nothing stands of one whose events were all taken back.
            status = "expected" if events else "taken_back"
            self.standings.append((lead_id, Standing(pk, status=status)))
            return
        offered_at, rules, current = first.occurred_at, self._rules, self._current.get(lead_id)
        marks = [mark_of(event, rules, offered_at) for event in events]
        if current and current.is_open_at(offered_at):
            self.standings.append((lead_id, Standing(pk, status="repeated", offered_at=offered_at)))
            current.absorb(marks)
            return
        follows = current.end_before(offered_at) if current else None
        touches = [
            mark_of_follow_up(row, counts=rules.is_in_time(row, offered_at))
            for row in self._told[lead_id].follow_ups
            if row.occurred_at >= offered_at
        ]
        self._go_on_with(_Folding(pk, _order(first), marks, touches, follows), lead_id)
        self.standings.append((lead_id, self._current[lead_id].standing))

    def join(self, joining: Joining) -> None:
        """Let two leads be one: one of their handoffs goes on."""
        at, sides = joining.merge.occurred_at, (joining.merged_id, joining.merge.kept_id)
        whole = joining.merged_ids | joining.kept_ids
        self._one.update(dict.fromkeys(whole, whole))
        handoffs = sorted(
            (self._current[side] for side in sides if side in self._current),
            key=lambda each: each.order_at(at),
        )
        if handoffs:
            goes_on = next((each for each in handoffs if each.is_open_at(at)), handoffs[-1])
            for other in handoffs:
                if other is not goes_on:
                    other.make_way(joining.merge)
            self._go_on_with(goes_on, joining.merged_id)

    def _go_on_with(self, folding: "_Folding", lead_id: int) -> None:
        self._current.update(dict.fromkeys(self._one.get(lead_id, (lead_id,)), folding))


def _in_order_of_offer(
    by_handoff: dict[int, list[EventRow]],
) -> list[tuple[EventRow | None, int]]:
    """Pair each handoff with its offer, the earliest first; those not offered yet come last."""
    found = [(_first_offer(events), pk) for pk, events in by_handoff.items()]
    offered = [(offer, pk) for offer, pk in found if offer is not None]
    offered.sort(key=lambda pair: _order(pair[0]))
    return [*offered, *((None, pk) for offer, pk in found if offer is None)]


def _first_offer(events: Iterable[EventRow]) -> EventRow | None:
    offers = [event for event in events if event.kind == MarkKind.OFFERED]
    return min(offers, key=_order, default=None)


def _order(event: EventRow) -> tuple[datetime, str, str]:
    return event.occurred_at, event.source, event.external_id


class _Folding:
    """One handoff while the facts about it are gathered."""

    def __init__(
        self,
        pk: int,
        order: tuple[datetime, str, str],
        marks: list[Mark],
        touches: list[Mark],
        follows: datetime | None,
    ) -> None:
        self._order, self._marks, self._touches = order, marks, touches
        self.standing = Standing(pk, follows=follows)
        self._fold()

    def is_open_at(self, at: datetime) -> bool:
        """Whether it was open at an instant, so that another offer then opens nothing."""
        return any(start <= at and (end is None or at < end) for start, end in self.standing.spans)

    def order_at(self, at: datetime) -> tuple[datetime, bool, str, str]:
        """Order by the offer; of one instant, what was decided up to and with ``at`` is first."""
        offered_at, source, name = self._order
        decided_at = self.standing.decided_at
        return offered_at, decided_at is None or decided_at > at, source, name

    def absorb(self, marks: list[Mark]) -> None:
        """Take over the events of an offer that opened nothing."""
        self._marks += [mark for mark in marks if mark.kind is not MarkKind.OFFERED]
        self._fold()

    def end_before(self, at: datetime) -> datetime | None:
        """Be reopened by no decision since another handoff was opened; return when it ended."""
        kept = [mark for mark in self._marks if not mark.overturned or mark.at < at]
        if len(kept) < len(self._marks):
            self._marks = kept
            self._fold()
        return self.standing.closed_at

    def make_way(self, merge: MergeRow) -> None:
        """Another handoff goes on: end if it is open, and reopen no more."""
        if self.is_open_at(merge.occurred_at):
            name = merge.source, merge.external_id
            self._marks.append(Mark(merge.occurred_at, MarkKind.MERGED, *name))
            self._fold()
        self.end_before(merge.occurred_at)

    def _fold(self) -> None:
        """Take all marks in order; follow-ups count only while the handoff is open."""
        standing = self.standing
        fresh = Standing(standing.pk, follows=standing.follows)
        for mark in sorted([*self._marks, *self._touches]):
            if mark.kind is MarkKind.FOLLOW_UP and not fresh.was_open_at(mark.at):
                continue
            fresh.marks.append(mark)
            _STEPS.get(mark.kind, _nothing)(fresh, mark)
        for name in Standing.__slots__:
            setattr(standing, name, getattr(fresh, name))


def _nothing(standing: Standing, mark: Mark) -> None:
    """Leave the standing as it is."""


def _offer(standing: Standing, mark: Mark) -> None:
    if standing.offered_at is None:
        standing.status, standing.offered_at = "offered", mark.at
        standing.spans.append((mark.at, None))


def _assign(standing: Standing, mark: Mark) -> None:
    standing.holder_id = mark.holder if isinstance(mark.holder, int) else None
    if mark.is_receipt and standing.received_at is None:
        standing.received_at = mark.at


def _accept(standing: Standing, mark: Mark) -> None:
    if standing.status == "offered":
        standing.status, standing.decided_at = "accepted", mark.at


def _follow_up(standing: Standing, mark: Mark) -> None:
    if mark.shows(Grade.CONTACT):
        _accept(standing, mark)


def _reject(standing: Standing, mark: Mark) -> None:
    if standing.status == "offered":
        standing.decided_at = mark.at
        standing.reason = mark.reason or ""
        _close(standing, "rejected", mark)


def _contest(standing: Standing, mark: Mark) -> None:  # noqa: ARG001
    if standing.status == "rejected" and not standing.contest:
        standing.contest = "waiting"


def _decide(standing: Standing, mark: Mark) -> None:
    if standing.status != "rejected":
        return
    standing.contest = "overturned" if mark.overturned else "upheld"
    if mark.overturned:
        standing.status, standing.closed_at, standing.reason = "accepted", None, ""
        standing.spans.append((mark.at, None))


def _end(standing: Standing, mark: Mark) -> None:
    if standing.status in {"offered", "accepted"}:
        if mark.kind in _AFTER_CONTACT:
            standing.decided_at = standing.decided_at or mark.at
        standing.reason, standing.until = mark.reason or "", mark.until
        _close(standing, _CLOSING[mark.kind], mark)


def _merge(standing: Standing, mark: Mark) -> None:
    if standing.status in {"offered", "accepted"}:
        _close(standing, "merged", mark)


def _close(standing: Standing, status: str, mark: Mark) -> None:
    standing.status, standing.closed_at = status, mark.at
    start, _ = standing.spans[-1]
    standing.spans[-1] = (start, mark.at)


_STEPS = {
    MarkKind.OFFERED: _offer,
    MarkKind.ASSIGNED: _assign,
    MarkKind.ACCEPTED: _accept,
    MarkKind.FOLLOW_UP: _follow_up,
    MarkKind.REJECTED: _reject,
    MarkKind.CONTESTED: _contest,
    MarkKind.DECIDED: _decide,
    MarkKind.MERGED: _merge,
    **dict.fromkeys(_CLOSING, _end),
}
