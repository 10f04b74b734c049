"""Plain handoffs as the database gives them, in columns, by the promises they are under."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agreements.clock import ClockKind
from agreements.models import Absence
from leads.plain.binary import instants, integers
from leads.plain.clocks import NEVER, Attempts, Instants, Integers, PlainHandoffs, column_from
from leads.plain.facts import ENDS, LeadRange, Leads
from leads.plain.judging import Group, Judging

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_AT = ("offered_at", "assigned_at", "accepted_at", "attempt_at", "contact_at", "conversation_at")


def plain_handoffs(leads: LeadRange, judging: Judging) -> Iterator[tuple[Group, PlainHandoffs]]:
    """Give the plain handoffs of these leads, those under the same promises together."""
    known_ids, numbers = judging.groups_of(leads.known_at_offer())
    found = leads.handoffs(judging.not_reached())
    handoff_ids = integers(found["handoff_id"])
    # Whatever was offered is known, and both are in the order of their keys.
    group_of = numbers[np.searchsorted(known_ids, handoff_ids)]
    touched = AttemptsOf(leads, handoff_ids, found)
    entered = EntriesOf(leads, handoff_ids, _stages(judging))
    is_plain = ~(touched.is_unclear | are_away(found))
    for number, group in enumerate(judging.groups):
        places = np.flatnonzero(is_plain & (group_of == number))
        if places.size:
            yield group, _columns(group, found[places], entered.at(places), touched.at(places))


def _stages(judging: Judging) -> list[str]:
    """Return the stages from which handing over is promised to be quick."""
    return sorted(
        {
            promise.stage
            for group in judging.groups
            for promise, _ in group.promises
            if promise.kind is ClockKind.HANDOVER and promise.stage is not None
        }
    )


def are_away(found: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell of handoffs whether the holder was away at any time from the offer to the end."""
    holder_ids = integers(found["holder_id"])
    starts, ends = instants(found["offered_at"]), instants(found["ended_at"])
    are_away = np.zeros(holder_ids.size, dtype=bool)
    absences = Absence.objects.filter(user__in=np.unique(holder_ids).tolist())
    for holder_id, *span in absences.values_list("user_id", "starts_at", "ends_at"):
        from_, until = ((at - _EPOCH) // _MICROSECOND for at in span)
        are_away |= (holder_ids == holder_id) & (starts < until) & (from_ < ends)
    return are_away


def _columns(
    group: Group,
    found: NDArray[Any],
    entered_at: dict[str | None, Instants],
    attempts: Attempts,
) -> PlainHandoffs:
    return PlainHandoffs(
        handoff_ids=integers(found["handoff_id"]),
        agreement_id=group.agreement_id,
        version_id=group.version_id,
        holder_ids=integers(found["holder_id"]),
        firsts=firsts_of(found, found["gave_up"].astype(bool)),
        entered_at=entered_at,
        attempts=attempts,
    )


def firsts_of(found: NDArray[Any], gave_up: NDArray[np.bool_]) -> dict[str, Instants]:
    """Return the first instants of handoffs; ``gave_up`` are those recycled as not reached."""
    at = {name: instants(found[name]) for name in _AT}
    holder_ids = integers(found["holder_id"])
    ended_at, ended_by = instants(found["ended_at"]), integers(found["ended_by"])
    firsts = {
        "offered_at": at["offered_at"],
        "received_at": np.where(found["is_received"], at["assigned_at"], NEVER),
        "held_at": np.where(holder_ids != 0, at["assigned_at"], NEVER),
        "accepted_at": at["accepted_at"],
        "first_attempt_at": at["attempt_at"],
        "first_contact_at": at["contact_at"],
        "first_conversation_at": at["conversation_at"],
        "gave_up_at": np.where(gave_up, ended_at, NEVER),
    } | {
        f"{end}_at": np.where((ended_by == number) & ~gave_up, ended_at, NEVER)
        for number, end in enumerate(ENDS, start=1)
    }
    return {name: column_from(numbers) for name, numbers in firsts.items()}


class AttemptsOf:
    """The attempts before a contact, while a handoff was open; each has the row of its handoff.

    ``is_unclear`` are handoffs with an attempt at the very instant of the first contact: which
    of the two came first, their names decide.
    """

    def __init__(self, leads: Leads, handoff_ids: Integers, found: NDArray[Any]) -> None:
        told = leads.attempts()
        rows, is_plain = places_in(handoff_ids, integers(told["handoff_id"]))
        at, channels = instants(told["at"])[is_plain], integers(told["channel"])[is_plain]
        contact_at = instants(found["contact_at"])[rows]
        self.is_unclear = np.zeros(handoff_ids.size, dtype=bool)
        self.is_unclear[rows[at == contact_at]] = True
        counts = (at < contact_at) & (at <= instants(found["ended_at"])[rows])
        self._size = handoff_ids.size
        self._rows, self._at, self._channels = rows[counts], at[counts], channels[counts]

    def at(self, places: NDArray[np.intp]) -> Attempts:
        """Return those of some handoffs, whose rows are now their places among these."""
        row_of = np.full(self._size, -1)
        row_of[places] = np.arange(places.size)
        rows = row_of[self._rows]
        kept = rows >= 0
        return Attempts(rows[kept], column_from(self._at[kept]), self._channels[kept])


class EntriesOf:
    """When leads first entered some stages."""

    def __init__(self, leads: Leads, handoff_ids: Integers, stages: list[str]) -> None:
        self._at = {stage: np.full(handoff_ids.size, NEVER) for stage in stages}
        if stages:
            told = leads.entries(stages)
            rows, is_plain = places_in(handoff_ids, integers(told["handoff_id"]))
            at, numbers = instants(told["at"])[is_plain], integers(told["stage"])[is_plain]
            for number, stage in enumerate(stages, start=1):
                self._at[stage][rows[numbers == number]] = at[numbers == number]

    def at(self, places: NDArray[np.intp]) -> dict[str | None, Instants]:
        """Return those of some handoffs, by stage."""
        return {stage: column_from(at[places]) for stage, at in self._at.items()}


def places_in(keys: Integers, told: Integers) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return where each told key that is among the sorted ones lies, and which are."""
    places = np.searchsorted(keys, told)
    places[places == keys.size] = 0
    is_in = keys[places] == told if keys.size else np.zeros(told.size, dtype=bool)
    return places[is_in], is_in
