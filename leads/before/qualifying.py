"""Why a lead was offered: what the handoff criteria say of it, in words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.criteria import (
    AnyRule,
    Attributes,
    Reason,
    RuleResult,
    Verdict,
    evaluate,
    is_missing,
)
from agreements.rule_words import field_words, rule_words
from agreements.terms import Terms
from leads.families import ChangeRow, known_at
from leads.models import Handoff
from leads.personal.blanking import is_forgotten
from leads.records import changes_of, families_of

# The attribute in which a form says what somebody asked for.
_REQUEST = "request"
# So many ways to more points are told of.
_FEW = 3
# Below, a number may be a year, which has no separator.
_GROUPED_FROM = 10_000


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One rule or one way to earn points: what it asks, what the lead has, and whether it holds."""

    asks: str
    actual: str
    holds: bool
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the criteria said of a lead when it was offered."""

    verdict: Verdict
    rules: tuple[CriterionLine, ...]
    points: tuple[CriterionLine, ...]
    bypass: CriterionLine | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a lead was offered, in a few words, and whether it lacked something."""

    words: str
    is_below: bool


def told_of(lead_ids: Collection[int]) -> dict[int, list[ChangeRow]]:
    """Return by lead what was told of its attributes, in order; two queries."""
    families = families_of(lead_ids)
    return changes_of(families.all(lead_ids), families)


def attributes_at(lead_ids: Collection[int], at: datetime) -> dict[int, dict[str, Any]]:
    """Return by lead what had been told of it up to an instant, ends included; two queries."""
    changes = told_of(lead_ids)
    return {pk: known_at(changes.get(pk, ()), at) for pk in lead_ids}


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a lead lacks of the criteria at an instant.

    ``all_counts_at`` is when all that has been told of it is so, where it lacks another thing then.
    """

    lacks: tuple[str, ...]
    all_counts_at: datetime | None = None


def lacking_at(terms: Terms | None, lead_ids: Collection[int], at: datetime) -> dict[int, Lacking]:
    """Say by lead what it lacks at an instant, as an offer made then is judged; two queries."""
    if terms is None:
        return {pk: Lacking(()) for pk in lead_ids}
    changes = told_of(lead_ids)
    return {pk: _lacking(terms, changes.get(pk, ()), at) for pk in lead_ids}


def _lacking(terms: Terms, told: Sequence[ChangeRow], at: datetime) -> Lacking:
    lacks = lacking(terms, known_at(told, at))
    # The rows are in their order.
    if not told or told[-1].occurred_at <= at or lacking(terms, known_at(told, None)) == lacks:
        return Lacking(lacks)
    return Lacking(lacks, told[-1].occurred_at)


def attributes_at_offer(handoffs: Sequence[Handoff]) -> dict[int, dict[str, Any]]:
    """Return by handoff what had been told of its lead up to the offer; two queries."""
    changes = told_of({each.lead_id for each in handoffs})
    return {
        each.pk: known_at(changes.get(each.lead_id, ()), each.offered_at) if each.offered_at else {}
        for each in handoffs
    }


def is_below_criteria(handoff: Handoff) -> bool:
    """Whether the verdict stored with an offer says that it lacked something."""
    return handoff.meets_criteria is False or handoff.is_complete is False


def lacking(terms: Terms, attributes: Attributes) -> tuple[str, ...]:
    """Say what a lead lacks to meet the criteria: points, rules that fail, fields missing."""
    verdict = evaluate(terms.handoff, attributes)
    said = []
    if not verdict.reaches_threshold and verdict.threshold is not None:
        points = verdict.threshold - verdict.score
        said.append(
            ngettext("%(number)s point", "%(number)s points", points)
            % {"number": formats.figure(points)}
        )
    said += [
        capfirst(rule_words(rule))
        for rule, result in zip(terms.handoff.rules, verdict.rules, strict=True)
        if not result.holds
    ]
    said += [capfirst(field_words(name)) for name in verdict.completeness.missing]
    return tuple(dict.fromkeys(said))


def bringing(terms: Terms, attributes: Attributes) -> tuple[str, ...]:
    """Say what would bring the points that a lead lacks, the most points first; the best few."""
    verdict = evaluate(terms.handoff, attributes)
    if verdict.reaches_threshold or verdict.threshold is None:
        return ()
    unmet = [
        (worth, entry.when)
        for entry, (worth, result) in zip(terms.handoff.scoring, verdict.points, strict=True)
        if worth > 0 and not result.holds
    ]
    best = sorted(unmet, key=lambda each: -each[0])[:_FEW]
    return tuple(
        _("%(rule)s: +%(points)s")
        % {"rule": capfirst(rule_words(rule)), "points": formats.figure(worth)}
        for worth, rule in best
    )


def why_offered(terms: Terms, attributes: Attributes) -> Why:
    """Say in a few words why a lead was offered: what it asked for, its points or what stood for
    them, and whether it lacked something.
    """
    verdict = evaluate(terms.handoff, attributes)
    is_below = not verdict.qualifies or bool(verdict.completeness.missing)
    said = [_request(verdict, attributes), _points(terms, verdict)]
    if is_below:
        said.append(_("below the criteria"))
    return Why(" · ".join(filter(None, said)), is_below)


def _stands_for_points(verdict: Verdict) -> bool:
    """Whether a lead went past the points that it does not have."""
    return verdict.is_bypassed and verdict.score < (verdict.threshold or 0)


def _request(verdict: Verdict, attributes: Attributes) -> str:
    """Say what a lead asked for, unless that is named as what stood for its points."""
    request = attributes.get(_REQUEST)
    reasons = verdict.bypass.reasons if verdict.bypass and _stands_for_points(verdict) else ()
    is_named = any(each.field == _REQUEST and each.holds for each in reasons)
    return "" if is_missing(request) or is_named else str(request)


def _points(terms: Terms, verdict: Verdict) -> str:
    if verdict.threshold is None:
        return ""
    bypass = terms.handoff.bypass
    if bypass is not None and _stands_for_points(verdict):
        return _("%(rule)s: no score needed") % {"rule": rule_words(bypass)}
    return _("score %(score)s, needs %(threshold)s") % {
        "score": formats.figure(verdict.score),
        "threshold": formats.figure(verdict.threshold),
    }


def criteria_of(terms: Terms, attributes: Attributes) -> Criteria:
    """Say line by line what the handoff criteria made of a lead with these attributes."""
    handoff = terms.handoff
    verdict = evaluate(handoff, attributes)
    return Criteria(
        verdict=verdict,
        rules=tuple(
            _line(rule, result) for rule, result in zip(handoff.rules, verdict.rules, strict=True)
        ),
        points=tuple(
            _line(entry.when, result, entry.points)
            for entry, (_worth, result) in zip(handoff.scoring, verdict.points, strict=True)
        ),
        bypass=(
            _line(handoff.bypass, verdict.bypass)
            if handoff.bypass is not None and verdict.bypass is not None
            else None
        ),
        missing=tuple(field_name(name) for name in verdict.completeness.missing),
    )


def _line(rule: AnyRule, result: RuleResult, points: int | None = None) -> CriterionLine:
    actual = dict.fromkeys(
        _("missing") if is_missing(reason.actual) else value_text(reason.actual)
        for reason in result.reasons
        if _is_telling(reason, result)
    )
    return CriterionLine(capfirst(rule_words(rule)), ", ".join(actual), result.holds, points)


def _is_telling(reason: Reason, result: RuleResult) -> bool:
    """Whether what the lead has says more than the rule: of one that holds, only what made it."""
    if reason.holds:
        return reason.operator not in {"is", "present", "missing"}
    return not result.holds


def field_name(key: str) -> str:
    """Name an attribute of a lead at the start of a line."""
    return capfirst(field_words(key))


def value_text(value: object) -> str:
    """Write the value of an attribute for a reader."""
    if is_forgotten(value):
        return _("[forgotten]")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(value_text(item) for item in value)
    if isinstance(value, int | float) and abs(value) >= _GROUPED_FROM:
        return formats.figure(value)
    return "" if value is None else str(value)
