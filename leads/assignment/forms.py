"""What people fill in about who gets handoffs, and about when somebody is away."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.business_time.hours import FIRST_YEAR, LAST_YEAR
from agreements.models import User
from leads.models import AssignmentRule

_DAY = timedelta(days=1)
_CONTROL = {"class": "form-control"}


class RuleForm(forms.Form):
    """A rule of a team; for which leads it is stands beside, in the rule builder."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        widget=forms.TextInput(attrs=_CONTROL | {"autocomplete": "off"}),
        help_text=gettext_lazy("It is said wherever the rule gave a handoff to somebody."),
        error_messages={"required": gettext_lazy("Give the rule a name.")},
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Who gets it"),
        choices=AssignmentRule.Method.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Among whom"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=gettext_lazy(
            "Choose nobody for every rep of the team, whoever joins or leaves it."
        ),
    )

    def __init__(self, *args: Any, people: Sequence[User], **options: Any) -> None:
        """Offer the people of the team."""
        super().__init__(*args, **options)
        team = User.objects.filter(pk__in=[person.pk for person in people]).order_by("name")
        self.fields["people"].queryset = team  # type: ignore[attr-defined]


class AbsenceForm(forms.Form):
    """Days on which somebody is away, both included, perhaps from or until a time of day."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("Who"),
        queryset=User.objects.none(),
        widget=forms.Select(attrs={"class": "form-select"}),
        empty_label=None,
    )
    first_day = forms.DateField(
        label=gettext_lazy("From"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_CONTROL | {"type": "date"}),
        error_messages={"required": gettext_lazy("Choose the first day.")},
    )
    from_time = forms.TimeField(
        label=gettext_lazy("at, if not all day"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs=_CONTROL | {"type": "time"}),
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_CONTROL | {"type": "date"}),
        help_text=gettext_lazy("Leave it empty for one day."),
    )
    until_time = forms.TimeField(
        label=gettext_lazy("until, if not all day"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs=_CONTROL | {"type": "time"}),
    )

    def __init__(self, *args: Any, people: Sequence[User], today: date, **options: Any) -> None:
        """Offer the people whose absences may be recorded, the first of them at first."""
        options.setdefault("initial", {"first_day": today, "person": people[0]})
        super().__init__(*args, **options)
        known = User.objects.filter(pk__in=[person.pk for person in people]).order_by("name")
        self.fields["person"].queryset = known  # type: ignore[attr-defined]
        if len(people) == 1:
            self.fields["person"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Work out the two instants, in the time zone of who is away."""
        told: dict[str, Any] = super().clean() or {}
        first, person = told.get("first_day"), told.get("person")
        if first is None or person is None:
            return told
        last = told.get("last_day") or first
        if last < first:
            self.add_error("last_day", _("It ends before it begins: choose a later day."))
            return told
        if first.year <= FIRST_YEAR or last.year >= LAST_YEAR:
            said = _("Choose days after %(first)s and before %(last)s.")
            self.add_error("last_day", said % {"first": FIRST_YEAR, "last": LAST_YEAR})
            return told
        zone = ZoneInfo(person.time_zone)
        until = told.get("until_time")
        end = _instant(last, until, zone) if until else _instant(last + _DAY, None, zone)
        told["starts_at"], told["ends_at"] = _instant(first, told.get("from_time"), zone), end
        return told


def _instant(day: date, at: time | None, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at or time(), tzinfo=zone)


class ReassignForm(forms.Form):
    """To whom one handoff goes; ``seen`` is who had it when the form was shown."""

    holder = forms.ChoiceField(
        label=gettext_lazy("Who gets it?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who gets it.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the new holder"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs=_CONTROL | {"rows": 2}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    QUEUE = "queue"

    def __init__(self, *args: Any, people: Sequence[User], **options: Any) -> None:
        """Offer people, and the team's queue."""
        options.setdefault("prefix", "reassign")
        super().__init__(*args, **options)
        self._people = {str(person.pk): person for person in people}
        choices = [*((key, person.name) for key, person in self._people.items())]
        self.fields["holder"].choices = [*choices, (self.QUEUE, self.QUEUE)]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> User | None:
        """Who was chosen; None is the team's queue."""
        return self._people.get(self.cleaned_data["holder"])

    def show_anew(self, holder_id: int | None) -> None:
        """Let the form that was sent say who has it by now, as its page does when shown again."""
        sent = dict(self.data.items())
        self.data = sent | {self.add_prefix("seen"): holder_id or ""}
