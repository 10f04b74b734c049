"""Files that were stored: let go of when nothing points to them any more."""

from collections.abc import Collection
from functools import partial

from django.db import transaction
from django.db.models.fields.files import FieldFile

from leads.models import Delivery, FileImport


def let_go(field: FieldFile) -> None:
    """Delete a file at the commit that takes the pointer to it away; one that is shared stays."""
    if field and not Delivery.objects.filter(file=field.name).exists():
        transaction.on_commit(partial(field.storage.delete, str(field.name)))


@transaction.atomic
def empty_files(pks: Collection[int]) -> None:
    """Let go of files and of their rejects; one that a later delivery shares stays for that."""
    for delivery in Delivery.objects.filter(pk__in=pks).select_related("file_import"):
        stored = [delivery.file]
        Delivery.objects.filter(pk=delivery.pk).update(file="")
        for file_import in FileImport.objects.filter(delivery=delivery):
            stored += [file_import.rejects, file_import.table]
            FileImport.objects.filter(pk=file_import.pk).update(rejects="", table="", foreseen=None)
        for field in stored:
            let_go(field)
