"""What tests of adjusted figures start from: a blackout that one party has signed."""

from datetime import datetime

from agreements.models import Agreement, User
from leads.actions import blackouts
from leads.models import Blackout
from tests.factories import local


def telephone_down(agreement: Agreement, *, by: User, now: datetime) -> Blackout:
    """The blackout of the worked example, proposed and signed for sales."""
    return blackouts.propose(
        agreement=agreement,
        starts_at=local("2026-09-10 10:00"),
        ends_at=local("2026-09-10 14:00"),
        reason="Telephone down.",
        party="sales",
        by=by,
        now=now,
    )
