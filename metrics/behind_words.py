"""What a figure is called on the page of the leads behind it, and which parts it has."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from agreements.wording import promise_sentence
from leads.models import Clock
from metrics.clock_figures import ClockFigures
from metrics.figures import Outcome
from metrics.ledger import Ledger
from metrics.month_figures import MonthFigures, StageFigures
from metrics.whys import handoffs_of


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a figure: what addresses call it, its name, and how many it counts.

    The number is None where the figure is not a count of leads.
    """

    key: str
    name: str
    number: int | None


@dataclass(frozen=True, slots=True)
class FigureTelling:
    """A figure as its page names it; ``clause`` is empty where it is no commitment's."""

    title: str
    clause: str
    definition: str
    parts: tuple[Part, ...]


def figure_telling(ledger: Ledger, month: MonthFigures, key: str) -> FigureTelling:
    """Name a figure that ``metrics.drilldown`` knows, and what can be told apart in it."""
    first, _dot, rest = key.partition(".")
    for outcome in month.outcomes:
        if outcome.figures.key == key:
            return _of_commitment(ledger, outcome)
    for stage in month.stages:
        if first == "stage" and stage.key == rest:
            return _of_stage(stage)
    for of in month.clocks:
        if first == "clock" and of.kind == rest:
            name = str(Clock.Kind(of.kind).label)
            return FigureTelling(name, "", "", _told(_parts_of_clocks(of.figures)))
    titles = {
        "handoffs": _("Handoffs offered"),
        "deals": _("Deals"),
        "follow_ups": _("Follow-ups"),
    }
    title = titles.get(key, _("Outside any version"))
    return FigureTelling(title, "", "", _told(_parts_of_the_month(month, key)))


def _told(parts: Iterator[Part]) -> tuple[Part, ...]:
    """Keep the whole, and the parts in which there is something."""
    return tuple(part for part in parts if part.number or not part.key)


def _of_commitment(ledger: Ledger, outcome: Outcome) -> FigureTelling:
    version, commitment = outcome.promised.parts[-1]
    return FigureTelling(
        title=promise_sentence(commitment, version.terms),
        clause=commitment.key,
        definition=_(commitment.definition.definition),
        parts=_told(_parts_of_commitment(ledger, outcome)),
    )


def _of_stage(stage: StageFigures) -> FigureTelling:
    return FigureTelling(
        title=_("Leads that entered the stage %(stage)s") % {"stage": stage.name},
        clause="",
        definition=_(
            "Leads that entered the stage for the first time in the month; a skipped stage counts "
            "as passed, going back subtracts nothing, merged leads count once."
        ),
        parts=_told(
            iter(
                (
                    Part("", _("All"), stage.entered),
                    Part("implied", _("Passed unseen"), stage.implied),
                    Part("without_handoff", _("Without a handoff"), stage.unoffered),
                )
            )
        ),
    )


def _parts_of_commitment(ledger: Ledger, outcome: Outcome) -> Iterator[Part]:
    if outcome.clocks is not None:
        yield from _parts_of_clocks(outcome.clocks)
    elif outcome.times is not None:
        yield Part("", _("Followed up or overdue"), outcome.times.n)
        yield Part("unanswered", _("Not done"), outcome.times.unanswered)
    elif outcome.promised.commitment.definition.kind == "score":
        yield Part("", _("Answers"), outcome.figures.denominator)
    elif outcome.promised.commitment.definition.kind == "rate":
        yield from _parts_of_rate(outcome)
    else:
        yield from _parts_of_volume(ledger, outcome)


def _parts_of_clocks(figures: ClockFigures) -> Iterator[Part]:
    counts = figures.compliance
    yield Part("", _("Decided"), counts.met + counts.breached)
    yield Part("met", _("In time"), counts.met)
    yield Part("breached", _("Missed"), counts.breached)
    yield Part("late", _("Late"), figures.late)
    yield Part("unanswered", _("Not done"), figures.unanswered - figures.given_up)
    yield Part("given_up", _("Given up"), figures.given_up)
    yield Part("pending", _("Not due yet"), counts.pending)
    yield Part("void", _("Void"), counts.void)
    yield Part("back_dated", _("Entered later"), figures.back_dated)
    yield Part("excused", _("In a blackout"), counts.excused_by_blackout)
    yield Part("excepted", _("Excused"), counts.excepted)


def _parts_of_rate(outcome: Outcome) -> Iterator[Part]:
    figures = outcome.figures
    every, counted = figures.denominator or 0, figures.numerator or 0
    match figures.measure:
        case "acceptance_rate":
            yield Part("", _("Decided"), every)
            yield Part("accepted", _("Accepted"), counted)
            yield Part("rejected", _("Rejected"), every - counted)
            undecided = outcome.acceptance.undecided if outcome.acceptance else 0
            yield Part("undecided", _("Undecided"), undecided)
        case "completeness_rate":
            yield Part("", _("Offered"), every)
            yield Part("complete", _("Complete"), counted)
            yield Part("incomplete", _("Something missing"), every - counted)
        case _:
            yield Part("", _("Window over"), every)
            yield Part("converted", _("Converted"), counted)
            yield Part("pending", _("Still has time"), figures.pending)


def _parts_of_volume(ledger: Ledger, outcome: Outcome) -> Iterator[Part]:
    counted = int(outcome.figures.actual or 0)
    match outcome.promised.commitment.measure:
        case "accepted_volume":
            handoffs = handoffs_of(ledger, outcome)
            yield Part("", _("Count"), counted)
            yield Part("rejected", _("Rejected"), handoffs["rejected"] - handoffs["overturned"])
            yield Part("undecided", _("Undecided"), handoffs["undecided"])
        case "stage_volume" | "customers" | "follow_up_volume":
            yield Part("", _("Count"), counted)
        case _:
            yield Part("", _("Count"), None)


def _parts_of_the_month(month: MonthFigures, key: str) -> Iterator[Part]:
    names = {
        "handoffs": {
            "offered": _("Offered"),
            "accepted": _("Accepted"),
            "rejected": _("Rejected"),
            "undecided": _("Undecided"),
            "withdrawn": _("Withdrawn"),
        },
        "deals": {"won": _("Won"), "lost": _("Lost")},
        "follow_ups": {
            "attempts": _("Attempts"),
            "contacts": _("Contacts"),
            "conversations": _("Conversations"),
        },
    }
    counts = {
        "handoffs": month.handoffs,
        "deals": {name: int(value) for name, value in month.deals.items()},
        "follow_ups": month.follow_ups,
    }
    for name, label in names.get(key, {}).items():
        yield Part(name, label, counts[key].get(name, 0))
