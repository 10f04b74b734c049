"""Addresses: what they ask for, and how a page's own is written with less of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks of a list, a text for each of its fields; empty is any."""

    @classmethod
    def told(cls, asked: Mapping[str, str]) -> dict[str, str]:
        """Return what an address says for each field, whether it can be asked or not."""
        return {field.name: plain(asked, field.name) for field in fields(cls)}

    @classmethod
    def fitting(cls, told: Mapping[str, str], fits: Mapping[str, bool]) -> Self:
        """Return what an address asks for less what cannot be asked, as ``fits`` has it by name."""
        return cls(**{name: text if fits.get(name, True) else "" for name, text in told.items()})

    @property
    def asked(self) -> dict[str, str]:
        """All that is asked for."""
        return {name: text for name, text in asdict(self).items() if text}

    @property
    def address(self) -> str:
        """What an address asks for by these, without the question mark."""
        return urlencode(self.asked)


def plain(asked: Mapping[str, str], name: str) -> str:
    """Return what an address says under a name, fit to be looked up; else nothing."""
    return asked.get(name, "").replace("\0", "").strip()[:_LONGEST]


def less_empty(request: HttpRequest) -> str:
    """Return the address asked for less what it asks nothing by; empty where it does not."""
    empty = [name for name, text in request.GET.items() if not text]
    return f"{request.path}{without(request.GET, *empty)}".removesuffix("?") if empty else ""


def without(asked: QueryDict, *names: str) -> str:
    """Return the address of the same page less some of its parameters."""
    kept = asked.copy()
    for name in names:
        kept.pop(name, None)
    return f"?{kept.urlencode()}"
