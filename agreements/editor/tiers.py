"""Which leads are the agreement's, and which tier each belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements.editor.fields import Choices, Field, Rows
from agreements.editor.forms import SectionForm
from agreements.editor.lead_fields import known_fields
from agreements.editor.names import free_key
from agreements.editor.parts import list_in
from agreements.terms import ALWAYS, Problem


def calendar_choices(document: Mapping[str, Any]) -> Choices:
    """Return the calendars in which a promise can run; the first is the agreement's own."""
    further = document.get("calendars")
    keys = list(further) if isinstance(further, Mapping) else []
    return [
        ("", _("the agreed hours")),
        (ALWAYS, _("day and night")),
        *((key, key) for key in keys if key != ALWAYS),
    ]


def _new(entries: list[Any]) -> dict[str, Any]:
    return {"key": free_key("tier", entries)}


_TIERS = Rows(
    "tiers",
    label=_("Tiers"),
    title=_("Tier"),
    add=_("Add a tier"),
    help=_(
        "A lead belongs to the first tier whose rule it meets, so the order counts: the most "
        "demanding first. The last tier has no rule and takes everybody else."
    ),
    fields=(
        Field("name", "text", _("Name")),
        Field("when", "rule", _("Who belongs to it")),
        Field("benefits", "long", _("What its leads get"), help=_("In words a customer reads.")),
        Field("calendar", "choice", _("Its promises run in"), choices_from=calendar_choices),
    ),
    new=_new,
    key_from="name",
)


@dataclass(frozen=True, slots=True)
class TiersForm(SectionForm):
    """The section of scope and tiers; a tier that is added stands before the one for the rest."""

    template: str = "agreements/editor/sections/tiers.html"
    below: str = "agreements/editor/sections/rule_fields.html"

    def changed(self, part: Mapping[str, Any], deed: str) -> dict[str, Any]:
        """Return the part after a deed; the last tier stays last when another is added."""
        new = SectionForm.changed(self, part, deed)
        tiers = list_in(new, "tiers")
        if deed == "add tiers" and len(tiers) > 1 and not _has_rule(tiers[-2]):
            new["tiers"] = [*tiers[:-2], tiers[-1], tiers[-2]]
        return new

    def context(
        self,
        document: Mapping[str, Any],
        problems: Sequence[Problem],  # noqa: ARG002 - shown with the fields
    ) -> dict[str, Any]:
        """Return the attributes that rules can ask about."""
        return {"lead_fields": known_fields(document)}


def _has_rule(tier: Any) -> bool:
    return isinstance(tier, Mapping) and tier.get("when") is not None


FORM = TiersForm(
    name="tiers",
    title=_("Lead tiers"),
    intro=_("Which leads this agreement is about, and which of them are promised more."),
    fields=(
        Field(
            "scope.rule",
            "rule",
            _("Leads of this agreement"),
            help=_("Without a rule: every lead that reaches one of the two teams."),
        ),
        Field(
            "scope.unit",
            "choice",
            _("What counts as one lead"),
            choices=[("person", _("a person")), ("company", _("a company"))],
            default="person",
        ),
        Field(
            "scope.join_by_email",
            "flag",
            _("The same confirmed e-mail address is the same lead"),
            default=True,
        ),
        _TIERS,
    ),
)
