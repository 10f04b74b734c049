"""What the figures of a month say, in sentences: the verdict, each party's, and each chart's."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.durations import Duration
from agreements.models.contracts import Party
from agreements.terms import Terms
from agreements.wording import tier_names
from metrics.attainment import Status
from metrics.figure_words import exactly, percent_text
from metrics.figures import Outcome
from metrics.month_figures import StageFigures
from metrics.percentiles import Percentile, ResponseTimes

_RANKS = (
    Status.SHORTFALL, Status.OFF_TRACK, Status.AT_RISK, Status.KEPT, Status.ON_TRACK,
    Status.NO_DATA,
)  # fmt: skip
_IS_WELL = {
    Status.ON_TRACK: True, Status.KEPT: True, Status.AT_RISK: False, Status.OFF_TRACK: False,
    Status.SHORTFALL: False, Status.NO_DATA: None,
}  # fmt: skip
_MOST_SENTENCES = 2
_NEARLY = Fraction(97, 100)


def worst_of(statuses: Iterable[Status]) -> Status:
    """Return what a party shows: the worst of its commitments that can be judged."""
    return min(statuses, key=_RANKS.index, default=Status.NO_DATA)


# -- the verdict on both


def verdict(statuses: Mapping[str, Status], *, is_over: bool, month: str) -> str:
    """Say in one sentence who keeps the agreement; who cannot be judged is left out."""
    marketing, sales = (
        _IS_WELL[statuses.get(party, Status.NO_DATA)] for party in (Party.MARKETING, Party.SALES)
    )
    sentences = _of_the_past() if is_over else _so_far()
    return sentences[marketing, sales] % {"month": month}


_Verdicts = dict[tuple[bool | None, bool | None], str]


def _so_far() -> _Verdicts:
    return {
        (True, True): _("Both sides keep the agreement so far"),
        (False, False): _("Neither side keeps the agreement so far"),
        (True, False): _("Marketing keeps the agreement so far, sales does not"),
        (False, True): _("Sales keeps the agreement so far, marketing does not"),
        (True, None): _("Marketing keeps the agreement so far"),
        (False, None): _("Marketing does not keep the agreement so far"),
        (None, True): _("Sales keeps the agreement so far"),
        (None, False): _("Sales does not keep the agreement so far"),
        (None, None): _("Nothing can be judged yet"),
    }


def _of_the_past() -> _Verdicts:
    return {
        (True, True): _("Both sides kept the agreement in %(month)s"),
        (False, False): _("Neither side kept the agreement in %(month)s"),
        (True, False): _("Marketing kept the agreement in %(month)s, sales did not"),
        (False, True): _("Sales kept the agreement in %(month)s, marketing did not"),
        (True, None): _("Marketing kept the agreement in %(month)s"),
        (False, None): _("Marketing did not keep the agreement in %(month)s"),
        (None, True): _("Sales kept the agreement in %(month)s"),
        (None, False): _("Sales did not keep the agreement in %(month)s"),
        (None, None): _("Nothing can be judged in %(month)s"),
    }


# -- the verdict on one party


def party_verdict(outcomes: Sequence[tuple[Outcome, Status]], *, is_over: bool) -> str:
    """Say what a party keeps least, the worst first, in at most two sentences."""
    statuses = [status for _outcome, status in outcomes]
    if worst_of(statuses) is Status.NO_DATA:
        return _("Nothing can be judged yet.")
    if _IS_WELL[worst_of(statuses)]:
        return _("Every promise was kept.") if is_over else _("Every promise is kept so far.")
    missed = sorted(
        (pair for pair in outcomes if _IS_WELL[pair[1]] is False),
        key=lambda pair: (_RANKS.index(pair[1]), -pair[0].figures.weight),
    )
    sentences = dict.fromkeys(_shortcoming(outcome, is_over=is_over) for outcome, _ in missed)
    return " ".join(list(sentences)[:_MOST_SENTENCES])


def _shortcoming(outcome: Outcome, *, is_over: bool) -> str:
    version, commitment = outcome.promised.parts[-1]
    terms = version.terms
    if commitment.definition.has_pace:
        return _lag(outcome, terms, is_over=is_over)
    if commitment.measure == "first_follow_up" and commitment.tiers:
        tiers = {"tiers": tier_names(commitment, terms)}
        return _("%(tiers)s: first follow-ups come too late.") % tiers
    names = {stage.key: stage.name for stage in terms.stages}
    parts = {
        "first": names.get(commitment.from_stage or "", ""),
        "last": names.get(terms.conversion_stage(commitment) or "", ""),
        "stage": names.get(commitment.stage or "", ""),
    }
    return _sentences_on_quality()[commitment.measure] % parts


def _sentences_on_quality() -> dict[str, str]:
    return {
        "acceptance_rate": _("Sales rejects more than agreed."),
        "completeness_rate": _("Required fields are missing too often."),
        "conversion_rate": _("Too few %(first)s become %(last)s in time."),
        "handover": _("MQL are handed over too late."),
        "routing": _("Handoffs are assigned too late."),
        "acceptance": _("Handoffs wait too long for a decision."),
        "first_follow_up": _("First follow-ups come too late."),
        "persistence": _("Leads are given up too early."),
        "disposition": _("Outcomes come too late."),
        "stage_age": _("Leads stay too long in the stage %(stage)s."),
        "response_median": _("The usual first follow-up takes too long."),
        "response_p90": _("The slowest first follow-ups take too long."),
        "satisfaction": _("Satisfaction is lower than promised."),
    }


def _lag(outcome: Outcome, terms: Terms, *, is_over: bool) -> str:
    figures, commitment = outcome.figures, outcome.promised.commitment
    names = {stage.key: stage.name for stage in terms.stages}
    reached = figures.attainment if is_over else figures.pace
    parts = {
        "share": percent_text(None if reached is None else 1 - reached),
        "stage": names.get(commitment.stage or "", ""),
    }
    sentences = _sentences_past() if is_over else _sentences_running()
    return sentences[commitment.measure] % parts


def _sentences_running() -> dict[str, str]:
    return {
        "stage_volume": _("The volume of %(stage)s runs %(share)s behind."),
        "accepted_volume": _("The volume that sales accepts runs %(share)s behind."),
        "stage_value": _("The value of %(stage)s runs %(share)s behind."),
        "follow_up_volume": _("Follow-ups run %(share)s behind."),
        "customers": _("New customers run %(share)s behind."),
        "revenue": _("Revenue runs %(share)s behind."),
    }


def _sentences_past() -> dict[str, str]:
    return {
        "stage_volume": _("The volume of %(stage)s ended %(share)s short."),
        "accepted_volume": _("The volume that sales accepts ended %(share)s short."),
        "stage_value": _("The value of %(stage)s ended %(share)s short."),
        "follow_up_volume": _("Follow-ups ended %(share)s short."),
        "customers": _("New customers ended %(share)s short."),
        "revenue": _("Revenue ended %(share)s short."),
    }


# -- charts


def likelihood(chance: float) -> str:
    """Answer in a word whether a target will be reached."""
    answers = (
        (0.95, _("Almost certainly.")),
        (0.7, _("Probably.")),
        (0.3, _("That is open.")),
        (0.05, _("Probably not.")),
    )
    return next((answer for least, answer in answers if chance >= least), _("Hardly."))


def volume_finding(
    gaps: Sequence[Fraction], *, is_over: bool, highest: int | None, target: Fraction
) -> str:
    """Say how a volume went against its straight line, and where its projection ends.

    ``gaps`` are actual less due at the end of each working day so far.
    """
    if not gaps:
        return _("Nothing is due yet.")
    if is_over:
        return _ended(gaps[-1])
    course = _course(gaps)
    if highest is None:
        return course
    if gaps[-1] < 0 and highest < target:
        end = _("Even the good end of the projection stays at %(number)s.") % {
            "number": formats.figure(highest)
        }
        return f"{course} {end}"
    return course


def _ended(gap: Fraction) -> str:
    number = {"number": formats.figure(exactly(abs(gap)))}
    if gap < 0:
        return _("It ended %(number)s short of the goal.") % number
    return _("It ended %(number)s over the goal.") % number if gap else _("It ended at the goal.")


def _course(gaps: Sequence[Fraction]) -> str:
    if all(gap < 0 for gap in gaps):
        return _("Behind the goal line all the time.")
    if all(gap >= 0 for gap in gaps):
        return _("At or above the goal line all the time.")
    days = _days_since_crossing(gaps)
    if gaps[-1] < 0:
        return ngettext(
            "Behind the goal line for %(number)s working day.",
            "Behind the goal line for %(number)s working days.",
            days,
        ) % {"number": formats.figure(days)}
    return ngettext(
        "Above the goal line for %(number)s working day.",
        "Above the goal line for %(number)s working days.",
        days,
    ) % {"number": formats.figure(days)}


def _days_since_crossing(gaps: Sequence[Fraction]) -> int:
    is_behind = gaps[-1] < 0
    days = 0
    for gap in reversed(gaps):
        if (gap < 0) is not is_behind:
            break
        days += 1
    return days


def funnel_finding(stages: Sequence[StageFigures], share: Fraction | None) -> str:
    """Say at which stage the funnel first falls behind its plan; ``share`` of the time is gone."""
    if not share or not any(stage.target for stage in stages):
        return ""
    for stage in stages:
        due = (stage.target or Fraction(0)) * share
        if due and stage.entered < due * _NEARLY:
            return _("The gap to the plan begins at the stage %(stage)s.") % {"stage": stage.name}
    return _("No stage is behind its plan.")


def response_finding(times: ResponseTimes, within: Duration | None, day: timedelta) -> str:
    """Say how long first follow-ups took, beside what was promised; ``day`` is a working day."""
    if times.median.value is None:
        return _("Nobody has been followed up yet.")
    parts = {
        "median": time_text(times.median, day),
        "p90": time_text(times.p90, day),
        "promise": formats.promise(within) if within else "",
    }
    if within is None:
        return _("Half within %(median)s, nine of ten within %(p90)s.") % parts
    return (
        _("Half within %(median)s, nine of ten within %(p90)s. The promise: %(promise)s.") % parts
    )


def time_text(percentile: Percentile, day: timedelta) -> str:
    """Write a percentile as working time; one that clocks still running touch is "at least"."""
    if percentile.value is None:
        return formats.NO_VALUE
    text = formats.working_time(timedelta(microseconds=float(percentile.value)), day=day)
    return _("at least %(time)s") % {"time": text} if percentile.is_lower_bound else text


def breaches_finding(number: int, *, is_over: bool) -> str:
    """Say how many breaches there are to work through."""
    if not number:
        return _("Nothing was late.") if is_over else _("Nothing is late.")
    return _("The latest first. Each leads to the hours that were counted.")
