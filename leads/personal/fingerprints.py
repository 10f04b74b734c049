"""Fingerprints, by which the portal knows again what it must not keep.

Keyed with the portal's secret: who has the database alone cannot try addresses out against them.
"""

from django.utils.crypto import salted_hmac

from leads.personal.blanking import addresses_in, without_addresses

_SALT = "leads.fingerprints"
_LENGTH = 40
_NAME_LIMIT = 200


def fingerprint(text: str) -> str:
    """Return 40 hex digits that stand for a text, always the same for the same."""
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:_LENGTH]


def fingerprint_of_address(address: str) -> str:
    """Return what stands for an e-mail address, however its letters are written."""
    return fingerprint(address.strip().lower())


def sealed_hash(content_hash: str) -> str:
    """Return a content's hash so that nobody can guess the content by trying."""
    return fingerprint(content_hash)[: len(content_hash)]


def _veil(text: str) -> str:
    return f"forgotten:{fingerprint(text)}"


def veiled(name: str) -> str:
    """Return what stands for a name that names a person: its addresses, else all of it."""
    return veiled_within(name, ()) if addresses_in(name) else _veil(name)


def veiled_within(text: str, names: tuple[str, ...]) -> str:
    """Return the name of a fact or handoff without the personal names of its lead in it."""
    found = text
    for name in names:
        found = found.replace(name, veiled(name))
    found = without_addresses(found, _veil)
    return found if len(found) <= _NAME_LIMIT else _veil(text)
