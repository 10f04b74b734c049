"""What the terms refuse, and in which words."""

import string
from typing import Any

import pytest

from agreements.terms import MESSAGES, TermsError, canonical_json, parse_terms
from agreements.terms.problems import problem
from tests.unit.agreements.refusals import LEAST, TIERS, commitment, first, problems


def test_it_works() -> None:
    [told] = problems(comitments=[])

    assert told.path == "comitments"
    assert told.message == "Unknown key “comitments”; did you mean “commitments”?"
    assert told.template.format(**told.params) == told.message
    assert str(told) == f"comitments: {told.message}"


def test_everything_wrong_is_told_at_once() -> None:
    told = problems(
        time_zone="Europe/Amsterdm",
        kind="servce",
        commitments=[commitment(within="4 hours", target="1.2", wher=None)],
    )
    assert {(each.path, each.code) for each in told} == {
        ("kind", "not_a_choice_nearest"),
        ("time_zone", "not_a_time_zone"),
        ("commitments.S1.within", "not_a_duration"),
        ("commitments.S1.target", "not_a_rate"),
        ("commitments.S1.wher", "unknown_key_nearest"),
    }
    with pytest.raises(TermsError, match=r"time_zone: “Europe/Amsterdm” is not a time zone"):
        parse_terms({"schema": 1, "time_zone": "Europe/Amsterdm"})


@pytest.mark.parametrize("document", [None, [], "schema: 1", 1])
def test_document_that_is_none(document: object) -> None:
    with pytest.raises(TermsError, match="one mapping of sections"):
        parse_terms(document)


@pytest.mark.parametrize(
    ("sections", "path", "code"),
    [
        ({"schema": 2}, "schema", "unsupported_schema"),
        ({"schema": True}, "schema", "unsupported_schema"),
        ({"schema": None}, "schema", "not_a_choice"),
        ({"[key]": 1}, "[key]", "unknown_key"),
        ({"group": 1}, "group", "unknown_key"),
        ({"condition": 1}, "condition", "unknown_key"),
        ({"scope": {"rule": {"group": {}}}}, "scope.rule.group", "unknown_key"),
        ({"exchange_rates": {"[key]": 5}}, "exchange_rates.[key]", "not_a_currency"),
        ({"currency": "euro"}, "currency", "not_a_currency"),
        ({"calendar": "São Paulo"}, "calendar", "not_a_key"),
        ({"assumptions": [3]}, "assumptions", "not_a_text"),
        ({"assumptions": 3}, "assumptions", "not_a_list"),
        ({"commitments": {}}, "commitments", "not_a_list"),
        ({"scope": []}, "scope", "not_a_mapping"),
        ({"scope": {"join_by_email": "yes"}}, "scope.join_by_email", "not_true_or_false"),
        ({"scope": {"unit": "household"}}, "scope.unit", "not_a_choice"),
        ({"close": {"grace": "0h"}}, "close.grace", "zero_duration"),
        ({"contest": {"days": 0}}, "contest.days", "out_of_range"),
        ({"contest": {"days": "2.5"}}, "contest.days", "not_a_whole_number"),
        ({"contest": {"arbiter": " "}}, "contest.arbiter", "empty"),
        ({"contest": {"arbiter": "x" * 5001}}, "contest.arbiter", "too_long"),
        ({"contest": {"arbiter": "a\0b"}}, "contest.arbiter", "control_character"),
        ({"contest": {"arbiter": "\ud800"}}, "contest.arbiter", "control_character"),
        ({"capacity": {"contact_share": 0.4}}, "capacity.contact_share", "a_float"),
        ({"capacity": {"expected_attempts": -1}}, "capacity.expected_attempts", "negative"),
        ({"capacity": {"expected_attempts": "1e9"}}, "capacity.expected_attempts", "not_a_number"),
        ({"capacity": {"expected_attempts": True}}, "capacity.expected_attempts", "not_a_number"),
        ({"review": {}}, "review.cadence", "missing"),
        ({"review": {"cadence": "monthly", "time": "25:00"}}, "review.time", "not_an_hour"),
        ({"escalation": [{"at": "120%", "notify": "rep"}]}, "escalation.1.at", "not_a_rung"),
        ({"escalation": [{"at": "1h", "notify": "rep"}]}, "escalation.1.at", "not_a_rung"),
        ({"escalation": [{"at": "80%", "notify": "channel"}]}, "escalation.1.channel", "missing"),
        (
            {"escalation": [{"at": "80%", "notify": "channel", "channel": "chat"}]},
            "escalation.1.channel",
            "unknown_channel_of_none",
        ),
        ({"objectives": [{"key": "a", "statement": b"x"}]}, "objectives.1.statement", "invalid"),
        ({"late_logging": 5}, "late_logging", "not_a_duration"),
        ({"late_logging": "999999h"}, "late_logging", "out_of_range"),
        ({"objectives": [{"key": "a"}]}, "objectives.a.statement", "missing"),
        ({"exchange_rates": {"dollar": 5}}, "exchange_rates.dollar", "not_a_currency"),
    ],
)
def test_shape(sections: dict[str, Any], path: str, code: str) -> None:
    assert first(**sections) == (path, code)


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ("09:00-18:00", "not_a_mapping"),
        ({"monday": "09:00-18:00"}, "not_weekdays"),
        ({"mon-sunday": "09:00-18:00"}, "not_weekdays"),
        ({"mon-fri": "09:00-18:00", "wed": "09:00-12:00"}, "weekday_twice"),
        ({"mon": "9-18"}, "not_hours"),
        ({"mon": ["09:00", "18:00"]}, "not_hours"),
        ({"mon": 9}, "not_hours"),
        ({"mon": "18:00-09:00"}, "not_a_schedule"),
        ({"mon": "09:00-12:00, 11:00-18:00"}, "not_a_schedule"),
        ({"mon": []}, "not_a_schedule"),
        ({}, "not_a_schedule"),
        ({"mon": "09:00-25:00"}, "not_a_schedule"),
        ({"mon": "09:00-12:00", "seasons": {}}, "not_a_list"),
        ({"mon": "09:00-12:00", "seasons": [1]}, "not_a_mapping"),
        ({"mon": "09:00-12:00", "seasons": [{"from": "06-15"}]}, "missing"),
        (
            {"seasons": [{"from": "15 June", "to": "09-15", "hours": {}}]},
            "not_a_day_of_year",
        ),
        ({"seasons": [{"from": "06-15", "to": "09-15", "hours": 1}]}, "not_a_mapping"),
        (
            {"seasons": [{"from": "06-15", "to": "09-15", "hours": {}, "name": "x"}]},
            "unknown_key",
        ),
        (
            {"mon": "09:00-12:00", "seasons": [{"from": "02-30", "to": "09-15", "hours": {}}]},
            "not_a_schedule",
        ),
    ],
)
def test_hours(hours: object, code: str) -> None:
    assert first(hours=hours) == ("hours", code)


def test_weekdays_may_run_over_the_week_end() -> None:
    terms = parse_terms({**LEAST, "hours": {"sat-mon, wed": "09:00-12:00"}})
    assert terms.hours is not None
    assert [day for day, _ in terms.hours.week] == ["mon", "wed", "sat", "sun"]


@pytest.mark.parametrize(
    ("sections", "path", "code"),
    [
        ({"hours": None, "commitments": [commitment()]}, "hours", "hours_missing"),
        ({"calendar": "always"}, "hours", "hours_of_always"),
        (
            {"calendar": "nl", "calendars": {"nl": {"hours": {"mon": "09:00-10:00"}}}},
            "calendars.nl",
            "calendar_twice",
        ),
        (
            {"calendars": {"be": {"hours": {"mon": "10:00-09:00"}}}},
            "calendars.be.hours",
            "not_a_schedule",
        ),
        (
            {"commitments": [commitment(calendar="be")]},
            "commitments.S1.calendar",
            "unknown_calendar",
        ),
    ],
)
def test_calendars(sections: dict[str, Any], path: str, code: str) -> None:
    assert first(**sections) == (path, code)


def test_hours_may_be_left_out_where_only_days_count() -> None:
    days = {**LEAST, "hours": None, "commitments": [commitment(within="2d")]}
    always = {**LEAST, "hours": None, "calendar": "always", "commitments": [commitment()]}

    assert parse_terms(days).hours is None
    assert parse_terms(always).calendar == "always"


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        ({"field": "a", "operator": "at_leas"}, "scope.rule.operator", "not_a_choice_nearest"),
        ({"field": "a", "operator": "at_least", "value": "x"}, "scope.rule", "rule_needs_number"),
        ({"field": "a", "operator": "one_of", "value": "x"}, "scope.rule", "rule_needs_list"),
        ({"field": "a", "operator": "one_of", "value": []}, "scope.rule", "rule_needs_list"),
        ({"field": "a", "operator": "is"}, "scope.rule", "rule_needs_value"),
        ({"field": "a", "operator": "present", "value": 1}, "scope.rule", "rule_takes_no_value"),
        ({"field": 1, "operator": "present"}, "scope.rule.field", "not_a_text"),
        ({"alll": []}, "scope.rule.alll", "unknown_key_nearest"),
        ({"all": []}, "scope.rule", "group_all_or_any"),
        ({"all": [], "any": []}, "scope.rule", "group_all_or_any"),
        (
            {"any": [{"all": [{"any": [{"field": "a", "operator": "present"}]}]}]},
            "scope.rule.any.1.all.1.any",
            "unknown_key",
        ),
    ],
)
def test_rules(rule: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in [(told.path, told.code) for told in problems(scope={"rule": rule})]


@pytest.mark.parametrize(
    ("sections", "path", "code"),
    [
        ({"tiers": TIERS[:1]}, "tiers.vip.when", "last_tier_has_rule"),
        ({"tiers": TIERS[::-1]}, "tiers.basic.when", "tier_without_rule"),
        ({"tiers": [*TIERS[:1], *TIERS]}, "tiers.vip", "duplicate_key"),
        (
            {"handoff": {"scoring": [{"when": TIERS[0]["when"], "points": 5}]}},
            "handoff.threshold",
            "threshold_missing",
        ),
        ({"handoff": {"threshold": 5}}, "handoff.threshold", "scoring_missing"),
        (
            {"handoff": {"threshold": 9, "scoring": [{"when": TIERS[0]["when"], "points": 5}]}},
            "handoff.threshold",
            "threshold_unreachable",
        ),
        (
            {"handoff": {"scoring": [{"when": TIERS[0]["when"], "points": 5000}]}},
            "handoff.scoring.1.points",
            "out_of_range",
        ),
        (
            {"qualification": {"required_answers": ["need"], "answers_needed": 2}},
            "qualification.answers_needed",
            "out_of_range",
        ),
        (
            {"reasons": {"rejection": [{"key": "a", "name": "A", "charged_to": "sales"}]}},
            "reasons.rejection.a.charged_to",
            "not_a_choice",
        ),
        (
            {"reasons": {"pause": [{"key": "a", "name": "A"}, {"key": "a", "name": "B"}]}},
            "reasons.pause.a",
            "duplicate_key",
        ),
    ],
)
def test_handoff(sections: dict[str, Any], path: str, code: str) -> None:
    assert first(**sections) == (path, code)


def test_unknown_key_without_a_near_one_lists_what_is_possible() -> None:
    [told] = problems(pause={"zzz": 1})
    assert told.message == "Unknown key “zzz”; possible here are max."


def test_unknown_reference_names_the_nearest() -> None:
    [told] = problems(commitments=[commitment(measure="stage_age", stage="oportunity")])
    assert told.message == "There is no stage “oportunity”; add it or choose opportunity."


def test_nesting_has_a_limit() -> None:
    deep: dict[str, Any] = {}
    for _ in range(30):
        deep = {"a": deep}
    assert first(pause=deep)[1] == "too_deep"


@pytest.mark.parametrize(
    "value", [0.5, float("nan"), 10**15, -(10**15), b"x", "\x00", {"a\x07": 1}]
)
def test_canonical_json_refuses_what_has_no_one_form(value: object) -> None:
    with pytest.raises(TermsError):
        canonical_json({"a": value})


def test_every_message_fills_in() -> None:
    """Each sentence names its parameters by word, ends as a sentence, and says something."""
    for code, template in MESSAGES.items():
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
        told = problem("path", code, **dict.fromkeys(names, "x"))
        assert "{" not in told.message
        assert template[-1] in ".?}"
