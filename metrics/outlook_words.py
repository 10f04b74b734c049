"""The projection of a volume in words: where it ends, with which chance, and how it is made."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from metrics.attainment import rounded
from metrics.charts import interval_text
from metrics.figure_words import chance_text, exactly, percent_text, value_text
from metrics.figures import Outcome
from metrics.findings import likelihood
from metrics.outlook import Outlook


@dataclass(frozen=True, slots=True)
class Telling:
    """A figure with its name and a line that explains it."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookTelling:
    """What a projection says, and how it was made."""

    key: str
    question: str
    answer: str
    tellings: tuple[Telling, ...]
    basis: str


def outlook_telling(outcome: Outcome, outlook: Outlook, currency: str) -> OutlookTelling:
    """Put a projection into words."""
    key = outcome.figures.key
    chance = outlook.forecast.chance
    return OutlookTelling(
        key=key,
        question=_("Will %(clause)s be kept?") % {"clause": key},
        answer=likelihood(chance) if chance is not None else "",
        tellings=_tellings(outcome, outlook, currency),
        basis=_basis(outlook),
    )


def _tellings(outcome: Outcome, outlook: Outlook, currency: str) -> tuple[Telling, ...]:
    forecast, commitment = outlook.forecast, outcome.promised.commitment
    share = percent_text(forecast.confidence)
    interval = interval_text(forecast.low, forecast.high)
    target = value_text(commitment, outcome.figures.target, currency)
    found = [
        Telling(
            _("It ends at"),
            formats.figure(round(outlook.end)),
            _("%(share)s interval %(interval)s") % {"share": share, "interval": interval},
        ),
        Telling(
            _("Chance of %(target)s") % {"target": target},
            formats.NO_VALUE if forecast.chance is None else chance_text(forecast.chance),
            _("by the rest of the working time"),
        ),
        Telling(
            _("Needed a working day"),
            formats.figure(exactly(outlook.needed), 1),
            _("so far %(number)s") % {"number": formats.figure(exactly(outlook.brought), 1)},
        ),
    ]
    if outlook.error is not None:
        months = ngettext(
            "in the month before at this point",
            "in %(number)s months before at this point",
            outlook.checked,
        ) % {"number": formats.figure(outlook.checked)}
        found.append(Telling(_("Usual error"), f"±{percent_text(outlook.error)}", months))
    return tuple(found)


def _basis(outlook: Outlook) -> str:
    """Say how the projection was made; the codes are those of ``metrics.forecast``."""
    basis = outlook.forecast.basis
    if basis.code == "poisson_jeffreys":
        return _(
            "Made from the pace per working hour of this period so far, taken to vary by pure "
            "chance. No season and no bad week is foreseen."
        )
    times = formats.figure(rounded(basis.parameters["dispersion"]), 1)
    return _(
        "Made from the pace per working hour of this period so far. Days vary %(times)s times as "
        "much as by pure chance, as they did in the three months before. No season is foreseen."
    ) % {"times": times}
