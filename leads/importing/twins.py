"""Other imports of the very same file: what of this one they brought already."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from pydantic import ValidationError

from leads.files.mapping_problems import MappingError
from leads.files.mapping_values import Name
from leads.guessing.drafts import Draft, document_of
from leads.importing.draft_forms import UnableToMap, mapping_of
from leads.importing.drafts import columns_in
from leads.models import Delivery, FileImport

State = FileImport.State


@dataclass(frozen=True, slots=True)
class Twin:
    """Another import of the very same file that holds, and what to know of it before this one.

    ``is_known`` is whether this import names its leads as that one does, so that what is in is
    recognised.
    """

    delivery: Delivery
    title: str
    text: str
    is_known: bool


def twin_of(file_import: FileImport) -> Twin | None:
    """Return another import of the very same file: one that is over, else the latest that began."""
    same = imports_of_the_same_file(file_import.delivery).exclude(file="")
    same = same.select_related("file_import")
    found = same.order_by(F("processed_at").desc(nulls_last=True), "-pk").first()
    if found is None:
        return None
    title, text = _words(found)
    is_known = _names(found.mapping or {}) == _names(_document_of(file_import))
    return Twin(found, title, text if is_known else _otherwise(found), is_known)


def imports_of_the_same_file(delivery: Delivery) -> QuerySet[Delivery]:
    """Return the other imports of the very same file that hold, be it half-way."""
    begun = Q(file_import__state__in={State.IMPORTING, State.STOPPED}) | Q(file_import=None)
    same = Delivery.objects.filter(
        begun | Q(processed_at__isnull=False),
        kind=Delivery.Kind.FILE,
        agreement=delivery.agreement,
        content_hash=delivery.content_hash,
        undone_at=None,
    )
    return same.exclude(content_hash="").exclude(pk=delivery.pk)


def _words(twin: Delivery) -> tuple[str, str]:
    """Return what another import is, and what that means where leads are named alike."""
    if twin.processed_at:
        return (
            _("This very file was imported before."),
            _("What it told is recognised, and nothing counts twice."),
        )
    file_import = getattr(twin, "file_import", None)
    if file_import is not None and file_import.state == State.IMPORTING:
        return (
            _("This very file is being imported at this moment."),
            _("What is in is recognised, and nothing counts twice."),
        )
    return (
        _("This very file is half-way in by another import."),
        _("What is in is recognised, and nothing counts twice. That import can take in the rest."),
    )


def _otherwise(twin: Delivery) -> str:
    return _(
        "There its leads are named by another source or another column than here, so that each "
        "would come in a second time: take the source “%(source)s” and the same column to name "
        "the lead."
    ) % {"source": twin.source}


def _names(document: Mapping[str, Any]) -> tuple[str, Name] | None:
    """Return by what a mapping names leads: the source, and the cells of their ids."""
    try:
        name = Name.model_validate(document.get("lead"))
    except ValidationError:
        return None
    return name.source or str(document.get("source")), name.model_copy(update={"source": None})


def _document_of(file_import: FileImport) -> Mapping[str, Any]:
    """Return the mapping that is kept of an import, or that its draft comes to as it stands."""
    if file_import.state != State.DRAFT:
        return file_import.delivery.mapping or {}
    draft, columns = Draft.read(file_import.draft), columns_in(file_import.found or {})
    try:
        return mapping_of(draft, columns).document
    except (MappingError, UnableToMap):
        return document_of(draft, columns)
