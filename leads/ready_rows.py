"""The rows of marketing's list before the handoff: what each lead lacks, and how it ages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Max, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Agreement
from agreements.rule_words import rule_words
from agreements.terms import Terms
from leads.any_of import AnyOf
from leads.health import Health, health_of
from leads.kin import KEPT
from leads.models import FollowUp, Handoff, Lead, LeadChange, Readiness, StageEntry
from leads.models.facts import FactQuerySet
from leads.qualifying import lacking
from leads.side import reason_names

F = TypeVar("F", StageEntry, FollowUp)


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A lead that could be offered: what it has and lacks, its age, its health, its past.

    ``bypass`` says what makes it ready without the points.
    """

    lead: Lead
    ready_since: datetime | None
    points: str
    bypass: str
    lacks: tuple[str, ...]
    stage: str
    stage_since: datetime | None
    health: Health
    nurtured: FollowUp | None
    past: str

    @property
    def health_words(self) -> str:
        """The health in words."""
        return {
            Health.UNREACHABLE: _("No e-mail address or telephone"),
            Health.COLD: _("Cold: no sign of life for three months"),
            Health.AGEING: _("Ageing: no sign of life for a month"),
            Health.FRESH: _("Fresh"),
        }[self.health]

    @property
    def health_look(self) -> str:
        """The colour of the health."""
        tones = {Health.UNREACHABLE: "bad", Health.COLD: "bad", Health.AGEING: "warn"}
        return tones.get(self.health, "ok")


class _About:
    """What is known of some leads beside their readiness; four queries."""

    def __init__(
        self, agreement: Agreement, lead_ids: Sequence[int], terms: Terms | None, now: datetime
    ) -> None:
        self.terms, self.now = terms, now
        self.stages = {each.key: each.name for each in terms.stages} if terms else {}
        self.entries = _latest(StageEntry.objects.holding().filter(agreement=agreement), lead_ids)
        self.touches = _latest(FollowUp.objects.holding().filter(agreement=agreement), lead_ids)
        told = LeadChange.objects.holding().filter(AnyOf("lead", lead_ids)).values("lead")
        self.told_at = dict(told.annotate(at=Max("occurred_at")).values_list("lead", "at"))
        self.past = past_of(agreement, lead_ids, terms)

    def row(self, readiness: Readiness) -> ReadyRow:
        lead = readiness.lead
        entry, touch = self.entries.get(lead.pk), self.touches.get(lead.pk)
        signs = [
            self.told_at.get(lead.pk),
            entry and entry.occurred_at,
            touch and touch.occurred_at,
        ]
        last_sign_at = max((at for at in signs if at), default=lead.first_heard_at)
        return ReadyRow(
            lead=lead,
            ready_since=readiness.ready_since,
            points=self._points(readiness),
            bypass=self._bypass(readiness),
            lacks=() if self.terms is None else lacking(self.terms, lead.attributes),
            stage=self.stages.get(entry.stage, entry.stage) if entry else "",
            stage_since=entry.occurred_at if entry else None,
            health=health_of(
                can_be_reached=bool(lead.email or lead.phone),
                last_sign_at=last_sign_at,
                now=self.now,
            ),
            nurtured=touch,
            past=self.past.get(lead.pk, ""),
        )

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
    """Dress a page of readiness, its leads selected; four queries, however many leads."""
    about = _About(agreement, [each.lead_id for each in found], terms, now)
    return [about.row(each) for each in found]


def _latest(facts: FactQuerySet[F], lead_ids: Sequence[int]) -> Mapping[int, F]:
    latest = facts.filter(AnyOf("lead", lead_ids)).order_by("lead", "-occurred_at", "-pk")
    return {fact.lead_id: fact for fact in latest.distinct("lead")}


def past_of(agreement: Agreement, lead_ids: Sequence[int], terms: Terms | None) -> dict[int, str]:
    """Say how the latest handoff of each lead ended, under whichever name; one query."""
    names = reason_names(terms)
    none = (Handoff.Status.REPEATED, Handoff.Status.MERGED)
    offered = agreement.handoffs.filter(offered_at__isnull=False).exclude(status__in=none)
    own = offered.filter(AnyOf("lead", lead_ids)).values("pk")
    merged = offered.filter(AnyOf("lead__merged_into", lead_ids)).values("pk")
    found: QuerySet[Any] = Handoff.objects.filter(pk__in=own.union(merged, all=True))
    latest = found.annotate(kept=KEPT).order_by("kept", "-offered_at", "-pk").distinct("kept")
    return {
        each.kept: _("%(status)s: %(reason)s")
        % {"status": each.get_status_display(), "reason": names.get(each.reason, each.reason)}
        if each.reason
        else each.get_status_display()
        for each in latest
    }
