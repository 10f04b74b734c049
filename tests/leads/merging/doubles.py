"""What tests of merged leads start from: a lead and its double, both with sales."""

from dataclasses import replace
from datetime import datetime

from agreements.models import Agreement
from leads.ingest import ingest
from leads.models import Handoff, Lead, LeadIdentity
from leads.told import Told
from tests.factories import Teller, local

MERGED_AT = local("2026-09-04 11:00")
NOW = local("2026-09-04 14:00")


def tell(agreement: Agreement, *facts: Told, now: datetime = NOW) -> None:
    ingest(agreement=agreement, facts=facts, by=None, now=now)


def named(name: str, fact: Told) -> Told:
    """A further fact of a lead of which another teller told before."""
    return replace(fact, external_id=name)


def lead(name: str) -> Lead:
    return LeadIdentity.objects.get(external_id=name).lead


def two_leads(agreement: Agreement) -> tuple[Lead, Lead]:
    """L1 offered at nine, and its double L2 at ten."""
    one, other = Teller("L1"), Teller("L2")
    tell(
        agreement,
        one.attributes(local("2026-09-04 08:00"), name="Ana Silva", email="ana@acme.example"),
        one.event("offered", local("2026-09-04 09:00"), "H1"),
        one.event("assigned", local("2026-09-04 09:00"), "H1", to_queue=True),
        other.attributes(local("2026-09-04 08:00"), name="Ana", phone="+55 11 5555-0101"),
        other.event("offered", local("2026-09-04 10:00"), "H2"),
        other.event("assigned", local("2026-09-04 10:00"), "H2", to_queue=True),
        now=MERGED_AT,
    )
    return lead("L1"), lead("L2")


def status(name: str) -> str:
    return Handoff.objects.get(external_id__endswith=name).status
