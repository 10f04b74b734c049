"""What marketing says when it offers leads."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 200
"""How many leads can be offered at once."""


class OfferForm(forms.Form):
    """A note for sales; it says why, where a lead does not meet the criteria."""

    note = forms.CharField(
        label=_("Note for sales"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def __init__(self, *args: Any, needs_reason: bool, **options: Any) -> None:
        """Ask for a reason where one is needed."""
        super().__init__(*args, **options)
        if needs_reason:
            field = self.fields["note"]
            field.required = True
            field.label = _("Why do you offer what does not meet the criteria?")
            field.error_messages["required"] = _(
                "Say why: these handoffs are marked, and sales reads the reason."
            )
