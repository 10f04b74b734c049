"""What marketing says when it offers leads."""

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.deeds import bulk
from leads.models import Lead

MOST = bulk.MOST
"""How many leads can be offered at once: as many as any deed is done to."""
AGAIN = "again"
"""What the page calls the leads that are offered anew only where the box for them is ticked."""


def _note(label: Any, *, is_required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=is_required,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )


class OfferForm(forms.Form):
    """A note for sales; it says why, where a lead does not meet the criteria.

    Of a mixed choice those that meet them have a note of their own.
    """

    def __init__(self, *args: Any, needs_reason: bool, is_mixed: bool, **options: Any) -> None:
        """Ask for a reason where one is needed, and of a mixed choice for a note beside it."""
        super().__init__(*args, **options)
        self.fields["note"] = _note(_("Note for sales"))
        if needs_reason:
            field = self.fields["note"] = _note(
                _("Why do you offer what does not meet the criteria?"), is_required=True
            )
            field.error_messages["required"] = _(
                "Say why: these handoffs are marked, and sales reads the reason."
            )
        if needs_reason and is_mixed:
            self.fields["note_on_ready"] = _note(_("Note for sales on those that meet them"))

    def note_of(self, below: Collection[int]) -> Callable[[Lead], str]:
        """Return what says the note that goes with a lead; ``below`` do not meet the criteria."""
        told = self.cleaned_data
        on_ready = told.get("note_on_ready", told["note"])
        return lambda lead: told["note"] if lead.pk in below else on_ready
