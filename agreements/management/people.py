"""Find the person a command names."""

from django.core.management.base import CommandError
from django.utils.translation import gettext

from agreements.models import User


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
