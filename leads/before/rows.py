"""The rows of marketing's list before the handoff: what each lead lacks, and how it ages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Agreement
from agreements.rule_words import rule_words
from agreements.terms import Terms
from leads.any_of import AnyOf
from leads.before.health import Health, health_of
from leads.before.qualifying import bringing, lacking, told_of
from leads.before.readiness import met_since
from leads.kin import KEPT
from leads.models import FollowUp, Handoff, Lead, Readiness
from leads.story.side import reason_names


def health_names() -> dict[str, str]:
    """Say each health in words."""
    return {
        Health.FRESH: _("Fresh"),
        Health.AGEING: _("Ageing: no sign of life for a month"),
        Health.COLD: _("Cold: no sign of life for three months"),
        Health.UNREACHABLE: _("No e-mail address or telephone"),
    }


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A lead that could be offered: what it has and lacks, its age, its health, its past.

    ``bypass`` says what makes it ready without the points, ``brings`` what would bring some.
    """

    lead: Lead
    ready_since: datetime | None
    points: str
    bypass: str
    lacks: tuple[str, ...]
    brings: tuple[str, ...]
    stage: str
    stage_since: datetime | None
    health: Health
    nurtured: FollowUp | None
    past: str

    @property
    def health_words(self) -> str:
        """The health in words."""
        return health_names()[self.health]

    @property
    def health_look(self) -> str:
        """The colour of the health."""
        tones = {Health.UNREACHABLE: "bad", Health.COLD: "bad", Health.AGEING: "warn"}
        return tones.get(self.health, "ok")

    @property
    def health_icon(self) -> str:
        """The icon of the health."""
        icons = {"bad": "circle-x", "warn": "alert-triangle", "ok": "circle-check"}
        return icons[self.health_look]


class _About:
    """What is known of some leads beside their readiness; five queries."""

    def __init__(
        self, agreement: Agreement, lead_ids: Sequence[int], terms: Terms | None, now: datetime
    ) -> None:
        self.terms, self.now = terms, now
        self.stages = {each.key: each.name for each in terms.stages} if terms else {}
        reached = agreement.lead_stages.filter(AnyOf("lead", lead_ids))
        self.reached = {each.lead_id: each for each in reached}
        self.touches, self.nurtured = _latest_touches(agreement, lead_ids)
        self.past = past_of(agreement, lead_ids, terms)
        self.changes = told_of(lead_ids)

    def row(self, readiness: Readiness) -> ReadyRow:
        lead = readiness.lead
        reached, touch = self.reached.get(lead.pk), self.touches.get(lead.pk)
        told = self.changes.get(lead.pk, ())
        signs = [
            told[-1].occurred_at if told else None,
            reached and reached.entered_at,
            touch and touch.occurred_at,
        ]
        last_sign_at = max((at for at in signs if at), default=lead.first_heard_at)
        return ReadyRow(
            lead=lead,
            ready_since=self._ready_since(readiness),
            points=self._points(readiness),
            bypass=self._bypass(readiness),
            lacks=() if self.terms is None else lacking(self.terms, lead.attributes),
            brings=() if self.terms is None else bringing(self.terms, lead.attributes),
            stage=self.stages.get(reached.stage, reached.stage) if reached else "",
            stage_since=reached.entered_at if reached else None,
            health=health_of(
                can_be_reached=bool(lead.email or lead.phone),
                last_sign_at=last_sign_at,
                now=self.now,
            ),
            nurtured=self.nurtured.get(lead.pk),
            past=self.past.get(lead.pk, ""),
        )

    def _ready_since(self, readiness: Readiness) -> datetime | None:
        """Return since when it meets the criteria by what was told of it.

        Else since when it was found to: where a merge, say, brought what it needed.
        """
        if readiness.ready_since is None or self.terms is None:
            return None
        told = self.changes.get(readiness.lead_id, ())
        return met_since(self.terms.handoff, told) or readiness.ready_since

    def _points(self, readiness: Readiness) -> str:
        threshold = self.terms.handoff.threshold if self.terms else None
        if readiness.points is None or threshold is None:
            return ""
        return _("%(points)s of %(threshold)s") % {
            "points": formats.figure(readiness.points),
            "threshold": formats.figure(threshold),
        }

    def _bypass(self, readiness: Readiness) -> str:
        criteria = self.terms.handoff if self.terms else None
        if criteria is None or criteria.threshold is None or criteria.bypass is None:
            return ""
        is_short = (readiness.points or 0) < criteria.threshold
        return capfirst(rule_words(criteria.bypass)) if is_short and readiness.ready_since else ""


def rows_of(
    agreement: Agreement, found: Sequence[Readiness], terms: Terms | None, now: datetime
) -> list[ReadyRow]:
    """Dress a page of readiness, its leads selected; five queries, however many leads."""
    about = _About(agreement, [each.lead_id for each in found], terms, now)
    return [about.row(each) for each in found]


def _latest_touches(
    agreement: Agreement, lead_ids: Sequence[int]
) -> tuple[Mapping[int, FollowUp], Mapping[int, FollowUp]]:
    """Return by lead what was last done, and what last while it was not with sales; one query."""
    with_sales = agreement.handoffs.filter(
        Q(closed_at=None) | Q(closed_at__gte=OuterRef("occurred_at")),
        lead=OuterRef("lead"),
        offered_at__lte=OuterRef("occurred_at"),
    )
    told = FollowUp.objects.holding().filter(AnyOf("lead", lead_ids), agreement=agreement)
    found = told.annotate(is_nurture=~Exists(with_sales)).order_by(
        "lead", "is_nurture", "-occurred_at", "-pk"
    )
    latest: dict[int, FollowUp] = {}
    nurtured: dict[int, FollowUp] = {}
    for touch in found.distinct("lead", "is_nurture"):
        before = latest.setdefault(touch.lead_id, touch)
        if before.occurred_at < touch.occurred_at:
            latest[touch.lead_id] = touch
        if touch.is_nurture:
            nurtured[touch.lead_id] = touch
    return latest, nurtured


def past_of(agreement: Agreement, lead_ids: Sequence[int], terms: Terms | None) -> dict[int, str]:
    """Say how the latest handoff of each lead ended, under whichever name; one query."""
    names = reason_names(terms)
    return {
        each.kept: _("%(status)s: %(reason)s")
        % {"status": each.get_status_display(), "reason": names.get(each.reason, each.reason)}
        if each.reason
        else each.get_status_display()
        for each in latest_offered(agreement, lead_ids)
    }


def latest_offered(agreement: Agreement, lead_ids: Sequence[int]) -> QuerySet[Any]:
    """Return the latest handoff of each lead, under whichever name, with the key that is kept."""
    none = (Handoff.Status.REPEATED, Handoff.Status.MERGED)
    offered = agreement.handoffs.filter(offered_at__isnull=False).exclude(status__in=none)
    own = offered.filter(AnyOf("lead", lead_ids)).values("pk")
    merged = offered.filter(AnyOf("lead__merged_into", lead_ids)).values("pk")
    found = Handoff.objects.filter(pk__in=own.union(merged, all=True)).annotate(kept=KEPT)
    latest: QuerySet[Any] = found.order_by("kept", "-offered_at", "-pk").distinct("kept")
    return latest
