"""What is typed on the way from a draft to a signed version."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Signature, User
from agreements.models.contracts import Party
from agreements.second_factor import ConfirmCodeForm, code_widget, has_second_factor

Method = Signature.Method

_LONGEST = 2000
_ONE_DAY = timedelta(days=1)


class _LastDay(forms.DateField):
    """A last day, included, as people say it; the value is the first day after it."""

    def prepare_value(self, value: Any) -> Any:
        """Show the day before; what was typed is shown as it is."""
        return value - _ONE_DAY if isinstance(value, date) else value

    def clean(self, value: Any) -> date | None:
        """Return the day after the one typed."""
        last = super().clean(value)
        return last + _ONE_DAY if last else None


def _day(
    label: Any, help_text: Any = "", kind: type[forms.DateField] = forms.DateField
) -> forms.DateField:
    return kind(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
    )


def _text(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={"required": gettext_lazy("Say why.")},
    )


class ProposeForm(forms.Form):
    """From when until when a text is wanted, and a word to the other party."""

    from_date = _day(
        gettext_lazy("In force from"),
        gettext_lazy("Left empty, it begins as soon as both have signed."),
    )
    to_date = _day(
        gettext_lazy("Last day"),
        gettext_lazy("The last day on which it is in force. Left empty, it does not end."),
        _LastDay,
    )
    note = _text(gettext_lazy("A word to the other party"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput)


class SignForm(forms.Form):
    """Who signs for which party, exactly which text, and that it is really them."""

    seen = forms.CharField(widget=forms.HiddenInput)
    party = forms.ChoiceField(label=gettext_lazy("For"))
    method = forms.ChoiceField(
        label=gettext_lazy("How you show that it is you"),
        choices=[
            (Method.SECOND_FACTOR, gettext_lazy("With a code of the authenticator app")),
            (Method.PASSWORD, gettext_lazy("With your password")),
        ],
        initial=Method.SECOND_FACTOR,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    code = forms.CharField(
        label=gettext_lazy("The code the app shows now"),
        help_text=gettext_lazy("Without the app at hand, type one of your recovery codes."),
        required=False,
        max_length=40,
        widget=code_widget(),
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        help_text=gettext_lazy("It is asked for again, so that nobody signs in your place."),
        required=False,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control"}
        ),
    )

    def __init__(self, *args: Any, user: User, parties: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field = self.fields["party"]
        field.choices = [(party, Party(party).label) for party in parties]  # type: ignore[attr-defined]
        if len(parties) == 1:
            field.widget = forms.HiddenInput()
            field.initial = parties[0]
        if not has_second_factor(user):
            del self.fields["method"], self.fields["code"]

    def clean(self) -> dict[str, Any]:
        """Make sure who signs, last of all: a code is good once.

        Guesses are counted and slowed down as those of sign-in are.
        """
        told = super().clean() or {}
        told.setdefault("method", Method.PASSWORD)
        if not self.errors:
            field = "code" if told["method"] == Method.SECOND_FACTOR else "password"
            try:
                (self._check_code if field == "code" else self._check_password)(told[field])
            except forms.ValidationError as error:
                self.add_error(field, error)
        return told

    def _check_code(self, code: str) -> None:
        if not code:
            raise forms.ValidationError(_("Type the code, or choose to sign with your password."))
        form = ConfirmCodeForm({"code": code}, user=self.user)
        if not form.is_valid():
            raise forms.ValidationError(form.errors.as_data()["code"])
        form.authenticator.record_usage()

    def _check_password(self, password: str) -> None:
        if not password:
            raise forms.ValidationError(_("Type your password: nothing was signed."))
        if not get_adapter().reauthenticate(self.user, password):
            raise forms.ValidationError(_("This is not your password: nothing was signed."))

    @property
    def is_slowed_down(self) -> bool:
        """Whether too many passwords or codes were guessed."""
        return any(self.has_error(name, "too_many_login_attempts") for name in self.fields)


class DeclineForm(forms.Form):
    """Why a proposed text is refused."""

    reason = _text(
        gettext_lazy("Why"),
        gettext_lazy("The other party reads this, and it stays with the declined text."),
    )


class WithdrawForm(forms.Form):
    """Why one's own proposal is taken back."""

    note = _text(gettext_lazy("A word to the other party"), required=False)


class EndForm(forms.Form):
    """From which day on an agreement is in force no more; its name makes sure it is meant."""

    to_date = _day(gettext_lazy("The last day on which it is in force"), kind=_LastDay)
    reason = _text(gettext_lazy("Why"), gettext_lazy("Both leads are told."))
    name = forms.CharField(
        label=gettext_lazy("The name of the agreement"),
        error_messages={"required": gettext_lazy("Type the name of the agreement.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control"}),
    )

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        self.fields["to_date"].required = True

    def clean_name(self) -> str:
        """Refuse any other name."""
        name: str = self.cleaned_data["name"].strip()
        if name.casefold() != self.agreement.name.casefold():
            raise forms.ValidationError(
                _("Type “%(name)s”, so that no other agreement is ended by mistake.")
                % {"name": self.agreement.name}
            )
        return name
