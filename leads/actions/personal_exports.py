"""Take out everything that is kept about a person, and keep that it was taken out."""

from datetime import datetime

from django.db import transaction

from agreements.models import Audit, User
from leads.models import Lead
from leads.person_file import person_file


@transaction.atomic
def take_out(*, lead: Lead, by: User | None, now: datetime) -> bytes:
    """Return everything kept about the person behind a lead as a ZIP."""
    packed = person_file(lead, now=now)
    Audit.objects.record("leads.lead.taken_out", lead, by=by, now=now)
    return packed
