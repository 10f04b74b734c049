"""Addresses of the pages about figures, with the month and what else they are asked for."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from agreements.models import Agreement
from metrics.periods import Period


def dashboard_href(agreement: Agreement, month: Period, *, adjusted: bool = False) -> str:
    """Return the address of the dashboard of a month."""
    asked = {"month": month.label} | ({"figures": "adjusted"} if adjusted else {})
    return _with(_address("metrics:dashboard", agreement.slug), asked)


class BehindAddress:
    """The address of the leads behind a figure of a month; calling it narrows them."""

    def __init__(self, agreement: Agreement, key: str, month: Period) -> None:
        self._address = _address("metrics:behind", agreement.slug, key)
        self._month = {"month": month.label}

    def __call__(
        self, part: str = "", *, from_date: date | None = None, to_date: date | None = None
    ) -> str:
        """Return the address of a part of the figure, or of what it counts on some days."""
        days = {"from": from_date or "", "to": to_date or ""}
        return _with(self._address, {**self._month, "part": part, **days})


def behind_href(agreement: Agreement, key: str, month: Period) -> str:
    """Return the address of the leads behind a figure."""
    return BehindAddress(agreement, key, month)()


def breaches_href(agreement: Agreement, month: Period, **asked: str | int) -> str:
    """Return the address of the breaches of a month."""
    address = _address("metrics:breaches", agreement.slug)
    return _with(address, {"month": month.label, **asked})


def clause_href(agreement: Agreement, version_number: int, key: str) -> str:
    """Return the address of a clause in the document of a version."""
    return f"{_address('agreements:version', agreement.slug, version_number)}#{key}"


def stage_key(stage: str) -> str:
    """Return what the figure of a funnel's stage is called in addresses."""
    return f"stage.{stage}"


@lru_cache(maxsize=4096)
def _address(name: str, *asked: str | int) -> str:
    """Return an address; a page asks for the same ones again and again."""
    return reverse(name, args=asked)


def _with(address: str, asked: Mapping[str, str | int | date]) -> str:
    told = {name: str(value) for name, value in asked.items() if value != ""}
    return f"{address}?{urlencode(told)}"
