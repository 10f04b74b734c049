"""Take a second factor away that its owner has lost."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Audit, User


class UnableToRemove(ValueError):
    """There is nothing to take away; the text says so."""


@transaction.atomic
def remove(*, user: User, by: User | None, now: datetime) -> None:
    """Take away a person's second factor with its recovery codes: the password alone lets in again.

    Raises UnableToRemove for somebody who has none.
    """
    found = Authenticator.objects.select_for_update().filter(user=user)
    kinds = sorted(authenticator.type for authenticator in found)
    if not kinds:
        raise UnableToRemove(_("%(person)s has no second factor.") % {"person": user})
    found.delete()
    Audit.objects.record("agreements.second_factor.removed", user, by=by, now=now, kinds=kinds)
