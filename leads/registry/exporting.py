"""The leads of the registry as a file for spreadsheets, written row by row as they are read."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import IO, Any

from django.utils import timezone, translation
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from agreements import formats
from leads.files.delimited import defused
from leads.files.workbooks import text_cell
from leads.registry.parts import Found
from leads.registry.rows import RegistryRow, RowWriter

AT_ONCE = 2000
MOST_IN_WORKBOOK = 25_000
"""A workbook is whole before its first byte is sent: somebody waits ten seconds for as many."""

_ROWS_OF_PIECE = 500
_BYTE_ORDER_MARK = "\ufeff"
Cell = str | int | datetime | None


def export_words() -> str:
    """Say how the files are written for the reader."""
    parts = {
        "separator": _("semicolons") if _separator() == ";" else _("commas"),
        "zone": formats.zone_name(timezone.get_current_timezone_name()),
        "most": formats.figure(MOST_IN_WORKBOOK),
    }
    return (
        _(
            "CSV in UTF-8, separated by %(separator)s, of any length; times of %(zone)s. A "
            "workbook holds up to %(most)s leads."
        )
        % parts
    )


def _separator() -> str:
    """Return what spreadsheets of the reader's language expect between values."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","


def headings() -> list[str]:
    """Name the columns."""
    return [
        _("Number"),
        _("Name"),
        _("Company"),
        _("E-mail address"),
        _("Telephone"),
        _("Stage"),
        _("In the stage since"),
        _("Handoff"),
        _("Reason"),
        _("Held by"),
        _("Tier"),
        _("Points"),
        _("Origin"),
        _("Campaign"),
        _("Systems"),
        _("Offered"),
        pgettext("when", "Decided"),
        _("First heard of"),
        _("Not to be contacted"),
    ]


def exported(writer: RowWriter, found: Found) -> Iterator[list[Cell]]:
    """Give the cells of each lead; so many leads are held at a time, and never all of them."""
    rest = found.read(AT_ONCE)
    while some := list(islice(rest, AT_ONCE)):
        for row in writer.rows(some):
            yield _cells(row)


def _cells(row: RegistryRow) -> list[Cell]:
    lead, handoff = row.lead, row.handoff
    return [
        lead.pk,
        lead.name,
        lead.company,
        lead.email,
        lead.phone,
        row.stage,
        row.stage_since,
        str(handoff.get_status_display()) if handoff else "",
        row.reason,
        handoff.holder.name if handoff and handoff.holder else "",
        row.tier,
        row.points,
        lead.origin or "",
        str(lead.attributes.get("campaign") or ""),
        ", ".join(row.systems),
        handoff.offered_at if handoff else None,
        handoff.decided_at if handoff else None,
        lead.first_heard_at,
        _("yes") if lead.is_contact_barred else "",
    ]


def csv_pieces(rows: Iterable[list[Cell]]) -> Iterator[str]:
    """Write rows as the pieces of a CSV file, the headings first.

    Whoever sends them does so when the request is over: they are written in the language and the
    zone in which this is called.
    """
    language, zone = translation.get_language(), timezone.get_current_timezone()
    pieces = _pieces(iter(rows))

    def told() -> Iterator[str]:
        while True:
            with translation.override(language), timezone.override(zone):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    return told()


def _pieces(rows: Iterator[list[Cell]]) -> Iterator[str]:
    held = StringIO()
    writer = csv.writer(held, delimiter=_separator())
    held.write(_BYTE_ORDER_MARK)
    writer.writerow(headings())
    while some := list(islice(rows, _ROWS_OF_PIECE)):
        writer.writerows([_text(cell) for cell in cells] for cells in some)
        yield held.getvalue()
        held.seek(0)
        held.truncate()
    yield held.getvalue()


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, str):
        # Read as text, whatever a lead calls itself.
        return defused(cell)
    return "" if cell is None else str(cell)


def write_workbook(rows: Iterable[list[Cell]], file: IO[bytes]) -> None:
    """Write rows into a workbook with one sheet, the headings first."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Leads"))
    sheet.freeze_panes = "A2"
    sheet.append(headings())
    for cells in rows:
        sheet.append([_cell(sheet, value) for value in cells])
    book.save(file)


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, timezone.localtime(value).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    return text_cell(sheet, text) if text.startswith("=") else text
