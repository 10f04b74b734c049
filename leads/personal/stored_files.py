"""The stored files with a row about a person, found as the rows of forgotten people are."""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.db.models import Q
from django.db.models.fields.files import FieldFile

from leads.any_of import AnyOf
from leads.files.workbooks import WORKBOOK, kind_of
from leads.models import Delivery, FileImport, ForgottenAddress
from leads.personal.fingerprints import fingerprint_of_address
from leads.personal.stored_rows import Sought, is_blank, reading_of
from leads.personal.traces import Traces

logger = logging.getLogger(__name__)

MOST_BYTES = 16 << 20
"""How much is read while somebody waits for a page: some five seconds' worth."""

# A workbook unpacks to about so many times its size.
_UNPACKED = 8


class FileAbout(NamedTuple):
    """A file with a row about a person, by the name it came or is sent back under."""

    received_at: datetime
    file: str


def files_about(
    about: Traces, lead_ids: Collection[int], most_bytes: int | None = None
) -> tuple[list[FileAbout], int]:
    """Return the files with a row about a person, and how many others could not be read for it.

    Read are so many bytes, the latest files first; all of them where none are said.

    Files that told a fact are among them even where they are not stored any more; of the others
    those that came as they are, drafts too, and those of rejected rows.
    """
    told, looks = about.delivery_ids(), _Looks(_sought(about, lead_ids), most_bytes)
    found, unread = [], 0
    for delivery in _deliveries(told):
        file_import = getattr(delivery, "file_import", None)
        for file, name in _stored(delivery, file_import):
            is_told = delivery.pk in told and name == delivery.file_name
            answer = is_told or looks(file, delivery, file_import)
            if answer:
                found.append(FileAbout(delivery.received_at, name))
            unread += answer is None
    return sorted(found), unread


def _deliveries(told: Collection[int]) -> Iterator[Delivery]:
    """Give the files that told a fact or are stored, the latest first."""
    files = Delivery.objects.filter(kind=Delivery.Kind.FILE).select_related("file_import")
    yield from files.filter(Q(pk__in=told) | Q(file__gt="")).order_by("-received_at", "-pk")


def _stored(delivery: Delivery, file_import: FileImport | None) -> Iterator[tuple[FieldFile, str]]:
    yield delivery.file, delivery.file_name
    if file_import is not None and file_import.rejects:
        stem = delivery.file_name.rpartition(".")[0] or delivery.file_name
        yield file_import.rejects, f"{stem}.rejects.csv"


def _sought(about: Traces, lead_ids: Collection[int]) -> Sought:
    forgotten = ForgottenAddress.objects.filter(AnyOf("forgetting__lead_id", lead_ids))
    prints = {fingerprint_of_address(address) for address in about.addresses}
    return Sought(
        frozenset((each.source, each.external_id) for each in about.identities),
        frozenset(prints.union(forgotten.values_list("fingerprint", flat=True))),
    )


class _Looks:
    """Looks for a person in files, as long as not too much is read."""

    def __init__(self, sought: Sought, most_bytes: int | None) -> None:
        self._sought, self._left = sought, most_bytes

    def __call__(
        self, file: FieldFile, delivery: Delivery, file_import: FileImport | None
    ) -> bool | None:
        """Tell whether a row of a stored file is about the person; None where it is not read."""
        imports = [file_import] if file_import is not None else []
        try:
            path = Path(file.path)
            if not self._is_read(path):
                return None
            return reading_of([delivery], imports, self._sought).is_any_in(path)
        except Exception as error:
            # One file, whatever is wrong with it, keeps no other from being handed out. What is
            # wrong may quote a row, so only its kind is written down.
            kind = type(error).__name__
            logger.warning("A file of delivery %s cannot be searched: %s.", delivery.pk, kind)
            return None

    def _is_read(self, path: Path) -> bool:
        if self._left is None:
            return True
        size = path.stat().st_size
        if not is_blank(path) and kind_of(path) == WORKBOOK:
            size *= _UNPACKED
        if size > self._left:
            return False
        self._left -= size
        return True
