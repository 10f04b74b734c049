"""Read what happened to the handoffs of some days once, to try any rules on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agreements.clock import ClockKind
from agreements.rulebook import Rulebook
from leads.plain.binary import integers
from leads.plain.clocks import Attempts, Instants, PlainHandoffs
from leads.plain.facts import ENDS
from leads.plain.from_facts import AttemptsOf, EntriesOf, are_away, firsts_of, places_in
from leads.trying.clocks import TriedClocks
from leads.trying.offers import LeadsOffered, Offers, Window, asked_by
from leads.trying.others import TRIED, OtherPast

_RECYCLED = ENDS.index("recycled") + 1


@dataclass(frozen=True, slots=True)
class Past:
    """The handoffs offered in a window: the plain ones in columns, the records of all others.

    ``remembered`` are clocks by all that they depend on: two texts promise much the same.
    """

    window: Window
    offers: Offers
    plain: "PlainPast"
    others: OtherPast
    remembered: dict[tuple[object, ...], TriedClocks] = field(
        default_factory=dict, init=False, repr=False
    )


def read_past(window: Window, books: Sequence[Rulebook]) -> Past:
    """Read what any of these rules, with whatever times they promise, ask of the handoffs."""
    leads = LeadsOffered(window)
    offers = leads.offers(asked_by(book.terms for book in books))
    plain = PlainPast(offers, leads, books)
    rows = np.setdiff1d(np.arange(offers.handoff_ids.size), plain.rows)
    return Past(window, offers, plain, OtherPast(window, offers, rows))


class PlainPast:
    """The plain ones of some offers; ``rows`` says which of the offers they are."""

    def __init__(self, offers: Offers, leads: LeadsOffered, books: Sequence[Rulebook]) -> None:
        found = leads.handoffs()
        place, is_offered = places_in(offers.handoff_ids, integers(found["handoff_id"]))
        found = found[is_offered]
        handoff_ids = integers(found["handoff_id"])
        attempts = AttemptsOf(leads, handoff_ids, found)
        aged = leads.entries(_stages(books, ClockKind.STAGE_AGE))
        is_apart = np.isin(handoff_ids, integers(aged["handoff_id"])) | offers.is_apart[place]
        self._places = np.flatnonzero(~(attempts.is_unclear | is_apart | are_away(found)))
        self._found, self._attempts = found[self._places], attempts
        self._entered = EntriesOf(leads, handoff_ids, _stages(books, ClockKind.HANDOVER))
        self.rows = place[self._places]

    def firsts(self, gave_up: NDArray[np.bool_]) -> dict[str, Instants]:
        """Return the first instants of each; ``gave_up`` are offers that reached nobody."""
        is_recycled = integers(self._found["ended_by"]) == _RECYCLED
        return firsts_of(self._found, is_recycled & gave_up[self.rows])

    def handoffs(
        self, firsts: dict[str, Instants], chosen: NDArray[np.bool_], kind: ClockKind
    ) -> PlainHandoffs:
        """Return the chosen ones of the offers with what a kind of clock asks for."""
        mine = np.flatnonzero(chosen[self.rows])
        is_all = mine.size == self.rows.size
        return PlainHandoffs(
            handoff_ids=integers(self._found["handoff_id"])[mine],
            agreement_id=0,
            version_id=TRIED,
            holder_ids=integers(self._found["holder_id"])[mine],
            firsts=firsts if is_all else {name: at[mine] for name, at in firsts.items()},
            entered_at=self._entered.at(self._places[mine]) if kind is ClockKind.HANDOVER else {},
            attempts=self._attempts.at(self._places[mine])
            if kind is ClockKind.PERSISTENCE
            else _NO_ATTEMPTS,
        )


_NO_ATTEMPTS = Attempts(
    np.empty(0, dtype=np.int64),
    np.empty(0, dtype="datetime64[us]"),
    np.empty(0, dtype=np.int64),
)


def _stages(books: Iterable[Rulebook], kind: ClockKind) -> list[str]:
    promises = (promise for book in books for promise in book.terms.promises().values())
    return sorted({each.stage for each in promises if each.kind is kind and each.stage is not None})
