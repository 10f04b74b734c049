"""The questions of the interview, step by step, in plain words and the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from agreements import formats
from agreements.business_time.hours import WEEKDAYS
from agreements.editing import problems_of
from agreements.editor.fields import (
    Choices,
    Field,
    Kind,
    Shown,
    Text,
    read_fields,
    shown_fields,
)
from agreements.interview import QUARTERS, STEPS, asked_places, at, draft_from, months_from
from agreements.interview_places import question_of
from agreements.models import Calendar
from agreements.rule_words import field_words
from agreements.terms import Problem
from agreements.terms.values import MONTHS

_FIELDS_OF_A_LEAD = (
    "name", "company", "email", "phone", "country", "state", "employees", "industry", "job_title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the interview: what it is about, and its questions."""

    name: str
    title: str
    intro: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Sitting:
    """An interview as it stands: the starter, the answers, the draft they make, its problems."""

    starter: Mapping[str, Any]
    answers: Mapping[str, Any]
    draft: Mapping[str, Any]
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, answers: Mapping[str, Any], starter: Mapping[str, Any]) -> "Sitting":
        """Make the draft of the answers, and see what is wrong with it."""
        draft = draft_from(answers, starter)
        found = [replace(each, path=question_of(each, draft)) for each in problems_of(draft)]
        once = {(each.path, each.message): each for each in found}
        return cls(starter, answers, draft, tuple(once.values()))

    def shown(self, step: Step) -> list[Shown]:
        """Return the questions of a step with their answers and what is wrong with them."""
        fields = shown_fields(step.fields, self.answers, self.draft, self.problems)
        return [each for each in fields if isinstance(each, Shown)]

    def problems_of_step(self, step: Step) -> list[Problem]:
        """Return what is wrong with the answers of a step."""
        names = tuple(field.name for field in step.fields)
        return [each for each in self.problems if _is_under(each.path, names)]

    def problems_elsewhere(self, steps: Sequence[Step]) -> list[Problem]:
        """Return what is wrong and none of the questions mends; the editor does."""
        names = tuple(field.name for step in steps for field in step.fields)
        return [each for each in self.problems if not _is_under(each.path, names)]


def _is_under(path: str, names: Sequence[str]) -> bool:
    return any(path == name or path.startswith(f"{name}.") for name in names)


def answers_with(step: Step, answers: Mapping[str, Any], data: QueryDict) -> dict[str, Any]:
    """Return the answers with what was typed in a step; what cannot be read stays as typed."""
    return read_fields(step.fields, answers, data)


def steps_of(starter: Mapping[str, Any]) -> list[Step]:
    """Return the six steps as a starter has them."""
    makers = {
        "objectives": _objectives,
        "funnel": _funnel,
        "handoff": _handoff,
        "follow_up": _follow_up,
        "document": _document,
        "review": _review,
    }
    return [makers[name](starter) for name in STEPS]


def _objectives(starter: Mapping[str, Any]) -> Step:
    currency = starter.get("currency") or ""
    return Step(
        "objectives",
        _("What you want together"),
        _("One goal for the year that both teams work for. The funnel is counted back from it."),
        (
            Field("goal.kind", "choice", _("The goal is counted in"), choices=_goals()),
            Field(
                "goal.amount",
                "number",
                _("Goal of the year"),
                _("Revenue in %(currency)s, or the number of customers or units.")
                % {"currency": currency},
            ),
            Field(
                "goal.average_deal",
                "number",
                _("Average deal"),
                _("What one customer brings, in money or in units. Not needed for customers."),
            ),
            Field(
                "objective",
                "long",
                _("The goal in your own words"),
                _("Left empty, it is written from the figures above."),
            ),
            Field("second_objective", "long", _("What else you want, if anything")),
            Field(
                "assumptions",
                "lines",
                _("What you take for granted"),
                _("One a line. Each review asks whether it still holds."),
            ),
        ),
    )


def _goals() -> Choices:
    return [
        ("revenue", _("new revenue")),
        ("customers", _("new customers")),
        ("units", _("units sold")),
    ]


def _funnel(starter: Mapping[str, Any]) -> Step:
    stages = {each["key"]: each["name"] for each in at(starter, "funnel.stages") or ()}
    names = list(stages.values())
    rates = [
        Field(
            f"funnel.rates.{key}",
            "rate",
            _("From %(first)s to %(next)s")
            % {"first": name, "next": names[list(stages).index(key) + 1]},
            _PUBLISHED.get(key, str)(),
        )
        for key, name in stages.items()
        if key in (at(starter, "funnel.rates") or {})
    ]
    months = [(month, formats.short_month(month)) for month in MONTHS]
    quarters = [
        Field(
            f"quarters.{quarter}",
            "rate",
            _("Quarter %(number)s") % {"number": number},
            _("What it brings of the goal of the year."),
        )
        for number, quarter in enumerate(QUARTERS, start=1)
    ]
    return Step(
        "funnel",
        _("What each stage has to bring"),
        _("Of a hundred at one stage, so many go on. Take your own figures if you have them."),
        (
            *rates,
            Field("goal.first_month", "choice", _("The year begins in"), choices=months),
            *quarters,
        ),
    )


def _published(span: str) -> str:
    return _("Example. Published figures go from %(span)s: take your own.") % {"span": span}


# What studies say of each step, too far apart to be held against anybody.
_PUBLISHED = {
    "lead": partial(_published, "10 – 31 %"),
    "mql": partial(_published, "40 – 90 %"),
    "sal": partial(_published, "50 – 70 %"),
    "opportunity": partial(_published, "6 – 30 %"),
}


def _promises(starter: Mapping[str, Any], measure: str) -> list[Mapping[str, Any]]:
    return [each for each in starter.get("commitments", ()) if each["measure"] == measure]


def _asked(
    starter: Mapping[str, Any],
    measure: str,
    key: str,
    kind: Kind,
    label: Text,
    help: Text = "",  # noqa: A002
) -> Iterator[Field]:
    """Ask one value of each promise of a measure, naming its tiers where it has any."""
    names = {tier["key"]: tier["name"] for tier in starter.get("tiers", ())}
    for each in _promises(starter, measure):
        tiers = ", ".join(names[tier] for tier in each.get("tiers", ()))
        told = (
            _("%(question)s: %(tiers)s") % {"question": label, "tiers": tiers} if tiers else label
        )
        yield Field(f"commitments.{each['key']}.{key}", kind, told, help)


def _handoff(starter: Mapping[str, Any]) -> Step:
    own = at(starter, "handoff.required_fields") or []
    fields = [(key, field_words(key)) for key in dict.fromkeys((*_FIELDS_OF_A_LEAD, *own))]
    return Step(
        "handoff",
        _("When and how a lead passes to sales"),
        _("Who is worth a call of sales, what they must know of them, and how quickly it goes."),
        (
            Field(
                "handoff.definition",
                "long",
                _("Who is handed over"),
                _("In a sentence that a new colleague understands."),
            ),
            Field(
                "countries",
                "lines",
                _("Countries you sell in"),
                _("One a line, as your leads have it. Empty means anywhere."),
            ),
            Field(
                "employees",
                "number",
                _("Smallest company, in employees"),
                _("Empty means any size."),
            ),
            Field(
                "handoff.required_fields", "choices", _("Data every handoff has"), choices=fields
            ),
            Field(
                "handoff.threshold",
                "number",
                _("Points a lead needs"),
                _("The starter counts size, industry, role and interest. Empty means no points."),
            ),
            Field("asked_for", "flag", _("Who asks to be contacted passes without the points")),
            *_asked(
                starter, "acceptance_rate", "target", "rate", _("Handoffs that sales accepts"),
                _("The share marketing promises. Example. Published figures go from 70 to 95 %."),
            ),
            *_asked(starter, "handover", "within", "duration", _("Marketing hands over within")),
            *_asked(starter, "routing", "within", "duration", _("Somebody is assigned within")),
            *_asked(
                starter, "acceptance", "within", "duration", _("Sales accepts or rejects within")
            ),
        ),
    )  # fmt: skip


def _follow_up(starter: Mapping[str, Any]) -> Step:
    return Step(
        "follow_up",
        _("How a lead is followed up"),
        _("How quickly, how often and how long. Times are working time."),
        (
            *_asked(starter, "first_follow_up", "within", "duration", _("First follow-up within")),
            *_asked(starter, "persistence", "count", "number", _("Attempts before giving up")),
            *_asked(starter, "persistence", "channels", "number", _("Over how many channels")),
            *_asked(starter, "persistence", "within", "duration", _("All attempts within")),
            *_asked(
                starter, "disposition", "within", "duration", _("Outcome with a reason within")
            ),
            Field(
                "in_time",
                "rate",
                _("In how many of a hundred cases"),
                _("Nobody is always in time: 100 % would be broken by the first bad day."),
            ),
            *_asked(
                starter, "conversion_rate", "target", "rate", _("Accepted handoffs that become SQL")
            ),
            Field(
                "director_after",
                "duration",
                _("The director is told so long after a promise is broken"),
                _("Before that, the rep is warned and the lead of the team is told."),
            ),
        ),
    )


def _document(starter: Mapping[str, Any]) -> Step:
    calendars = [
        ("", _("none: no days off")),
        *Calendar.objects.order_by("name").values_list("key", "name"),
    ]
    hours = [
        Field(
            path,
            "text",
            _("Opening hours, %(days)s") % {"days": _days(path.partition(".")[2])},
            _("Such as 09:00-12:30, 13:30-18:00."),
        )
        for path in asked_places(starter)
        if path.startswith("hours.")
    ]
    return Step(
        "document",
        _("The document"),
        _("In which hours promises run, and who decides when you disagree. Read the text beside."),
        (
            *hours,
            Field(
                "calendar",
                "choice",
                _("Days off"),
                _("Holidays and closures. What an administrator adds later can be chosen later."),
                choices=calendars,
            ),
            Field("contest.days", "number", _("Working days to contest a rejection")),
            Field("contest.arbiter", "text", _("Who decides about it")),
        ),
    )


def _days(written: str) -> str:
    """Name the weekdays of "mon-fri" or "sat"."""
    first, _sign, last = written.partition("-")
    if not {first, last or first} <= set(WEEKDAYS):
        return written
    names = [formats.weekday(WEEKDAYS.index(day)) for day in (first, last) if day]
    return " – ".join(names)


def _review(starter: Mapping[str, Any]) -> Step:  # noqa: ARG001 - one way to make each step
    cadences = [
        ("weekly", _("every week")),
        ("fortnightly", _("every second week")),
        ("monthly", _("every month")),
        ("quarterly", _("every quarter")),
    ]
    weekdays = [("", "–"), *((day, formats.weekday(at)) for at, day in enumerate(WEEKDAYS))]
    return Step(
        "review",
        _("The reviews"),
        _("When both sides look at the same figures, and decide what changes."),
        (
            Field("review.cadence", "choice", _("How often"), choices=cadences),
            Field("review.weekday", "choice", _("Weekday"), choices=weekdays),
            Field("review.time", "time", _("At")),
            Field("review.minutes", "number", _("Minutes")),
            Field("review.participants", "lines", _("Who takes part"), _("One a line.")),
            Field("review.agenda", "lines", _("Agenda"), _("One point a line.")),
        ),
    )


def months_of(draft: Mapping[str, Any]) -> list[str]:
    """Name the twelve months of the goal's year in short."""
    first = str(at(draft, "funnel.goal.first_month") or "jan")
    return [formats.short_month(month) for month in months_from(first)]
