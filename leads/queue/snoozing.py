"""Until when somebody may put a handoff aside, and what they are told before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import formats
from agreements.business_time import Schedule, open_intervals
from leads.actions.snoozes import LONGEST, back_before
from leads.deeds.reasons import rulebook_for
from leads.models import Handoff

_HOUR = timedelta(hours=1)
WHEN = ("hour", "opening", "day")


@dataclass(frozen=True, slots=True)
class Choice:
    """One time to choose: its key, how it reads, and a warning where it is back before."""

    key: str
    label: str
    warning: str
    is_checked: bool


class SnoozeForm(forms.Form):
    """Until when: in an hour, at the next opening, or on a day at opening.

    A day that is filled in is the choice.
    """

    key = "snooze"

    when = forms.ChoiceField(choices=[(key, key) for key in WHEN], required=False, initial=WHEN[0])
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
    )

    def __init__(self, *args: Any, handoff: Handoff, now: datetime, **options: Any) -> None:
        """Know the handoff it is about."""
        options.setdefault("prefix", "snooze")
        super().__init__(*args, **options)
        self.handoff, self.now = handoff, now
        book = rulebook_for(handoff)
        zone = handoff.agreement.time_zone
        self._schedule = book.schedule if book else Schedule.always(zone)

    def clean_when(self) -> str:
        """Ask for a choice where no day is filled in."""
        if self._is_day_filled_in():
            return "day"
        when: str = self.cleaned_data["when"]
        if not when:
            raise forms.ValidationError(_("Choose until when."))
        return when

    def _is_day_filled_in(self) -> bool:
        return bool(self["day"].value())

    def clean(self) -> dict[str, Any]:
        """Ask for the day where one is to be chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("when") == "day" and "day" not in self.errors:
            day = cleaned.get("day")
            if day is None or day <= self._today():
                self.add_error("day", _("Choose a day after today."))
            elif self.opening_of(day) is None:
                self.add_error("day", _("Choose a day within the next 60 days."))
        return cleaned

    def until(self) -> datetime:
        """Return the instant that was chosen."""
        when, day = self.cleaned_data["when"], self.cleaned_data["day"]
        found = self._instant(when) if when != "day" else self.opening_of(day)
        assert found is not None  # noqa: S101 - the form was found valid
        return found

    def choices(self) -> list[Choice]:
        """Return the times to choose from, the first one checked."""
        chosen = self["when"].value() or WHEN[0]
        if self._is_day_filled_in():
            chosen = "day"
        return [self._choice(key, is_checked=key == chosen) for key in WHEN]

    def _choice(self, key: str, *, is_checked: bool) -> Choice:
        until = self._instant(key)
        if until is None:
            return Choice(key, _("On a day, at opening"), "", is_checked)
        when = {"when": formats.near_instant(until, self.now)}
        words = {"hour": _("In an hour, %(when)s"), "opening": _("At the next opening, %(when)s")}
        return Choice(key, words[key] % when, self.warning(until), is_checked)

    def warning(self, until: datetime) -> str:
        """Say that a promise brings it back before; empty where none does."""
        back_at = back_before(self.handoff, until)
        if back_at is None:
            return ""
        return _("A promise runs out before that: it is back %(when)s.") % {
            "when": formats.near_instant(max(back_at, self.now), self.now)
        }

    def _instant(self, key: str) -> datetime | None:
        match key:
            case "hour":
                return self.now + _HOUR
            case "opening":
                return self._next_opening()
            case _:
                return None

    def _next_opening(self) -> datetime | None:
        """Return when the day opens, of one that is open already the next; a break is none."""
        today = self.opening_of(self._today())
        if today is not None and today > self.now:
            return today
        return self.opening_of(self._today() + timedelta(days=1))

    def _today(self) -> date:
        return self.now.astimezone(ZoneInfo(self._schedule.time_zone)).date()

    def opening_of(self, day: date) -> datetime | None:
        """Return the first opening from a local day on; None where it is too far ahead."""
        zone = ZoneInfo(self._schedule.time_zone)
        start = datetime(day.year, day.month, day.day, tzinfo=zone)
        if start > self.now + LONGEST:
            return None
        opens = open_intervals(self._schedule, start, self.now + LONGEST)
        return opens[0][0] if opens else None
