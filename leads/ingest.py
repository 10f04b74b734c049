"""Keep facts that a source told, whatever their order and however often, and settle the clocks."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import QuerySet

from agreements.models import Agreement, User
from agreements.rules_lock import judge_by_rules
from leads.any_of import AnyOf
from leads.copying import copy_rows
from leads.facts_of_leads import leads_told_of_no_more
from leads.first_stages import is_first_stage, leads_with_a_stage, named_in
from leads.models import (
    Deal,
    Delivery,
    Fact,
    FollowUp,
    HandoffEvent,
    LeadChange,
    Satisfaction,
    StageEntry,
)
from leads.naming import LeadOfHandoff, handoffs_named, leads_named
from leads.personal.forgotten import Forgotten, forgotten_among
from leads.settle import Born, settle
from leads.told import (
    Named,
    Told,
    ToldAttributes,
    ToldDeal,
    ToldEvent,
    ToldFollowUp,
    ToldSatisfaction,
    ToldStage,
    by_source,
)

_NEVER = datetime.min.replace(tzinfo=UTC)
_FACT_COLUMNS = (
    "occurred_at",
    "recorded_at",
    "source",
    "external_id",
    "revised_at",
    "content_hash",
    "is_current",
    "is_retracted",
    "recorded_by_id",
    "correction_reason",
    "delivery_id",
)


@dataclass(slots=True)
class Ingested:
    """What became of the facts that were told, in all and by kind, and how many leads are new.

    ``returned`` is how many leads a file told of of which nothing held any more. ``forgotten`` is
    how many of the facts are about people who were forgotten, and ``known`` how many of those
    repeated came in before this delivery.
    """

    new: int = 0
    revised: int = 0
    repeated: int = 0
    leads: int = field(default=0, compare=False)
    returned: int = field(default=0, compare=False)
    forgotten: int = field(default=0, compare=False)
    known: int = field(default=0, compare=False)
    by_kind: dict[str, "Ingested"] = field(default_factory=dict, compare=False)

    def add(self, other: "Ingested") -> None:
        """Count another batch in."""
        self.new += other.new
        self.revised += other.revised
        self.repeated += other.repeated
        self.leads += other.leads
        self.returned += other.returned
        self.forgotten += other.forgotten
        self.known += other.known
        for kind, counted in other.by_kind.items():
            self.by_kind.setdefault(kind, Ingested()).add(counted)


@dataclass(frozen=True, slots=True)
class _Telling:
    """Under which agreement, by whom, when and in which delivery the facts came.

    ``with_stage`` are those of the leads of whom a stage is told only if they have none that do.
    """

    agreement: Agreement
    by: User | None
    now: datetime
    delivery: Delivery | None
    forgotten: Forgotten
    with_stage: frozenset[int]

    @property
    def recorded_at(self) -> datetime:
        """When we heard it: when the delivery arrived, however long it took to take it in."""
        return self.delivery.received_at if self.delivery else self.now


@transaction.atomic
def ingest(
    *,
    agreement: Agreement,
    facts: Sequence[Told],
    by: User | None,
    now: datetime,
    delivery: Delivery | None = None,
) -> Ingested:
    """Keep the facts and settle the handoffs of every lead they speak of.

    1. Find or make the leads and handoffs they name, and lock the leads in key order.
    2. Leave out repeats; a revision takes the place of an earlier one if it is the latest.
    3. Settle the leads about which something was new.

    Telling the same facts again, or in another order or other batches, ends in the same state.
    What is told of somebody who was forgotten is kept without what speaks of them.
    """
    judge_by_rules()
    leads, born_leads = leads_named(facts, agreement, now)
    forgotten = forgotten_among(leads, born_leads, facts, now)
    asked = {leads[name] for name in named_in(facts)} - born_leads
    with_stage = leads_with_a_stage(agreement, asked, besides=delivery)
    told_in = _Telling(agreement, by, now, delivery, forgotten, with_stage)
    facts = forgotten.renamed(facts)
    handoffs, born_handoffs = handoffs_named(agreement, facts, leads)
    ingested = Ingested(
        leads=len(born_leads),
        returned=_count_returned({*leads.values()} - born_leads, delivery),
        forgotten=forgotten.count(facts),
    )
    touched = set[int]()
    groups: defaultdict[type[Told], list[Told]] = defaultdict(list)
    for fact in facts:
        groups[type(fact)].append(fact)
    for kind, group in groups.items():
        keeper = _KEEPERS[kind]
        kept = _keep(keeper, group, leads, handoffs, told_in, touched)
        ingested.add(Ingested(by_kind={kind.kind: kept}))
        ingested.add(kept)
    touched |= born_leads | {lead_id for (lead_id, _), _ in born_handoffs.values()}
    if touched:
        settle(lead_ids=touched, now=now, born=Born(born_leads, born_handoffs))
    if forgotten.names:
        forgotten.note_told_again(delivery, now)
    return ingested


def _count_returned(lead_ids: Collection[int], delivery: Delivery | None) -> int:
    """Count the leads a file brings back: calls are answered by what is there."""
    if delivery is None or delivery.kind != Delivery.Kind.FILE:
        return 0
    return len(leads_told_of_no_more(lead_ids))


@dataclass(frozen=True, slots=True)
class _Keeper:
    """How facts of one kind are written: the model, its own columns, and their cells."""

    model: type[Fact]
    columns: tuple[str, ...]
    cells: Callable[[Any, int, int, int], tuple[Any, ...]]


_KEEPERS: dict[type[Told], _Keeper] = {
    ToldStage: _Keeper(
        StageEntry,
        ("agreement_id", "lead_id", "stage"),
        lambda fact, agreement, lead, _: (agreement, lead, fact.stage),
    ),
    ToldEvent: _Keeper(
        HandoffEvent,
        (
            "handoff_id", "kind", "person_id", "to_queue", "reason",
            "is_overturned", "until", "note", "answers",
        ),
        lambda fact, _agreement, _lead, handoff: (
            handoff, fact.event, fact.person_id, fact.to_queue, fact.reason,
            fact.is_overturned, fact.until, fact.note, fact.answers,
        ),
    ),
    ToldFollowUp: _Keeper(
        FollowUp,
        (
            "agreement_id", "lead_id", "channel", "direction", "outcome", "evidence",
            "is_automated", "person_id", "note", "next_step", "next_step_date",
        ),
        lambda fact, agreement, lead, _: (
            agreement, lead, fact.channel, fact.direction, fact.outcome, fact.evidence,
            fact.is_automated, fact.person_id, fact.note, fact.next_step, fact.next_step_date,
        ),
    ),
    ToldDeal: _Keeper(
        Deal,
        ("agreement_id", "lead_id", "status", "amount", "currency", "reason", "person_id"),
        lambda fact, agreement, lead, _: (
            agreement, lead, fact.status, fact.amount, fact.currency, fact.reason, fact.person_id,
        ),
    ),
    ToldSatisfaction: _Keeper(
        Satisfaction,
        ("agreement_id", "lead_id", "score"),
        lambda fact, agreement, lead, _: (agreement, lead, fact.score),
    ),
    ToldAttributes: _Keeper(
        LeadChange,
        ("lead_id", "attributes"),
        lambda fact, _agreement, lead, _handoff: (lead, fact.attributes),
    ),
}  # fmt: skip


Rank: TypeAlias = tuple[datetime, datetime, str]


def rank_of(revised_at: datetime | None, recorded_at: datetime, content_hash: str) -> Rank:
    """Return what tells which of the revisions of a fact holds: the greatest."""
    return revised_at or _NEVER, recorded_at, content_hash


@dataclass(slots=True)
class _Revision:
    """A revision of a fact: one that is kept (``pk``) or one that is to be (``fact``)."""

    rank: Rank
    pk: int | None = None
    fact: Told | None = None


def _keep(
    keeper: _Keeper,
    facts: Sequence[Told],
    leads: dict[Named, int],
    handoffs: dict[Named, LeadOfHandoff],
    told_in: _Telling,
    touched: set[int],
) -> Ingested:
    """Write the facts of one kind that are new and let the right revision of each hold."""
    kept = _kept_revisions(keeper.model, facts)
    ingested, new = Ingested(), list[tuple[str, str, _Revision]]()
    for fact in facts:
        revisions = kept.setdefault((fact.source, fact.external_id), {})
        content_hash = told_in.forgotten.content_hash(fact)
        mark = (content_hash, fact.revised_at)
        if mark in revisions:
            ingested.repeated += 1
            ingested.known += revisions[mark].rank[1] != told_in.recorded_at
            continue
        if leads[fact.lead] in told_in.with_stage and is_first_stage(fact):
            continue
        ingested.new += not revisions
        ingested.revised += bool(revisions)
        rank = rank_of(fact.revised_at, told_in.recorded_at, content_hash)
        revisions[mark] = _Revision(rank, fact=fact)
        new.append((fact.source, fact.external_id, revisions[mark]))
        touched.add(leads[fact.lead])
        if isinstance(fact, ToldEvent):
            touched.add(handoffs[fact.handoff][1])
    _hold_latest(keeper.model, kept, {(source, name) for source, name, _ in new})
    _write(keeper, new, kept, leads, handoffs, told_in)
    return ingested


def _kept_revisions(
    model: type[Fact], facts: Sequence[Told]
) -> dict[tuple[str, str], dict[tuple[str, datetime | None], _Revision]]:
    names = by_source((fact.source, fact.external_id) for fact in facts)
    kept: dict[tuple[str, str], dict[tuple[str, datetime | None], _Revision]] = {}
    for source, external_ids in names.items():
        for external_id, content_hash, revised_at, recorded_at, pk in rows_of_facts(
            model, source, external_ids
        ):
            kept.setdefault((source, external_id), {})[content_hash, revised_at] = _Revision(
                rank_of(revised_at, recorded_at, content_hash), pk=pk
            )
    return kept


def rows_of_facts(
    model: type[Fact], source: str, external_ids: Collection[str]
) -> QuerySet[Any, Any]:
    """Give the revisions that count. Each half has an index; both together have none."""
    rows = model._default_manager.filter(AnyOf("external_id", external_ids), source=source)
    told = rows.values_list("external_id", "content_hash", "revised_at", "recorded_at", "pk")
    return told.filter(is_current=True).union(
        told.filter(is_current=False, is_undone=False), all=True
    )


def _hold_latest(
    model: type[Fact],
    kept: dict[tuple[str, str], dict[tuple[str, datetime | None], _Revision]],
    names: set[tuple[str, str]],
) -> None:
    """Take the hold from kept revisions that a new one outranks."""
    outranked = [
        revision.pk
        for name in names
        for revision in kept[name].values()
        if revision.pk is not None and revision.rank < _latest(kept[name]).rank
    ]
    if outranked:
        model._default_manager.filter(pk__in=outranked, is_current=True).update(is_current=False)


def _latest(revisions: dict[tuple[str, datetime | None], _Revision]) -> _Revision:
    return max(revisions.values(), key=lambda revision: revision.rank)


def _write(
    keeper: _Keeper,
    new: Sequence[tuple[str, str, _Revision]],
    kept: dict[tuple[str, str], dict[tuple[str, datetime | None], _Revision]],
    leads: dict[Named, int],
    handoffs: dict[Named, LeadOfHandoff],
    told_in: _Telling,
) -> None:
    """Append the new revisions."""
    by_id = told_in.by.pk if told_in.by else None
    delivery_id = told_in.delivery.pk if told_in.delivery else None

    def row(source: str, name: str, revision: _Revision) -> tuple[Any, ...]:
        assert revision.fact is not None  # noqa: S101 - new revisions carry what was told
        fact = told_in.forgotten.kept(revision.fact)
        holds = revision is _latest(kept[source, name])
        handoff = handoffs[fact.handoff][0] if isinstance(fact, ToldEvent) else 0
        return (
            fact.occurred_at, told_in.recorded_at, fact.source, fact.external_id, fact.revised_at,
            revision.rank[2], holds, fact.is_retracted, by_id, fact.correction_reason,
            delivery_id,
            *keeper.cells(fact, told_in.agreement.pk, leads[fact.lead], handoff),
        )  # fmt: skip

    copy_rows(keeper.model, (*_FACT_COLUMNS, *keeper.columns), (row(*one) for one in new))
