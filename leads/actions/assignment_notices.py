"""Tell somebody that a handoff is theirs now, unless they took it themselves."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.db.models import Min
from django.urls import reverse

from agreements.actions import messages
from agreements.models import User
from leads.models import Handoff, HandoffEvent
from leads.queue import acting_clocks
from leads.told import Named

KIND = "handoff_assigned"

_RECENT = timedelta(days=1)
# A promise of half an hour must not be half over before its mail goes out.
_SHARE_WAITED = 10


def tell_holder(
    handoff: Handoff, holder: User | None, *, name: Named, by: User | None, now: datetime
) -> None:
    """Leave a notice for who has a handoff by the assignment of this name.

    None for who gave it to themself, for who cannot sign in, where they have it no more or it is
    closed, and about the past: an assignment of more than a day ago of which no promise runs.
    The same assignment told again leaves none.
    """
    if holder is None or holder == by or not holder.is_active:
        return
    events = HandoffEvent.objects.holding().filter(source=name.source, handoff=handoff)
    event = events.filter(external_id=name.external_id, person=holder).first()
    if event is None or not _holds(holder, handoff):
        return
    running = acting_clocks().filter(handoff=handoff, due_at__gt=now)
    due_at = running.aggregate(first=Min("due_at"))["first"]
    if due_at is None and event.occurred_at < now - _RECENT:
        return
    messages.notify(
        kind=KIND,
        recipients=[holder],
        subject=handoff,
        parameters={"event": event.pk},
        dedup_key=f"{KIND}:{uuid5(NAMESPACE_URL, '/'.join(name))}",
        now=now,
        url=_address(handoff, holder),
        wait=_wait(due_at, now),
        together=handoff.agreement_id,
    )


def _holds(holder: User, handoff: Handoff) -> bool:
    return Handoff.objects.open().held_by(holder).filter(pk=handoff.pk).exists()


def _wait(due_at: datetime | None, now: datetime) -> timedelta:
    """Return how long it waits for more of the same: less where a promise runs out soon."""
    if due_at is None:
        return messages.GATHERED
    return min(messages.GATHERED, (due_at - now) / _SHARE_WAITED)


def _address(handoff: Handoff, holder: User) -> str:
    """Return where the handoff stands; empty for somebody who may not read it."""
    if not Handoff.objects.visible_to(holder).filter(pk=handoff.pk).exists():
        return ""
    url = reverse("leads:detail", args=[handoff.agreement.slug, handoff.lead_id])
    return f"{url}?handoff={handoff.pk}"
