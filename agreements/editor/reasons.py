"""Coded reasons, and the rules for pausing, contesting, recycling, logging late and closing."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.editor.fields import Field, Rows, Text
from agreements.editor.forms import SectionForm
from agreements.editor.names import free_key

_NAME = Field("name", "text", pgettext_lazy("of a reason", "Name"))


def _new(stem: str) -> Callable[[list[Any]], dict[str, Any]]:
    return lambda entries: {"key": free_key(stem, entries)}


def _reasons(kind: str, label: Text, help_text: Text, *more: Field) -> Rows:
    return Rows(
        f"reasons.{kind}",
        label=label,
        title=_("Reason"),
        add=_("Add a reason"),
        help=help_text,
        fields=(_NAME, *more),
        new=_new(kind),
        key_from="name",
    )


FORM = SectionForm(
    name="reasons",
    title=_("Reasons and rules"),
    intro=_("What is chosen from a list can be counted. And what happens when something is late."),
    fields=(
        _reasons(
            "rejection",
            _("Why sales rejects a handoff"),
            _("Only before anybody spoke to the lead. Each says whom the rejection is charged to."),
            Field(
                "charged_to",
                "choice",
                _("Charged to"),
                choices=[
                    ("marketing", _("marketing")),
                    ("routing", _("whoever assigned it")),
                    ("nobody", _("nobody")),
                ],
                default="marketing",
            ),
        ),
        _reasons(
            "disqualification",
            _("Why sales disqualifies a lead"),
            _("Only after somebody spoke to the lead."),
        ),
        _reasons(
            "recycling",
            _("Why a lead is recycled"),
            _("The handoff is closed, and the lead is offered again on a later day."),
            Field(
                "means",
                "choice",
                _("Means"),
                choices=[("not_now", _("not now")), ("not_reached", _("nobody was reached"))],
                default="not_now",
            ),
        ),
        _reasons(
            "pause",
            _("Why a clock is paused"),
            _("Too much pausing is visible to both parties."),
        ),
        _reasons(
            "breach_causes",
            _("Causes of a breach"),
            _("What somebody answers who is asked why a promise was broken."),
        ),
        _reasons(
            "exceptions",
            _("Why a breach does not count"),
            _("The other party decides about each exception."),
        ),
        Field(
            "pause.max",
            "duration",
            _("Longest pause"),
            help=_("Empty: as long as it takes."),
        ),
        Field(
            "contest.days",
            "number",
            _("Marketing may contest a rejection for"),
            unit=_("working days"),
            default=3,
        ),
        Field(
            "contest.arbiter",
            "text",
            _("Who decides a contest"),
            help=_(
                "A director, the marketing lead or the sales lead: write “director”, “marketing "
                "lead” or “sales lead”. Whatever else stands here, a director decides."
            ),
            default="director",
        ),
        Field(
            "recycle.horizon",
            "duration",
            _("A recycled lead comes back after"),
            help=_("Where nobody gives a date."),
            default="90d",
        ),
        Field(
            "recycle.returns_to",
            "choice",
            _("It comes back to"),
            choices=[
                ("marketing", _("marketing, to be offered anew")),
                ("owner", _("whoever had it before")),
            ],
            default="marketing",
        ),
        Field(
            "late_logging",
            "duration",
            _("A follow-up counts if it is logged within"),
            help=_(
                "Later ones are kept and marked, and stop no clock unless the other party agrees."
            ),
            default="1bd",
        ),
        Field(
            "close.grace",
            "duration",
            _("After the end of a month late facts still count for"),
            default="3bd",
        ),
    ),
)
