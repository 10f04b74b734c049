"""Back-test the text on the table: some days under it, and under the version in force."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from time import thread_time

import numpy as np

from agreements.models import AgreementVersion
from agreements.rulebook import Rulebook
from agreements.terms import Terms
from leads.trying.drafts import rulebook_of_terms
from leads.trying.offers import Window
from leads.trying.past import Past, read_past
from leads.trying.trial import Trial
from metrics.backtest import Line, Mask
from metrics.next_try import NextTry, next_try
from metrics.recorded import Recorded
from metrics.tried import Tried

# Looking for another time means replaying again: for those that would be missed most.
MOST_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The handoffs that the criteria of a text would not have let pass, beside all others.

    ``unmade`` passed those in force and would not have been made. The shares are of the decided
    ones that sales rejected; None where none is decided.
    """

    offered: int
    unmade: int
    rejected_of_unmade: Fraction | None
    rejected_of_made: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """The commitments of both texts, what the criteria leave out, and what to try next.

    ``seconds`` is the computing time it took, without reading and without waiting.
    """

    window: Window
    before: Terms | None
    after: Terms
    lines: tuple[Line, ...]
    selection: Selection
    tries: dict[str, NextTry]
    seconds: float


def back_test(
    window: Window, tried: Terms, in_force: AgreementVersion | None, now: datetime
) -> BackTest:
    """Replay the handoffs of a window under some terms, and under the version in force."""
    book = rulebook_of_terms(tried)
    former = rulebook_of_terms(in_force.parsed_terms()) if in_force else None
    past = read_past(window, [book, *([former] if former else [])])
    return computed(past, Recorded(window, now), book, former, now)


def computed(
    past: Past, recorded: Recorded, book: Rulebook, former: Rulebook | None, now: datetime
) -> BackTest:
    """Compute a back-test from what was read."""
    start = thread_time()
    before = Tried(Trial(past, former, now), recorded, now) if former else None
    trial = Trial(past, book, now)
    is_made = _is_made(trial, before)
    after = Tried(trial, recorded, now, is_made)
    lines = tuple(_lines(before, after))
    return BackTest(
        window=past.window,
        before=former.terms if former else None,
        after=book.terms,
        lines=lines,
        selection=_selection(after),
        tries=_tries(trial, lines, now),
        seconds=thread_time() - start,
    )


def _is_made(trial: Trial, before: Tried | None) -> Mask:
    """Whether each handoff would be made: what passes in force, and would not any more, is not.

    One that passes neither was made all the same, and still would be.
    """
    meets = trial.verdicts.meets_criteria
    met = np.ones_like(meets) if before is None else before.trial.verdicts.meets_criteria
    return ~(met & ~meets)


def _selection(after: Tried) -> Selection:
    is_made = after.is_made
    return Selection(
        offered=is_made.size,
        unmade=int((~is_made).sum()),
        rejected_of_unmade=after.standings.share_rejected(~is_made),
        rejected_of_made=after.standings.share_rejected(is_made),
    )


def _lines(before: Tried | None, after: Tried) -> Iterator[Line]:
    """Give the commitments of the text tried, then those it no longer has."""
    former = {each.key: each for each in before.terms.commitments} if before else {}
    for commitment in after.terms.commitments:
        own = former.get(commitment.key)
        if own is not None and own.measure != commitment.measure:
            own = None
        if own is not None:
            del former[commitment.key]
        unmade = int((after.counted(commitment) & ~after.is_made).sum())
        yield Line(
            before_commitment=own,
            after_commitment=commitment,
            before=before.side(own) if before and own else None,
            after=after.side(commitment, unmade),
        )
    for own in former.values():
        yield Line(
            before_commitment=own,
            after_commitment=None,
            before=before.side(own) if before else None,
            after=None,
        )


def _tries(trial: Trial, lines: Sequence[Line], now: datetime) -> dict[str, NextTry]:
    """Look for other times for the clauses that lose most."""
    lost = [line for line in lines if line.is_lost and line.commitment.is_clock]
    lost.sort(key=lambda line: -sum(line.further_breaches().values()))
    found = {}
    for line in lost[:MOST_TRIES]:
        within = line.before_commitment.within if line.before_commitment else None
        better = next_try(trial, line.key, now, within)
        if better is not None:
            found[line.key] = better
    return found
