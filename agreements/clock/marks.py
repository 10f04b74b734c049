"""Marks: what happened to a handoff, in the one order everybody folds it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from agreements.clock.promise import Grade

Holder: TypeAlias = str | int
Custody: TypeAlias = tuple[tuple[datetime, Holder | None], ...]
"""Who has the handoff from an instant on; None is the team or its queue."""


class MarkKind(StrEnum):
    """What happened. The rank orders marks of the same instant.

    A follow-up comes before what it led to, the end of a pause before the next pause, and what
    takes a handoff away comes last.
    """

    rank: int

    STAGE_ENTERED = "stage_entered", 0
    OFFERED = "offered", 1
    ASSIGNED = "assigned", 2
    FOLLOW_UP = "follow_up", 3
    ACCEPTED = "accepted", 4
    REJECTED = "rejected", 5
    CONTESTED = "contested", 6
    DECIDED = "decided", 7
    QUALIFIED = "qualified", 8
    DISQUALIFIED = "disqualified", 9
    RECYCLED = "recycled", 10
    RESUMED = "resumed", 11
    PAUSED = "paused", 12
    WITHDRAWN = "withdrawn", 13
    MERGED = "merged", 14
    DO_NOT_CONTACT = "do_not_contact", 15

    def __new__(cls, value: str, rank: int = 0) -> "MarkKind":
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.rank = rank
        return kind


@dataclass(frozen=True, slots=True)
class Mark:
    """One fact of a handoff, at the instant it happened.

    `source` and `external_id` tell marks of one kind apart: the same ones again are a repeat.
    `recorded_at` is given where a person typed the fact in, and tells how far it was back-dated;
    None for facts a system witnessed.

    assigned: `holder`, or None and `to_queue` for the queue the terms name.
    follow_up: `grade`, `channel`, `automated` (no person did it), `counts` (False for one logged
    too late that the other party has not approved).
    paused: `until` and `reason`. recycled: `not_reached`. decided: `overturned`.
    stage_entered: `stage`, or None where the lead left the funnel.
    """

    at: datetime
    kind: MarkKind
    source: str
    external_id: str
    holder: Holder | None = None
    to_queue: bool = False
    channel: str | None = None
    grade: Grade | None = None
    automated: bool = False
    counts: bool = True
    until: datetime | None = None
    reason: str | None = None
    not_reached: bool = False
    overturned: bool = False
    stage: str | None = None
    recorded_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind is MarkKind.FOLLOW_UP and self.grade is None:
            raise ValueError(
                f"Follow-up {self.external_id!r} of {self.source!r} has no grade: "
                "say whether it is an attempt, a contact or a conversation."
            )
        if self.kind is MarkKind.PAUSED and self.until is None:
            raise ValueError(
                f"Pause {self.external_id!r} of {self.source!r} has no end: give it one."
            )

    def __lt__(self, other: "Mark") -> bool:
        return _order(self) < _order(other)

    @property
    def is_receipt(self) -> bool:
        """Whether an assignment goes to a person or to the queue the terms name."""
        return self.holder is not None or self.to_queue

    def shows(self, grade: Grade) -> bool:
        """Whether it is a person's follow-up that counts and got at least as far as `grade`."""
        if self.kind is not MarkKind.FOLLOW_UP or self.automated or not self.counts:
            return False
        return self.grade is not None and self.grade.rank >= grade.rank


class History:
    """The marks of one handoff: each once, in order, whatever order they arrived in.

    Worth making once where several promises are replayed over the same marks.
    """

    __slots__ = ("custody", "has_pauses", "marks")

    def __init__(self, marks: Iterable[Mark]) -> None:
        once: dict[tuple[str, str, str], Mark] = {}
        for mark in marks:
            key = (mark.kind, mark.source, mark.external_id)
            held = once.setdefault(key, mark)
            if held is not mark and held != mark:
                # The caller settles revisions; this only keeps arrival from deciding.
                once[key] = min(held, mark, key=repr)
        self.marks: tuple[Mark, ...] = tuple(sorted(once.values(), key=_order))
        self.custody: Custody = tuple(
            (mark.at, mark.holder) for mark in self.marks if mark.kind is MarkKind.ASSIGNED
        )
        self.has_pauses = any(mark.kind is MarkKind.PAUSED for mark in self.marks)


def known_at(marks: Iterable[Mark], at: datetime) -> list[Mark]:
    """The marks that were known at an instant: happened and recorded by then."""
    return [mark for mark in marks if max(mark.at, mark.recorded_at or mark.at) <= at]


def _order(mark: Mark) -> tuple[datetime, int, str, str]:
    return mark.at, mark.kind.rank, mark.source, mark.external_id
