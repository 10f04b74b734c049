"""The starters are complete terms, and say what the design proposes."""

from decimal import Decimal

import pytest

from agreements.durations import Duration
from agreements.starters import load_starter, starter_names
from agreements.terms import Terms, document_from_yaml, parse_terms, terms_to_yaml, warnings


@pytest.fixture(params=starter_names())
def starter(request: pytest.FixtureRequest) -> Terms:
    return parse_terms(load_starter(request.param))


def test_it_works() -> None:
    assert starter_names() == ("inbound-en", "inbound-pt")


def test_starter_gives_no_reason_to_warn(starter: Terms) -> None:
    assert warnings(starter) == ()


def test_starter_fills_every_section(starter: Terms) -> None:
    untouched = set(type(starter).model_fields) - starter.model_fields_set
    # One zone and one currency are enough to begin with.
    assert untouched == {"calendars", "exchange_rates"}


def test_starter_promises_what_the_design_proposes(starter: Terms) -> None:
    promised = {
        (each.measure, each.tiers): (str(each.within), each.target)
        for each in starter.clock_commitments
    }
    share = Decimal("0.9")
    assert promised == {
        ("handover", ()): ("5min", share),
        ("routing", ()): ("5min", share),
        ("acceptance", ()): ("4h", share),
        ("first_follow_up", ("vip",)): ("30min", share),
        ("first_follow_up", ("premium",)): ("4h", share),
        ("first_follow_up", ("basic",)): ("1bd", share),
        ("persistence", ()): ("10bd", share),
        ("disposition", ()): ("15bd", share),
    }
    persistence = next(each for each in starter.commitments if each.measure == "persistence")
    acceptance = next(each for each in starter.commitments if each.measure == "acceptance_rate")
    assert (persistence.count, persistence.channels) == (6, 2)
    assert (acceptance.target, acceptance.warn_at) == (share, Decimal("0.8"))
    assert starter.late_logging == Duration.parse("1bd")


def test_starter_weighs_both_parties_alike(starter: Terms) -> None:
    for party in ("marketing", "sales"):
        weights = [each.weight for each in starter.commitments if each.party == party]
        assert sum(weights) == 100


def test_starter_escalates_to_rep_lead_and_director(starter: Terms) -> None:
    rungs = {(rung.notify, rung.at.share, str(rung.at.after)) for rung in starter.escalation}
    assert {
        ("rep", Decimal("0.8"), "None"), ("lead", Decimal(1), "None"), ("director", None, "1h"),
    } <= rungs  # fmt: skip
    assert starter.clock_warning == Decimal("0.8")


def test_starter_charges_wrong_territory_to_routing(starter: Terms) -> None:
    charges = {reason.key: reason.charged_to for reason in starter.reasons.rejection}
    assert charges == {
        "wrong_territory": "routing",
        "duplicate": "marketing",
        "wrong_data": "marketing",
        "outside_market": "marketing",
        "below_threshold": "marketing",
    }
    assert starter.gives_up("not_reached")


def test_english_starter_plans_the_designs_example() -> None:
    plan = parse_terms(load_starter("inbound-en")).funnel_plan()
    shown = {key: row.shown for key, row in plan.rows.items() if key != "sal"}
    assert shown == {"lead": 2084, "mql": 417, "sql": 167, "opportunity": 100, "customer": 20}


def test_tiers_follow_the_request() -> None:
    starter = parse_terms(load_starter("inbound-pt"))
    requests = ("demonstração", "evento", "outro", None)
    tiers = [starter.tier_for({"request": request}) for request in requests]
    assert [tier.key for tier in tiers if tier] == ["vip", "basic", "premium", "premium"]


@pytest.mark.parametrize("name", starter_names())
def test_starter_goes_out_and_in_again(name: str) -> None:
    document = load_starter(name)
    assert document_from_yaml(terms_to_yaml(document)) == document


def test_unknown_starter_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="inbound-en, inbound-pt"):
        load_starter("../secrets")
