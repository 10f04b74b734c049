"""Addresses: what they ask for, and how a page's own is written with less of it."""

from collections.abc import Mapping

from django.http import HttpRequest, QueryDict

_LONGEST = 200


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
