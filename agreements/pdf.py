"""The agreement as PDF: the sections of the document page, set by typst on A4.

What people wrote goes to typst as data and is set as text: there is no markup in it, whatever it
says. The fonts come with typst and with packages of their own, so that it looks the same on every
machine, whatever script people write their names in; a sign that no font has is set as a box.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agreements import formats
from agreements.document import Clause, Section, document_of, period_words
from agreements.editing import problems_of
from agreements.models import AgreementVersion, Signature
from agreements.models.contracts import Party
from agreements.statuses import look_of
from agreements.wording import problem_sentence

_TEMPLATE = Path(__file__).with_name("pdf.typ")
# Terms take some ten thousand signs. Typesetting takes a second for half a million.
_MOST_SIGNS = 500_000
_LONG_WORD = re.compile(r"\S{30}(?=\S)")
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
_WIDEST_STAMP = 950
_FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")


class UnableToPrint(ValueError):
    """The text cannot be set on pages; the text of the error says why and what to do."""


def pdf_of(version: AgreementVersion, *, status: str, now: datetime) -> bytes:
    """Set a version in the reader's language, with its status at `now` on each page.

    Raises UnableToPrint for a text longer than any agreement.
    """
    return _set(told_of(version, status=status), now, "pdf")[0]


def pages_of(version: AgreementVersion, *, status: str, now: datetime) -> list[bytes]:
    """Set a version like `pdf_of`, each page as a picture in PNG."""
    return _set(told_of(version, status=status), now, "png")


def _set(told: dict[str, Any], now: datetime, kind: Any) -> list[bytes]:
    text = json.dumps(_breakable(told) | {"fonts": _other_families()}, ensure_ascii=False)
    if len(text) > _MOST_SIGNS:
        raise UnableToPrint(
            _("This text is too long for a PDF: take it as YAML, or shorten the longest parts.")
        )
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        format=kind,
        sys_inputs={"told": text},
        font_paths=_fonts(),
        timestamp=int(now.timestamp()),
    )
    return made if isinstance(made, list) else [made or b""]


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts to set with; they are looked up once and read as they are needed."""
    folders: list[Any] = [str(files(package)) for package in _FONT_PACKAGES]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)


@cache
def _other_families() -> list[str]:
    """Name the families that are taken, in turn, for what the ordinary ones do not have."""
    noto = [family for family in _fonts().families() if family.startswith("Noto ")]
    return [*sorted(family for family in noto if "CJK" not in family), "Noto Sans CJK SC"]


def told_of(version: AgreementVersion, *, status: str) -> dict[str, Any]:
    """Return everything the pages say, as plain data in the reader's language."""
    agreement, sections = version.agreement, document_of(version)
    is_signed = version.status == AgreementVersion.Status.SIGNED
    problems = () if is_signed else problems_of(version.terms)
    word = str(look_of(status).word)
    with timezone.override(ZoneInfo(agreement.time_zone)):
        about = _("Version %(number)s.") % {"number": version.number}
        return {
            "lang": (get_language() or "en").split("-")[0],
            "title": f"{agreement.name} – {about.rstrip('.')}",
            "name": agreement.name,
            "running": f"{Truncator(agreement.name).chars(80)} · {about.rstrip('.')}",
            "status": word,
            "stamp": None if version.status == AgreementVersion.Status.SIGNED else word.upper(),
            "stamp_size": min(_WIDEST_STAMP // max(len(word), 1), 130),
            "between": _("Agreement between %(marketing)s and %(sales)s")
            % {"marketing": agreement.marketing_team.name, "sales": agreement.sales_team.name},
            "about": f"{about} {_about(version, word)}",
            "parties": [{"team": agreement.team_of(party).name} for party in Party.values],
            "hash": version.terms_hash,
            "pages": _("Page {number} of {all}"),
            "problems": [problem_sentence(each) for each in problems],
            "sections": [_section(section) for section in sections],
            "signatures": _signatures(version, len(sections) + 1),
            "words": {
                "problems": _("What still has to be different"),
                "fingerprint": _("Fingerprint of the text (SHA-256):"),
            },
        }


def _about(version: AgreementVersion, word: str) -> str:
    """When it is in force; of a text that is not signed, when it is meant to be."""
    if version.effective_from is not None:
        return period_words(version)
    if version.wanted_from_date is None:
        return _("%(status)s, not in force.") % {"status": word}
    return _("%(status)s, meant to be in force from %(start)s.") % {
        "status": word,
        "start": formats.long_day(version.wanted_from_date),
    }


def _section(section: Section) -> dict[str, Any]:
    table = section.table
    return {
        "number": str(section.number),
        "title": section.title,
        "paragraphs": [{"number": number, "text": text} for number, text in section.numbered],
        "clauses": [_clause(clause) for clause in section.clauses],
        "table": asdict(table) if table and table.rows else None,
    }


def _clause(clause: Clause) -> dict[str, str]:
    return {
        "key": clause.key,
        "sentence": clause.sentence,
        "fine_print": " ".join(clause.fine_print),
        "definition": clause.definition,
    }


def _signatures(version: AgreementVersion, number: int) -> dict[str, Any]:
    signed = {signature.party: signature for signature in version.signatures.all()}
    return {
        "number": str(number),
        "title": _("Signatures"),
        "sentence": _signed_sentence(len(signed)),
        "parties": list(_signers(version, signed)),
    }


def _signed_sentence(signatures: int) -> str:
    if signatures == len(Party.values):
        return _("Both have read and signed exactly this text.")
    if signatures:
        return _("One party has signed this text, the other has not.")
    return _("Nobody has signed this text.")


def _signers(version: AgreementVersion, signed: dict[str, Signature]) -> Iterator[dict[str, str]]:
    for party in Party:
        team = version.agreement.team_of(party).name
        signature = signed.get(party)
        yield {
            "party": f"{party.label} · {team}",
            "who": signature.signer_name if signature else "—",
            "when": formats.exact_instant(signature.signed_at) if signature else _("Not signed"),
            "how": str(signature.get_method_display()) if signature else "",
        }


def _breakable(value: Any) -> Any:
    """Let words longer than a line break, so that nothing runs off the page."""
    if isinstance(value, str):
        return _LONG_WORD.sub(lambda run: run[0] + _ZERO_WIDTH_SPACE, value)
    if isinstance(value, dict):
        return {key: item if key == "hash" else _breakable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_breakable(item) for item in value]
    return value
