"""What the criteria said of a lead at the moment somebody offered it, kept as it was.

What is told later of that day changes what the criteria say of the handoff: that verdict follows
from the facts. This one is a record in the audit, beside who offered the lead.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.criteria import Attributes, HandoffCriteria, Verdict, evaluate
from agreements.models import AgreementVersion, Audit
from agreements.rule_words import field_words, rule_words
from agreements.terms import Terms
from leads.models import Handoff
from leads.rulebooks import rulebook_of

ACTION = "leads.handoff.offered"
_KEY = "judged"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict by the version with this number: whether the lead met the criteria, required fields
    included, and its points.

    ``held`` is whether each condition held, in the order of the terms: the rules, what earns
    points, what stands for the points, and whether each required field was known.
    """

    version: int
    meets: bool
    score: int
    held: tuple[bool, ...]

    def as_data(self) -> dict[str, Any]:
        """Return it as the audit keeps it."""
        return {_KEY: asdict(self)}


@dataclass(frozen=True, slots=True)
class Then:
    """A verdict that is another one by now, in words, and what changed about it."""

    said: str
    changes: tuple[str, ...]


def judged(version: AgreementVersion, attributes: Attributes) -> Judged:
    """Judge a lead by the criteria of a version."""
    criteria = rulebook_of(version).terms.handoff
    verdict = evaluate(criteria, attributes)
    return Judged(
        version=version.number,
        meets=verdict.qualifies and not verdict.completeness.missing,
        score=verdict.score,
        held=_held(criteria, verdict),
    )


def then_of(handoff: Handoff, terms: Terms, number: int | None, verdict: Verdict) -> Then | None:
    """Return what the criteria said when a handoff was offered, where they say another thing now.

    ``verdict`` is by what has been told of the lead up to its offer, ``number`` that of the version
    with these terms. None where nobody offered it here or by a call; one query.
    """
    rows = Audit.objects.filter(
        action=ACTION, subject_type=Handoff._meta.label_lower, subject_id=str(handoff.pk)
    )
    data = rows.order_by("pk").values_list("data", flat=True).first()
    told: Mapping[str, Any] | None = (data or {}).get(_KEY)
    held = _held(terms.handoff, verdict)
    if told is None or told["version"] != number or tuple(told["held"]) == held:
        return None
    changed = zip(_conditions(terms.handoff), told["held"], held, strict=True)
    return Then(
        _said(terms, meets=told["meets"], score=told["score"]),
        tuple(
            (_("%(condition)s: held then.") if then else _("%(condition)s: did not hold then."))
            % {"condition": capfirst(condition)}
            for condition, then, now in changed
            if then != now
        ),
    )


def _held(criteria: HandoffCriteria, verdict: Verdict) -> tuple[bool, ...]:
    return (
        *(result.holds for result in verdict.rules),
        *(result.holds for _worth, result in verdict.points),
        *((verdict.bypass.holds,) if verdict.bypass is not None else ()),
        *(name not in verdict.completeness.missing for name in criteria.required_fields),
    )


def _conditions(criteria: HandoffCriteria) -> tuple[str, ...]:
    """Name the conditions in the order of ``Judged.held``."""
    return (
        *(rule_words(rule) for rule in criteria.rules),
        *(rule_words(entry.when) for entry in criteria.scoring),
        *((rule_words(criteria.bypass),) if criteria.bypass is not None else ()),
        *(field_words(name) for name in criteria.required_fields),
    )


def _said(terms: Terms, *, meets: bool, score: int) -> str:
    said = (
        _("By what was known when it was offered, it met the criteria.")
        if meets
        else _("By what was known when it was offered, it did not meet the criteria.")
    )
    if terms.handoff.threshold is None:
        return said
    points = ngettext("It had %(number)s point.", "It had %(number)s points.", score)
    return f"{said} {points % {'number': formats.figure(score)}}"
