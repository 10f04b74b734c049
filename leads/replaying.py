"""Turn what was read and folded into the rows of leads, handoffs, clocks and breaches."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from agreements.clock import Absence, ClockState, History, Mark, MarkKind, replay_all
from agreements.rulebook import Promised
from leads.fold import Row, Standing
from leads.personal.blanking import is_forgotten
from leads.records import InForce, LeadAndAgreement, Records

LEAD_COLUMNS = (
    "name", "company", "email", "phone", "origin", "attributes", "is_email_verified",
    "is_contact_barred", "merged_into_id", "first_heard_at",
)  # fmt: skip
HANDOFF_COLUMNS = (
    "agreement_id", "lead_id", "source", "external_id", "offered_at", "status", "version_id",
    "tier", "origin", "holder_id", "received_at", "decided_at", "closed_at", "contest",
    "is_complete", "meets_criteria", "reason", "returns_date",
)  # fmt: skip
CLOCK_COLUMNS = (
    "handoff_id", "clause_key", "occurrence", "agreement_id", "version_id", "kind", "party",
    "started_at", "due_at", "stopped_at", "void_at", "breached_at", "gave_up", "is_back_dated",
    "used", "attempts", "adjusted_due_at", "holder_id", "holder_split", "pauses",
)  # fmt: skip
BREACH_COLUMNS = (
    "handoff_id", "clause_key", "occurrence", "agreement_id", "kind", "party", "charged_to_id",
    "breached_at", "is_withdrawn",
)  # fmt: skip

_MICROSECOND = timedelta(microseconds=1)


def lead_row(records: Records, lead_id: int, first_heard_at: datetime) -> Row:
    """Return the cells of a lead: the latest that was told of each attribute.

    Those of a lead that was found to be another one stay as they were then; which one it is in the
    end, over all that were merged since, follows the merges.
    """
    told = records.attributes_of(lead_id)
    kept_id = records.families.kept(lead_id)
    origin = told.get("origin")
    return (
        _text(told, "name", 300),
        _text(told, "company", 300),
        _text(told, "email", 320),
        _text(told, "phone", 60),
        None if origin is None else str(origin)[:120],
        told,
        told.get("email_verified") is True,
        told.get("do_not_contact") is True,
        None if kept_id == lead_id else kept_id,
        first_heard_at,
    )


def _text(told: dict[str, Any], key: str, most: int) -> str:
    value = told.get(key)
    return "" if value is None or is_forgotten(value) else str(value)[:most]


class Verdict(NamedTuple):
    """What a version says of a lead as it was known at the offer."""

    tier: str
    origin: str | None
    is_complete: bool | None
    meets_criteria: bool | None


UNJUDGED = Verdict("", None, None, None)


def verdict_on(version: InForce | None, known: dict[str, Any]) -> Verdict:
    """Judge what was known of a lead; outside any version only where it came from is told."""
    origin = known.get("origin")
    from_ = None if origin is None else str(origin)[:120]
    if version is None:
        return UNJUDGED._replace(origin=from_)
    rulebook = version.rulebook
    return Verdict(rulebook.tier_of(known), from_, *rulebook.judge(known))


def handoff_row(records: Records, key: LeadAndAgreement, name: Row, standing: Standing) -> Row:
    """Return the cells of a handoff: where it stands, and what was known when it was offered."""
    lead_id, agreement_id = key
    version, verdict = None, UNJUDGED
    if standing.offered_at is not None:
        known = records.attributes_at(lead_id, standing.offered_at)
        version = records.versions.in_force(agreement_id, standing.offered_at)
        verdict = verdict_on(version, known)
    return (
        agreement_id, lead_id, *name, standing.offered_at, standing.status,
        version.version_id if version else None, verdict.tier, verdict.origin,
        standing.holder_id, standing.received_at, standing.decided_at, standing.closed_at,
        standing.contest, verdict.is_complete, verdict.meets_criteria, standing.reason,
        _returns_date(version, standing),
    )  # fmt: skip


def _returns_date(version: InForce | None, standing: Standing) -> Any:
    if version is None or standing.status != "recycled" or standing.until is None:
        return None
    return version.rulebook.local_date(standing.until)


class Judgement(NamedTuple):
    """By which version a handoff is judged, and what that version promises of it."""

    version_id: int
    promises: tuple[Promised, ...]


def judgement_of(records: Records, key: LeadAndAgreement, standing: Standing) -> Judgement | None:
    """Return by what a handoff is judged; None if it opened nothing or lies outside any version."""
    lead_id, agreement_id = key
    if standing.offered_at is None or standing.status == "repeated":
        return None
    version = records.versions.in_force(agreement_id, standing.offered_at)
    if version is None:
        return None
    known = records.attributes_at(lead_id, standing.offered_at)
    rulebook = version.rulebook
    return Judgement(version.version_id, rulebook.promises(rulebook.tier_of(known), known))


def clock_states(
    records: Records, key: LeadAndAgreement, standing: Standing
) -> Iterator[tuple[ClockState, ClockState | None, int]]:
    """Give each clock of a handoff, the same with blackouts as pauses if there are any, and the
    version that judges both.
    """
    judgement = judgement_of(records, key, standing)
    if judgement is None:
        return
    history, absences = history_of(records, key, standing)
    blackouts = records.blackouts.get(key[1], ())
    for promise, schedule in judgement.promises:
        states = replay_all(promise, schedule, history, absences=absences)
        adjusted = (
            replay_all(promise, schedule, history, absences=absences, blackouts=blackouts)
            if blackouts
            else ()
        )
        for state in states:
            twin = adjusted[state.occurrence] if state.occurrence < len(adjusted) else None
            yield state, twin, judgement.version_id


def history_of(
    records: Records, key: LeadAndAgreement, standing: Standing
) -> tuple[History, list[Absence]]:
    """Return all marks on the clocks of a handoff, and when those who held it were away."""
    history = History([*standing.marks, *marks_of_lead(records, key, standing)])
    holders = (holder for _, holder in history.custody if isinstance(holder, int))
    return history, records.absences_of(holders)


def marks_of_lead(records: Records, key: LeadAndAgreement, standing: Standing) -> Iterator[Mark]:
    """Give the marks that facts about the lead make on a handoff of it.

    The stages that it entered while, or before, an earlier handoff went on are that one's: a lead
    that comes back and is offered anew did not wait for it since it was qualified first.
    """
    lead_id, _agreement_id = key
    for stage in records.stages.get(key, ()):
        if standing.follows is None or stage.occurred_at > standing.follows:
            yield Mark(
                stage.occurred_at,
                MarkKind.STAGE_ENTERED,
                stage.source,
                stage.external_id,
                stage=stage.stage,
            )
    for change in records.changes.get(lead_id, ()):
        if change.attributes.get("do_not_contact") is True:
            yield Mark(
                change.occurred_at, MarkKind.DO_NOT_CONTACT, change.source, change.external_id
            )


def clock_row(
    key: LeadAndAgreement,
    standing: Standing,
    state: ClockState,
    twin: ClockState | None,
    version_id: int,
    now: datetime,
) -> Row:
    """Return the cells of a clock as far as it is known at ``now``."""
    breached_at = state.breached_at(now)
    adjusted_due_at = twin.due_at if twin is not None and twin.due_at != state.due_at else None
    holder_id = _holder(state, breached_at)
    split = state.holder_split if state.is_split else ()
    return (
        standing.pk, state.clause_key, state.occurrence, key[1], version_id, str(state.kind),
        str(state.charged_party), state.started_at, state.due_at, state.stopped_at,
        state.void_at, breached_at, state.gave_up_at is not None, state.back_dated,
        state.used_at(state.stopped_at) if state.stopped_at else None,
        state.attempts, adjusted_due_at, holder_id,
        [[holder, share // _MICROSECOND] for holder, share in split] or None,
        [[p.start.isoformat(), p.end.isoformat()] for p in state.pauses] or None,
    )  # fmt: skip


def _holder(state: ClockState, breached_at: datetime | None) -> int | None:
    """Whose figure a clock is: who had it at its end, or who is charged if it is breached.

    An open clock is told as if nothing more happened, so that the sweep need not look again.
    """
    if state.ended_at is not None and breached_at is None:
        holder = state.holder_at(state.ended_at)
    else:
        holder = state.charged_holder
    return holder if isinstance(holder, int) else None


def breach_row(clock: Row, *, is_withdrawn: bool) -> Row:
    """Return the cells of the breach of a clock, given the clock's cells."""
    cells = dict(zip(CLOCK_COLUMNS, clock, strict=True))
    return (
        cells["handoff_id"], cells["clause_key"], cells["occurrence"], cells["agreement_id"],
        cells["kind"], cells["party"], cells["holder_id"], cells["breached_at"], is_withdrawn,
    )  # fmt: skip
