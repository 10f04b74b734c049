"""Take out everything that is kept about a person, and keep that it was taken out."""

from datetime import datetime

from django.db import transaction

from agreements.models import Audit, User
from leads.models import Lead
from leads.personal.person_file import person_file


@transaction.atomic
def take_out(*, lead: Lead, by: User | None, now: datetime, most_bytes: int | None = None) -> bytes:
    """Return everything kept about the person behind a lead as a ZIP.

    Stored files are looked through up to so many bytes; all of them where none are said.
    """
    packed = person_file(lead, now=now, most_bytes=most_bytes)
    Audit.objects.record("leads.lead.taken_out", lead, by=by, now=now)
    return packed
