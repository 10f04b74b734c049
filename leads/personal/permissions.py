"""Who may handle personal data as such: forget people, hand out what is kept, write the rules."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from agreements.models import User


def check_user_can_forget(user: User) -> None:
    """Raise PermissionDenied unless the person may forget people, and let them be known again."""
    if not user.is_admin:
        raise PermissionDenied(_("Only an administrator forgets a person."))


def check_user_can_export_person(user: User) -> None:
    """Raise PermissionDenied unless the person may take out everything kept about somebody."""
    if not user.is_admin:
        raise PermissionDenied(_("Only an administrator takes out what is kept about a person."))


def check_user_can_write_retention(user: User) -> None:
    """Raise PermissionDenied unless the person may say how long personal data is kept."""
    if not user.is_admin:
        raise PermissionDenied(_("Only an administrator says how long personal data is kept."))
