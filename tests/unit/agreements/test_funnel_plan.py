"""The reverse funnel, number by number as in worked example 3, and what never gets lost."""

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agreements.funnel_plan import (
    FunnelPlan,
    Row,
    Step,
    UnableToPlan,
    apportion,
    check_capacity,
    plan_year,
    row_by_hand,
    spread,
)

SEASON = [Decimal(tenths) / 10 for tenths in (8, 7, 10, 9, 11, 10, 9, 11, 12, 12, 12, 7)]
RATES = {"lead": "0.2", "mql": "0.4", "sql": "0.6", "opportunity": "0.2", "customer": None}
REVENUE = Decimal("5500000.00")
CUSTOMERS = Fraction(REVENUE) / 24000

JUL, AUG, SEP, OCT, NOV, DEC = range(6, 12)


def example(**pins: dict[int, int]) -> FunnelPlan:
    return plan_year(
        [
            Step(
                key,
                None if rate is None else Fraction(rate),
                pins={month: Decimal(value) for month, value in pins.get(key, {}).items()},
            )
            for key, rate in RATES.items()
        ],
        CUSTOMERS,
        SEASON,
        revenue=REVENUE,
    )


def whole(row: Row) -> list[int]:
    return [int(month) for month in row.months]


@pytest.mark.parametrize(
    ("stage", "needed", "shown"),
    [
        ("customer", "229.166667", 230),
        ("opportunity", "1145.833333", 1146),
        ("sql", "1909.722222", 1910),
        ("mql", "4774.305556", 4775),
        ("lead", "23871.527778", 23872),
    ],
)
def test_it_works(stage: str, needed: str, shown: int) -> None:
    row = example().rows[stage]

    assert round(row.needed, 6) == Fraction(needed)
    assert row.shown == shown == sum(row.months) == sum(row.quarters)


@pytest.mark.parametrize(
    ("stage", "months", "quarters"),
    [
        (
            "customer",
            [16, 14, 20, 18, 21, 19, 18, 21, 23, 23, 23, 14],
            [50, 58, 62, 60],
        ),
        (
            "opportunity",
            [78, 68, 97, 87, 107, 97, 87, 107, 117, 117, 116, 68],
            [243, 291, 311, 301],
        ),
        (
            "sql",
            [130, 113, 162, 146, 178, 162, 146, 178, 194, 194, 194, 113],
            [405, 486, 518, 501],
        ),
        (
            "mql",
            [324, 283, 405, 364, 445, 405, 364, 445, 486, 486, 485, 283],
            [1012, 1214, 1295, 1254],
        ),
        (
            "lead",
            [1618, 1416, 2023, 1821, 2225, 2023, 1821, 2225, 2428, 2428, 2428, 1416],
            [5057, 6069, 6474, 6272],
        ),
    ],
)
def test_months_and_quarters(stage: str, months: list[int], quarters: list[int]) -> None:
    row = example().rows[stage]
    assert whole(row) == months
    assert list(row.quarters) == quarters


def test_revenue_is_split_in_cents() -> None:
    revenue = example().revenue
    assert revenue is not None
    assert [str(month) for month in revenue.months] == [
        "372881.36", "326271.19", "466101.70", "419491.53", "512711.86", "466101.69",
        "419491.53", "512711.86", "559322.03", "559322.03", "559322.03", "326271.19",
    ]  # fmt: skip
    assert [str(quarter) for quarter in revenue.quarters] == [
        "1165254.25", "1398305.08", "1491525.42", "1444915.25",
    ]  # fmt: skip
    assert sum(revenue.months) == revenue.shown == REVENUE


def test_pinned_month_leaves_the_rest_to_the_others() -> None:
    row = example(mql={JUL: 300}).rows["mql"]

    assert whole(row) == [328, 287, 411, 369, 452, 410, 300, 452, 493, 493, 493, 287]
    assert list(row.quarters) == [1026, 1231, 1245, 1273]
    assert row.shown == 4775
    assert row.pinned == {JUL}


def test_other_stages_follow_a_pinned_month() -> None:
    """The picture of the editor: 420 MQL in November, 250 in December, July to June."""
    season = [80, 90, 92, 96, 93, 80, 60, 65, 88, 84, 88, 84]
    rates = {"lead": "0.22", "mql": "0.9", "sal": "0.45", "sql": "0.6", "opportunity": "0.22"}
    steps = [Step(key, Fraction(rate)) for key, rate in rates.items()] + [Step("customer")]
    steps[1] = Step("mql", Fraction("0.9"), pins={4: Decimal(420), 5: Decimal(250)})

    rows = plan_year(steps, 210, season).rows
    assert [int(row.shown) for row in rows.values()] == [17856, 3929, 3536, 1591, 955, 210]
    assert whole(rows["mql"]) == [315, 355, 363, 378, 420, 250, 236, 256, 347, 331, 347, 331]
    assert whole(rows["sal"]) == [284, 319, 326, 340, 378, 225, 213, 231, 312, 298, 312, 298]
    assert whole(rows["sql"])[3:6] == [153, 170, 101]
    assert whole(rows["opportunity"])[3:6] == [92, 102, 61]
    assert whole(rows["customer"])[4:6] == [22, 13]
    assert whole(rows["lead"])[4:6] == [1909, 1136]


def test_stage_follows_the_nearest_pinned_one_before_it() -> None:
    rows = example(mql={JUL: 0}, opportunity={AUG: 200}).rows

    assert rows["sql"].months[JUL] == 0
    assert rows["opportunity"].months[AUG] == 200
    assert rows["opportunity"].months[JUL] == 0
    assert rows["customer"].months[AUG] == 40
    assert rows["lead"].months[JUL] == 0


def test_revenue_follows_the_customers() -> None:
    plan = example(customer={JUL: 0})
    assert plan.revenue is not None
    assert plan.revenue.months[JUL] == 0
    assert sum(plan.revenue.months) == REVENUE


def test_lag_moves_a_need_to_earlier_months() -> None:
    season = [Decimal(weight) for weight in (12, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 12)]
    steps = [
        Step("lead", Fraction("0.5"), lag=1),
        Step("mql", Fraction("0.5"), lag=2),
        Step("customer"),
    ]
    rows = plan_year(steps, 48, season).rows

    assert whole(rows["customer"]) == [12, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 12]
    # January's customers were MQL in November and leads in October, of the year before: the same
    # months of this year work for the January to come.
    assert whole(rows["mql"]) == [0, 48, 0, 0, 0, 0, 0, 0, 0, 24, 24, 0]
    assert whole(rows["lead"]) == [96, 0, 0, 0, 0, 0, 0, 0, 48, 48, 0, 0]
    assert [row.lead_in for row in rows.values()] == [3, 2, 0]


def test_pinned_month_is_followed_across_a_lag() -> None:
    steps = [
        Step("lead", Fraction("0.5"), lag=1),
        Step("mql", Fraction("0.5"), lag=2, pins={OCT: Decimal(0)}),
        Step("customer"),
    ]
    rows = plan_year(steps, 1200, [1] * 12).rows

    assert rows["customer"].months[DEC] == 0
    assert rows["lead"].months[SEP] == 0
    assert rows["mql"].months[NOV] == Decimal(218)


def test_stages_after_the_customer_follow_by_their_rates() -> None:
    steps = [Step("mql", Fraction("0.1")), Step("customer", Fraction("0.5")), Step("renewed")]
    rows = plan_year(steps, 24, [1] * 12, anchor=1).rows
    assert {key: int(row.shown) for key, row in rows.items()} == {
        "mql": 240, "customer": 24, "renewed": 12,
    }  # fmt: skip


def test_plan_ends_where_a_rate_is_missing() -> None:
    steps = [Step("lead"), Step("mql", Fraction("0.1")), Step("customer"), Step("renewed")]
    assert list(plan_year(steps, 24, [1] * 12, anchor=2).rows) == ["mql", "customer"]


def test_row_by_hand_needs_no_goal() -> None:
    row = row_by_hand("mql", [Decimal(month) for month in range(12)])
    assert [row.shown, row.quarters[3], len(row.pinned)] == [66, 30, 12]


def test_more_by_hand_than_the_year_has_is_refused() -> None:
    with pytest.raises(UnableToPlan, match="mql set by hand do not fit the year") as refused:
        example(mql={JUL: 5000})
    assert refused.value.code == "pins_over_total"
    assert refused.value.params == {"pinned": 5000, "total": 4775}


def test_less_by_hand_with_no_month_left_is_refused() -> None:
    with pytest.raises(UnableToPlan) as refused:
        example(mql=dict.fromkeys(range(12), 1))
    assert refused.value.code == "pins_miss_total"


def test_ties_go_to_the_earlier_month() -> None:
    assert apportion(Decimal(2), [1, 1, 1]) == [1, 1, 0]
    assert apportion(Decimal("0.01"), [1, 1], Decimal("0.01")) == [Decimal("0.01"), 0]
    assert apportion(Decimal(5), [0, 0]) == [0, 0]


def test_capacity_of_the_designs_sentence() -> None:
    """378 handoffs × 4.1 attempts × 9 minutes against four reps' 160 hours at 45 %."""
    check = check_capacity(
        378,
        minutes_per_attempt=9,
        expected_attempts=Decimal("4.1"),
        minutes_per_conversation=30,
        contact_share=0,
        selling_share=Decimal("0.45"),
        open_hours=640,
    )
    assert check.needed / 60 == Fraction("232.47")
    assert check.available / 60 == 288
    assert check.fits
    assert check.load is not None
    assert round(check.load, 3) == Fraction("0.807")


def test_capacity_counts_conversations_and_absence() -> None:
    check = check_capacity(
        100,
        minutes_per_attempt=10,
        expected_attempts=4,
        minutes_per_conversation=30,
        contact_share=Decimal("0.4"),
        selling_share=Decimal("0.5"),
        open_hours=160,
        absence_hours=16,
    )
    assert [check.needed, check.available] == [5200, 4320]
    assert not check.fits


def test_nobody_there_has_no_load() -> None:
    check = check_capacity(
        1,
        minutes_per_attempt=1,
        expected_attempts=1,
        minutes_per_conversation=1,
        contact_share=1,
        selling_share=1,
        open_hours=8,
        absence_hours=16,
    )
    assert check.available == 0
    assert check.load is None
    assert not check.fits


WEIGHTS = st.lists(st.decimals(0, 100, places=1), min_size=12, max_size=12).filter(any)


@given(st.decimals(0, 10**9, places=2), WEIGHTS)
def test_nothing_is_lost_to_rounding(total: Decimal, weights: list[Decimal]) -> None:
    cents = apportion(total, weights, Decimal("0.01"))
    wholes = apportion(Decimal(int(total)), weights)

    assert sum(cents) == total
    assert sum(wholes) == int(total)
    for part, weight in zip(wholes, weights, strict=True):
        share = Fraction(int(total)) * Fraction(weight) / Fraction(sum(weights))
        assert abs(Fraction(part) - share) < 1


@given(
    st.integers(1, 10**6),
    st.lists(st.fractions(Fraction(1, 100), 1), min_size=1, max_size=5),
    WEIGHTS,
    st.lists(st.integers(0, 12), min_size=5, max_size=5),
)
def test_every_row_adds_up(
    customers: int, rates: list[Fraction], weights: list[Decimal], lags: list[int]
) -> None:
    steps = [Step(f"s{place}", rate, lags[place]) for place, rate in enumerate(rates)]
    rows = plan_year([*steps, Step("customer")], customers, weights).rows

    need = Fraction(customers)
    for step in reversed(steps):
        need /= step.rate or 1
        row = rows[step.key]
        assert row.needed == need
        assert row.shown == ceil(need) == sum(row.months) == sum(row.quarters)
        assert all(month >= 0 and month == int(month) for month in row.months)


@given(
    st.integers(0, 500),
    WEIGHTS,
    st.dictionaries(st.integers(0, 11), st.integers(0, 40).map(Decimal), max_size=11),
)
def test_pinned_months_keep_their_value_and_the_year_its_sum(
    total: int, weights: list[Decimal], pins: dict[int, Decimal]
) -> None:
    free = any(weight for month, weight in enumerate(weights) if month not in pins)
    assume(sum(pins.values()) <= total and free)

    months = spread(Decimal(total), weights, pins, "mql")
    assert sum(months) == total
    assert all(months[month] == value for month, value in pins.items())
    rows = plan_year([Step("mql", pins=pins)], total, weights).rows
    assert rows["mql"].months == months
