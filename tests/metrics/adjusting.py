"""What makes adjusted figures differ from raw ones: a blackout, and exceptions."""

from datetime import datetime

from agreements.models import Agreement, User
from leads.models import Blackout, BreachException, Clock
from tests.factories import local


def sign_blackout(agreement: Agreement, helena: User, rafael: User, now: datetime) -> None:
    """Leave four hours of the 10th out, signed for marketing and for sales."""
    Blackout.objects.create(
        agreement=agreement,
        starts_at=local("2026-09-10 10:00"),
        ends_at=local("2026-09-10 14:00"),
        reason="The telephone was down.",
        signed_for_marketing_by=helena,
        signed_for_sales_by=rafael,
        signed_at=now,
    )


def ask_for_exception(
    clock: Clock, asked_by: User, decided_by: User, now: datetime, *, approved: int | None
) -> None:
    """Ask to leave a breach out; approved, refused, or None while nobody has decided."""
    BreachException.objects.create(
        handoff=clock.handoff,
        clause_key=clock.clause_key,
        occurrence=clock.occurrence,
        reason="outage",
        asked_by=asked_by,
        asked_at=now,
        is_approved=None if approved is None else bool(approved),
        decided_by=None if approved is None else decided_by,
        decided_at=None if approved is None else now,
    )
