"""Addresses of the pages about figures, with the month and what else they are asked for."""

from datetime import date
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from django.urls import get_script_prefix, get_urlconf, reverse

from agreements.models import Agreement
from metrics.periods import Period


def dashboard_href(agreement: Agreement, month: Period, *, adjusted: bool = False) -> str:
    """Return the address of the dashboard of a month."""
    address = _address("metrics:dashboard", agreement.slug)
    return f"{address}?month={month.label}{'&figures=adjusted' if adjusted else ''}"


class BehindAddress:
    """The address of the leads behind a figure of a month; calling it narrows them."""

    def __init__(self, agreement: Agreement, key: str, month: Period) -> None:
        self._whole = f"{_address('metrics:behind', agreement.slug, key)}?month={month.label}"

    def __call__(
        self, part: str = "", *, from_date: date | None = None, to_date: date | None = None
    ) -> str:
        """Return the address of a part of the figure, or of what it counts on some days."""
        named = f"&part={quote_plus(part)}" if part else ""
        first = f"&from={from_date.isoformat()}" if from_date else ""
        last = f"&to={to_date.isoformat()}" if to_date else ""
        return f"{self._whole}{named}{first}{last}"


def behind_href(agreement: Agreement, key: str, month: Period) -> str:
    """Return the address of the leads behind a figure."""
    return BehindAddress(agreement, key, month)()


def breaches_href(agreement: Agreement, month: Period, **asked: str | int) -> str:
    """Return the address of the breaches of a month."""
    address = _address("metrics:breaches", agreement.slug)
    return f"{address}?{urlencode({'month': month.label, **asked})}"


def clause_href(agreement: Agreement, version_number: int, key: str) -> str:
    """Return the address of a clause in the document of a version."""
    return f"{_address('agreements:version', agreement.slug, version_number)}#{key}"


def stage_key(stage: str) -> str:
    """Return what the figure of a funnel's stage is called in addresses."""
    return f"stage.{stage}"


def _address(name: str, *asked: str | int) -> str:
    return _reversed(get_urlconf(), get_script_prefix(), name, asked)


@lru_cache(maxsize=4096)
def _reversed(
    urlconf: str | None, _script_prefix: str, name: str, asked: tuple[str | int, ...]
) -> str:
    """Return an address; a page asks for the same ones again and again.

    It begins with the prefix under which the thread answers, which is therefore part of the key.
    """
    return reverse(name, urlconf, args=asked)
