"""What administrators fill in about people."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from agreements.forms import ZoneField
from agreements.models import Membership, Team, User


class PersonForm(forms.Form):
    """Who comes in, and what they are from the start."""

    name = forms.CharField(
        label=_("Name"), max_length=200, error_messages={"required": _("Give a name.")}
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The person signs in with it."),
        error_messages={"required": _("Give the address with which the person signs in.")},
    )
    team = forms.ModelChoiceField(
        Team.objects.order_by("name", "pk"),
        label=_("Team"),
        required=False,
        empty_label=_("No team"),
        help_text=_("Teams are made with the agreement they keep."),
    )
    role = forms.ChoiceField(label=_("Role in the team"), choices=Membership.Role.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = ZoneField(label=_("Time zone"))
    is_admin = forms.BooleanField(label=_("Administrator"), required=False)
    is_director = forms.BooleanField(label=_("Director"), required=False)

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        """Offer the language and the zone of whoever fills it in."""
        options["initial"] = {
            "role": Membership.Role.MEMBER,
            "language": by.language,
            "time_zone": by.time_zone,
        }
        super().__init__(*args, **options)
        _dress(self)


class SeatForm(forms.Form):
    """A role in a team."""

    team = forms.ModelChoiceField(
        Team.objects.order_by("name", "pk"),
        label=_("Team"),
        empty_label=_("Choose a team"),
        error_messages={"required": _("Choose a team.")},
    )
    role = forms.ChoiceField(
        label=_("Role in the team"),
        choices=Membership.Role.choices,
        initial=Membership.Role.MEMBER,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _dress(self)


class CompanyForm(forms.Form):
    """What somebody is in the whole company."""

    is_admin = forms.BooleanField(label=_("Administrator"), required=False)
    is_director = forms.BooleanField(label=_("Director"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _dress(self)


class AccessForm(forms.Form):
    """With which address somebody signs in."""

    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={"required": _("Give the address with which the person signs in.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _dress(self)


def _dress(form: forms.Form) -> None:
    """Give each field the look of its kind."""
    for field in form.fields.values():
        match field.widget:
            case forms.CheckboxInput():
                look = "form-check-input"
            case forms.Select():
                look = "form-select"
            case _:
                look = "form-control"
        field.widget.attrs["class"] = look
