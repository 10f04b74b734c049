"""When a lead passes to sales, and what makes it an SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements.editor import rules
from agreements.editor.fields import Field, Rows, Shown, ShownRows
from agreements.editor.forms import SectionForm
from agreements.editor.lead_fields import known_fields
from agreements.editor.parts import list_in, value_in
from agreements.terms import Problem

GRADES = [
    ("", _("nothing in particular")),
    ("attempt", _("an attempt")),
    ("contact", _("a contact: somebody answered")),
    ("conversation", _("a conversation: an exchange or a meeting held")),
]


def _new_points(_entries: list[Any]) -> dict[str, Any]:
    return {"when": rules.NEW, "points": 10}


_SCORING = Rows(
    "handoff.scoring",
    label=_("Points"),
    title=_("Points"),
    add=_("Add points"),
    help=_("What speaks for a lead, and with a minus what speaks against it."),
    fields=(
        Field("when", "rule", _("When")),
        Field("points", "number", _("Points")),
    ),
    new=_new_points,
)


@dataclass(frozen=True, slots=True)
class HandoffForm(SectionForm):
    """The section of the handoff, with a place for its test on real leads."""

    template: str = "agreements/editor/sections/handoff.html"
    around: str = "agreements/editor/sections/handoff_around.html"
    below: str = "agreements/editor/sections/handoff_below.html"

    def context(
        self,
        document: Mapping[str, Any],
        problems: Sequence[Problem],
    ) -> dict[str, Any]:
        """Return the cards the fields lie on, and what is read of them besides."""
        fields = list(self.shown(document, problems))
        return {
            "criteria": _those(fields, "handoff."),
            "qualification": _those(fields, "qualification."),
            "scoring": next(each for each in fields if isinstance(each, ShownRows)),
            "most_points": _most_points(document),
            "lead_fields": known_fields(document),
        }


def _those(fields: Sequence[Shown | ShownRows], prefix: str) -> dict[str, Shown]:
    """Return the fields whose names begin like that, by the rest of their names."""
    return {
        each.name.removeprefix(prefix): each
        for each in fields
        if isinstance(each, Shown) and each.name.startswith(prefix)
    }


def _most_points(document: Mapping[str, Any]) -> int:
    """What a lead can have at most: all that speaks for it."""
    points = (value_in(entry, "points") for entry in list_in(document, "handoff.scoring"))
    return sum(each for each in points if isinstance(each, int) and each > 0)


FORM = HandoffForm(
    name="handoff",
    title=_("Handoff criteria"),
    intro=_("When a lead is good enough to pass to sales, and when sales calls it qualified."),
    fields=(
        Field(
            "handoff.definition",
            "long",
            _("A lead that may be handed over, in a sentence"),
            help=_("For people. What is measured are the conditions and points below."),
        ),
        Field(
            "handoff.rules",
            "rules",
            _("What must be so"),
            help=_("Every condition has to hold. Separate several values with commas."),
        ),
        Field(
            "handoff.required_fields",
            "lead_fields",
            _("What has to be known of it"),
            help=_(
                "One a line, as the CRM calls it. A placeholder such as “n/a” counts as missing; "
                "an incomplete lead can still be handed over, and counts against completeness."
            ),
        ),
        _SCORING,
        Field("handoff.threshold", "number", _("Points a lead needs"), unit=_("points")),
        Field(
            "handoff.bypass",
            "rule",
            _("Who needs no points"),
            help=_("Instead of the points, never instead of the conditions above."),
        ),
        Field(
            "handoff.queue",
            "text",
            _("Queue that counts as received"),
            help=_("The name of a team's queue: what lies in it has reached sales."),
        ),
        Field(
            "qualification.definition",
            "long",
            _("A qualified lead, in a sentence"),
        ),
        Field(
            "qualification.required_answers",
            "lead_fields",
            _("Answers asked for when a lead is qualified"),
            help=_("One a line: budget, authority, need, timeline."),
        ),
        Field(
            "qualification.answers_needed",
            "number",
            _("How many of them are needed"),
            help=_("Empty: all of them."),
        ),
        Field(
            "qualification.evidence",
            "choice",
            _("At least this must have happened before"),
            choices=GRADES,
        ),
    ),
)
