"""Whether two leads look like one: the same address, number, or name in the same company.

The name is a person's, or the company's own where nobody is named.

Only ever a suggestion. Pure; the database finds candidates by keys of its own (the functions
``leads_email_key``, ``leads_phone_key`` and ``leads_name_key``), of which these rules take some.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

_FEWEST_DIGITS = 8
# Whoever writes from there is not of a company; the name alone says too little.
FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.com.br", "hotmail.es", "outlook.com",
    "outlook.com.br", "outlook.es", "live.com", "msn.com", "yahoo.com", "yahoo.com.br",
    "yahoo.es", "yahoo.com.ar", "yahoo.com.mx", "ymail.com", "icloud.com", "me.com", "mac.com",
    "aol.com", "proton.me", "protonmail.com", "gmx.com", "gmx.de", "gmx.net", "web.de",
    "mail.com", "mail.ru", "yandex.ru", "yandex.com", "zoho.com", "qq.com", "163.com",
    "uol.com.br", "bol.com.br", "terra.com.br", "ig.com.br", "globo.com", "r7.com",
    "telefonica.net", "orange.fr", "free.fr", "laposte.net", "libero.it",
})  # fmt: skip


class Said(NamedTuple):
    """What of a lead is compared."""

    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two leads were told to have in common: ``code`` is email, phone or name."""

    code: str
    value: str


def likenesses(one: Said, other: Said) -> tuple[Likeness, ...]:
    """Return what two leads have in common."""
    found = []
    if email_key(one.email) and email_key(one.email) == email_key(other.email):
        found.append(Likeness("email", email_key(one.email)))
    if is_same_phone(one.phone, other.phone):
        found.append(Likeness("phone", one.phone))
    if name_key(one) and name_key(one) == name_key(other):
        found.append(Likeness("name", domain_of(one.email)))
    return tuple(found)


def email_key(email: str) -> str:
    """Return an address without regard to case, nor to the tag that some put behind a plus."""
    local, at, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    return f"{local}@{domain}" if at and local and "." in domain else ""


def domain_of(email: str) -> str:
    """Return the domain of an address of a company, empty for one that anybody can have."""
    domain = email.strip().lower().rpartition("@")[2] if "@" in email else ""
    return "" if domain in FREE_MAIL or "." not in domain else domain


def name_key(said: Said) -> str:
    """Return the name in its company, whatever its accents, capitals and order; empty for none."""
    domain = domain_of(said.email)
    words = _words(said.name) or _words(said.company)
    return f"{domain} {' '.join(words)}" if domain and words else ""


def _words(said: str) -> list[str]:
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", said)
        if not unicodedata.combining(letter)
    )
    return sorted(re.findall(r"[^\W_]+", plain.casefold()))


def is_same_phone(one: str, other: str) -> bool:
    """Whether two numbers are the same; one that tells no country may be of any.

    A number in the international form begins with + or 00. A national one is compared with its
    end, without the zeros in front that are dialled within a country only.
    """
    (first, has_country), (second, has_too) = _digits(one), _digits(other)
    if min(len(first), len(second)) < _FEWEST_DIGITS or len(set(first)) == 1:
        return False
    if has_country == has_too:
        return first == second
    return first.endswith(second) if has_country else second.endswith(first)


def _digits(phone: str) -> tuple[str, bool]:
    """Return the digits of a number, and whether they begin with a country's."""
    written = phone.replace("(0)", "")
    digits = "".join(re.findall(r"[0-9]", written))
    if written.strip().startswith("+"):
        return digits, True
    return (digits[2:], True) if digits.startswith("00") else (digits.lstrip("0"), False)
