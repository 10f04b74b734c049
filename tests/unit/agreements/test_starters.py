"""The starters are complete terms, and say what the design proposes."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from agreements.durations import Duration
from agreements.starters import STARTERS, Starter, load_starter, starter_names, starter_text
from agreements.terms import (
    Terms,
    document_from_yaml,
    parse_terms,
    terms_hash,
    terms_to_yaml,
    warnings,
)

# What was handed out once may be signed somewhere, and is compared by its fingerprint.
RELEASED = {
    "inbound-en": "210c7ee89c78",
    "inbound-pt": "5f825b8e0c1f",
}
FIRST_FOLLOW_UPS = {
    "multilevel": {("vip",): "30min", ("premium",): "4h", ("basic",): "1bd"},
    "service": {(): "4h"},
    "customer": {("named",): "30min", ("enterprise",): "4h", ("other",): "1bd"},
}
# Of the words people read, these are the same in every language.
INTERNATIONAL = {
    "Lead", "MQL", "SAL", "SQL", "VIP", "Premium", "LinkedIn", "WhatsApp", "E-mail", "RevOps",
}  # fmt: skip
CODED = {
    "key", "kind", "party", "measure", "role", "field", "operator", "request", "unit", "period",
    "from", "stage", "tiers", "within", "target", "warn_at", "charged_to", "means", "notify",
    "use", "channel", "at", "returns_to", "calendar", "time_zone", "currency", "required_fields",
    "value", "evidence", "cadence", "weekday", "time", "digest", "first_month",
}  # fmt: skip


@pytest.fixture(params=starter_names())
def starter(request: pytest.FixtureRequest) -> Terms:
    return parse_terms(load_starter(request.param))


def words_of(value: object) -> Iterator[str]:
    """Every text of a document that is written for people."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in CODED or not isinstance(item, str | list):
                yield from words_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, str) and any(sign.isalpha() for sign in value[:1]):
        yield value


def test_it_works() -> None:
    assert starter_names() == (
        "customer-en", "customer-es", "customer-pt",
        "inbound-en", "inbound-es", "inbound-pt",
        "service-en", "service-es", "service-pt",
    )  # fmt: skip


def test_starter_gives_no_reason_to_warn(starter: Terms) -> None:
    assert warnings(starter) == ()


def test_starter_fills_every_section(starter: Terms) -> None:
    untouched = set(type(starter).model_fields) - starter.model_fields_set
    # One zone and one currency are enough to begin with.
    assert untouched == {"calendars", "exchange_rates"}


@pytest.mark.parametrize("each", STARTERS, ids=lambda each: each.name)
def test_starter_is_of_its_kind(each: Starter) -> None:
    assert parse_terms(load_starter(each.name)).kind == each.kind


@pytest.mark.parametrize("each", STARTERS, ids=lambda each: each.name)
def test_starter_promises_what_the_design_proposes(each: Starter) -> None:
    starter = parse_terms(load_starter(each.name))
    promised = {
        (one.measure, one.tiers): str(one.within)
        for one in starter.clock_commitments
        if one.measure != "first_follow_up"
    }
    answered = {
        one.tiers: str(one.within)
        for one in starter.commitments
        if one.measure == "first_follow_up"
    }
    assert answered == FIRST_FOLLOW_UPS[each.kind]
    assert promised == {
        ("handover", ()): "5min",
        ("routing", ()): "5min",
        ("acceptance", ()): "4h",
        ("persistence", ()): "10bd",
        ("disposition", ()): "15bd",
    }


def test_starter_asks_for_nine_of_ten(starter: Terms) -> None:
    share = Decimal("0.9")
    assert min(each.target for each in starter.clock_commitments) == share  # type: ignore[type-var]
    persistence = next(each for each in starter.commitments if each.measure == "persistence")
    acceptance = next(each for each in starter.commitments if each.measure == "acceptance_rate")
    assert (persistence.count, persistence.channels) == (6, 2)
    assert (acceptance.target, acceptance.warn_at) == (share, Decimal("0.8"))
    assert starter.late_logging == Duration.parse("1bd")


def test_starter_weighs_both_parties_alike(starter: Terms) -> None:
    for party in ("marketing", "sales"):
        weights = [each.weight for each in starter.commitments if each.party == party]
        assert sum(weights) == 100


def test_starter_numbers_its_clauses_without_gaps(starter: Terms) -> None:
    for party, letter in (("marketing", "M"), ("sales", "S")):
        keys = [each.key for each in starter.commitments if each.party == party]
        assert keys == [f"{letter}{number}" for number in range(1, len(keys) + 1)]


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


@pytest.mark.parametrize("kind", ["inbound", "service", "customer"])
def test_starter_speaks_one_language_throughout(kind: str) -> None:
    spoken = {
        language: set(words_of(load_starter(f"{kind}-{language}"))) - INTERNATIONAL
        for language in ("en", "es", "pt")
    }
    assert len(spoken["en"]) > 50
    assert spoken["en"] & spoken["es"] == set()
    assert spoken["en"] & spoken["pt"] == set()


@pytest.mark.parametrize("name", starter_names())
def test_starter_says_that_its_figures_are_examples(name: str) -> None:
    text = starter_text(name)
    said = {"en": "published:", "es": "publicado:", "pt": "publicado:"}[name[-2:]]
    assert text.count(said) >= 7
    assert text.startswith("# ")
    assert "starts_from" not in text


@pytest.mark.parametrize(("name", "fingerprint"), RELEASED.items())
def test_released_starter_never_changes(name: str, fingerprint: str) -> None:
    assert terms_hash(load_starter(name)).startswith(fingerprint)


def test_service_takes_commitments_from_the_whole_file_under_its_own_keys() -> None:
    whole, service = (
        {each["key"]: each for each in load_starter(name)["commitments"]}
        for name in ("inbound-en", "service-en")
    )
    assert service["S3"] == whole["S5"] | {"key": "S3"}
    assert service["M2"] == whole["M2"]


def test_spanish_starter_works_mornings_in_summer() -> None:
    hours = parse_terms(load_starter("inbound-es")).hours
    assert hours is not None
    [summer] = hours.seasons
    assert (summer.first_day, summer.last_day) == ("06-15", "09-15")
    assert dict(summer.week)["fri"] == (("08:00", "15:00"),)


def test_english_starter_plans_the_designs_example() -> None:
    plan = parse_terms(load_starter("inbound-en")).funnel_plan()
    shown = {key: row.shown for key, row in plan.rows.items() if key != "sal"}
    assert shown == {"lead": 2084, "mql": 417, "sql": 167, "opportunity": 100, "customer": 20}


def test_tiers_follow_the_request() -> None:
    starter = parse_terms(load_starter("inbound-pt"))
    requests = ("demonstração", "evento", "outro", None)
    tiers = [starter.tier_for({"request": request}) for request in requests]
    assert [tier.key for tier in tiers if tier] == ["vip", "basic", "premium", "premium"]


def test_tiers_follow_the_account() -> None:
    starter = parse_terms(load_starter("customer-es"))
    leads: tuple[dict[str, object], ...] = (
        {"named_account": True},
        {"employees": 300},
        {"employees": 20},
        {},
    )
    tiers = [starter.tier_for(lead) for lead in leads]
    assert [tier.key for tier in tiers if tier] == ["named", "enterprise", "other", "other"]


@pytest.mark.parametrize("name", starter_names())
def test_starter_goes_out_and_in_again(name: str) -> None:
    document = load_starter(name)
    assert document_from_yaml(terms_to_yaml(document)) == document


def test_unknown_starter_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="inbound-en, inbound-es, inbound-pt"):
        load_starter("../secrets")
