"""Plain handoffs from their marks: what the arrays need, and which handoffs are not plain."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import numpy as np

from agreements.clock import ClockKind, Grade, Mark, MarkKind
from leads.fold import Row, Standing
from leads.plain.clocks import Attempts, PlainHandoffs, column_of, plain_clocks
from leads.records import LeadAndAgreement, Records
from leads.replaying import Judgement, judgement_of, marks_of_lead

Settled: TypeAlias = tuple[LeadAndAgreement, Standing]

# Arrays cost more than they save for fewer.
FEWEST = 32

_OVER = {
    MarkKind.REJECTED: "rejected_at",
    MarkKind.QUALIFIED: "qualified_at",
    MarkKind.DISQUALIFIED: "disqualified_at",
    MarkKind.RECYCLED: "recycled_at",
    MarkKind.WITHDRAWN: "withdrawn_at",
    MarkKind.MERGED: "withdrawn_at",
    MarkKind.DO_NOT_CONTACT: "withdrawn_at",
}
_NEVER_PLAIN = frozenset({MarkKind.PAUSED, MarkKind.RESUMED, MarkKind.CONTESTED, MarkKind.DECIDED})


class _NotPlainError(Exception):
    """A handoff that has to be replayed alone."""


@dataclass(slots=True)
class _Plain:
    """What the arrays need of a handoff: the first instants, and the attempts before a contact."""

    key: LeadAndAgreement
    standing: Standing
    judgement: Judgement
    holder_id: int | None = None
    assigned_at: datetime | None = None
    stages: list[Mark] = field(default_factory=list)
    attempts: list[Mark] = field(default_factory=list)
    firsts: dict[str, datetime] = field(default_factory=dict)
    over_at: datetime | None = None

    def take(self, mark: Mark) -> None:
        """Note a mark; marks come in their order. Raises where it makes the handoff not plain."""
        is_back_dated = mark.recorded_at is not None and mark.recorded_at > mark.at
        if is_back_dated or mark.kind in _NEVER_PLAIN:
            raise _NotPlainError
        match mark.kind:
            case MarkKind.FOLLOW_UP:
                self._follow_up(mark)
            case MarkKind.STAGE_ENTERED:
                self.stages.append(mark)
            case MarkKind.ASSIGNED:
                self._assign(mark)
            case MarkKind.OFFERED:
                self._first("offered_at", mark)
            case MarkKind.ACCEPTED:
                if "offered_at" in self.firsts:
                    self.firsts.setdefault("accepted_at", mark.at)
            case _:
                self._end(mark)

    def entered(self, stage: str | None) -> datetime | None:
        """When the lead first entered a stage, or any for None."""
        return next((mark.at for mark in self.stages if stage in (None, mark.stage)), None)

    def is_away(self, records: Records) -> bool:
        """Whether the holder is away at any time from the assignment to the end."""
        if self.assigned_at is None or self.holder_id is None:
            return False
        start, end = self.assigned_at, self.over_at
        away = records.absences_of([self.holder_id])
        return any(absence.reaches_into(start, end) for absence in away)

    def _first(self, name: str, mark: Mark) -> None:
        if name in self.firsts:
            raise _NotPlainError
        self.firsts[name] = mark.at

    def _assign(self, mark: Mark) -> None:
        if self.assigned_at is not None:
            raise _NotPlainError
        self.assigned_at = mark.at
        self.holder_id = mark.holder if isinstance(mark.holder, int) else None
        if mark.is_receipt:
            self.firsts["received_at"] = mark.at
        if mark.holder is not None:
            self.firsts["held_at"] = mark.at

    def _end(self, mark: Mark) -> None:
        if self.over_at is not None:
            raise _NotPlainError
        self.over_at = mark.at
        gave_up = mark.kind is MarkKind.RECYCLED and mark.not_reached
        self.firsts["gave_up_at" if gave_up else _OVER[mark.kind]] = mark.at

    def _follow_up(self, mark: Mark) -> None:
        if mark.automated or not mark.counts or "offered_at" not in self.firsts:
            return
        firsts = self.firsts
        firsts.setdefault("first_attempt_at", mark.at)
        if mark.grade is not Grade.ATTEMPT:
            firsts.setdefault("first_contact_at", mark.at)
            if mark.grade is Grade.CONVERSATION:
                firsts.setdefault("first_conversation_at", mark.at)
        elif "first_contact_at" not in firsts:
            self.attempts.append(mark)


def rows_of_plain(
    records: Records, settled: Sequence[Settled], now: datetime
) -> tuple[list[Row], list[Settled]]:
    """Return the rows of the clocks of all plain handoffs, and the handoffs that are not plain."""
    if len(settled) < FEWEST:
        return [], list(settled)
    plain: defaultdict[tuple[object, ...], list[_Plain]] = defaultdict(list)
    others: list[Settled] = []
    for key, standing in settled:
        judgement = judgement_of(records, key, standing)
        if judgement is None:
            continue
        found = _plain(records, key, standing, judgement)
        if found is None:
            others.append((key, standing))
        else:
            plain[key[1], judgement.version_id, *map(id, judgement.promises)].append(found)
    return [row for group in plain.values() for row in _rows_of_group(group, now)], others


def _rows_of_group(plain: Sequence[_Plain], now: datetime) -> Iterator[Row]:
    """Give the rows of handoffs under the same promises."""
    handoffs = _in_columns(plain)
    for promise, schedule in plain[0].judgement.promises:
        yield from plain_clocks(promise, schedule, handoffs, now).rows()


def _in_columns(plain: Sequence[_Plain]) -> PlainHandoffs:
    names = {name for each in plain for name in each.firsts}
    stages = {promise.stage for promise, _ in plain[0].judgement.promises}
    attempts = [(row, mark) for row, each in enumerate(plain) for mark in each.attempts]
    channels = {channel: number for number, channel in enumerate({m.channel for _, m in attempts})}
    return PlainHandoffs(
        handoff_ids=np.array([each.standing.pk for each in plain], dtype=np.int64),
        agreement_id=plain[0].key[1],
        version_id=plain[0].judgement.version_id,
        holder_ids=np.array([each.holder_id or 0 for each in plain], dtype=np.int64),
        firsts={name: column_of([each.firsts.get(name) for each in plain]) for name in names},
        entered_at={stage: column_of([each.entered(stage) for each in plain]) for stage in stages},
        attempts=Attempts(
            np.array([row for row, _ in attempts], dtype=np.int64),
            column_of([mark.at for _, mark in attempts]),
            np.array([channels[mark.channel] for _, mark in attempts], dtype=np.int64),
        ),
    )


def _plain(
    records: Records, key: LeadAndAgreement, standing: Standing, judgement: Judgement
) -> _Plain | None:
    if records.blackouts.get(key[1]):
        return None
    if any(promise.kind is ClockKind.STAGE_AGE for promise, _ in judgement.promises):
        return None
    found = _Plain(key, standing, judgement)
    try:
        # Marks of the lead need no place among the others: one of a kind, or only its entries.
        for mark in (*standing.marks, *sorted(marks_of_lead(records, key, standing))):
            found.take(mark)
    except _NotPlainError:
        return None
    return None if found.is_away(records) else found
