"""What the terms refuse of commitments and of the funnel."""

from typing import Any

import pytest

from agreements.terms import parse_terms
from agreements.terms.values import MONTHS
from tests.unit.agreements.refusals import LEAST, TIERS, commitment, first, without


def test_it_works() -> None:
    terms = parse_terms({**LEAST, "commitments": [commitment()]})
    assert terms.commitment("S1").within is not None


@pytest.mark.parametrize(
    ("parts", "path", "code"),
    [
        (commitment(key="erste Zusage"), "erste Zusage.key", "not_a_clause_key"),
        (commitment(party="sale"), "S1.party", "not_a_choice_nearest"),
        (commitment(measure="first_followup"), "S1.measure", "not_a_choice_nearest"),
        (commitment(target=90), "S1.target", "not_a_rate"),
        (commitment(target=True), "S1.target", "not_a_rate"),
        (commitment(target="101%"), "S1.target", "not_a_rate"),
        (commitment(target="funnel"), "S1.target", "funnel_target_measure"),
        (commitment(warn_at="80"), "S1.warn_at", "not_a_rate"),
        (commitment(weight=-1), "S1.weight", "negative"),
        (without("within"), "S1.within", "needs"),
        (commitment(count=3), "S1.count", "takes_no"),
        (commitment(stage="mql"), "S1.stage", "takes_no"),
        (commitment(party="marketing"), "S1.party", "for_sales"),
        (commitment(party="sales", measure="handover"), "S1.party", "for_marketing"),
        (commitment(tiers=["vip"]), "S1.tiers", "unknown_tier_of_none"),
        (commitment(measure="persistence"), "S1.count", "needs"),
        (commitment(measure="persistence", count=0), "S1.count", "out_of_range"),
        (
            commitment(measure="persistence", count=2, channels=3),
            "S1.channels",
            "persistence_impossible",
        ),
        (commitment(measure="stage_age", stage="mqls"), "S1.stage", "unknown_stage"),
        (commitment(measure="conversion_rate", **{"from": "mql"}), "S1.within", "within_days"),
        (
            commitment(measure="conversion_rate", within="30d", **{"from": "customer"}),
            "S1.from",
            "conversion_backwards",
        ),
        (without("within", measure="response_median"), "S1.target", "target_duration"),
        (without("within", measure="response_p90", target="2d"), "S1.target", "target_duration"),
        (
            without("within", measure="response_p90", target="2h"),
            "S1",
            "response_without_clock",
        ),
        (without("within", measure="customers", target=-1), "S1.target", "negative"),
        (without("within", measure="customers", target="90%"), "S1.target", "not_a_number"),
        (without("within", measure="customers", target="funnel"), "S1.target", "goal_missing"),
        (
            without("within", measure="customers", target="funnel", period="week"),
            "S1.period",
            "funnel_target_period",
        ),
        (
            without("within", measure="customers", target=3, calendar="always"),
            "S1.calendar",
            "calendar_of_count",
        ),
        (
            without("within", measure="stage_value", stage="mql", target=3),
            "S1.values",
            "needs",
        ),
        (
            without(
                "within", measure="stage_value", stage="mql", target=3,
                values={"by": "tier", "each": {"vip": 3}},
            ),
            "S1.values.each.vip",
            "unknown_tier_of_none",
        ),
    ],
)  # fmt: skip
def test_commitments(parts: dict[str, Any], path: str, code: str) -> None:
    assert first(commitments=[parts]) == (f"commitments.{path}", code)


def test_money_needs_a_currency() -> None:
    revenue = without("within", measure="revenue", target=1000)
    assert first(currency=None, commitments=[revenue]) == ("currency", "currency_missing")
    goal = {"goal": {"revenue": 1000, "average_deal": 10}}
    assert first(currency=None, funnel=goal) == ("currency", "currency_missing")


def test_one_promise_of_a_kind_and_tier() -> None:
    again = commitment(key="S2")

    assert first(commitments=[commitment(), again]) == ("commitments.S2", "clock_twice_for_all")
    assert first(tiers=TIERS, commitments=[commitment(), commitment(key="S2", tiers=["vip"])]) == (
        "commitments.S2",
        "clock_twice",
    )
    apart = [commitment(tiers=["vip"]), commitment(key="S2", tiers=["basic"])]
    assert len(parse_terms({**LEAST, "tiers": TIERS, "commitments": apart}).promises()) == 2


def test_ages_of_two_stages_are_two_promises() -> None:
    ages = [
        commitment(measure="stage_age", stage="sql"),
        commitment(key="S2", measure="stage_age", stage="opportunity"),
    ]
    assert len(parse_terms({**LEAST, "commitments": ages}).promises()) == 2


@pytest.mark.parametrize(
    ("funnel", "path", "code"),
    [
        ({"stages": []}, "stages", "no_mql_stage"),
        ({"stages": [{"key": "mql"}]}, "stages.mql.party", "missing"),
        (
            {"stages": [{"key": "sql", "party": "sales"}, {"key": "mql", "party": "marketing"}]},
            "stages.mql",
            "stage_roles_order",
        ),
        (
            {"stages": [{"key": key, "party": "sales", "role": "mql"} for key in ("a", "b")]},
            "stages",
            "role_twice",
        ),
        ({"rates": {"mqls": "0.5"}}, "rates.mqls", "unknown_stage"),
        ({"rates": {"customer": "0.5"}}, "rates.customer", "last_stage_rate"),
        ({"lag": {"mql": "1.5"}}, "lag.mql", "not_a_whole_number"),
        ({"goal": {"customers": 20}, "rates": {"lead": 0}}, "rates.lead", "rate_of_zero"),
        ({"goal": {}}, "goal", "one_goal"),
        ({"goal": {"customers": 2, "revenue": 3}}, "goal", "one_goal"),
        ({"goal": {"revenue": 3}}, "goal", "deal_missing"),
        ({"goal": {"revenue": "3.001", "average_deal": 1}}, "goal.revenue", "more_than_cents"),
        ({"goal": {"customers": 2, "first_month": "june"}}, "goal.first_month", "not_a_month"),
        ({"goal": {"customers": 2, "seasonality": {"jan": 1}}}, "goal", "season_incomplete"),
        ({"targets": {"mql": {"jan": "1.5"}}}, "targets.mql.jan", "target_not_whole"),
        ({"targets": {"mqls": {"jan": 1}}}, "targets.mqls", "unknown_stage"),
        ({"targets": {"mql": {"jan": {"vale": 1}}}}, "targets.mql.jan", "unknown_key"),
        ({"targets": {"mql": {"jan": {"note": "x"}}}}, "targets.mql.jan", "missing"),
        (
            {"goal": {"customers": 20}, "targets": {"customer": {"jan": 30}}},
            "targets.customer",
            "pins_over_total",
        ),
        (
            {"goal": {"customers": 20}, "targets": {"customer": dict.fromkeys(MONTHS, 1)}},
            "targets.customer",
            "pins_miss_total",
        ),
    ],
)
def test_funnel(funnel: dict[str, Any], path: str, code: str) -> None:
    assert first(funnel=funnel) == (f"funnel.{path}", code)


def test_season_of_nothing_is_refused() -> None:
    goal = {"customers": 2, "seasonality": dict.fromkeys(MONTHS, 0)}
    assert first(funnel={"goal": goal}) == ("funnel.goal", "season_of_zero")
