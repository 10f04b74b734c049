"""What can be wrong with a terms document, each in a sentence that says what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from pydantic_core import PydanticCustomError

from agreements.criteria import RULE_MESSAGES, gettext_noop

MESSAGES: dict[str, str] = {
    **RULE_MESSAGES,
    # shape
    "not_a_document": gettext_noop("The terms are one mapping of sections; this is {found}."),
    "missing": gettext_noop("“{key}” is missing; add it."),
    "unknown_key": gettext_noop("Unknown key “{key}”; possible here are {allowed}."),
    "unknown_key_nearest": gettext_noop("Unknown key “{key}”; did you mean “{nearest}”?"),
    "not_a_mapping": gettext_noop("A mapping of keys to values belongs here, not {found}."),
    "not_a_list": gettext_noop("A list belongs here, not {found}."),
    "not_a_text": gettext_noop("A text belongs here, not {found}; put it in quotes."),
    "not_true_or_false": gettext_noop("Write true or false here, not {found}."),
    "empty": gettext_noop("This is empty; fill it in or leave the key out."),
    "too_long": gettext_noop("This is too long; at most {limit} characters or entries fit."),
    "not_a_choice": gettext_noop("“{value}” is not possible here; choose one of {allowed}."),
    "not_a_choice_nearest": gettext_noop(
        "“{value}” is not possible here; did you mean “{nearest}”?"
    ),
    "not_a_key": gettext_noop(
        "“{value}” cannot be a key; use up to 40 small letters, digits, “_” or “-”, "
        "beginning with a letter."
    ),
    "not_a_clause_key": gettext_noop(
        "“{value}” cannot be a clause key; write a letter and a number, such as M1 or S2."
    ),
    "control_character": gettext_noop(
        "The text holds a character that cannot be stored or read; remove it."
    ),
    "too_deep": gettext_noop("This is nested too deeply; terms need fewer levels."),
    "out_of_range": gettext_noop("{value} is out of range; write a number {range}."),
    "invalid": gettext_noop("This cannot be read: {reason}."),
    # numbers and times
    "a_float": gettext_noop(
        "{value} is a binary fraction, which is not stored exactly; write it as text, “{value}”."
    ),
    "not_a_number": gettext_noop("“{value}” is not a number; write it in digits, such as 400."),
    "not_a_whole_number": gettext_noop("“{value}” is not a whole number; write one such as 6."),
    "negative": gettext_noop("{value} is under zero; write zero or more."),
    "not_a_rate": gettext_noop(
        "“{value}” is not a rate; write a percentage from 0% to 100%, such as 90%."
    ),
    "not_a_duration": gettext_noop(
        "“{value}” is not a duration; write a whole number and a unit, such as 30min, 4h, "
        "10bd (business days) or 30d (calendar days)."
    ),
    "zero_duration": gettext_noop("A duration of nothing cannot be promised; write more than 0."),
    "not_an_hour": gettext_noop("“{value}” is not a time of day; write it as 14:00."),
    "not_a_day_of_year": gettext_noop(
        "“{value}” is not a day of the year; write month and day, such as 06-15."
    ),
    "not_hours": gettext_noop(
        "“{value}” is not a list of opening hours; write 09:00-12:00, 13:00-18:00."
    ),
    "not_weekdays": gettext_noop(
        "“{value}” is not a weekday; write mon, tue, wed, thu, fri, sat, sun, or a range such "
        "as mon-fri."
    ),
    "weekday_twice": gettext_noop("The hours of {day} are given twice; keep one."),
    "not_a_schedule": gettext_noop("These opening hours cannot be used: {reason}"),
    "not_a_time_zone": gettext_noop(
        "“{value}” is not a time zone; write one such as America/Sao_Paulo or Europe/London."
    ),
    "not_a_currency": gettext_noop(
        "“{value}” is not a currency; write its three letters, such as BRL, EUR or USD."
    ),
    "not_a_month": gettext_noop("“{value}” is not a month; write jan, feb, … dec."),
    "not_a_rung": gettext_noop(
        "“{value}” is not a moment of the ladder; write 80%, 100%, or +1h after the due time."
    ),
    # meaning
    "unsupported_schema": gettext_noop(
        "Schema {value} is unknown to this release, which reads schema 1; update slaportal."
    ),
    "duplicate_key": gettext_noop("“{key}” is used twice; give each its own key."),
    "unknown_stage": gettext_noop("There is no stage “{key}”; add it or choose {allowed}."),
    "unknown_stage_of_none": gettext_noop(
        "There is no stage “{key}”; the terms list none, add it."
    ),
    "unknown_tier": gettext_noop("There is no tier “{key}”; add it or choose {allowed}."),
    "unknown_tier_of_none": gettext_noop("There is no tier “{key}”; the terms list none, add it."),
    "unknown_calendar": gettext_noop("There is no calendar “{key}”; add it or choose {allowed}."),
    "unknown_calendar_of_none": gettext_noop(
        "There is no calendar “{key}”; the terms list none, add it."
    ),
    "unknown_channel": gettext_noop("There is no channel “{key}”; add it or choose {allowed}."),
    "unknown_channel_of_none": gettext_noop(
        "There is no channel “{key}”; the terms list none, add it."
    ),
    "hours_missing": gettext_noop(
        "A promise in hours or business days needs opening hours; add “hours”, or write "
        "“calendar: always” for day and night."
    ),
    "hours_of_always": gettext_noop(
        "“always” is open day and night; remove the hours, or choose another calendar."
    ),
    "calendar_twice": gettext_noop(
        "“{key}” is the agreement's own calendar, or “always”; give this one another key."
    ),
    "last_tier_has_rule": gettext_noop(
        "The last tier takes every lead that fits no other, so it has no rule; remove “when”, "
        "or add a tier after it."
    ),
    "tier_without_rule": gettext_noop(
        "Only the last tier may have no rule, because the first match wins; add “when”."
    ),
    "stage_roles_order": gettext_noop(
        "The stages must come in the order MQL, SAL, SQL, customer; move “{key}”."
    ),
    "role_twice": gettext_noop("Two stages have the role “{role}”; keep it for one."),
    "name_twice": gettext_noop(
        "Another stage is called “{name}” already; give this one a name of its own."
    ),
    "no_mql_stage": gettext_noop(
        "No stage has the role “mql”; give it to the stage that marketing hands over."
    ),
    "last_stage_rate": gettext_noop(
        "“{key}” is the last stage, nothing follows it; remove it here."
    ),
    "rate_of_zero": gettext_noop(
        "At a rate of zero no goal can be reached; write the rate you expect."
    ),
    "one_goal": gettext_noop(
        "The goal is one of revenue, customers or units; write exactly one of them."
    ),
    "deal_missing": gettext_noop(
        "A goal in revenue needs the average deal to be turned into customers; add “average_deal”."
    ),
    "season_incomplete": gettext_noop("Seasonality needs all twelve months; missing are {months}."),
    "season_of_zero": gettext_noop("Not every month can weigh nothing; write their weights."),
    "pins_over_total": gettext_noop(
        "The months set by hand add up to {pinned}, more than the year's {total}; lower them "
        "or raise the goal."
    ),
    "pins_miss_total": gettext_noop(
        "All months are set by hand and add up to {pinned}, not the year's {total}; free a month."
    ),
    "target_not_whole": gettext_noop("Leads are counted whole; write {value} without a fraction."),
    "more_than_cents": gettext_noop("Money is counted in cents; write {value} with two decimals."),
    "goal_missing": gettext_noop(
        "The target comes from the funnel, but it plans no “{stage}”; add a goal with the rates "
        "up to there, or set all twelve months by hand."
    ),
    "funnel_target_period": gettext_noop(
        "A target from the funnel is one of a month, quarter or year; choose one of these periods."
    ),
    "funnel_target_measure": gettext_noop(
        "“{measure}” has no target in the funnel; write a number."
    ),
    "threshold_missing": gettext_noop(
        "Points need a threshold to be held against; add “threshold”."
    ),
    "scoring_missing": gettext_noop("A threshold needs points; add “scoring” or remove it."),
    "threshold_unreachable": gettext_noop(
        "All points together are {total}, under the threshold of {threshold}; nobody could qualify."
    ),
    "needs": gettext_noop("“{measure}” needs “{key}”; add it."),
    "takes_no": gettext_noop("“{measure}” does not use “{key}”; remove it."),
    "within_days": gettext_noop(
        "A conversion is counted in calendar days; write “within” in days, such as 30d."
    ),
    "target_duration": gettext_noop(
        "“{measure}” is a time; write the target as open time, such as 60min or 4h."
    ),
    "for_marketing": gettext_noop("“{measure}” is for marketing to promise; change the party."),
    "for_sales": gettext_noop("“{measure}” is for sales to promise; change the party."),
    "clock_twice": gettext_noop(
        "{other} already promises “{measure}” for the tier “{tier}”; at most one promise of a "
        "kind holds for a tier."
    ),
    "clock_twice_for_all": gettext_noop(
        "{other} already promises “{measure}”; one promise of a kind is enough, or use tiers."
    ),
    "response_without_clock": gettext_noop(
        "Response times are read from the first follow-up clocks; add a commitment with the "
        "measure first_follow_up."
    ),
    "persistence_impossible": gettext_noop(
        "{count} attempts cannot use {channels} channels; ask for fewer channels."
    ),
    "conversion_backwards": gettext_noop(
        "“{from_stage}” does not come before “{stage}”; choose an earlier stage to count from."
    ),
    "currency_missing": gettext_noop("An amount of money needs a currency; add “currency”."),
    "calendar_of_count": gettext_noop(
        "Only a promise on a clock runs in a calendar; remove “calendar”."
    ),
    # warnings
    "one_sided_marketing": gettext_noop(
        "Sales promises something, marketing nothing yet; an agreement binds both sides."
    ),
    "one_sided_sales": gettext_noop(
        "Marketing promises something, sales nothing yet; an agreement binds both sides."
    ),
    "nothing_promised": gettext_noop("Nobody promises anything yet; add a commitment."),
    "no_weight_marketing": gettext_noop(
        "Every promise of marketing weighs nothing, so marketing has no score."
    ),
    "no_weight_sales": gettext_noop(
        "Every promise of sales weighs nothing, so sales has no score."
    ),
    "service_with_tiers": gettext_noop(
        "An agreement of the kind “service” promises the same to all, but {key} is for some "
        "tiers only; choose the kind “multilevel”."
    ),
    "kind_without_tiers": gettext_noop(
        "An agreement of the kind “{kind}” promises by tier; add tiers."
    ),
    "tiers_without_targets": gettext_noop(
        "A multilevel agreement has promises by tier, but no commitment names one."
    ),
    "tier_without_promise": gettext_noop(
        "Nobody promises “{measure}” for the tier “{tier}”, though others have it."
    ),
    "no_routing": gettext_noop(
        "Nobody promises to assign handoffs, so sales' clocks start at the offer."
    ),
    "no_rejection_reasons": gettext_noop(
        "Handoffs can be rejected, but no rejection reason is listed; add some."
    ),
    "no_recycling_reasons": gettext_noop(
        "Persistence is promised, but no recycling reason is listed; add “not_reached”."
    ),
    "no_review": gettext_noop("No review is agreed; add its cadence."),
    "warning_beyond_target": gettext_noop(
        "The warning at {warn_at} lies beyond the target of {target}, so it never warns."
    ),
    # the days a draft is wanted in force
    "ends_before_it_begins": gettext_noop(
        "The agreement would end before it begins: choose a later end."
    ),
    # YAML
    "yaml_too_big": gettext_noop("The file is larger than 1 MB; terms take a few kilobytes."),
    "yaml_encoding": gettext_noop("The file is not UTF-8 text; save it as UTF-8."),
    "yaml_syntax": gettext_noop("Line {line} cannot be read as YAML: {reason}."),
    "yaml_anchor": gettext_noop(
        "Line {line} uses an anchor or alias (& or *); write the values out instead."
    ),
    "yaml_tag": gettext_noop("Line {line} uses a tag (!); remove it."),
    "yaml_too_deep": gettext_noop("Line {line} is nested too deeply; terms need fewer levels."),
    "yaml_key": gettext_noop("Line {line} has a key that is not a plain word; write a word."),
    "yaml_duplicate_key": gettext_noop("Line {line} repeats the key “{key}”; keep one."),
    "yaml_empty": gettext_noop("The file is empty; begin with “schema: 1”."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place of the document.

    `path` joins the keys to it with dots; an entry of a list is named by its own key, or
    counted from 1. `message` is `template` (a sentence of the catalogue) with `params`.
    """

    path: str
    message: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The sentence before its parameters are filled in, for translation."""
        return MESSAGES[self.code]

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class TermsError(ValueError):
    """A document that cannot be terms; `problems` tells everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def problem(path: str, code: str, **params: object) -> Problem:
    """Make a problem whose message is the sentence of its code."""
    texts = {name: str(value) for name, value in params.items()}
    return Problem(path, MESSAGES[code].format(**texts), code, texts)


def refusal(code: str, **params: object) -> PydanticCustomError:
    """Make the error a validator raises; `parse_terms` turns it into a problem with a path."""
    texts = {name: str(value) for name, value in params.items()}
    return PydanticCustomError(code, MESSAGES[code], texts)


def unknown_reference(path: str, what: str, key: str, known: Iterable[str]) -> Problem:
    """Make the problem of a stage, tier, calendar or channel that is not there."""
    choices = sorted(known)
    if not choices:
        return problem(path, f"unknown_{what}_of_none", key=key)
    near = get_close_matches(key, choices, n=1) or choices
    return problem(path, f"unknown_{what}", key=key, allowed=", ".join(near))
