"""Keep a queue under a name of one's own."""

from django.utils.translation import gettext as _

from agreements.models import Agreement, User
from leads.models import SavedView

MOST = 20
"""More than these nobody finds again."""
_LONGEST = 60


class UnableToSave(ValueError):
    """The view cannot be saved as told; the text says what to do."""


def save_view(*, agreement: Agreement, user: User, name: str, address: str) -> SavedView:
    """Keep what an address asks for under a name; the same name again is the same view.

    Raises UnableToSave without a name, with a longer one than 60 characters, and for more than 20
    views.
    """
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > _LONGEST:
        raise UnableToSave(_("Give the view a name of at most 60 characters."))
    own = SavedView.objects.filter(user=user, agreement=agreement)
    if own.exclude(name=name).count() >= MOST:
        raise UnableToSave(_("You have 20 views: remove one before you save another."))
    view, _created = own.update_or_create(
        name=name, defaults={"address": address, "user": user, "agreement": agreement}
    )
    return view
