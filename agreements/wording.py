"""The terms in sentences: each commitment as the document, the dashboard and the queue say it."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.arbiters import seat_of_arbiter
from agreements.durations import Duration
from agreements.rule_words import operator_words
from agreements.terms import FUNNEL, MEASURES, Commitment, Problem, Terms


def promise_sentence(commitment: Commitment, terms: Terms) -> str:
    """Say a commitment as one sentence in the reader's language.

    The parties' own statement is taken where they wrote one.
    """
    if commitment.statement:
        return commitment.statement
    if commitment.is_clock:
        return _clock_sentence(commitment, terms)
    if commitment.definition.kind == "rate":
        return _rate_sentence(commitment, terms)
    return _count_sentence(commitment, terms)


def short_promise(commitment: Commitment) -> str:
    """Say what a clock promises in a few words: "first follow-up 30 min"."""
    names = {
        "handover": _("hand over %(within)s"),
        "routing": _("assign %(within)s"),
        "acceptance": _("accept or reject %(within)s"),
        "first_follow_up": _("first follow-up %(within)s"),
        "persistence": _("attempts in %(within)s"),
        "disposition": _("outcome %(within)s"),
        "stage_age": _("move on %(within)s"),
    }
    within = commitment.within
    return names[commitment.measure] % {"within": formats.promise(within) if within else ""}


def target_text(commitment: Commitment, terms: Terms) -> str:
    """Write a commitment's target: a share, a number, an amount or a time."""
    target = commitment.target
    if target == FUNNEL:
        return _("the funnel's target")
    if isinstance(target, Duration):
        return formats.promise(target)
    if commitment.definition.is_share:
        return formats.percent(target, _places(target * 100))
    if commitment.unit:
        return f"{formats.figure(target)} {commitment.unit}"
    if commitment.measure in {"revenue", "stage_value"}:
        return formats.money(target, terms.currency or "")
    return formats.figure(target)


def arbiter_words(arbiter: str) -> str:
    """Name who decides a contested rejection: a role in the reader's language.

    Words of the parties' own stay as they are, with who decides by them in the portal.
    """
    roles = {
        "marketing": _("the marketing lead"),
        "sales": _("the sales lead"),
        "director": _("the director"),
    }
    seat = seat_of_arbiter(arbiter)
    if seat is None:
        return _("%(arbiter)s, in the portal a director") % {"arbiter": arbiter}
    return roles[seat]


def _places(number: Decimal) -> int:
    return 0 if number == number.to_integral_value() else 1


def tier_names(commitment: Commitment, terms: Terms) -> str:
    """Name the tiers a commitment holds for; empty where it holds for all."""
    names = {tier.key: tier.name for tier in terms.tiers}
    return ", ".join(names.get(key, key) for key in commitment.tiers)


def sentence_of(measure: str) -> str:
    """Return the sentence of a measure, with ``%(share)s`` and the like for what is promised."""
    return {
        "handover": _("%(share)s of MQL are handed over within %(within)s."),
        "routing": _("%(share)s of handoffs are assigned within %(within)s."),
        "acceptance": _("%(share)s are accepted or rejected within %(within)s."),
        "first_follow_up": _("First follow-up within %(within)s, in %(share)s."),
        "persistence": _("%(attempts)s within %(within)s unless reached before, in %(share)s."),
        "disposition": _("An outcome with a reason within %(within)s, in %(share)s."),
        "stage_age": _("%(share)s leave the stage %(stage)s within %(within)s."),
        "acceptance_rate": _("%(share)s of handoffs are accepted by sales."),
        "completeness_rate": _("%(share)s of handoffs arrive with all required fields."),
        "conversion_rate": _("%(share)s of %(first)s become %(last)s within %(within)s."),
        "stage_volume": _("Deliver %(target)s %(stage)s %(period)s."),
        "accepted_volume": _("Deliver %(target)s handoffs that sales accepts %(period)s."),
        "stage_value": _("Deliver %(stage)s worth %(target)s %(period)s."),
        "follow_up_volume": _("Reach %(target)s leads in contacts or conversations %(period)s."),
        "customers": _("Win %(target)s customers %(period)s."),
        "revenue": _("Win deals worth %(target)s %(period)s."),
        "response_median": _("The median first follow-up comes within %(target)s."),
        "response_p90": _("Nine of ten first follow-ups come within %(target)s."),
        "satisfaction": _("A satisfaction of %(target)s %(period)s."),
    }[measure]


def _funnel_sentence(measure: str) -> str:
    return {
        "stage_volume": _("Deliver the %(stage)s that the funnel plans %(period)s."),
        "accepted_volume": _("Deliver the accepted handoffs that the funnel plans %(period)s."),
        "customers": _("Win the customers that the funnel plans %(period)s."),
        "revenue": _("Win the revenue that the funnel plans %(period)s."),
    }[measure]


def _clock_sentence(commitment: Commitment, terms: Terms) -> str:
    parts = {
        "share": target_text(commitment, terms),
        "within": formats.promise(commitment.within) if commitment.within else "",
        "stage": stage_name(commitment.stage, terms),
        "attempts": _attempts(commitment),
    }
    return _for_tiers(sentence_of(commitment.measure) % parts, commitment, terms)


def _attempts(commitment: Commitment) -> str:
    count, channels = commitment.count or 1, commitment.channels or 1
    attempts = attempts_of(count) % {"number": count}
    if channels == 1:
        return attempts
    return attempts_over() % {"attempts": attempts, "channels": channels}


def attempts_of(count: int) -> str:
    """Return how attempts are counted, with ``%(number)s`` for the count."""
    return ngettext("%(number)s attempt", "%(number)s attempts", count)


def attempts_over() -> str:
    """Return how attempts over channels are said, with ``%(attempts)s`` and ``%(channels)s``."""
    return _("%(attempts)s over %(channels)s channels")


def _rate_sentence(commitment: Commitment, terms: Terms) -> str:
    last = commitment.stage
    if last is None and (stage := terms.stage_with_role("customer")) is not None:
        last = stage.key
    parts = {
        "share": target_text(commitment, terms),
        "within": formats.promise(commitment.within) if commitment.within else "",
        "first": stage_name(commitment.from_stage, terms),
        "last": stage_name(last, terms),
    }
    return _for_tiers(sentence_of(commitment.measure) % parts, commitment, terms)


def _count_sentence(commitment: Commitment, terms: Terms) -> str:
    parts = {
        "target": target_text(commitment, terms),
        "stage": stage_name(commitment.stage, terms),
        "period": period_words(commitment.period),
    }
    sentence = _funnel_sentence if commitment.target == FUNNEL else sentence_of
    return _for_tiers(sentence(commitment.measure) % parts, commitment, terms)


def period_words(period: str) -> str:
    """Say how often a promise is counted: "a month"."""
    return {
        "day": _("a day"),
        "week": _("a week"),
        "month": _("a month"),
        "quarter": _("a quarter"),
        "year": _("a year"),
    }[period]


def stage_name(key: str | None, terms: Terms) -> str:
    """Name a stage; by its key where the terms do not know it."""
    return next((stage.name for stage in terms.stages if stage.key == key), key or "")


def _for_tiers(sentence: str, commitment: Commitment, terms: Terms) -> str:
    tiers = tier_names(commitment, terms)
    if not tiers:
        return sentence
    return _("%(tiers)s: %(sentence)s") % {"tiers": tiers, "sentence": sentence}


def problem_sentence(problem: Problem) -> str:
    """Say what is wrong with the terms, and what to do, in the reader's language."""
    words = {name: _param_words(name, text) for name, text in problem.params.items()}
    return _(problem.template).format(**words)


def _param_words(name: str, text: str) -> str:
    """Say what the terms call by a word of their own, a measure or an operator, in a reader's."""
    if name == "measure" and text in MEASURES:
        return _(MEASURES[text].label)
    return operator_words(text) if name == "operator" else text
