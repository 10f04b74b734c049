"""What a terms document says once it is read."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from agreements.clock import ClockKind, Grade, Promise
from agreements.durations import Duration
from agreements.terms import (
    CLOCK_MEASURES,
    MEASURES,
    Terms,
    canonical_json,
    parse_terms,
    terms_hash,
    warnings,
)
from agreements.terms.measures import OPTIONS, MeasureName

GOLDEN = Path(__file__).parent / "terms_schema_1.json"
GOLDEN_HASH = "1268f5c86b557303d818bab6132e699f105fa2c79530089acdf7f8f6b08363ff"


def golden() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return document


def document(*commitments: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """The least terms, with these commitments and sections."""
    least = {"schema": 1, "time_zone": "Europe/Amsterdam", "hours": {"mon-fri": "09:00-17:30"}}
    return {**least, "commitments": list(commitments), **sections}


def promise(key: str = "S1", **parts: Any) -> dict[str, Any]:
    """A promise of a first follow-up within four hours."""
    common = {"key": key, "party": "sales", "measure": "first_follow_up"}
    return {**common, "within": "4h", "target": "0.90", **parts}


def test_it_works() -> None:
    terms = parse_terms(document(promise()))

    commitment = terms.commitment("S1")
    assert (commitment.party, commitment.measure) == ("sales", "first_follow_up")
    assert (commitment.target, commitment.direction, commitment.period) == (
        Decimal("0.90"), "at_least", "month",
    )  # fmt: skip
    assert (commitment.weight, commitment.warn_at) == (Decimal(1), Decimal("0.81"))
    assert [stage.key for stage in terms.stages] == [
        "lead", "mql", "sal", "sql", "opportunity", "customer",
    ]  # fmt: skip


def test_hash_of_schema_1_never_changes() -> None:
    """A released schema's canonical form is what people signed; this hash is for ever."""
    parse_terms(golden())
    assert terms_hash(golden()) == GOLDEN_HASH


def test_golden_document_uses_every_key_of_the_schema() -> None:
    terms = parse_terms(golden())
    given: dict[type[BaseModel], set[str]] = {}
    for section in _sections(terms):
        given.setdefault(type(section), set()).update(section.model_fields_set)
    models = set(_models(Terms))
    unused = {
        f"{model.__name__}.{name}"
        for model in models
        for name in model.model_fields
        if name not in given.get(model, set())
    }
    # A goal is one of three.
    assert unused == {"Goal.customers", "Goal.units"}


def _sections(value: object) -> Iterator[BaseModel]:
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from _sections(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _sections(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _sections(item)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for info in annotation.model_fields.values():
            yield from _models(info.annotation)
    for part in get_args(annotation):
        yield from _models(part)


def test_hash_covers_the_document_as_stored() -> None:
    spare, full = document(promise()), document(promise(period="month"))

    assert parse_terms(spare).commitments == parse_terms(full).commitments
    assert terms_hash(spare) != terms_hash(full)
    assert terms_hash(dict(reversed(spare.items()))) == terms_hash(spare)


def test_canonical_json_is_sorted_compact_and_utf_8() -> None:
    assert canonical_json({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'.encode()


def test_catalogue_has_one_definition_for_each_measure() -> None:
    assert set(MEASURES) == set(get_args(MeasureName))
    assert set(CLOCK_MEASURES) == {kind.value for kind in ClockKind}
    for measure in MEASURES.values():
        told = (measure.label, measure.definition, measure.gamed_by, measure.shown_by)
        assert all(told)
        assert set(measure.needs) | set(measure.takes) <= set(OPTIONS)


@pytest.mark.parametrize("written", ["0.9", "90%", "90 %", "0.90"])
def test_share_is_written_as_fraction_or_percentage(written: str) -> None:
    commitment = parse_terms(document(promise(target=written))).commitment("S1")
    assert commitment.target == Decimal("0.9")


def test_time_target_is_a_duration_and_at_most() -> None:
    median = {"key": "S2", "party": "sales", "measure": "response_median", "target": "60min"}
    commitment = parse_terms(document(promise(), median)).commitment("S2")

    assert commitment.target == Duration.parse("60min")
    assert (commitment.direction, commitment.warn_at) == ("at_most", Decimal("0.9"))


def test_share_at_most_warns_above_its_target() -> None:
    share = {"key": "M1", "party": "marketing", "measure": "acceptance_rate", "target": "0.45"}
    terms = parse_terms(document({**share, "direction": "at_most"}))
    assert terms.commitment("M1").warn_at == Decimal("0.5")


def test_promise_carries_everything_a_clock_needs() -> None:
    terms = parse_terms(
        document(
            promise(evidence="contact"),
            pause={"max": "5bd"},
            escalation=[{"at": "70%", "notify": "rep"}, {"at": "+1h", "notify": "director"}],
        )
    )
    assert terms.promises() == {
        ("S1", None): Promise(
            clause_key="S1",
            kind=ClockKind.FIRST_FOLLOW_UP,
            party="sales",
            within=Duration.parse("4h"),
            evidence=Grade.CONTACT,
            starts_received=False,
            warn_at=0.7,
            max_pause=Duration.parse("5bd"),
        )
    }


def test_promises_of_the_golden_document_by_tier() -> None:
    promises = parse_terms(golden()).promises()

    assert {key for key, tier in promises if tier == "vip"} == {
        "M4", "M5", "S1", "S2", "S4", "S5", "S6",
    }  # fmt: skip
    assert {key for key, tier in promises if tier == "basic"} == {
        "M4", "M5", "S1", "S3", "S4", "S5", "S6",
    }  # fmt: skip
    persistence = promises["S4", "vip"]
    assert (persistence.count, persistence.channels) == (6, 2)
    assert promises["M4", "vip"].stage == "mql"
    assert promises["S6", "basic"].stage == "opportunity"


def test_clocks_start_at_receipt_only_where_routing_is_promised() -> None:
    routing = {
        "key": "M1", "party": "marketing", "measure": "routing", "within": "5min", "target": "0.9",
        "tiers": ["vip"],
    }  # fmt: skip
    terms = parse_terms(document(promise(), routing, tiers=tiers()))

    assert terms.has_routing
    assert terms.promises()["S1", "vip"].starts_received
    assert not terms.promises()["S1", "basic"].starts_received
    assert not parse_terms(document(promise())).has_routing


def tiers() -> list[dict[str, Any]]:
    is_large = {"field": "employees", "operator": "at_least", "value": 500}
    return [{"key": "vip", "name": "VIP", "when": is_large}, {"key": "basic", "name": "Basic"}]


def test_tier_is_the_first_that_fits() -> None:
    terms = parse_terms(document(tiers=tiers()))

    large, small = terms.tier_for({"employees": "800"}), terms.tier_for({"employees": "n/a"})
    assert large is not None
    assert small is not None
    assert (large.key, small.key) == ("vip", "basic")
    assert terms.tier("vip") == large
    assert parse_terms(document()).tier_for({}) is None


def test_promises_for_a_lead_look_at_its_attributes() -> None:
    where = {"field": "origin", "operator": "is", "value": "event"}
    terms = parse_terms(document(promise(where=where)))

    assert [promise.clause_key for promise in terms.promises_for(None, {"origin": "Event"})] == [
        "S1"
    ]
    assert terms.promises_for(None, {"origin": "ads"}) == ()
    assert terms.promises_for(None) == ()


def test_schedule_takes_hours_seasons_and_closures() -> None:
    hours = {
        "mon-fri": "09:00-12:00, 13:00-18:00",
        "sat": [["09:00", "12:00"]],
        "seasons": [{"from": "06-15", "to": "09-15", "hours": {"mon-fri": "08:00-15:00"}}],
    }
    terms = parse_terms(document(hours=hours, calendar="es"))

    schedule = terms.schedule({"es": {"2026-12-25": []}, "other": {"2026-12-24": []}})
    assert schedule.time_zone == "Europe/Amsterdam"
    assert schedule.to_document()["week"]["sat"] == [["09:00", "12:00"]]
    assert schedule.to_document()["week"]["fri"] == [["09:00", "12:00"], ["13:00", "18:00"]]
    assert list(schedule.to_document()["closures"]) == ["2026-12-25"]
    assert schedule.seasons[0].first == (6, 15)
    assert terms.calendar_keys == ("es",)


def test_clause_calendar_comes_before_the_tiers_and_the_agreements() -> None:
    terms = parse_terms(golden())
    first, third, acceptance = (terms.commitment(key) for key in ("M5", "S3", "S1"))

    assert terms.calendar_key(commitment=first, tier="basic") == "always"
    assert terms.calendar_key(commitment=third, tier="basic") == "lisboa"
    assert terms.calendar_key(commitment=acceptance, tier="vip") == "always"
    assert terms.calendar_key(commitment=acceptance, tier="basic") == "br-sp"
    assert terms.schedule_of(terms.calendar_key(commitment=third), {}).time_zone == "Europe/Lisbon"
    week = terms.schedule_of(terms.calendar_key(tier="vip"), {}).to_document()["week"]
    assert week["sun"] == [["00:00", "24:00"]]
    assert terms.calendar_keys == ("br-sp", "lisboa")


def test_terms_without_hours_are_open_day_and_night() -> None:
    terms = parse_terms({"schema": 1, "time_zone": "UTC"})
    assert terms.schedule({}).to_document()["week"]["sun"] == [["00:00", "24:00"]]


def test_target_comes_from_the_funnel_by_month_and_quarter() -> None:
    terms = parse_terms(golden())
    plan = terms.funnel_plan()
    volume, customers, revenue = (terms.commitment(key) for key in ("M1", "S11", "S12"))

    months = dict(zip(terms.funnel.months, plan.rows["sal"].months, strict=True))
    assert terms.target_for(volume, [8]) == months["aug"]
    assert terms.target_for(customers, [7, 8, 9]) == plan.rows["customer"].quarters[0]
    assert terms.target_for(revenue, range(1, 13)) == Decimal("5500000.00")
    assert terms.target_for(terms.commitment("M7"), [1, 2, 3]) == 400


def test_target_may_be_set_by_hand_for_all_months_without_a_goal() -> None:
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    by_hand = {month: 100 + place for place, month in enumerate(months)}
    volume = {
        "key": "M1", "party": "marketing", "measure": "stage_volume", "stage": "mql",
        "target": "funnel",
    }  # fmt: skip
    terms = parse_terms(document(volume, funnel={"targets": {"mql": by_hand}}))
    assert terms.target_for(terms.commitment("M1"), [2]) == 101


def test_goal_in_units_becomes_customers() -> None:
    goal = {"units": 1000, "average_deal": "2.5", "first_month": "jul"}
    terms = parse_terms(document(funnel={"goal": goal, "rates": {"opportunity": "20%"}}))

    rows = terms.funnel_plan().rows
    assert {key: int(row.shown) for key, row in rows.items()} == {
        "opportunity": 2000, "customer": 400,
    }  # fmt: skip
    assert terms.funnel.months[0] == "jul"
    assert terms.funnel.target("customer", 7) == 34
    assert terms.funnel.target("lead", 7) is None


def test_reasons_say_whom_they_charge_and_what_gives_up() -> None:
    terms = parse_terms(golden())

    assert terms.charged_to("wrong_territory") == "routing"
    assert terms.charged_to("duplicate") == "marketing"
    assert terms.charged_to("never heard of") == "marketing"
    assert terms.gives_up("not_reached")
    assert not terms.gives_up("not_now")


def test_conversion_leads_to_the_customer_unless_it_says_otherwise() -> None:
    rate = {
        "key": "S1", "party": "sales", "measure": "conversion_rate", "from": "mql",
        "within": "30d", "target": "5%",
    }  # fmt: skip
    terms = parse_terms(document(rate, {**rate, "key": "S2", "stage": "sql"}))

    assert [terms.conversion_stage(commitment) for commitment in terms.commitments] == [
        "customer", "sql",
    ]  # fmt: skip


def test_json_schema_can_be_published() -> None:
    schema = Terms.model_json_schema()
    assert schema["required"] == ["schema", "time_zone"]
    assert schema["additionalProperties"] is False


def codes(document: dict[str, Any]) -> list[str]:
    return [warning.code for warning in warnings(parse_terms(document))]


def test_complete_terms_warn_of_nothing() -> None:
    assert codes(golden()) == []


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], "nothing_promised"),
        ([promise()], "one_sided_marketing"),
        ([promise()], "no_routing"),
        ([promise()], "no_review"),
        ([promise(weight=0)], "no_weight_sales"),
        ([promise(warn_at="95%")], "warning_beyond_target"),
        ([promise("S2", measure="acceptance")], "no_rejection_reasons"),
        ([promise("S2", measure="persistence", count=6)], "no_recycling_reasons"),
        (
            [{"key": "M1", "party": "marketing", "measure": "acceptance_rate", "target": "0.9"}],
            "one_sided_sales",
        ),
    ],
)
def test_warning(parts: list[dict[str, Any]], expected: str) -> None:
    assert expected in codes(document(*parts))


@pytest.mark.parametrize(
    ("sections", "commitment", "expected"),
    [
        ({"tiers": tiers()}, promise(tiers=["vip"]), "service_with_tiers"),
        ({"tiers": tiers()}, promise(tiers=["vip"]), "tier_without_promise"),
        ({"kind": "customer"}, promise(), "kind_without_tiers"),
        ({"kind": "multilevel", "tiers": tiers()}, promise(), "tiers_without_targets"),
    ],
)
def test_warning_about_tiers(
    sections: dict[str, Any], commitment: dict[str, Any], expected: str
) -> None:
    assert expected in codes(document(commitment, **sections))
