"""From a place of the draft to the question of the interview that it was made from. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agreements.editing import path_steps
from agreements.interview import QUARTERS, asked_in_target, at, months_from
from agreements.terms import Problem

Document = Mapping[str, Any]


def question_of(problem: Problem, document: Document) -> str:
    """Return the name of the question a problem is about; of most places it is the place itself."""
    if problem.code.startswith("season_"):
        return f"quarters.{QUARTERS[0]}"
    first, *rest = path_steps(problem.path) or [""]
    finder = _FINDERS.get(first)
    return (finder(rest, document) if finder else None) or problem.path


def _of_objective(rest: Sequence[str], document: Document) -> str:
    objectives = document.get("objectives") or [{}]
    if rest[1:2] != ["statement"]:
        return "goal.amount"
    is_first = rest[0] == objectives[0].get("key")
    return "objective" if is_first else "second_objective"


def _of_funnel(rest: Sequence[str], document: Document) -> str | None:
    if rest[:1] != ["goal"]:
        return None
    if rest[1:2] == ["seasonality"]:
        months = months_from(str(at(document, "funnel.goal.first_month")))
        place = months.index(rest[2]) if rest[2:] and rest[2] in months else 0
        return f"quarters.{QUARTERS[place // 3]}"
    if rest[1:2] == ["first_month"]:
        return "goal.first_month"
    lacks_deal = not rest[1:] and at(document, "funnel.goal.revenue") is not None
    return "goal.average_deal" if lacks_deal or rest[1:2] == ["average_deal"] else "goal.amount"


def _of_handoff(rest: Sequence[str], document: Document) -> str | None:
    if rest[:1] != ["rules"] or not rest[1:]:
        return None
    rule = at(document, f"handoff.rules.{rest[1]}")
    field = rule.get("field") if isinstance(rule, Mapping) else None
    return {"country": "countries", "employees": "employees"}.get(str(field))


def _of_hours(rest: Sequence[str], document: Document) -> str | None:
    days = [days for days in document.get("hours") or {} if days != "seasons"]
    return f"hours.{days[0]}" if days and rest[:1] != [days[0]] else None


def _of_commitment(rest: Sequence[str], document: Document) -> str | None:
    if rest[1:] != ["target"]:
        return None
    measure = at(document, f"commitments.{rest[0]}.measure")
    return None if asked_in_target(str(measure)) else "in_time"


def _of_escalation(rest: Sequence[str], document: Document) -> str:  # noqa: ARG001 - one table
    return "director_after"


_FINDERS: Mapping[str, Callable[[Sequence[str], Document], str | None]] = {
    "objectives": _of_objective,
    "funnel": _of_funnel,
    "handoff": _of_handoff,
    "hours": _of_hours,
    "commitments": _of_commitment,
    "escalation": _of_escalation,
}
