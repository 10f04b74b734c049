"""Addresses of the pages about figures, with the month and what else they are asked for."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from agreements.models import Agreement
from metrics.periods import Period


def dashboard_href(agreement: Agreement, month: Period, *, adjusted: bool = False) -> str:
    """Return the address of the dashboard of a month."""
    asked = {"month": month.label} | ({"figures": "adjusted"} if adjusted else {})
    return _with(reverse("metrics:dashboard", args=[agreement.slug]), asked)


def behind_href(agreement: Agreement, key: str, month: Period, **asked: str | int | date) -> str:
    """Return the address of the leads behind a figure; ``asked`` narrows them."""
    address = reverse("metrics:behind", args=[agreement.slug, key])
    return _with(address, {"month": month.label, **asked})


def breaches_href(agreement: Agreement, month: Period, **asked: str | int) -> str:
    """Return the address of the breaches of a month."""
    address = reverse("metrics:breaches", args=[agreement.slug])
    return _with(address, {"month": month.label, **asked})


def clause_href(agreement: Agreement, version_number: int, key: str) -> str:
    """Return the address of a clause in the document of a version."""
    return reverse("agreements:version", args=[agreement.slug, version_number]) + f"#{key}"


def stage_key(stage: str) -> str:
    """Return what the figure of a funnel's stage is called in addresses."""
    return f"stage.{stage}"


def _with(address: str, asked: Mapping[str, str | int | date]) -> str:
    told = {name: str(value) for name, value in asked.items() if value != ""}
    return f"{address}?{urlencode(told)}"
