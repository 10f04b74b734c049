"""The rows of the registry: where each lead stands, who has it, its points and its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from agreements.criteria import evaluate
from agreements.models import Agreement
from agreements.terms import Terms
from leads.any_of import AnyOf
from leads.models import Handoff, Lead, LeadIdentity, Readiness, StageEntry
from leads.models.leads import HandoffQuerySet
from leads.records import changes_of, families_of
from leads.registry import latest_of_each


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """One lead with a handoff of it and the latest of its stages under the agreement.

    ``points`` are those it had at its offer, else those it has now; None without any.
    """

    lead: Lead
    handoff: Handoff | None
    stage: str
    tier: str
    is_top_tier: bool
    points: int | None
    systems: tuple[str, ...]

    @property
    def handoff_look(self) -> str:
        """The status whose look fits the handoff's."""
        status = self.handoff.status if self.handoff else Handoff.Status.EXPECTED
        return "pending" if status == Handoff.Status.EXPECTED else str(status)


@dataclass(frozen=True)
class RowWriter:
    """Dresses leads, a page of them at a time; seven queries, however many leads.

    ``terms`` name stages and tiers; of each lead the latest of ``handoffs`` is told.
    """

    agreement: Agreement
    terms: Terms | None
    handoffs: HandoffQuerySet

    def rows(self, leads: Sequence[Lead]) -> list[RegistryRow]:
        """Return the row of each lead, in their order."""
        lead_ids = [lead.pk for lead in leads]
        handoffs = latest_of_each(self.handoffs, lead_ids)
        stages, systems = self._stages_of(lead_ids), _systems_of(lead_ids)
        points = self._points_of(lead_ids, handoffs)
        rows = []
        for lead in leads:
            handoff, stage = handoffs.get(lead.pk), stages.get(lead.pk, "")
            tier = handoff.tier if handoff else ""
            rows.append(
                RegistryRow(
                    lead=lead,
                    handoff=handoff,
                    stage=self._stages.get(stage, stage),
                    tier=self._tiers.get(tier, tier),
                    is_top_tier=bool(tier) and tier == next(iter(self._tiers), None),
                    points=points.get(lead.pk),
                    systems=tuple(systems.get(lead.pk, ())),
                )
            )
        return rows

    @cached_property
    def _stages(self) -> dict[str, str]:
        return {each.key: each.name for each in self.terms.stages} if self.terms else {}

    @cached_property
    def _tiers(self) -> dict[str, str]:
        return {each.key: each.name for each in self.terms.tiers} if self.terms else {}

    @cached_property
    def _scoring(self) -> dict[int, Terms]:
        """The terms of the versions that give points, by version."""
        read = {each.pk: each.parsed_terms() for each in self.agreement.versions.signed()}
        return {pk: terms for pk, terms in read.items() if terms.handoff.scoring}

    def _stages_of(self, lead_ids: Sequence[int]) -> dict[int, str]:
        entries = StageEntry.objects.holding().filter(
            AnyOf("lead", lead_ids), agreement=self.agreement
        )
        latest = entries.order_by("lead", "-occurred_at", "-pk").distinct("lead")
        return dict(latest.values_list("lead_id", "stage"))

    def _points_of(
        self, lead_ids: Sequence[int], handoffs: Mapping[int, Handoff]
    ) -> Mapping[int, int]:
        """Return the points of each lead, by the version that judged its offer."""
        if not self._scoring:
            return {}
        judged = Readiness.objects.filter(AnyOf("lead", lead_ids), agreement=self.agreement)
        with_points = judged.filter(points__isnull=False).values_list("lead_id", "points")
        points: dict[int, int] = {pk: number for pk, number in with_points if number is not None}
        offered = {
            pk: (self._scoring[each.version_id], each.offered_at)
            for pk, each in handoffs.items()
            if each.offered_at and each.version_id in self._scoring
        }
        return points | _points_at(offered) if offered else points


def _systems_of(lead_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the sources that know each lead, in the order in which they named it."""
    found: dict[int, list[str]] = {}
    named = LeadIdentity.objects.filter(AnyOf("lead", lead_ids)).order_by("pk")
    for lead_id, source in named.values_list("lead_id", "source"):
        sources = found.setdefault(lead_id, [])
        if source not in sources:
            sources.append(source)
    return found


def _points_at(asked: Mapping[int, tuple[Terms, datetime]]) -> dict[int, int]:
    """Return the points that terms give each lead by what was told of it up to an instant."""
    families = families_of(set(asked))
    told = changes_of(families.all(set(asked)), families)
    points = {}
    for pk, (terms, at) in asked.items():
        known: dict[str, object] = {}
        for change in told.get(pk, ()):
            if change.occurred_at > at:
                break
            known.update(change.attributes)
        points[pk] = evaluate(terms.handoff, known).score
    return points
