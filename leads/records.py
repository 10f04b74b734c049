"""Read the records about some leads: everything that settling them depends on."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Min, Q

from agreements.clock import Absence, Grade
from agreements.models import Absence as AbsenceRow
from agreements.models import AgreementVersion
from agreements.rulebook import Rulebook
from leads.any_of import AnyOf
from leads.families import (
    ChangeRow,
    Families,
    MergeRow,
    known_at,
    known_before,
    share,
    share_changes,
)
from leads.fold import EventRow, FollowUpRow, OfferRow
from leads.follow_ups import GRADES
from leads.models import (
    Blackout,
    FollowUp,
    HandoffEvent,
    LateLoggingApproval,
    LeadChange,
    LeadMerge,
    StageEntry,
)
from leads.models.leads import HandoffQuerySet
from leads.rulebooks import rulebook_of

LeadAndAgreement = tuple[int, int]
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class StageRow(NamedTuple):
    """A lead's entry into a stage."""

    occurred_at: datetime
    source: str
    external_id: str
    stage: str


@dataclass(frozen=True, slots=True)
class InForce:
    """A version's rules, and the period [from, to) in which offers fall under it."""

    effective_from: datetime
    effective_to: datetime | None
    version_id: int
    rulebook: Rulebook


class Versions(dict[int, list[InForce]]):
    """The signed versions of agreements, by agreement, the earliest first."""

    def in_force(self, agreement_id: int, at: datetime) -> InForce | None:
        """Return the version of an agreement whose period holds the instant, if one does."""
        versions = self.get(agreement_id, [])
        place = bisect_right(versions, at, key=lambda version: version.effective_from) - 1
        if place < 0:
            return None
        found = versions[place]
        return found if found.effective_to is None or at < found.effective_to else None


@dataclass(slots=True)
class Records:
    """The records of some leads, by lead or by (lead, agreement)."""

    lead_ids: Collection[int]
    offers: dict[LeadAndAgreement, list[OfferRow]]
    events: dict[int, list[EventRow]]
    follow_ups: dict[LeadAndAgreement, list[FollowUpRow]]
    stages: dict[LeadAndAgreement, list[StageRow]]
    changes: dict[int, list[ChangeRow]]
    families: Families
    versions: Versions
    blackouts: dict[int, list[tuple[datetime, datetime]]]
    absences: dict[int, list[Absence]]
    approved: set[tuple[str, str]]

    def absences_of(self, holder_ids: Iterable[int]) -> list[Absence]:
        """Return when these holders were away."""
        return [away for holder in set(holder_ids) for away in self.absences.get(holder, ())]

    def attributes_at(self, lead_id: int, at: datetime | None) -> dict[str, Any]:
        """Return what had been told of a lead up to an instant, ends included; None is all."""
        return known_at(self.changes.get(lead_id, ()), at)

    def attributes_of(self, lead_id: int) -> dict[str, Any]:
        """Return all that had been told of a lead, up to when it was merged into another one."""
        merge = self.families.merges.get(lead_id)
        if merge is None:
            return self.attributes_at(lead_id, None)
        return known_before(self.changes.get(lead_id, ()), merge)


@dataclass(frozen=True, slots=True)
class RulesOf:
    """The rules of an agreement, version by version, as the fold asks for them."""

    records: Records
    agreement_id: int

    def is_in_time(self, row: FollowUpRow, offered_at: datetime) -> bool:
        """Whether a system saw it, or it was logged in time, or it was approved."""
        if not row.is_by_hand or (row.source, row.external_id) in self.records.approved:
            return True
        version = self.records.versions.in_force(self.agreement_id, offered_at)
        return version is None or version.rulebook.is_logged_in_time(
            row.occurred_at, row.recorded_at
        )

    def gives_up(self, reason: str, offered_at: datetime) -> bool:
        """Whether recycling with this reason says that nobody was reached."""
        version = self.records.versions.in_force(self.agreement_id, offered_at)
        return version is not None and version.rulebook.terms.gives_up(reason)


def read_records(
    lead_ids: Collection[int],
    offers: Mapping[LeadAndAgreement, list[OfferRow]],
    families: Families,
) -> Records:
    """Read everything about these leads; about ten queries, however many leads.

    The leads and offers are whole families. What was told of one since it was found to be another
    one is among what was told of that one too.
    """
    agreement_ids = {agreement_id for _, agreement_id in offers}
    handoff_ids = [offer.pk for group in offers.values() for offer in group]
    follow_ups, by_hand = _follow_ups(lead_ids)
    events, stages = _events(handoff_ids), _stages(lead_ids)
    share(follow_ups, families)
    share(stages, families)
    return Records(
        lead_ids=lead_ids,
        offers=dict(offers),
        events=events,
        follow_ups=follow_ups,
        stages=stages,
        changes=changes_of(lead_ids, families),
        families=families,
        versions=versions_of(agreement_ids),
        blackouts=blackouts_of(agreement_ids),
        absences=_absences(events),
        approved=_approved(by_hand),
    )


def _events(handoff_ids: Collection[int]) -> dict[int, list[EventRow]]:
    if not handoff_ids:
        return {}
    found: defaultdict[int, list[EventRow]] = defaultdict(list)
    rows = HandoffEvent.objects.holding().filter(AnyOf("handoff", handoff_ids))
    for row in rows.values_list(*EventRow._fields):
        found[row[0]].append(EventRow._make(row))
    return found


def _follow_ups(
    lead_ids: Collection[int],
) -> tuple[dict[LeadAndAgreement, list[FollowUpRow]], set[tuple[str, str]]]:
    found: defaultdict[LeadAndAgreement, list[FollowUpRow]] = defaultdict(list)
    rows = FollowUp.objects.holding().filter(AnyOf("lead", lead_ids))
    by_hand, corrected = set(), set()
    for lead_id, agreement_id, revised_at, *cells, outcome, is_automated, evidence in (
        rows.values_list(
            "lead_id", "agreement_id", "revised_at", "occurred_at", "recorded_at", "source",
            "external_id", "channel", "outcome", "is_automated", "evidence",
        )
    ):  # fmt: skip
        is_by_hand = evidence == FollowUp.Evidence.BY_HAND
        row = FollowUpRow._make((*cells, Grade(GRADES[outcome]), is_automated, is_by_hand))
        found[lead_id, agreement_id].append(row)
        if is_by_hand:
            by_hand.add((row.source, row.external_id))
            if revised_at is not None:
                corrected.add(row.external_id)
    if corrected:
        _date_back(found, first_recorded(corrected))
    return found, by_hand


def first_recorded(names: Collection[str]) -> dict[tuple[str, str, datetime], datetime]:
    """Return when each follow-up was first said to have happened at an instant."""
    rows = FollowUp.objects.filter(AnyOf("external_id", names), is_retracted=False)
    told = rows.values_list("source", "external_id", "occurred_at")
    return {tuple(key): at for *key, at in told.annotate(at=Min("recorded_at")).order_by()}


def _date_back(
    found: dict[LeadAndAgreement, list[FollowUpRow]],
    first: Mapping[tuple[str, str, datetime], datetime],
) -> None:
    """Let a corrected follow-up count as told when its instant was: the rest was in time then."""
    for rows in found.values():
        rows[:] = [
            row._replace(
                recorded_at=first.get(
                    (row.source, row.external_id, row.occurred_at), row.recorded_at
                )
            )
            for row in rows
        ]


def _stages(lead_ids: Collection[int]) -> dict[LeadAndAgreement, list[StageRow]]:
    found: defaultdict[LeadAndAgreement, list[StageRow]] = defaultdict(list)
    rows = StageEntry.objects.holding().filter(AnyOf("lead", lead_ids))
    for lead_id, agreement_id, *row in rows.values_list(
        "lead_id", "agreement_id", *StageRow._fields
    ):
        found[lead_id, agreement_id].append(StageRow._make(row))
    return found


def changes_of(lead_ids: Collection[int], families: Families) -> dict[int, list[ChangeRow]]:
    """Read what was told of the attributes of whole families, by lead and in order; one query."""
    found: defaultdict[int, list[ChangeRow]] = defaultdict(list)
    rows = LeadChange.objects.holding().filter(AnyOf("lead", lead_ids))
    told = rows.order_by("occurred_at", "source", "recorded_at", "external_id")
    for lead_id, *row in told.values_list("lead_id", *ChangeRow._fields):
        found[lead_id].append(ChangeRow._make(row))
    share_changes(found, families)
    return found


def offers_of(handoffs: HandoffQuerySet) -> dict[LeadAndAgreement, list[OfferRow]]:
    """Read which offers handoffs are of, by lead and agreement; one query."""
    offers: dict[LeadAndAgreement, list[OfferRow]] = {}
    rows = handoffs.order_by("pk").values_list("lead_id", "agreement_id", *OfferRow._fields)
    for lead_id, agreement_id, *offer in rows:
        offers.setdefault((lead_id, agreement_id), []).append(OfferRow(*offer))
    return offers


def families_of(lead_ids: Collection[int]) -> Families:
    """Read which leads were merged with these, also over others; one query where none was."""
    merges: dict[int, MergeRow] = {}
    known, asked = set(lead_ids), set(lead_ids)
    while asked:
        rows = LeadMerge.objects.holding().filter(Q(AnyOf("merged", asked)) | AnyOf("kept", asked))
        told = rows.order_by("occurred_at", "source", "external_id")
        for merged_id, *row in told.values_list("merged_id", *MergeRow._fields):
            merges[merged_id] = MergeRow._make(row)
        met = set(merges) | {merge.kept_id for merge in merges.values()}
        asked = met - known
        known |= met
    return Families(merges)


def families_below(kept_ids: Collection[int]) -> Families:
    """Read which leads were merged into these, also over others; one query.

    Of leads that are kept in the end these are whole families.
    """
    rows = LeadMerge.objects.holding().filter(AnyOf("merged__merged_into", kept_ids))
    told = rows.order_by("occurred_at", "source", "external_id")
    merges = told.values_list("merged_id", *MergeRow._fields)
    return Families({merged_id: MergeRow._make(row) for merged_id, *row in merges})


def versions_of(agreement_ids: Collection[int]) -> Versions:
    """Read the signed versions of some agreements, their rules made ready."""
    found = Versions()
    for version in AgreementVersion.objects.signed().filter(agreement__in=agreement_ids):
        rules = found.setdefault(version.agreement_id, [])
        rules.append(
            InForce(
                version.effective_from or _BEFORE_ALL,
                version.effective_to,
                version.pk,
                rulebook_of(version),
            )
        )
    for rules in found.values():
        rules.sort(key=lambda version: version.effective_from)
    return found


def blackouts_of(agreement_ids: Collection[int]) -> dict[int, list[tuple[datetime, datetime]]]:
    """Read the blackouts that both parties signed, by agreement, half-open."""
    found: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Blackout.objects.filter(agreement__in=agreement_ids, signed_at__isnull=False)
    for agreement_id, *span in rows.order_by("starts_at", "pk").values_list(
        "agreement_id", "starts_at", "ends_at"
    ):
        found[agreement_id].append((span[0], span[1]))
    return found


def _absences(events: Mapping[int, list[EventRow]]) -> dict[int, list[Absence]]:
    holders = {event.person_id for group in events.values() for event in group if event.person_id}
    found: defaultdict[int, list[Absence]] = defaultdict(list)
    rows = AbsenceRow.objects.filter(user__in=holders).order_by("starts_at", "pk")
    for holder, *rest in rows.values_list("user_id", "starts_at", "ends_at", "recorded_at"):
        found[holder].append(Absence(holder, *rest))
    return found


def _approved(by_hand: set[tuple[str, str]]) -> set[tuple[str, str]]:
    if not by_hand:
        return set()
    rows = LateLoggingApproval.objects.filter(
        source__in={source for source, _ in by_hand},
        external_id__in=[name for _, name in by_hand],
    )
    return set(rows.values_list("source", "external_id")) & by_hand
