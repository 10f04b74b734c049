"""The ways to reach leads and teams, and who is told when a promise is about to break."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.editor.fields import Choices, Field, Rows
from agreements.editor.forms import SectionForm
from agreements.editor.names import free_key


def _notice_channels(document: Mapping[str, Any]) -> Choices:
    """The channels that reach the team, among those the document has."""
    found = [each for each in document.get("channels") or [] if isinstance(each, Mapping)]
    named = [
        (str(each.get("key", "")), str(each.get("name") or each.get("key", "")))
        for each in found
        if each.get("use") == "notice"
    ]
    return [("", "–"), *named]


FORM = SectionForm(
    name="channels",
    title=_("Channels and escalation"),
    intro=_("How leads and teams are reached, and who hears of a promise before it is broken."),
    fields=(
        Rows(
            "channels",
            label=_("Channels"),
            title=pgettext_lazy("of communication", "Channel"),
            add=_("Add a channel"),
            fields=(
                Field("name", "text", pgettext_lazy("of a channel", "Name")),
                Field(
                    "use",
                    "choice",
                    pgettext_lazy("of a channel", "For"),
                    choices=[
                        ("follow_up", _("following up leads")),
                        ("notice", _("notices to the team")),
                    ],
                    default="follow_up",
                ),
            ),
            new=lambda entries: {"key": free_key("channel", entries)},
            key_from="name",
        ),
        Rows(
            "escalation",
            label=_("Escalation"),
            title=_("Rung"),
            add=_("Add a rung"),
            help=_("80% and 100% are shares of the promised time, +1h is an hour after it."),
            fields=(
                Field("at", "text", _("When")),
                Field(
                    "notify",
                    "choice",
                    _("Who is told"),
                    choices=[
                        ("rep", _("whoever has the lead")),
                        ("lead", _("the lead of the team")),
                        ("director", _("the director")),
                        ("channel", _("a channel of the team")),
                    ],
                ),
                Field("channel", "choice", _("Which channel"), choices_from=_notice_channels),
            ),
            new=lambda _entries: {"at": "100%", "notify": "lead"},
        ),
        Field(
            "notices.quiet_outside_hours",
            "flag",
            _("No notices outside the working hours"),
            default=True,
        ),
        Field(
            "notices.digest",
            "choice",
            _("What is not urgent is gathered"),
            choices=[
                ("none", _("not at all")),
                ("daily", _("once a day")),
                ("weekly", _("once a week")),
            ],
            default="daily",
        ),
    ),
)
