"""Whether two leads look like one: the same address, number, or name in the same company.

The name is a person's, or the company's own where nobody is named.

Only ever a suggestion. Pure; the database finds candidates by keys of its own (the functions
``leads_email_key``, ``leads_phone_key`` and ``leads_name_key``), of which these rules take some.
"""

import re
import unicodedata
from collections.abc import Iterator
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
# Where companies have pages among those of everybody else.
_SITES_OF_MANY = frozenset({
    "facebook.com", "instagram.com", "linkedin.com", "twitter.com", "x.com", "tiktok.com",
    "youtube.com", "linktr.ee", "wa.me", "google.com", "goo.gl", "bit.ly", "blogspot.com",
    "wordpress.com", "wixsite.com", "mercadolivre.com.br", "mercadolibre.com",
})  # fmt: skip
SITES_OF_ANYBODY = FREE_MAIL | _SITES_OF_MANY


class Said(NamedTuple):
    """What of a lead is compared; ``website_domain`` has neither ``www`` nor a path."""

    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    website_domain: str = ""


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
    theirs = name_keys(other)
    if key := next((key for key in name_keys(one) if key in theirs), ""):
        found.append(Likeness("name", key.partition(" ")[0]))
    return tuple(found)


def email_key(email: str) -> str:
    """Return an address without regard to case, nor to the tag that some put behind a plus."""
    local, at, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    return f"{local}@{domain}" if at and local and "." in domain else ""


def name_keys(said: Said) -> list[str]:
    """Return the name at each domain of its company, whatever its accents, capitals and order."""
    words = " ".join(_words(said.name) or _words(said.company))
    return [f"{domain} {words}" for domain in _domains(said)] if words else []


def _domains(said: Said) -> Iterator[str]:
    """Give the domains of an address and of a website, save those that anybody can have."""
    domain = said.email.strip().lower().rpartition("@")[2] if "@" in said.email else ""
    if "." in domain and domain not in FREE_MAIL:
        yield domain
    site = said.website_domain
    if site and not any(f".{site}".endswith(f".{each}") for each in SITES_OF_ANYBODY):
        yield site


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
