"""Where the real data sets are, and how tests take them in."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from agreements.models import Agreement
from agreements.terms import document_from_yaml
from leads.adoption import adopt_and_settle
from leads.files.mapping import mapping_from_yaml
from leads.importing.imported import Imported
from leads.importing.imports import import_facts

TUTORIAL = Path(settings.BASE_DIR) / "docs" / "tutorial"
OLIST_MQLS = "olist/olist_marketing_qualified_leads_dataset.csv"
OLIST_DEALS = "olist/olist_closed_deals_dataset.csv"
BPI_CASES = "bpi2012/lead_handling.csv"


def folder() -> Path:
    """Return the folder that SLAPORTAL_DATA names, else one beside the project; or skip."""
    named = os.environ.get("SLAPORTAL_DATA")
    found = Path(named) if named else Path(settings.BASE_DIR).parent / "shared" / "data"
    if not all((found / name).exists() for name in (OLIST_MQLS, OLIST_DEALS, BPI_CASES)):
        pytest.skip(f"The real data sets are not in {found}: name their folder by SLAPORTAL_DATA.")
    return found


def adopt(slug: str, *, effective: date, now: datetime) -> Agreement:
    """Take over the agreement of the tutorial."""
    told: dict[str, Any] = document_from_yaml((TUTORIAL / slug / "terms.yaml").read_bytes())
    version = adopt_and_settle(slug=slug, told=told, effective_date=effective, by=None, now=now)
    return version.agreement


def take_in(path: Path, mapping: str, agreement: Agreement, *, now: datetime) -> Imported:
    """Import a file with a mapping of the tutorial."""
    return import_facts(
        path=path,
        mapping=mapping_from_yaml((TUTORIAL / mapping).read_bytes()),
        agreement=agreement,
        by=None,
        now=now,
    )
