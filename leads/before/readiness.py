"""Judge leads by the criteria in force, so that marketing sees who could be offered."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from agreements.criteria import Attributes, evaluate
from agreements.models import Agreement, AgreementVersion
from agreements.terms.handoff import Handoff as HandoffTerms
from leads.any_of import AnyOf
from leads.copying import copy_rows
from leads.families import ChangeRow
from leads.fold import Row
from leads.models import Deal, Handoff, Lead, Readiness, StageEntry, Unjudged
from leads.projections import update_rows
from leads.records import families_of
from leads.rulebooks import rulebook_of

BATCH = 2000
COLUMNS = (
    "agreement_id", "lead_id", "version_id", "ready_since", "points", "missing_points", "lacks",
)  # fmt: skip
_READY_SINCE = COLUMNS.index("ready_since")
# Where the latest handoff stands so, sales has the lead, has had it to the end, or lets it rest.
_NOT_OFFERED = (
    *Handoff.OPEN,
    Handoff.Status.QUALIFIED,
    Handoff.Status.DISQUALIFIED,
    Handoff.Status.RECYCLED,
)
# What opened nothing, or was taken over by another handoff, says nothing of where a lead stands.
_NO_OFFER = (Handoff.Status.REPEATED, Handoff.Status.MERGED, Handoff.Status.TAKEN_BACK)
_TAKE = """
DELETE FROM leads_unjudged WHERE id IN (
    SELECT id FROM leads_unjudged ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING lead_id
"""

Known = Mapping[int, Attributes]
"""What is known of leads that may be contacted, by lead; their rows are locked."""


class Judged(NamedTuple):
    """What criteria say of a lead: whether it meets them, its points, and what it lacks."""

    is_ready: bool
    points: int | None
    missing_points: int
    lacks: int


def judge_leads(*, now: datetime) -> int:
    """Judge every lead about which something changed; return how many.

    Rows of transactions that have not ended are seen by a later run. Leads judged under a version
    that is no longer in force are judged again, too.
    """
    judged = 0
    while taken := _judge_changed(now):
        judged += taken
    for agreement in Agreement.objects.order_by("pk"):
        while taken := _judge_outdated(agreement, now):
            judged += taken
    return judged


def is_being_judged(agreement: Agreement, version: AgreementVersion | None) -> bool:
    """Whether leads wait to be judged by the version in force, so that a list is not up to date."""
    return Unjudged.objects.exists() or _outdated(agreement, version).exists()


def _outdated(agreement: Agreement, version: AgreementVersion | None) -> QuerySet[Readiness]:
    """Return what was judged by another version than that in force.

    Versions before and after it are looked up in an index; all but it would be every row.
    """
    rows = Readiness.objects.filter(agreement=agreement)
    if version is None:
        return rows
    return rows.filter(Q(version__lt=version.pk) | Q(version__gt=version.pk))


@transaction.atomic
def _judge_changed(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [BATCH])
        taken = [lead_id for (lead_id,) in cursor.fetchall()]
    lead_ids = _with_kept(taken)
    known = _known(lead_ids)
    for agreement, of_agreement in _agreements_of(lead_ids):
        version = agreement.versions.in_force(now).first()
        _judge(agreement, version, of_agreement, known, now)
    return len(taken)


def _with_kept(lead_ids: Collection[int]) -> set[int]:
    """Return leads, and those that are kept of them, which what is told of them is about now."""
    merged = Lead.objects.filter(AnyOf("pk", lead_ids), merged_into__isnull=False)
    return {*lead_ids, *merged.values_list("merged_into_id", flat=True)}


@transaction.atomic
def _judge_outdated(agreement: Agreement, now: datetime) -> int:
    version = agreement.versions.in_force(now).first()
    rows = _outdated(agreement, version).values_list("lead_id", flat=True)
    lead_ids = set(rows[:BATCH])
    _judge(agreement, version, lead_ids, _known(lead_ids), now)
    return len(lead_ids)


def _known(lead_ids: Collection[int]) -> Known:
    """Lock the leads in key order, before anything else about them is read."""
    rows = Lead.objects.filter(AnyOf("pk", lead_ids), merged_into=None, is_contact_barred=False)
    locked = rows.order_by("pk").select_for_update(no_key=True)
    return dict(locked.values_list("pk", "attributes"))


def _agreements_of(lead_ids: Collection[int]) -> list[tuple[Agreement, set[int]]]:
    """Pair agreements with the leads that reached a stage or were offered under each.

    Also with those that are kept of them.
    """
    found: defaultdict[int, set[int]] = defaultdict(set)
    entries = StageEntry.objects.holding().filter(AnyOf("lead", lead_ids))
    handoffs = Handoff.objects.filter(AnyOf("lead", lead_ids))
    stored = Readiness.objects.filter(AnyOf("lead", lead_ids))
    for rows in (entries, handoffs, stored):
        told = rows.values_list("agreement_id", "lead_id", "lead__merged_into_id")
        for agreement_id, lead_id, kept_id in told:
            found[agreement_id].update((lead_id, kept_id or lead_id))
    agreements = Agreement.objects.in_bulk(found)
    return [(agreements[pk], leads) for pk, leads in sorted(found.items())]


def _judge(
    agreement: Agreement,
    version: AgreementVersion | None,
    lead_ids: Collection[int],
    known: Known,
    now: datetime,
) -> None:
    """Write what the criteria of the version say of these leads.

    Nothing of those sales has, nor of those in no list of the agreement any more.
    """
    stored = {
        row[1]: (pk, tuple(row))
        for pk, *row in Readiness.objects.filter(
            AnyOf("lead", lead_ids), agreement=agreement
        ).values_list("pk", *COLUMNS)
    }
    computed: dict[int, Row] = {}
    if version is not None:
        judge = judge_of(rulebook_of(version).terms.handoff)
        judged = known.keys() & _listed(agreement, lead_ids)
        for lead_id in judged - _not_offered(agreement, lead_ids):
            before = stored[lead_id][1][_READY_SINCE] if lead_id in stored else None
            is_ready, *rest = judge(known[lead_id])
            since = (before or now) if is_ready else None
            computed[lead_id] = (agreement.pk, lead_id, version.pk, since, *rest)
    _write(stored, computed)


def _listed(agreement: Agreement, lead_ids: Collection[int]) -> set[int]:
    """Return those of which something stands under the agreement, or of one merged into them."""
    listed = Lead.objects.one_with(lead_ids).of_agreement(agreement)
    return {kept or pk for pk, kept in listed.values_list("pk", "merged_into")}


def _not_offered(agreement: Agreement, lead_ids: Collection[int]) -> set[int]:
    """Return those that nobody offers as a matter of course: sales has them, or they bought.

    Also those whose rejection waits for the arbiter: offered anew it can only be upheld.

    What holds of one lead holds of all that were found to be one with it.
    """
    families = families_of(lead_ids)
    everybody = families.all(lead_ids)
    latest = (
        agreement.handoffs.filter(AnyOf("lead", everybody), offered_at__isnull=False)
        .exclude(status__in=_NO_OFFER)
        .order_by("lead", "-offered_at", "-pk")
        .distinct("lead")
        .values_list("lead_id", "status")
    )
    won = Deal.objects.holding().filter(
        AnyOf("lead", everybody), agreement=agreement, status=Deal.Status.WON
    )
    taken = {lead_id for lead_id, status in latest if status in _NOT_OFFERED}
    taken |= set(won.values_list("lead_id", flat=True))
    contested = agreement.handoffs.contested().filter(AnyOf("lead", everybody))
    taken |= set(contested.values_list("lead_id", flat=True))
    groups = families.groups()
    return {each for each in lead_ids if taken & groups.get(each, frozenset({each}))}


def judge_of(criteria: HandoffTerms) -> Callable[[Attributes], Judged]:
    """Return what judges a lead by criteria, required fields included."""

    def judge(attributes: Attributes) -> Judged:
        verdict = evaluate(criteria, attributes)
        missing = len(verdict.completeness.missing)
        threshold = verdict.threshold
        return Judged(
            is_ready=verdict.qualifies and not missing,
            points=None if threshold is None else verdict.score,
            missing_points=(
                0 if threshold is None or verdict.is_bypassed else max(threshold - verdict.score, 0)
            ),
            lacks=sum(not rule.holds for rule in verdict.rules) + missing,
        )

    return judge


def met_since(criteria: HandoffTerms, told: Sequence[ChangeRow]) -> datetime | None:
    """Return when that happened by which a lead began to meet criteria; None where it does not.

    ``told`` is what was told of the lead in the order in which it happened.
    """
    judge, since, known = judge_of(criteria), None, dict[str, Any]()
    for at, changes in groupby(told, key=attrgetter("occurred_at")):
        for change in changes:
            known.update(change.attributes)
        since = (since or at) if judge(known).is_ready else None
    return since


def _write(stored: Mapping[int, tuple[int, Row]], computed: Mapping[int, Row]) -> None:
    gone = [pk for lead_id, (pk, _row) in stored.items() if lead_id not in computed]
    Readiness.objects.filter(AnyOf("pk", gone)).delete()
    changed = [
        (stored[lead_id][0], row)
        for lead_id, row in computed.items()
        if lead_id in stored and stored[lead_id][1] != row
    ]
    update_rows(Readiness, COLUMNS, changed)
    new = [row for lead_id, row in computed.items() if lead_id not in stored]
    copy_rows(Readiness, COLUMNS, new)
