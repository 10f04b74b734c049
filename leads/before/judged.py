"""What the criteria said of a lead when somebody offered it, kept as it was.

What is told later of that day changes what the criteria say of the handoff: that verdict follows
from the facts. This one is a record in the audit, beside who offered the lead.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.criteria import AnyRule, Attributes, HandoffCriteria, Verdict, evaluate
from agreements.models import AgreementVersion, Audit
from agreements.rule_words import rule_words
from agreements.terms import Terms
from leads.before.qualifying import field_name, is_below_criteria, lacking
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
    """A verdict that is another one by now: whether it was met, in words, and what changed."""

    meets: bool
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


def kept_verdicts(handoffs: Iterable[Handoff]) -> dict[int, Judged]:
    """Return by handoff what the criteria said when it was offered; one query.

    Of those that nobody offered here or by a call nothing is kept.
    """
    rows = Audit.objects.filter(
        action=ACTION,
        subject_type=Handoff._meta.label_lower,
        subject_id__in=[str(each.pk) for each in handoffs],
        data__has_key=_KEY,
    )
    told = rows.order_by("pk").values_list("subject_id", "data")
    return {int(pk): _read(data[_KEY]) for pk, data in told}


def _read(data: dict[str, Any]) -> Judged:
    return Judged(**data | {"held": tuple(data["held"])})


def then_of(
    kept: Judged | None, terms: Terms, number: int | None, attributes: Attributes
) -> Then | None:
    """Return what the criteria said when a lead was offered, where they say another thing now.

    ``attributes`` are what has been told of the lead up to its offer, ``number`` is that of the
    version with these terms. None, too, where no verdict was kept.
    """
    if kept is None or kept.version != number:
        return None
    held = _held(terms.handoff, evaluate(terms.handoff, attributes))
    if kept.held == held:
        return None
    changed = zip(_conditions(terms.handoff), kept.held, held, strict=True)
    return Then(
        kept.meets,
        _said(terms, meets=kept.meets, score=kept.score),
        tuple(_change(asked, held=then) for asked, then, now in changed if then != now),
    )


def said_of_offer(
    handoff: Handoff, terms: Terms | None, attributes: Attributes, then: Then | None
) -> tuple[str, ...]:
    """Say of an offer what it lacked; where that is another thing by now, what was said then, too.

    Nothing of one that met the criteria then and now.
    """
    is_below = is_below_criteria(handoff)
    lacks = ", ".join(lacking(terms, attributes)) if terms and is_below else ""
    if then is None or (then.meets and not is_below):
        return (_below(lacks),) if is_below else ()
    if not is_below:
        return then.said, _("By what was told since of that day, it met them.")
    return then.said, _("By what was told since of that day, it lacked: %(lacks)s.") % {
        "lacks": lacks
    }


def _below(lacks: str) -> str:
    if not lacks:
        return _("Offered below the criteria.")
    return _("Offered below the criteria, it lacked: %(lacks)s.") % {"lacks": lacks}


def _held(criteria: HandoffCriteria, verdict: Verdict) -> tuple[bool, ...]:
    return (
        *(result.holds for result in verdict.rules),
        *(result.holds for _worth, result in verdict.points),
        *((verdict.bypass.holds,) if verdict.bypass is not None else ()),
        *(name not in verdict.completeness.missing for name in criteria.required_fields),
    )


def _conditions(criteria: HandoffCriteria) -> tuple[AnyRule | str, ...]:
    """Return the conditions in the order of ``Judged.held``; of a required field its key."""
    return (
        *criteria.rules,
        *(entry.when for entry in criteria.scoring),
        *((criteria.bypass,) if criteria.bypass is not None else ()),
        *criteria.required_fields,
    )


def _change(asked: AnyRule | str, *, held: bool) -> str:
    """Say of a condition, or of a required field, that it held then or did not."""
    if isinstance(asked, str):
        said = _("%(field)s was known then.") if held else _("%(field)s was not known then.")
        return said % {"field": field_name(asked)}
    said = _("%(condition)s: held then.") if held else _("%(condition)s: did not hold then.")
    return said % {"condition": capfirst(rule_words(asked))}


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
