"""Make and revoke the tokens by which other systems call the API."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from agreements.models import AccessToken, Audit, User


class UnableToIssue(ValueError):
    """Nobody could use the token; the text says why."""


@transaction.atomic
def issue(
    *, user: User, name: str, lasts: timedelta, by: User | None, now: datetime
) -> tuple[AccessToken, str]:
    """Make a token with which to call as this person; return it with its text, told only now.

    Raises UnableToIssue for somebody who may not sign in and for a time that is over at once.
    """
    if not user.is_active:
        raise UnableToIssue(_("%(person)s may not sign in.") % {"person": user})
    if lasts <= timedelta(0):
        raise UnableToIssue(_("A token lasts at least one day."))
    digest, text = get_digest_token()
    token = AccessToken.objects.create(
        digest=digest,
        token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH],
        user=user,
        name=name,
        expiry=now + lasts,
    )
    Audit.objects.record(
        "agreements.token.issued", user, by=by, now=now, name=name, token_key=token.token_key
    )
    return token, text


@transaction.atomic
def revoke(*, token: AccessToken, by: User | None, now: datetime) -> None:
    """End a token for ever: whoever calls with it is refused from now on."""
    Audit.objects.record(
        "agreements.token.revoked",
        token.user,
        by=by,
        now=now,
        name=token.name,
        token_key=token.token_key,
    )
    token.delete()
