"""Who calls: by a token, or by the session of somebody who reads the API's pages in a browser."""

from django.utils import timezone
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from agreements import formats
from agreements.models import AccessToken, User


class Tokens(TokenAuthentication):  # type: ignore[misc] # it is not typed
    """Calls with ``Authorization: Token …``. A token is found by its hash: one query."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AccessToken]:
        """Return whose token it is. Raises AuthenticationFailed that says why it is refused."""
        digest = hash_token(token.decode(errors="replace"))
        found = AccessToken.objects.select_related("user").filter(pk=digest).first()
        if found is None or not found.user.is_active:
            raise AuthenticationFailed(
                _("This token is not known here, or was revoked: ask an administrator for another.")
            )
        if found.expiry <= timezone.now():
            raise AuthenticationFailed(
                _("This token ended on %(date)s: ask an administrator for another.")
                % {"date": formats.day(found.expiry.date())}
            )
        return found.user, found


class Sessions(SessionAuthentication):
    """Calls by who is signed in; those that change something carry the CSRF token of the page."""

    def enforce_csrf(self, request: Request) -> None:
        """Refuse, in the reader's words, what another site may have sent."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise PermissionDenied(
                _("The call lacks the page's CSRF token: reload the page, or call with a token.")
            ) from error
