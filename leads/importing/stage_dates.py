"""As of when the names of stages in a file count, in sentences."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from leads.guessing.drafts import NOTHING, Draft
from leads.guessing.found_columns import Column
from leads.guessing.roles import StageName


class Guess(NamedTuple):
    """What is guessed, and what follows from it."""

    title: str
    text: str


class StageDates(NamedTuple):
    """Which column dates which stage, and what is guessed of those that none dates."""

    dated: Sequence[str] = ()
    guessed: Guess | None = None


def stage_dates(draft: Draft, columns: Sequence[Column], stages: Sequence[StageName]) -> StageDates:
    """Return which column dates which stage, and what is guessed of those that none dates.

    Of a file without a column of the names of stages, or with a mapping written by hand, nothing.
    """
    if draft.document.strip() or "stage_name" not in draft.roles:
        return StageDates()
    words = draft.values.get(str(draft.roles.index("stage_name")), {})
    meant = {*words.values()} - {"", NOTHING}
    named = [stage for stage in stages if stage.key in meant]
    dated = {
        stage.key: columns[draft.roles.index(f"stage:{stage.key}")].name
        for stage in named
        if f"stage:{stage.key}" in draft.roles
    }
    known = columns[draft.roles.index("known_at")].name if "known_at" in draft.roles else ""
    told = [
        _stage_dated(stage.name, dated[stage.key], known) for stage in named if stage.key in dated
    ]
    undated = ", ".join(f"“{stage.name}”" for stage in named if stage.key not in dated)
    return StageDates(told, _guessed(undated, known) if undated else None)


def _stage_dated(stage: str, column: str, known: str) -> str:
    if not known:
        return _(
            "“%(stage)s” counts as of “%(column)s”; where that is empty, as of when the rows are "
            "taken to have become known."
        ) % {"stage": stage, "column": column}
    return _(
        "“%(stage)s” counts as of “%(column)s”; where that is empty, as of “%(known)s”, when the "
        "lead became known."
    ) % {"stage": stage, "column": column, "known": known}


def _guessed(undated: str, known: str) -> Guess:
    title = _("A guess: no column says when these stages were reached: %(stages)s.")
    if known:
        text = _(
            "They count as of “%(known)s”, when the lead became known, which is mostly too early."
        ) % {"known": known}
    else:
        text = _("They count as of when the rows are taken to have become known.")
    return Guess(title % {"stages": undated}, text)
