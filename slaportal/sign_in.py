"""How people sign in: with what an administrator gave them, since nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ClosedDoorAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without sign-up: an administrator adds people to their teams."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody signs up by themselves."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Lead back to where the change of the password begins."""
        return reverse("mfa_index")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Authenticator apps, in the portal's words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is wrong or was used already: type the next one that the app shows."
        ),
        "cannot_generate_recovery_codes": _(
            "Recovery codes stand in for an authenticator app: turn one on first."
        ),
    }

    def build_totp_svg(self, url: str) -> str:
        """Return a QR code as part of a page, without the head of a file of its own."""
        return str(super().build_totp_svg(url).partition("?>")[2].strip())
