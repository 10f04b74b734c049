from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.attainment import PeriodTarget, Status, blend_rate_target, rounded
from metrics.periods import Dates
from metrics.rates import (
    Acceptance,
    Compliance,
    Outcome,
    Rate,
    conversion,
    figures_of_rate,
    pool_rates,
    tally,
)
from tests.unit.metrics.known import known

MET, BREACHED, PENDING, VOID = Outcome
EXCEPTED = True

small = st.integers(0, 50)
outcomes = st.tuples(st.sampled_from(Outcome), st.sampled_from(Outcome), st.booleans())


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    numerator, contested, rest = draw(small), draw(small), draw(small)
    pending = draw(small)
    return Rate(
        numerator,
        numerator + contested + rest,
        pending=pending,
        pending_won=draw(st.integers(0, pending)),
        contested=contested,
        void=draw(small),
    )


def in_time(target: Fraction | None) -> PeriodTarget:
    return PeriodTarget(
        key="S2",
        party="sales",
        measure="first_follow_up",
        direction="at_least",
        target=target,
        warn_at=Fraction(4, 5),
        weight=Fraction(2),
    )


# September 2026 with a new version on the 16th (worked example 2)


@pytest.mark.parametrize(
    ("met", "breached", "pending", "void", "share"),
    [(150, 14, 4, 2, 0.914634), (128, 22, 10, 0, 0.853333), (278, 36, 14, 2, 0.885350)],
)
def test_the_clocks_behind_a_compliance(
    met: int, breached: int, pending: int, void: int, share: float
) -> None:
    clocks = Compliance(met=met, breached=breached, pending=pending, void=void)
    assert rounded(clocks.raw.value) == share
    assert clocks.adjusted.value == clocks.raw.value


def test_the_month_is_the_sum_of_its_versions_and_provisional() -> None:
    month = Compliance(met=150, breached=14, pending=4, void=2) + Compliance(
        met=128, breached=22, pending=10
    )
    assert month == Compliance(met=278, breached=36, pending=14, void=2)
    target = blend_rate_target([("0.90", 164), ("0.85", 150)])
    figures = figures_of_rate(in_time(target), month.raw, over=True, grace_over=True)
    assert (figures.numerator, figures.denominator) == (278, 314)
    assert (figures.pending, figures.void) == (14, 2)
    assert (rounded(figures.lowest), rounded(figures.highest)) == (0.847561, 0.890244)
    assert rounded(figures.attainment) == 1.010542
    assert (figures.status, figures.final) == (Status.KEPT, False)


def test_a_quarter_pools_counts_and_never_averages_months() -> None:
    months = [Rate(300, 320), Rate(190, 260), Rate(278, 314)]
    quarter = pool_rates(months)
    assert (quarter.numerator, quarter.denominator) == (768, 894)
    assert rounded(quarter.value) == 0.859060
    assert rounded(sum((known(month.value) for month in months), Fraction(0)) / 3) == 0.851207
    assert pool_rates([]).value is None


def cohort() -> tuple[Dates, Dates]:
    """300 handoffs of September: 190 on the 1st to 19th, 110 from the 20th to the 30th."""
    starts = [date(2026, 9, 1 + number % 19) for number in range(190)]
    starts += [date(2026, 9, 20 + number % 11) for number in range(110)]
    won_after = {number: number for number in range(24)} | {190 + number: 3 for number in range(9)}
    # Too late, on the last day, and before the start.
    won_after |= {23: 30, 30: 31, 31: 40, 32: -1}
    wins = [
        starts[number] + timedelta(days=won_after[number]) if number in won_after else None
        for number in range(300)
    ]
    return np.array(starts, dtype="datetime64[D]"), np.array(wins, dtype="datetime64[D]")


def test_a_conversion_waits_for_the_window_of_each_handoff() -> None:
    rate = conversion(*cohort(), days=30, today=np.datetime64("2026-10-20"))
    assert rate == Rate(24, 190, pending=110, pending_won=9)
    assert rounded(rate.value) == 0.126316
    assert rate.value != Fraction(33, 199)
    assert rounded(rate.lowest) == 0.110000
    assert rounded(rate.highest) == 0.446667


def test_a_conversion_is_settled_after_its_last_window() -> None:
    starts, wins = cohort()
    last_day = conversion(starts, wins, days=30, today=np.datetime64("2026-10-30"))
    assert last_day.open == 10
    after = conversion(starts, wins, days=30, today=np.datetime64("2026-10-31"))
    assert after == Rate(33, 300)
    nothing = conversion(starts[:0], wins[:0], days=30, today=np.datetime64("2026-10-31"))
    assert nothing.value is None


# Acceptance with contested rejections; raw and adjusted compliance (worked example 5)

ACCEPTANCE = Acceptance(
    accepted=96, rejected=16, undecided=8, overturned=3, upheld=2, waiting=2, not_charged=0
)
ROUTING_CHARGED = Acceptance(
    accepted=96, rejected=16, undecided=8, overturned=3, upheld=2, waiting=2, not_charged=4
)


def test_acceptance_counts_overturned_as_accepted_and_waiting_as_rejected() -> None:
    assert rounded(ACCEPTANCE.at_first) == 0.857143
    assert (ACCEPTANCE.rate.numerator, ACCEPTANCE.rate.denominator) == (99, 112)
    assert rounded(ACCEPTANCE.rate.value) == 0.883929
    assert (ROUTING_CHARGED.rate.numerator, ROUTING_CHARGED.rate.denominator) == (99, 108)
    assert rounded(ROUTING_CHARGED.rate.value) == 0.916667
    assert rounded(ACCEPTANCE.overturned_of_decided) == 0.600000
    assert rounded(ACCEPTANCE.overturned_of_rejected) == 0.187500


@pytest.mark.parametrize(
    ("acceptance", "reach", "verdict"),
    [(ROUTING_CHARGED, 1.018519, Status.ON_TRACK), (ACCEPTANCE, 0.982143, Status.AT_RISK)],
)
def test_acceptance_against_90_percent_so_far(
    acceptance: Acceptance, reach: float, verdict: Status
) -> None:
    promised = in_time(Fraction(9, 10))
    figures = figures_of_rate(promised, acceptance.rate, over=False, grace_over=False)
    assert rounded(figures.attainment) == reach
    assert figures.status is verdict


def test_acceptance_keeps_the_range_that_undecided_and_contested_allow() -> None:
    rate = ROUTING_CHARGED.rate
    assert (rate.lowest, rate.highest) == (Fraction(99, 116), Fraction(109, 116))
    assert (rounded(rate.lowest), rounded(rate.highest)) == (0.853448, 0.939655)
    figures = figures_of_rate(in_time(Fraction(9, 10)), rate, over=True, grace_over=True)
    assert (figures.pending, figures.final) == (10, False)


def test_a_waiting_contest_over_what_is_not_charged_may_still_enter_the_rate() -> None:
    acceptance = Acceptance(accepted=8, rejected=2, waiting_not_charged=1, not_charged=1)
    assert acceptance.rate == Rate(8, 8, pending=1)


def first_follow_ups() -> list[tuple[Outcome, Outcome, bool]]:
    """The 123 clocks of the example: (raw, with the blackout as a pause, excepted or not)."""
    in_blackout = [
        (BREACHED, MET, False),  # A
        (BREACHED, BREACHED, False),  # B
        (BREACHED, MET, False),  # C
        (BREACHED, MET, False),  # D
        (BREACHED, MET, EXCEPTED),  # E
    ]
    others = [(BREACHED, BREACHED, number < 2) for number in range(12)]
    kept = [(MET, MET, False)] * 86
    return [
        *kept,
        *in_blackout,
        *others,
        *[(PENDING,) * 2 + (False,)] * 7,
        *[(VOID,) * 2 + (False,)] * 13,
    ]


def test_raw_and_adjusted_compliance() -> None:
    clocks = tally(first_follow_ups())
    assert clocks == Compliance(met=86, breached=17, pending=7, void=13, excused_met=4, excepted=2)
    assert clocks.excused_by_blackout == 4
    assert clocks.raw == Rate(86, 103, pending=7, void=13)
    assert rounded(clocks.raw.value) == 0.834951
    assert (clocks.adjusted.numerator, clocks.adjusted.denominator) == (90, 101)
    assert rounded(clocks.adjusted.value) == 0.891089


def test_each_step_of_the_adjustment() -> None:
    without_blackout = tally((raw, raw, excepted) for raw, _, excepted in first_follow_ups())
    assert without_blackout.excepted == 3
    assert rounded(without_blackout.adjusted.value) == 0.860000
    without_exceptions = tally((raw, moved, False) for raw, moved, _ in first_follow_ups())
    assert (without_exceptions.adjusted.numerator, without_exceptions.adjusted.denominator) == (
        90,
        103,
    )
    assert rounded(without_exceptions.adjusted.value) == 0.873786


def test_the_first_ones_and_those_started_anew_add_up() -> None:
    first = Compliance(met=84, breached=17, pending=6, void=13)
    anew = Compliance(met=2, pending=1)
    assert first + anew == Compliance(met=86, breached=17, pending=7, void=13)
    assert (first + anew).raw.denominator + 7 + 13 == 123


def test_a_breach_not_yet_due_after_a_blackout_is_pending_in_adjusted_figures() -> None:
    clocks = tally([(BREACHED, PENDING, EXCEPTED), (MET, MET, False)])
    assert clocks.excepted == 0
    assert clocks.raw == Rate(1, 2)
    assert clocks.adjusted == Rate(1, 1, pending=1)


@given(clocks=st.lists(outcomes, max_size=40))
def test_every_clock_is_counted_once_and_adjusting_never_lowers_compliance(
    clocks: list[tuple[Outcome, Outcome, bool]],
) -> None:
    tallied = tally(clocks)
    raw, adjusted = tallied.raw, tallied.adjusted
    assert raw.denominator + raw.pending + raw.void == len(clocks)
    assert adjusted.denominator + adjusted.pending + adjusted.void + tallied.excepted == len(clocks)
    if raw.value is not None and adjusted.value is not None:
        assert adjusted.value >= raw.value


# Rates in general


@given(rate=rates())
def test_the_range_holds_the_rate_it_can_become(rate: Rate) -> None:
    if rate.lowest is None:
        assert rate.value is None
        assert rate.highest is None
    else:
        assert 0 <= rate.lowest <= known(rate.highest) <= 1
    if rate.value is not None and not rate.open:
        assert rate.lowest == rate.value == rate.highest


@given(rate=rates(), data=st.data())
def test_however_the_open_items_are_decided_the_rate_stays_in_range(
    rate: Rate, data: st.DataObject
) -> None:
    won = data.draw(st.integers(rate.pending_won, rate.pending))
    turned = data.draw(st.integers(0, rate.contested))
    decided = Rate(rate.numerator + won + turned, rate.denominator + rate.pending)
    if decided.value is not None:
        assert known(rate.lowest) <= decided.value <= known(rate.highest)


@given(one=rates(), other=rates())
def test_pooled_lies_between_the_months(one: Rate, other: Rate) -> None:
    pooled = pool_rates([one, other])
    assert pooled == one + other == other + one
    if one.value is not None and other.value is not None:
        assert min(one.value, other.value) <= known(pooled.value) <= max(one.value, other.value)


def test_nothing_decided_is_no_rate() -> None:
    figures = figures_of_rate(in_time(Fraction(9, 10)), Rate(0, 0), over=True, grace_over=True)
    assert (figures.actual, figures.attainment) == (None, None)
    assert figures.status is Status.NO_DATA


def test_adjusted_figures_stand_beside_the_raw() -> None:
    clocks = tally(first_follow_ups())
    figures = figures_of_rate(
        in_time(Fraction(9, 10)), clocks.raw, over=True, grace_over=True, adjusted=clocks.adjusted
    )
    assert figures.actual == Fraction(86, 103)
    assert figures.adjusted == Fraction(90, 101)
    assert figures.status is Status.SHORTFALL


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"numerator": 5, "denominator": 3}, "5 counted and 0 contested are more than the 3"),
        ({"numerator": -1, "denominator": 3}, "numerator is -1: a count is never below zero"),
        ({"numerator": 2, "denominator": 3, "contested": 2}, "2 counted and 2 contested are more"),
        ({"numerator": 0, "denominator": 0, "pending_won": 1}, "1 won are more than the 0 pending"),
    ],
)
def test_an_impossible_rate_is_refused(counts: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rate(**counts)


def test_more_excused_than_breached_is_refused() -> None:
    with pytest.raises(ValueError, match="2 excused and 1 excepted are more than the 2 breached"):
        Compliance(breached=2, excused_met=2, excepted=1)


def test_more_contested_than_rejected_is_refused() -> None:
    with pytest.raises(ValueError, match="3 contested are more than the 2 rejected"):
        Acceptance(rejected=2, overturned=1, upheld=1, waiting=1)
