"""The second factor of a person: a code of their authenticator app, or a recovery code."""

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agreements.models import User

# So many codes can be right at some time while one of them is: those before it and those after.
_RIGHT_BESIDE_ONE = 4 * app_settings.TOTP_TOLERANCE + 1


def has_second_factor(user: User) -> bool:
    """Whether the person has set up an authenticator app."""
    return bool(get_adapter().is_mfa_enabled(user, [Authenticator.Type.TOTP]))


def code_widget() -> forms.TextInput:
    """Return the field of a code, for which phones offer their number keys."""
    return forms.TextInput(
        attrs={
            "autocomplete": "one-time-code",
            "autocapitalize": "off",
            "class": "form-control",
            "inputmode": "numeric",
            "spellcheck": "false",
        }
    )


class _CodeGoodOnce(BaseAuthenticateForm):  # type: ignore[misc]
    """Takes a code of the app or a recovery code, and neither twice."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=code_widget(),
        error_messages={"required": _("Type the code.")},
    )

    def clean_code(self) -> str:
        """Refuse a code that was used already; the library remembers one for half a minute only."""
        code: str = super().clean_code()
        is_of_app = self.authenticator.type == Authenticator.Type.TOTP
        if is_of_app and not _use_once(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


@transaction.atomic
def _use_once(authenticator: Any, code: str) -> bool:
    """Keep that a right code of an app was used; False where it had been before."""
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    digits = "".join(character for character in code if character.isdigit())
    used = row.data.get("used_codes", [])
    if digits in used:
        return False
    row.data["used_codes"] = [*used, digits][-_RIGHT_BESIDE_ONE:]
    row.save(update_fields=["data"])
    return True


class SignInCodeForm(_CodeGoodOnce, AuthenticateForm):  # type: ignore[misc]
    """The code at sign-in, after the password."""


class ConfirmCodeForm(_CodeGoodOnce, ReauthenticateForm):  # type: ignore[misc]
    """The code by which somebody who is signed in shows that it is still them."""


class TurnOnForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which shows that the app knows the key."""

    code = forms.CharField(
        label=_("The code the app shows now"),
        max_length=40,
        widget=code_widget(),
        error_messages={"required": _("Type the code.")},
    )
