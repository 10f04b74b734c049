"""The rows of the registry: where each lead stands, who has it, its points and its source."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, DateTimeField, F, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, NullIf

from agreements.criteria import evaluate
from agreements.models import Agreement, AgreementVersion
from agreements.terms import Terms
from leads.any_of import AnyOf
from leads.families import Families, known_at
from leads.models import Handoff, Lead, LeadIdentity, LeadStage, Readiness
from leads.models.leads import HandoffQuerySet
from leads.records import changes_of, families_below
from leads.registry.leads import latest_of_each, leads_in
from leads.story.side import reason_names

_NOTHING = Value(None)


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """One lead with a handoff of it and the stage it is in under the agreement.

    ``reason`` is why the handoff ended, empty where it did not. ``points`` are those it had at its
    offer, else those it has now; None without any. ``merged`` names the leads that were merged into
    it, in the order of the alphabet.
    """

    lead: Lead
    handoff: Handoff | None
    reason: str
    stage: str
    stage_since: datetime | None
    tier: str
    is_top_tier: bool
    points: int | None
    systems: tuple[str, ...]
    merged: tuple[str, ...]

    @property
    def handoff_look(self) -> str:
        """The status whose look fits the handoff's."""
        status = self.handoff.status if self.handoff else Handoff.Status.EXPECTED
        return "pending" if status == Handoff.Status.EXPECTED else str(status)


class _Told(NamedTuple):
    """Something told of a lead: what it is called, a stage, a system that knows it, its points.

    ``number`` is the key of the lead, of the entry or of the identity, or the points.
    """

    lead_id: int
    kind: str
    at: datetime | None
    text: str
    number: int


@dataclass(slots=True)
class _Family:
    """A lead that stands in the list, with what is told of it and of those merged into it."""

    merged: list[str] = field(default_factory=list)
    stage: str = ""
    stage_since: datetime | None = None
    systems: list[tuple[int, str]] = field(default_factory=list)
    points: int | None = None

    def hear(self, told: _Told, *, is_own: bool) -> None:
        """Add something that is told of the lead itself, or of one that was merged into it."""
        match told.kind:
            case "merged":
                self.merged.append(told.text or f"#{told.lead_id}")
            case "stage":
                self.stage, self.stage_since = told.text, told.at
            case "system":
                self.systems.append((told.number, told.text))
            case "points" if is_own:
                self.points = told.number


@dataclass(frozen=True)
class RowWriter:
    """Dresses leads, a page of them at a time; three or four queries, however many leads.

    ``versions`` are the signed ones of the agreement in their order, the latest of which names
    stages and tiers. Of each lead the latest of ``handoffs`` is told; without these it is handoffs
    that are dressed, and each is told itself.
    """

    agreement: Agreement
    versions: Sequence[AgreementVersion]
    handoffs: HandoffQuerySet | None

    @cached_property
    def terms(self) -> Terms | None:
        """The terms of the latest version; None while there is none."""
        return self.versions[-1].parsed_terms() if self.versions else None

    def rows(self, found: Sequence[Lead | Handoff | LeadStage]) -> list[RegistryRow]:
        """Return the row of each lead that was found, or is kept of what was, in their order."""
        leads = leads_in(found)
        own = [lead.pk for lead in leads]
        merges = families_below(own)
        kept = {pk: merges.kept(pk) for pk in (*own, *merges.merges)}
        families = {pk: _Family() for pk in own}
        for told in self._told_of(kept.keys(), merges.merges.keys()):
            stands_for = kept[told.lead_id]
            families[stands_for].hear(told, is_own=told.lead_id == stands_for)
        handoffs = self._handoffs_of(found, kept)
        points = self._points_at_offer(handoffs, merges)
        return [
            self._row(lead, families[lead.pk], handoffs.get(lead.pk), points.get(lead.pk))
            for lead in leads
        ]

    def _handoffs_of(
        self, found: Sequence[Lead | Handoff | LeadStage], lead_ids: Collection[int]
    ) -> Mapping[int, Handoff]:
        if self.handoffs is None:
            return {each.lead.kept.pk: each for each in found if isinstance(each, Handoff)}
        return latest_of_each(self.handoffs, lead_ids)

    def _row(
        self, lead: Lead, family: _Family, handoff: Handoff | None, points: int | None
    ) -> RegistryRow:
        tier = handoff.tier if handoff else ""
        systems = (source for _pk, source in sorted(family.systems))
        return RegistryRow(
            lead=lead,
            handoff=handoff,
            reason=self._reasons.get(handoff.reason, handoff.reason) if handoff else "",
            stage=self._stages.get(family.stage, family.stage),
            stage_since=family.stage_since,
            tier=self._tiers.get(tier, tier),
            is_top_tier=bool(tier) and tier == next(iter(self._tiers), None),
            points=family.points if points is None else points,
            systems=tuple(dict.fromkeys(systems)),
            merged=tuple(sorted(family.merged)),
        )

    @cached_property
    def _stages(self) -> dict[str, str]:
        return {each.key: each.name for each in self.terms.stages} if self.terms else {}

    @cached_property
    def _reasons(self) -> dict[str, str]:
        return reason_names(self.terms)

    @cached_property
    def _tiers(self) -> dict[str, str]:
        return {each.key: each.name for each in self.terms.tiers} if self.terms else {}

    @cached_property
    def _scoring(self) -> dict[int, Terms]:
        """The terms of the versions that give points, by version."""
        read = {each.pk: each.parsed_terms() for each in self.versions}
        return {pk: terms for pk, terms in read.items() if terms.handoff.scoring}

    def _told_of(self, lead_ids: Collection[int], merged_ids: Collection[int]) -> list[_Told]:
        """Read what is told of leads, and the names of those of them that were merged; one query.

        Each table is asked for the very keys, so that its index serves whatever is known of it.
        """
        told = AnyOf("lead", lead_ids)
        shown = Coalesce(*(NullIf(name, Value("")) for name in ("name", "company", "email")))
        stages = self.agreement.lead_stages.filter(told)
        judged = Readiness.objects.filter(told, agreement=self.agreement, points__isnull=False)
        arms: list[QuerySet[Any]] = [
            _arm(stages, "lead", "stage", F("pk"), F("stage"), F("entered_at")),
            _arm(LeadIdentity.objects.filter(told), "lead", "system", F("pk"), F("source")),
            _arm(judged, "lead", "points", F("points")),
        ]
        if merged_ids:
            merged = Lead.objects.filter(AnyOf("pk", merged_ids))
            arms.append(_arm(merged, "pk", "merged", F("pk"), shown))
        first, *others = arms
        return [_Told._make(row) for row in first.union(*others, all=True)]

    def _points_at_offer(
        self, handoffs: Mapping[int, Handoff], families: Families
    ) -> Mapping[int, int]:
        """Return the points that each lead had at its offer, by the version that judged it."""
        offered = {
            each.lead_id: (self._scoring[each.version_id], each.offered_at)
            for each in handoffs.values()
            if each.offered_at and each.version_id in self._scoring
        }
        points = _points_at(offered, families) if offered else {}
        return {pk: points[each.lead_id] for pk, each in handoffs.items() if each.lead_id in points}


def _arm(
    rows: QuerySet[Any],
    lead: str,
    kind: str,
    number: Combinable,
    text: Combinable = _NOTHING,
    at: Combinable = _NOTHING,
) -> QuerySet[Any]:
    """Return rows about leads as ``_Told`` has them."""
    return rows.order_by().values_list(
        F(lead),
        Value(kind),
        Cast(at, DateTimeField()),
        Cast(text, TextField()),
        Cast(number, BigIntegerField()),
    )


def _points_at(asked: Mapping[int, tuple[Terms, datetime]], families: Families) -> dict[int, int]:
    """Return the points that terms give each lead by what was told of it up to an instant."""
    told = changes_of(families.all(set(asked)), families)
    points = {}
    for pk, (terms, at) in asked.items():
        known = known_at(told.get(pk, ()), at)
        points[pk] = evaluate(terms.handoff, known).score
    return points
