"""What tests of pages start from: a handoff, somebody to look at it, and a moment to look."""

import re
from datetime import datetime
from html import unescape
from typing import Any, Protocol

import pytest
from django.utils import timezone

from agreements.models import AgreementVersion, User
from leads.ingest import ingest
from leads.models import Handoff
from tests.factories import Teller, local

# A Tuesday on which the office of the worked examples is open.
NOW = local("2026-09-08 10:00")


def stop_time(monkeypatch: pytest.MonkeyPatch, at: datetime = NOW) -> None:
    """Let every page believe that it is this moment."""
    monkeypatch.setattr(timezone, "now", lambda: at)


def offer(
    version: AgreementVersion,
    lead: str,
    at: datetime,
    *,
    holder: User | None = None,
    **attributes: Any,
) -> Handoff:
    """Offer a lead at a local time, to a person or to the team's queue."""
    tell = Teller(lead)
    told = {"name": lead} | attributes
    facts = [
        tell.attributes(at, **told),
        tell.stage("mql", at),
        tell.event("offered", at),
        tell.event("assigned", at, person_id=holder.pk if holder else None, to_queue=not holder),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=at)
    return Handoff.objects.get(external_id=f"{lead}-H1")


class Page(Protocol):
    """What a test client got."""

    content: bytes


def text_of(response: Page) -> str:
    """Return the words of a page, without tags and with plain spaces."""
    html = response.content.decode()
    html = re.sub(r"<(script|style|template)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
