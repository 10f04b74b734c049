"""What people fill in about a follow-up."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import formats
from leads.models import FollowUp, Handoff

_MINUTE = timedelta(minutes=1)


class LocalDateTimeInput(forms.DateTimeInput):
    """A field in which a browser lets choose a local time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class LogForm(forms.Form):
    """A follow-up typed in by hand; without a time it happened now.

    ``token`` names the follow-up from when the form was shown, so that sending it twice keeps one.
    """

    key = "log"

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    channel = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=FollowUp.Channel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say how you tried.")},
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What happened?"),
        choices=FollowUp.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say what came of it.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_step = forms.CharField(label=gettext_lazy("Next step"), required=False, max_length=200)
    next_step_date = forms.DateField(
        label=gettext_lazy("On"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    occurred_at = forms.DateTimeField(
        label=gettext_lazy("When it happened"),
        required=False,
        widget=LocalDateTimeInput,
        help_text=gettext_lazy(
            "Leave it empty if it was just now. An earlier time is shown as back-dated."
        ),
    )

    def __init__(
        self, *args: Any, handoff: Handoff | None, now: datetime, preset: str = "", **options: Any
    ) -> None:
        """Know the handoff it is about, if any; ``preset`` is the channel chosen at first."""
        options.setdefault("initial", {"channel": preset or FollowUp.Channel.CALL})
        options.setdefault("prefix", "log")
        super().__init__(*args, **options)
        self._handoff, self._now = handoff, now
        for name in ("note", "next_step", "next_step_date", "occurred_at"):
            self.fields[name].widget.attrs["class"] = "form-control"

    def clean_occurred_at(self) -> datetime:
        """Take now for none. A time yet to come, or before the offer, is refused."""
        at: datetime | None = self.cleaned_data["occurred_at"]
        if at is None:
            return self._now
        if at > self._now:
            raise forms.ValidationError(
                _("A follow-up is logged when it has happened: choose a time before now.")
            )
        offered_at = self._handoff.offered_at if self._handoff else None
        if offered_at is not None and at < offered_at:
            # A field of minutes cannot tell the seconds of the offer.
            if offered_at - at < _MINUTE:
                return offered_at
            raise forms.ValidationError(
                _("The handoff was offered %(when)s: choose a time after that.")
                % {"when": formats.instant(offered_at, self._now)}
            )
        return at

    def clean_next_step_date(self) -> date | None:
        """Refuse a day that is over."""
        on: date | None = self.cleaned_data["next_step_date"]
        if on is not None and on < timezone.localdate(self._now):
            raise forms.ValidationError(_("This day is over: choose today or a later one."))
        return on

    def clean(self) -> dict[str, Any]:
        """Ask what is to be done on the day that was chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("next_step_date") and not cleaned.get("next_step"):
            self.add_error("next_step", _("Say what the next step is."))
        return cleaned
