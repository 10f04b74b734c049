"""Holding two sets of rules against each other: counts by holder, verdicts, periods."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from leads.plain.clocks import NEVER
from leads.trying.clocks import NO_CLOCKS, TriedClocks, joined
from metrics.backtest import (
    Line,
    Side,
    Standings,
    mean_target,
    periods_in,
    tally_by_holder,
    whole,
)
from metrics.rates import Acceptance, Rate

ANA, TEAM = 7, 0


def clocks(*told: tuple[int, int, int, int, bool]) -> TriedClocks:
    """Clocks as (holder, due, stopped, void, gave up)."""
    holders, due, stopped, void, gave_up = zip(*told, strict=True)
    size = len(told)
    zeros = np.zeros(size, dtype=np.int64)
    return TriedClocks(
        handoff_ids=np.arange(size),
        occurrences=zeros,
        started_at=zeros,
        due_at=np.array(due, dtype=np.int64),
        stopped_at=np.array(stopped, dtype=np.int64),
        void_at=np.array(void, dtype=np.int64),
        breached_at=np.full(size, NEVER),
        gave_up=np.array(gave_up, dtype=bool),
        used=zeros,
        attempts=zeros,
        holder_ids=np.array(holders, dtype=np.int64),
    )


def test_what_became_of_each_holders_clocks() -> None:
    found = tally_by_holder(
        clocks(
            (ANA, 10, 10, NEVER, False),  # met at the due time
            (ANA, 10, 11, NEVER, False),  # late
            (ANA, 10, NEVER, NEVER, False),  # open and past due
            (ANA, 30, NEVER, NEVER, True),  # given up before it was due
            (TEAM, 20, NEVER, NEVER, False),  # due now: still pending
            (TEAM, 10, NEVER, 5, False),  # void
        ),
        now=20,
    )
    assert found == {ANA: Rate(1, 4), TEAM: Rate(0, 0, pending=1, void=1)}
    assert whole(found) == Rate(1, 4, pending=1, void=1)


def test_no_clocks_at_all() -> None:
    assert tally_by_holder(joined([NO_CLOCKS]), now=20) == {}
    assert whole({}) == Rate(0, 0)


def side(met: int, of: int, target: str = "0.9", **by_holder: Rate) -> Side:
    return Side(
        actual=Fraction(met, of) if of else None,
        target=Fraction(target),
        direction="at_least",
        rate=Rate(met, of),
        by_holder={int(key[1:]): rate for key, rate in by_holder.items()},
    )


def line(before: Side | None, after: Side | None) -> Line:
    return Line(before_commitment=None, after_commitment=None, before=before, after=after)


@pytest.mark.parametrize(
    ("before", "after", "is_lost", "is_gained"),
    [
        (side(9, 10), side(8, 10), True, False),
        (side(8, 10), side(9, 10), False, True),
        (side(9, 10), side(9, 10, "0.95"), True, False),
        (side(8, 10), side(7, 10), False, False),
        (side(9, 10), side(0, 0), False, False),
        (None, side(1, 10), False, False),
    ],
)
def test_what_is_lost_and_gained(
    before: Side | None, after: Side, is_lost: bool, is_gained: bool
) -> None:
    found = line(before, after)
    assert (found.is_lost, found.is_gained) == (is_lost, is_gained)


def test_further_breaches_by_holder() -> None:
    before = side(18, 20, h7=Rate(9, 10), h8=Rate(9, 10))
    after = side(15, 20, h7=Rate(6, 10), h8=Rate(9, 9), h9=Rate(0, 1))
    assert line(before, after).further_breaches() == {7: 3, 9: 1}
    assert line(None, after).further_breaches() == {}


def standings(**masks: list[bool]) -> Standings:
    names = Standings.__slots__
    size = len(next(iter(masks.values())))
    return Standings(
        **{name: np.array(masks.get(name, [False] * size), dtype=bool) for name in names}
    )


def test_what_sales_said_to_some_handoffs() -> None:
    found = standings(
        is_decided=[True, True, True, True, False, False],
        is_rejected=[False, True, True, True, False, False],
        is_overturned=[False, False, True, False, False, False],
        is_uncharged=[False, False, False, True, False, False],
        is_undecided=[False, False, False, False, True, False],
        is_withdrawn=[False, False, False, False, False, True],
    )
    every = np.ones(6, dtype=bool)
    assert found.acceptance(every) == Acceptance(
        accepted=1, rejected=3, undecided=1, overturned=1, not_charged=1
    )
    assert found.acceptance(every).rate == Rate(2, 3, pending=1)
    # Six less one withdrawn and two rejections that stood.
    assert found.accepted_volume(every) == 3
    assert found.share_rejected(every) == Fraction(3, 4)
    assert found.share_rejected(np.array([False] * 4 + [True] * 2)) is None


def test_parts_of_periods_count_by_their_days() -> None:
    days = date(2026, 1, 17), date(2026, 3, 1)
    # 15 of 31 days of January, and all of February.
    assert periods_in("month", *days, 30) == Fraction(15, 31) + 1
    assert periods_in("week", date(2026, 1, 5), date(2026, 1, 15), 8) == 1 + Fraction(3, 7)
    assert periods_in("day", *days, 30) == 30
    assert periods_in("quarter", *days, 30) == Fraction(43, 90)


def test_the_target_of_some_days_is_their_mean() -> None:
    by_month = {1: Fraction(31), 2: Fraction(62)}

    def target_of(months: object) -> Fraction:
        assert isinstance(months, tuple)
        return sum((by_month[month] for month in months), Fraction(0))

    days = date(2026, 1, 1), date(2026, 3, 1)
    assert mean_target("month", *days, target_of) == Fraction(93, 2)
    assert mean_target("week", *days, lambda months: Fraction(len(months) + 7)) == 7
