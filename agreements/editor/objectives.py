"""What both parties want, and what they take for granted."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements.editor.fields import Field, Rows
from agreements.editor.forms import SectionForm
from agreements.editor.names import free_key
from agreements.terms import MEASURES


def _new(entries: list[Any]) -> dict[str, Any]:
    return {"key": free_key("objective", entries)}


_OBJECTIVES = Rows(
    "objectives",
    label=_("Objectives"),
    title=_("Objective"),
    add=_("Add an objective"),
    help=_("What both teams want to reach together, in a sentence that a newcomer understands."),
    fields=(
        Field("statement", "long", _("Objective")),
        Field(
            "measure",
            "choice",
            _("Measured by"),
            choices=[
                ("", _("not measured")),
                *((name, _(measure.label)) for name, measure in MEASURES.items()),
            ],
        ),
        Field("target", "number", _("Target")),
    ),
    new=_new,
)

FORM = SectionForm(
    name="objectives",
    title=_("Objectives"),
    intro=_("Why this agreement exists. Every promise further down serves one of these."),
    fields=(
        _OBJECTIVES,
        Field(
            "assumptions",
            "lines",
            _("Assumptions"),
            help=_("One a line: market, budget, people. Each review asks whether they still hold."),
        ),
    ),
)
