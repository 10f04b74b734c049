"""The funnel of a month beside its plan, stage by stage."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext as _

from agreements import formats
from metrics.addresses import BehindAddress, stage_key
from metrics.figure_words import count_text, exactly, share_text
from metrics.findings import funnel_finding
from metrics.ledger import Ledger
from metrics.month_figures import MonthFigures, StageFigures

_NEARLY = Fraction(97, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRow:
    """A stage: how many entered, the plan, and the share of them that came to the next stage.

    ``reached`` is the share of the plan, or without any plan of the largest stage; ``due`` the
    share of the plan that was due by now.
    """

    name: str
    entered: str
    href: str
    planned: str
    reached: float | None
    due: float | None
    note: str
    note_href: str
    rate: str
    planned_rate: str
    is_under: bool


@dataclass(frozen=True, slots=True)
class FunnelPicture:
    """The stages in order, and what they say together."""

    finding: str
    rows: tuple[FunnelRow, ...]
    has_plan: bool


def funnel_picture(ledger: Ledger, month: MonthFigures) -> FunnelPicture | None:
    """Lay out the funnel of a month; None where the terms have none."""
    if not month.stages:
        return None
    working = ledger.whole_working_time(month.period)
    share = Fraction(1) if working.over else working.share
    followers = [*(later for _stage, later in pairwise(month.stages)), None]
    has_plan = any(stage.target for stage in month.stages)
    largest = 0 if has_plan else max(stage.entered for stage in month.stages)
    rows = [
        _row(month, stage, later, share=share, largest=largest)
        for stage, later in zip(month.stages, followers, strict=True)
    ]
    return FunnelPicture(funnel_finding(month.stages, share), tuple(rows), has_plan)


def _row(
    month: MonthFigures,
    stage: StageFigures,
    later: StageFigures | None,
    *,
    share: Fraction | None,
    largest: int,
) -> FunnelRow:
    rate, planned = _rates(stage, later)
    href = BehindAddress(month.agreement, stage_key(stage.key), month.period)
    note, part = _note(stage)
    return FunnelRow(
        name=stage.name,
        entered=count_text(stage.entered),
        href=href(),
        planned="" if stage.target is None else formats.figure(exactly(stage.target)),
        reached=_reached(stage, largest),
        due=float(share) if stage.target and share is not None else None,
        note=note,
        note_href=href(part),
        rate="" if rate is None else share_text(rate),
        planned_rate="" if planned is None else share_text(planned),
        is_under=rate is not None and planned is not None and rate < planned * _NEARLY,
    )


def _reached(stage: StageFigures, largest: int) -> float | None:
    if stage.target:
        return float(stage.entered / stage.target)
    return stage.entered / largest if largest else None


def _rates(
    stage: StageFigures, later: StageFigures | None
) -> tuple[Fraction | None, Fraction | None]:
    """Return what share came to the next stage in the month, and what share the plan has."""
    if later is None:
        return None, None
    rate = Fraction(later.entered, stage.entered) if stage.entered else None
    planned = later.target / stage.target if later.target and stage.target else None
    return rate, planned


def _note(stage: StageFigures) -> tuple[str, str]:
    """Say what is odd about those who entered a stage, and which part of them it is."""
    if stage.unoffered:
        number = {"number": formats.figure(stage.unoffered)}
        return _("%(number)s of them without a handoff") % number, "without_handoff"
    if stage.implied:
        number = {"number": formats.figure(stage.implied)}
        return _("%(number)s of them passed it unseen") % number, "implied"
    return "", ""
