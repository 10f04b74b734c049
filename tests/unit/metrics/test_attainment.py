from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.attainment import (
    CommitmentFigures,
    Direction,
    Number,
    PeriodTarget,
    Status,
    attainment,
    blend_rate_target,
    blend_volume_target,
    credit,
    exact,
    figures_of_value,
    is_final,
    party_score,
    pool,
    rate_status,
    ratio,
    rounded,
    score,
    share_of_time,
    status,
)
from tests.unit.metrics.known import known

AT_LEAST: Final = "at_least"
AT_MOST: Final = "at_most"
V1_HOURS, V2_HOURS, MONTH_HOURS = (timedelta(hours=hours) for hours in (80, 88, 168))

counts = st.integers(min_value=0, max_value=10**9)
amounts = st.fractions(min_value=0, max_value=10**9)
directions = st.sampled_from((AT_LEAST, AT_MOST))


def promised(
    key: str = "M1", party: str = "marketing", target: Fraction | None = None, **more: Any
) -> PeriodTarget:
    given_terms: dict[str, Any] = {"measure": "stage_volume", "direction": AT_LEAST} | more
    return PeriodTarget(key=key, party=party, target=target, **given_terms)


# September 2026 with a new version on the 16th (worked example 2)


def test_a_volume_blends_its_targets_by_working_time() -> None:
    target = blend_volume_target([(400, V1_HOURS), (310, V2_HOURS)], MONTH_HOURS)
    assert rounded(400 * known(share_of_time(V1_HOURS, MONTH_HOURS))) == 190.476190
    assert rounded(310 * known(share_of_time(V2_HOURS, MONTH_HOURS))) == 162.380952
    assert rounded(target) == 352.857143
    assert rounded(attainment(180 + 171, target, AT_LEAST)) == 0.994737
    assert status(351, target, AT_LEAST, over=True) is Status.SHORTFALL
    figures = figures_of_value(promised(target=target), 351, over=True, grace_over=True)
    assert rounded(figures.shortfall) == 1.857143


def test_an_amount_blends_its_targets_by_working_time() -> None:
    target = blend_volume_target([(500_000, V1_HOURS), ("560000.00", V2_HOURS)], MONTH_HOURS)
    assert rounded(500_000 * known(share_of_time(V1_HOURS, MONTH_HOURS))) == 238_095.238095
    assert rounded(560_000 * known(share_of_time(V2_HOURS, MONTH_HOURS))) == 293_333.333333
    assert rounded(target) == 531_428.571429
    actual = Decimal("412350.00")
    assert rounded(attainment(actual, target, AT_LEAST)) == 0.775927
    assert status(actual, target, AT_LEAST, over=True) is Status.SHORTFALL
    figures = figures_of_value(promised(target=target), actual, over=True, grace_over=True)
    assert rounded(figures.shortfall) == 119_078.571429


def test_a_rate_blends_its_targets_by_decided_items() -> None:
    assert rounded(blend_rate_target([("0.90", 146), ("0.90", 152)])) == 0.9
    first_follow_up = blend_rate_target([("0.90", 164), ("0.85", 150)])
    assert first_follow_up == exact("275.1") / 314
    assert rounded(first_follow_up) == 0.876115
    # With the 14 pending decided, whichever way.
    all_decided = blend_rate_target([("0.90", 168), ("0.85", 160)])
    assert all_decided == exact("287.2") / 328
    assert rounded(all_decided) == 0.875610


@pytest.mark.parametrize(
    ("actual", "target", "shown", "verdict"),
    [
        (ratio(131, 146), "0.90", 0.897260, Status.SHORTFALL),
        (ratio(139, 152), "0.90", 0.914474, Status.KEPT),
        (ratio(270, 298), "0.90", 0.906040, Status.KEPT),
        (ratio(150, 164), "0.90", 0.914634, Status.KEPT),
        (ratio(128, 150), "0.85", 0.853333, Status.KEPT),
        (ratio(278, 314), ratio("275.1", 314), 0.885350, Status.KEPT),
        (ratio(278, 328), ratio("287.2", 328), 0.847561, Status.SHORTFALL),
        (ratio(292, 328), ratio("287.2", 328), 0.890244, Status.KEPT),
    ],
)
def test_rates_of_each_version_and_of_the_month(
    actual: Fraction | None, target: Number | None, shown: float, verdict: Status
) -> None:
    assert rounded(actual) == shown
    assert status(actual, target, AT_LEAST, over=True) is verdict


def test_attainments_of_the_month_are_not_capped() -> None:
    assert rounded(attainment(ratio(270, 298), "0.90", AT_LEAST)) == 1.006711
    assert rounded(attainment(ratio(278, 314), ratio("275.1", 314), AT_LEAST)) == 1.010542


def test_the_scores_of_the_parties() -> None:
    m1 = ratio(351, exact(2470) / 7)
    s5 = ratio("412350.00", exact(3_720_000) / 7)
    assert rounded(score([(3, m1), (2, ratio(270, "268.2"))])) == 0.996842
    assert rounded(score([(2, ratio(278, "275.1")), (3, s5)])) == 0.865556


def test_the_score_of_a_party_leaves_out_the_other_and_what_has_no_attainment() -> None:
    half = Fraction(1, 2)
    figures = [
        figures_of_value(commitment, actual, over=True, grace_over=True)
        for commitment, actual in [
            (promised("M1", target=Fraction(100), weight=Fraction(3)), 50),
            (promised("M2", target=half, weight=Fraction(1)), 1),
            (promised("M3", target=half, weight=Fraction(9)), None),
            (promised("S1", "sales", Fraction(10)), 1),
        ]
    ]
    assert party_score(figures, "marketing") == Fraction(5, 8)
    assert party_score(figures, "sales") == Fraction(1, 10)
    assert party_score(figures, "nobody") is None


def test_a_quarter_sums_targets_and_actuals_of_its_months() -> None:
    target = pool([400, 400, exact(2470) / 7])
    actual = pool([430, 365, 351])
    assert rounded(target) == 1152.857143
    assert actual == 1146
    assert rounded(attainment(actual, target, AT_LEAST)) == 0.994052


# A measure of time


@pytest.mark.parametrize(("median", "reach"), [(52, 1.153846), (75, 0.8)])
def test_a_time_is_compared_the_other_way_round(median: int, reach: float) -> None:
    assert rounded(attainment(median, 60, AT_MOST)) == reach
    verdict = Status.KEPT if reach >= 1 else Status.SHORTFALL
    assert status(median, 60, AT_MOST, over=True) is verdict


# Attainment, credit and score


@pytest.mark.parametrize(
    ("actual", "target", "direction", "reach", "brings"),
    [
        (0, 400, AT_LEAST, 0, 0),
        (800, 400, AT_LEAST, 2, 1),
        (0, 0, AT_LEAST, None, None),
        (5, 0, AT_LEAST, None, None),
        (5, None, AT_LEAST, None, None),
        (None, 5, AT_LEAST, None, None),
        (0, 0, AT_MOST, None, 1),
        (0, 5, AT_MOST, None, 1),
        (5, 0, AT_MOST, 0, 0),
        (10, 5, AT_MOST, Fraction(1, 2), Fraction(1, 2)),
        (5, None, AT_MOST, None, None),
    ],
)
def test_attainment_and_what_it_brings_to_the_score(
    actual: Number | None,
    target: Number | None,
    direction: Direction,
    reach: Fraction | float | None,
    brings: Fraction | int | None,
) -> None:
    assert attainment(actual, target, direction) == reach
    assert credit(actual, target, direction) == brings


@given(actual=amounts, target=amounts, direction=directions)
def test_attainment_reaches_one_exactly_where_the_target_is_reached(
    actual: Fraction, target: Fraction, direction: Direction
) -> None:
    reach = attainment(actual, target, direction)
    if reach is None:
        assert target == 0 or actual == 0
    else:
        assert reach >= 0
        assert (reach >= 1) == (actual >= target if direction == AT_LEAST else actual <= target)


@given(
    parts=st.lists(st.tuples(st.integers(1, 9), st.none() | st.fractions(0, 3)), max_size=8),
    extra=st.integers(1, 9),
)
def test_a_score_lies_between_its_worst_and_its_best_commitment(
    parts: list[Any], extra: int
) -> None:
    capped = [min(reach, Fraction(1)) for _, reach in parts if reach is not None]
    result = score(parts)
    assert score([*parts, (extra, None)]) == result
    if capped:
        assert min(capped) <= known(result) <= max(capped)
    else:
        assert result is None


# Status


@pytest.mark.parametrize(
    ("actual", "warn_at", "over", "expected"),
    [
        ("0.95", "0.80", False, Status.ON_TRACK),
        ("0.90", "0.80", False, Status.ON_TRACK),
        ("0.899999", "0.80", False, Status.AT_RISK),
        ("0.80", "0.80", False, Status.AT_RISK),
        ("0.799999", "0.80", False, Status.OFF_TRACK),
        ("0.85", None, False, Status.OFF_TRACK),
        ("0.90", "0.80", True, Status.KEPT),
        ("0.899999", "0.80", True, Status.SHORTFALL),
        (None, "0.80", False, Status.NO_DATA),
        (None, "0.80", True, Status.NO_DATA),
    ],
)
def test_the_status_of_a_rate_of_at_least_90_percent(
    actual: Number | None, warn_at: str | None, over: bool, expected: Status
) -> None:
    assert rate_status(actual, "0.90", AT_LEAST, over=over, warn_at=warn_at) is expected


def test_the_status_of_a_rate_of_at_most_10_percent() -> None:
    assert rate_status("0.1", "0.1", AT_MOST, over=False, warn_at="0.2") is Status.ON_TRACK
    assert rate_status("0.2", "0.1", AT_MOST, over=False, warn_at="0.2") is Status.AT_RISK
    assert rate_status("0.21", "0.1", AT_MOST, over=False, warn_at="0.2") is Status.OFF_TRACK
    assert rate_status("0.04", "0.05", AT_LEAST, over=False, warn_at=0) is Status.AT_RISK


@pytest.mark.parametrize(
    ("minutes", "over", "expected"),
    [
        (0, False, Status.ON_TRACK),
        (60, False, Status.ON_TRACK),
        (61, False, Status.AT_RISK),
        (75, False, Status.AT_RISK),
        (76, False, Status.OFF_TRACK),
        (60, True, Status.KEPT),
        (61, True, Status.SHORTFALL),
    ],
)
def test_the_status_of_a_median_of_at_most_60_minutes(
    minutes: int, over: bool, expected: Status
) -> None:
    assert status(minutes, 60, AT_MOST, over=over, warn_at="0.8") is expected


def test_without_a_target_there_is_no_verdict() -> None:
    assert status(5, None, AT_LEAST, over=True) is Status.NO_DATA
    assert status(5, 0, AT_LEAST, over=True) is Status.NO_DATA
    assert status(0, 0, AT_MOST, over=True) is Status.KEPT
    assert status(1, 0, AT_MOST, over=True) is Status.SHORTFALL


@pytest.mark.parametrize(
    ("over", "grace_over", "pending", "final"),
    [
        (True, True, 0, True),
        (True, True, 1, False),
        (True, False, 0, False),
        (False, False, 0, False),
    ],
)
def test_figures_are_final_once_nothing_can_change_them(
    over: bool, grace_over: bool, pending: int, final: bool
) -> None:
    assert is_final(over=over, grace_over=grace_over, pending=pending) is final


# Blending


def test_a_version_without_the_commitment_adds_no_volume() -> None:
    assert blend_volume_target([(None, V1_HOURS), (310, V2_HOURS)], MONTH_HOURS) == ratio(
        310 * 88, 168
    )
    assert blend_volume_target([(None, V1_HOURS)], MONTH_HOURS) is None
    assert blend_volume_target([(400, timedelta(0))], timedelta(0)) is None


def test_a_version_that_covers_part_of_the_period_promises_its_share() -> None:
    assert blend_volume_target([(400, V1_HOURS)], MONTH_HOURS) == ratio(400 * 80, 168)


def test_a_rate_nobody_decided_keeps_the_target_all_versions_agree_on() -> None:
    assert blend_rate_target([("0.90", 0), ("0.9", 0), (None, 7)]) == Fraction(9, 10)
    assert blend_rate_target([("0.90", 0), ("0.85", 0)]) is None
    assert blend_rate_target([(None, 7)]) is None


@given(
    parts=st.lists(st.tuples(amounts, st.integers(0, 10**6)), min_size=1, max_size=6),
)
def test_a_blended_target_lies_between_its_parts(parts: list[Any]) -> None:
    targets = [target for target, items in parts if items]
    blended = blend_rate_target(parts)
    if targets:
        assert min(targets) <= known(blended) <= max(targets)
    whole = sum(items for _, items in parts)
    hours = [(target, timedelta(hours=items)) for target, items in parts]
    if whole:
        assert blend_volume_target(hours, timedelta(hours=whole)) == blended


def test_a_pool_of_nothing_known_is_none() -> None:
    assert pool([]) is None
    assert pool([None, None]) is None
    assert pool([None, 3, "0.5"]) == Fraction(7, 2)


# Figures of a commitment


def test_figures_of_a_time_carry_the_promise_and_the_verdict() -> None:
    median = promised(
        "S3",
        "sales",
        Fraction(60),
        measure="response_time",
        direction=AT_MOST,
        warn_at=Fraction(4, 5),
    )
    figures = figures_of_value(
        median, "52", over=True, grace_over=True, void=2, adjusted=Fraction(50), is_lower_bound=True
    )
    assert figures == CommitmentFigures(
        key="S3",
        party="sales",
        measure="response_time",
        direction=AT_MOST,
        target=Fraction(60),
        warn_at=Fraction(4, 5),
        actual=Fraction(52),
        attainment=Fraction(60, 52),
        status=Status.KEPT,
        final=True,
        void=2,
        adjusted=Fraction(50),
        is_lower_bound=True,
    )
    assert figures.shortfall == 0


def test_figures_are_rounded_at_the_edge() -> None:
    figures = figures_of_value(promised(target=Fraction(3)), 2, over=False, grace_over=False)
    shown = figures.rounded()
    assert (shown["target"], shown["actual"], shown["attainment"]) == (3, 2, 0.666667)
    assert (shown["key"], shown["status"], shown["final"]) == ("M1", "off_track", False)
    assert (shown["pace"], shown["lowest"]) == (None, None)


def test_a_time_that_is_too_long_falls_short_by_the_excess() -> None:
    slow = figures_of_value(
        promised(target=Fraction(60), direction=AT_MOST), 75, over=True, grace_over=True
    )
    assert slow.shortfall == 15
    assert figures_of_value(promised(), 75, over=True, grace_over=True).shortfall is None
