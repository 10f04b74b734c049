"""Keep when somebody turned their second factor on or off, or made recovery codes anew."""

from typing import Any

from allauth.mfa import signals
from django.dispatch import receiver
from django.utils.timezone import now  # noqa: TID251 - the library's views end here

from agreements.models import Audit, User


@receiver(signals.authenticator_added)
def keep_added(user: User, authenticator: Any, **_: Any) -> None:
    """Keep that it was turned on."""
    _keep("added", user, authenticator)


@receiver(signals.authenticator_removed)
def keep_removed(user: User, authenticator: Any, **_: Any) -> None:
    """Keep that it was turned off."""
    _keep("removed", user, authenticator)


@receiver(signals.authenticator_reset)
def keep_reset(user: User, authenticator: Any, **_: Any) -> None:
    """Keep that recovery codes were made anew."""
    _keep("reset", user, authenticator)


def _keep(deed: str, user: User, authenticator: Any) -> None:
    action = f"agreements.second_factor.{deed}"
    Audit.objects.record(action, user, by=user, now=now(), kinds=[authenticator.type])
