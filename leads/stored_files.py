"""Files that were stored: let go of when nothing points to them any more."""

from functools import partial

from django.db import transaction
from django.db.models.fields.files import FieldFile

from leads.models import Delivery


def let_go(field: FieldFile) -> None:
    """Delete a file at the commit that takes the pointer to it away; one that is shared stays."""
    if field and not Delivery.objects.filter(file=field.name).exists():
        transaction.on_commit(partial(field.storage.delete, str(field.name)))
