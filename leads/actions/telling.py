"""What every deed about a handoff shares: it is a fact, told here or by another system.

A deed is told by the portal and kept and settled like a fact from anywhere else. Another system
tells of a deed with its own name for it: told again it is a repeat, or a revision.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db.models import Q
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Audit, User
from leads.ingest import Ingested, ingest
from leads.locking import lock_handoff
from leads.models import Delivery, Handoff, HandoffEvent, Lead, LeadMerge
from leads.told import Named, ToldEvent

SOURCE = "portal"


class AlreadyDecided(ValueError):
    """Somebody has accepted, rejected or ended the handoff before; the text says who."""


class AlreadyNamed(ValueError):
    """The other system has told of something else by this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """How another system tells of a deed: its name for it, who did it, and when.

    Without ``occurred_at`` it happened now, or when it was told for the first time.
    """

    name: Named
    person: User
    delivery: Delivery | None
    occurred_at: datetime | None = None
    revised_at: datetime | None = None


def name_of(lead: Lead) -> Named:
    """Return a name by which facts can be told of a lead."""
    identity = lead.identities.order_by("pk")[0]
    return Named(identity.source, identity.external_id)


def _fresh_name() -> Named:
    return Named(SOURCE, str(uuid4()))


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does here, the portal itself (None), or another system tells of.

    ``fresh`` names it where no other system does; a deed that goes along with another one shares
    its name and has a ``suffix``.
    """

    kind: str
    by: User | None
    now: datetime
    told: Elsewhere | None = None
    suffix: str = ""
    fresh: Named = field(default_factory=_fresh_name)

    def along(self, kind: str) -> "Deed":
        """Return the deed that goes along with this one."""
        return Deed(kind, self.by, self.now, self.told, f":{kind}", self.fresh)

    @property
    def name(self) -> Named:
        """The name of the fact."""
        source, external_id = self.told.name if self.told else self.fresh
        return Named(source, external_id + self.suffix)

    @property
    def doer(self) -> User | None:
        """Who did it."""
        return self.told.person if self.told else self.by

    @property
    def doer_id(self) -> int | None:
        """The key of who did it."""
        return self.doer.pk if self.doer else None

    @property
    def delivery(self) -> Delivery | None:
        """With what it came."""
        return self.told.delivery if self.told else None

    def known(self, handoff: Handoff | None = None) -> HandoffEvent | None:
        """Return the same deed as it was told before. Raises AlreadyNamed for another one."""
        if self.told is None:
            return None
        source, external_id = self.name
        events = HandoffEvent.objects.filter(source=source, is_current=True)
        found = events.filter(external_id=external_id).first()
        if found is None:
            return None
        if found.kind != self.kind or (handoff is not None and found.handoff_id != handoff.pk):
            raise AlreadyNamed(_("This id names something else that was done."))
        return found

    def event(
        self, lead: Lead, handoff: Named, known: HandoffEvent | None, **details: Any
    ) -> ToldEvent:
        """Return it as a fact."""
        occurred_at = self.told.occurred_at if self.told else None
        return ToldEvent(
            lead=name_of(lead),
            handoff=handoff,
            source=self.name.source,
            external_id=self.name.external_id,
            occurred_at=occurred_at or (known.occurred_at if known else self.now),
            revised_at=self.told.revised_at if self.told else None,
            event=self.kind,
            **details,
        )

    def tell(self, handoff: Handoff, **details: Any) -> Ingested:
        """Keep it, and settle what it changes."""
        known, name = self.known(handoff), Named(handoff.source, handoff.external_id)
        kept = ingest(
            agreement=handoff.agreement,
            facts=[self.event(handoff.lead, name, known, **details)],
            by=self.by,
            now=self.now,
            delivery=self.delivery,
        )
        self.record(handoff, kept)
        return kept

    def as_kept(self) -> HandoffEvent:
        """Return the fact that was kept of it."""
        source, external_id = self.name
        return HandoffEvent.objects.holding().get(source=source, external_id=external_id)

    def record(self, handoff: Handoff, kept: Ingested, **more: Any) -> None:
        """Write down who did it, and what belongs to that, unless it was told before."""
        if kept.new or kept.revised:
            who = {"on_behalf_of": self.doer.name} if self.doer and self.doer != self.by else {}
            action = f"leads.handoff.{self.kind}"
            Audit.objects.record(action, handoff, by=self.by, now=self.now, **who, **more)


def locked_in(handoff: Handoff, deed: Deed, *statuses: str) -> Handoff:
    """Lock the handoff, which has to stand at one of these statuses.

    What was told of before may be told again. Raises AlreadyDecided, AlreadyNamed.
    """
    handoff = lock_handoff(handoff)
    if handoff.status in statuses or deed.known(handoff):
        return handoff
    raise AlreadyDecided(_who_was_first(handoff, deed))


def _who_was_first(handoff: Handoff, deed: Deed) -> str:
    if handoff.status == Handoff.Status.MERGED:
        return _who_merged(handoff, deed.now)
    kinds = HandoffEvent.Kind
    deciding = (
        kinds.ACCEPTED, kinds.REJECTED, kinds.QUALIFIED, kinds.DISQUALIFIED, kinds.RECYCLED,
        kinds.WITHDRAWN,
    )  # fmt: skip
    counts = Q(kind__in=deciding)
    if handoff.contest == Handoff.Contest.OVERTURNED:
        counts |= Q(kind=kinds.DECIDED, is_overturned=True)
    latest = (
        HandoffEvent.objects.holding()
        .filter(counts, handoff=handoff)
        .select_related("person")
        .order_by("-occurred_at", "-pk")
        .first()
    )
    first = latest.person if latest else None
    status = handoff.get_status_display().lower()
    if first and first == deed.doer:
        return _("You were first yourself: this handoff is %(status)s already.") % {
            "status": status
        }
    return _("%(who)s was first: this handoff is %(status)s already.") % {
        "who": first.name if first else _("Somebody"),
        "status": status,
    }


def _who_merged(handoff: Handoff, now: datetime) -> str:
    """Say who found the lead of a handoff to be another one, whose handoff goes on, and when."""
    family, at = Lead.objects.one_with([handoff.lead.kept.pk]), handoff.closed_at or now
    merges = LeadMerge.objects.holding().filter(
        Q(kept__in=family) | Q(merged__in=family), occurred_at=at
    )
    merge = merges.select_related("recorded_by").order_by("-pk").first()
    said = _(
        "%(who)s merged this lead with another one on %(when)s, whose handoff goes on: use that "
        "one."
    )
    return said % {
        "who": merge.recorded_by.name if merge and merge.recorded_by else _("Somebody"),
        "when": formats.instant(at, now),
    }
