"""Months in which nothing can be judged: what a page says, and what is known all the same."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import formats
from agreements.wording import promise_sentence
from leads.models import Change
from metrics.addresses import dashboard_href
from metrics.figure_words import value_text
from metrics.ledger import Ledger
from metrics.models import MonthRollUp
from metrics.month_figures import MonthFigures
from metrics.periods import PeriodKind, period_of


@dataclass(frozen=True, slots=True)
class EmptyState:
    """What to say and to do next, and what is known all the same."""

    verdict: str
    title: str
    sentence: str
    action_label: str
    action_href: str
    facts: tuple[dict[str, str], ...]


def empty_state_of(ledger: Ledger, month: MonthFigures) -> EmptyState | None:
    """Return why a month has no figures: not agreed, still to come, or no lead yet; else None."""
    if not ledger.versions:
        return _nothing_signed(month)
    if not month.versions:
        return _not_in_force(ledger, month)
    if month.now < month.period.starts_at:
        return _to_come(month)
    if not ledger.months and not _has_any_lead(month):
        return _no_leads(month)
    return None


def _nothing_signed(month: MonthFigures) -> EmptyState:
    return EmptyState(
        verdict=_("Nothing has been signed yet"),
        title=_("There is nothing to measure yet"),
        sentence=_("Once both parties have signed a version, its promises are measured here."),
        action_label=_("Read the agreement"),
        action_href=reverse("agreements:document", args=[month.agreement.slug]),
        facts=(),
    )


def _not_in_force(ledger: Ledger, month: MonthFigures) -> EmptyState:
    starts = ledger.versions[0].starts_at
    first = period_of(PeriodKind.MONTH, starts, month.agreement.time_zone)
    latest = period_of(PeriodKind.MONTH, ledger.now, month.agreement.time_zone)
    is_before = month.period.from_date < first.from_date
    name = {"month": formats.month(month.period.from_date)}
    other = first if is_before else min(latest, first, key=lambda each: each.from_date)
    return EmptyState(
        verdict=_("Nothing was promised in %(month)s") % name,
        title=_("The agreement was not in force"),
        sentence=(
            _("It came into force later, so that nothing of this month is judged by it.")
            if is_before
            else _("No version was in force, so that nothing of this month is judged.")
        ),
        action_label=_("Show %(month)s") % {"month": formats.month(other.from_date)},
        action_href=dashboard_href(month.agreement, other),
        facts=(),
    )


def _to_come(month: MonthFigures) -> EmptyState:
    name = {"month": formats.month(month.period.from_date)}
    return EmptyState(
        verdict=_("%(month)s has not begun") % name,
        title=_("This is what is promised for %(month)s") % name,
        sentence=_("Figures appear as soon as the month has begun."),
        action_label=_("Read the agreement"),
        action_href=reverse("agreements:document", args=[month.agreement.slug]),
        facts=tuple(_targets(month)),
    )


def _no_leads(month: MonthFigures) -> EmptyState:
    return EmptyState(
        verdict=_("No lead has come yet"),
        title=_("No lead has come yet"),
        sentence=_(
            "Send leads from the CRM by the API, or import a file; the figures follow within "
            "seconds. This is what is promised."
        ),
        action_label=_("Read the agreement"),
        action_href=reverse("agreements:document", args=[month.agreement.slug]),
        facts=tuple(_targets(month)),
    )


def _has_any_lead(month: MonthFigures) -> bool:
    """Whether anything was told of the agreement, in whatever month, counted or not."""
    agreement = month.agreement
    counted = MonthRollUp.objects.filter(agreement=agreement).exists()
    return counted or Change.objects.filter(agreement=agreement).exists()


def _targets(month: MonthFigures) -> list[dict[str, str]]:
    facts = []
    for outcome in month.outcomes:
        version, commitment = outcome.promised.parts[-1]
        sentence = promise_sentence(commitment, version.terms).removesuffix(".")
        target = value_text(commitment, outcome.figures.target, month.agreement.currency)
        facts.append({"label": f"{commitment.key} · {sentence}", "value": target})
    return facts
