"""Keep a list under a name of one's own."""

from django.utils.translation import gettext as _

from agreements.models import Agreement, User
from leads.models import SavedView

MOST = 20
"""More than these nobody finds again."""
_LONGEST = 60
_LONGEST_ADDRESS = 1000


class UnableToSave(ValueError):
    """The view cannot be saved as told; the text says what to do."""


def save_view(
    *, agreement: Agreement, user: User, page: SavedView.Page, name: str, address: str
) -> SavedView:
    """Keep what the address of a page asks for under a name; the same name again is the same view.

    Raises UnableToSave without a name, with a longer one than 60 characters, for an address of more
    than 1,000, and for more than 20 views of a page.
    """
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > _LONGEST:
        raise UnableToSave(_("Give the view a name of at most 60 characters."))
    if len(address) > _LONGEST_ADDRESS:
        raise UnableToSave(_("This asks for more than a view keeps: search for fewer words."))
    own = SavedView.objects.filter(user=user, agreement=agreement, page=page)
    if own.exclude(name=name).count() >= MOST:
        raise UnableToSave(_("You have 20 views: remove one before you save another."))
    told = {"address": address, "user": user, "agreement": agreement, "page": page}
    view, _created = own.update_or_create(name=name, defaults=told)
    return view
