"""What people fill in when they correct what was told."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.deeds.log_forms import LogForm
from leads.models import FollowUp, Handoff

_WIDE = {"class": "form-control"}
_TOLD = ("channel", "outcome", "note", "next_step", "next_step_date", "occurred_at")


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Why do you correct it?"),
        max_length=1000,
        widget=forms.TextInput(attrs=_WIDE),
        error_messages={"required": _("Say why: the correction stays beside what was told.")},
    )


class CorrectForm(LogForm):
    """A follow-up as it really was, and why it is told anew."""

    key = "correct"

    reason = _reason()

    def __init__(
        self,
        *args: Any,
        follow_up: FollowUp,
        handoff: Handoff | None,
        now: datetime,
        **options: Any,
    ) -> None:
        """Show what was told; ``handoff`` is the one that was open then."""
        initial = {name: getattr(follow_up, name) for name in _TOLD}
        super().__init__(
            *args, handoff=handoff, now=now, initial=initial, prefix=self.key, **options
        )
        del self.fields["token"]
        self._told_at = follow_up.occurred_at
        occurred_at = self.fields["occurred_at"]
        occurred_at.required, occurred_at.help_text = True, ""

    def clean_occurred_at(self) -> datetime:
        """Leave the instant as it was told where its minute is the same."""
        at = self.cleaned_data["occurred_at"]
        if at == self._told_at.replace(second=0, microsecond=0):
            return self._told_at
        return super().clean_occurred_at()


class RetractForm(forms.Form):
    """Why something did not happen; its names are its own beside the other form."""

    prefix = "retract"

    reason = _reason()
