"""What pages of negotiation show: hashes to compare by eye, who has signed, days of messages."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template

from agreements import formats, told_talk
from agreements.models import AgreementVersion, Signature
from agreements.models.contracts import Party
from agreements.open_talk import Counts

register = template.Library()


@register.filter
def fingerprint(terms_hash: str) -> str:
    """Return the first digits of a hash, enough to tell two texts apart by eye."""
    return terms_hash[:12]


@register.filter
def grouped(text: str, size: int = 8) -> str:
    """Write a hash or a key in groups, as people compare and type it."""
    return " ".join(text[at : at + size] for at in range(0, len(text), size))


@register.filter
def signatures_by_party(version: AgreementVersion) -> list[tuple[str, Signature | None]]:
    """Return each party with its signature, None where it has not signed."""
    signed = {signature.party: signature for signature in version.signatures.all()}
    return [(str(party.label), signed.get(party.value)) for party in Party]


@register.filter
def told_day(iso: str | None) -> str:
    """Write in full a local day that a message keeps as 2026-07-01."""
    return formats.long_day(date.fromisoformat(iso)) if iso else ""


@register.filter
def of_row(talk: Counts, path: str) -> int:
    """Return how much is open about a row of the editor."""
    return talk.of_row(path)


@register.filter(name="told_talk")
def lines_told(said: Sequence[Mapping[str, Any]]) -> list[told_talk.Line]:
    """Return, line by line, what a notice tells of a text that was talked about."""
    return told_talk.told_talk(said)
