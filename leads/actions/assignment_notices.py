"""Tell somebody that a handoff is theirs now, unless they took it themselves."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from agreements.actions import messages
from agreements.models import User
from leads.deeds.quiet_hours import goes_out_at
from leads.models import Clock, Handoff, HandoffEvent
from leads.queue.handoffs import acting_clocks
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
    # As it is settled by now, with the version and the tier that its promises come from.
    standing = Handoff.objects.open().held_by(holder).filter(pk=handoff.pk)
    held = standing.select_related("agreement", "version", "lead__merged_into").first()
    if event is None or held is None:
        return
    running = acting_clocks().filter(handoff=handoff, due_at__gt=now)
    clock = running.order_by("due_at", "clause_key").first()
    if clock is None and event.occurred_at < now - _RECENT:
        return
    goes_out = goes_out_at(held, now + _wait(clock, now), clock=clock)
    messages.notify(
        kind=KIND,
        recipients=[holder],
        subject=handoff,
        parameters={"event": event.pk},
        dedup_key=f"{KIND}:{uuid5(NAMESPACE_URL, '/'.join(name))}",
        now=now,
        url=_address(held, holder),
        wait=goes_out - now,
        together=handoff.agreement_id,
    )


def _wait(clock: Clock | None, now: datetime) -> timedelta:
    """Return how long it waits for more of the same: less where a promise runs out soon."""
    if clock is None:
        return messages.GATHERED
    return min(messages.GATHERED, (clock.due_at - now) / _SHARE_WAITED)


def _address(handoff: Handoff, holder: User) -> str:
    """Return where the handoff stands; empty for somebody who may not read it."""
    if not Handoff.objects.visible_to(holder).filter(pk=handoff.pk).exists():
        return ""
    return handoff.get_absolute_url()
