"""Find the person a command names."""

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError
from django.utils.translation import gettext

from agreements.models import User
from agreements.permissions import check_user_can_administer


def person_named(email: str | None) -> User | None:
    """Return who signs in with an e-mail address; None where none is given: the operator.

    Raises CommandError where nobody has it.
    """
    if not email:
        return None
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist as error:
        raise CommandError(
            gettext("Nobody has the e-mail address %(email)s.") % {"email": email}
        ) from error


def administrator_named(email: str | None) -> User | None:
    """Return who acts, as ``person_named`` does. Raises CommandError for who may not."""
    person = person_named(email)
    try:
        if person is not None:
            check_user_can_administer(person)
    except PermissionDenied as refused:
        raise CommandError(str(refused)) from refused
    return person
