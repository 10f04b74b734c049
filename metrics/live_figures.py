"""The figure of each clause as it stands beside the clause in the document."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from metrics.addresses import behind_href
from metrics.attainment import Status
from metrics.figure_words import percent_text, value_text
from metrics.figures import Outcome
from metrics.month_figures import MonthFigures


@dataclass(frozen=True, slots=True)
class LiveFigure:
    """What stands beside a clause; ``text`` and ``pace`` are empty where there is none yet."""

    key: str
    text: str
    href: str
    status: Status
    pace: str


def live_figures(month: MonthFigures, *, version: str) -> list[LiveFigure]:
    """Return the figure of each clause of a version, by its number, that the month measures."""
    return [
        LiveFigure(
            key=outcome.figures.key,
            text=_text(month, outcome),
            href=behind_href(month.agreement, outcome.figures.key, month.period),
            status=outcome.figures.status,
            pace=_pace(outcome),
        )
        for outcome in month.outcomes
        if any(str(in_force.number) == version for in_force, _commitment in outcome.promised.parts)
    ]


def _text(month: MonthFigures, outcome: Outcome) -> str:
    commitment, figures = outcome.promised.commitment, outcome.figures
    if figures.actual is None:
        return ""
    actual = value_text(commitment, figures.actual, month.agreement.currency)
    if not commitment.definition.has_pace or figures.target is None:
        return actual
    target = value_text(commitment, figures.target, month.agreement.currency)
    return _("%(actual)s of %(target)s") % {"actual": actual, "target": target}


def _pace(outcome: Outcome) -> str:
    pace = outcome.figures.pace
    return "" if pace is None or outcome.working.over else percent_text(pace)
