"""What the page of an import shows: how far it is, what a dry run foresees, what became of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from leads.actions.telling import SOURCE
from leads.any_of import AnyOf
from leads.facts_of_leads import told_of
from leads.importing.corrected_files import Corrections, asked_about, corrections_of
from leads.importing.kept_reasons import in_words
from leads.importing.notes import Note, notes_after, notes_before
from leads.importing.twins import imports_of_the_same_file, twin_of
from leads.models import (
    Delivery,
    FileImport,
    FollowUp,
    Handoff,
    HandoffEvent,
    Lead,
    LeadChange,
    StageEntry,
)
from leads.models.leads import LeadQuerySet

_SHOWN = 10
_QUIET = FileImport.SILENCE / 2
State = FileImport.State
_HOLDING = {State.IMPORTED, State.STOPPED}
_AT_REST = {*_HOLDING, State.UNDONE}
_COUNTED = {*_AT_REST, State.IMPORTING}
_WAITING = {State.DRAFT, State.CHECKED}
_STEP_OF = {
    State.READING: 1, State.SHEET: 1, State.REFUSED: 1, State.DISCARDED: 1, State.DRAFT: 2,
    State.CHECKING: 3, State.CHECKED: 3,
}  # fmt: skip


def state_of(delivery: Delivery) -> str:
    """Return how far a file has come, by whichever way it came."""
    file_import = getattr(delivery, "file_import", None)
    if isinstance(file_import, FileImport):
        return file_import.state
    return State.IMPORTED if delivery.processed_at else State.STOPPED


def page_context(delivery: Delivery, now: datetime) -> dict[str, Any]:
    """Return what every stand of a file shows."""
    file_import, state = getattr(delivery, "file_import", None), state_of(delivery)
    told, notes = _told(delivery, file_import, state, now)
    progress = progress_of(file_import, now)
    return {
        "delivery": delivery,
        "file_import": file_import,
        "asked": asked_about(file_import) if file_import and state == State.DRAFT else None,
        "corrections": _corrections(delivery) if state in _AT_REST else None,
        "state": state,
        "state_name": State(state).label,
        "steps": _steps(state),
        "sheets": _sheets(file_import, "sheets"),
        "hidden": _sheets(file_import, "hidden"),
        "is_at_work": progress is not None,
        "progress": progress,
        "summary": _summary(told, file_import) if told else None,
        "notes": notes,
        "twin": twin_of(file_import) if file_import and state in _WAITING else None,
    }


def _told(
    delivery: Delivery, file_import: FileImport | None, state: str, now: datetime
) -> tuple[Mapping[str, Any] | None, list[Note]]:
    """Return what became of a file, or is foreseen, and what is to be known of it besides."""
    if state == State.CHECKED and file_import is not None and file_import.foreseen:
        return file_import.foreseen, notes_before(file_import, file_import.foreseen, now)
    told = delivery.summary if state in _COUNTED else None
    foreseen = file_import.foreseen if file_import is not None else None
    if told is None:
        return None, []
    # Whoever comes back to one that is in finds them nowhere else.
    is_in = state == State.IMPORTED
    notes = notes_after(told, foreseen or {}, is_in=is_in)
    return told, [*_undone_since(delivery), *notes] if is_in else notes


def _undone_since(delivery: Delivery) -> Iterator[Note]:
    """Say which earlier file, undone since, a file may have repeated, unless it came once more."""
    if not _may_have_repeated(delivery.summary or {}):
        return
    undone = Delivery.objects.filter(
        kind=Delivery.Kind.FILE,
        agreement=delivery.agreement,
        source=delivery.source,
        pk__lt=delivery.pk,
        undone_at__gt=delivery.processed_at,
    )
    latest = undone.order_by("undone_at").last()
    if latest is None:
        return
    if not imports_of_the_same_file(delivery).filter(processed_at__gt=latest.undone_at).exists():
        title = _("%(name)s, which came before, was undone since.") % {"name": latest.file_name}
        why = _("What this file only repeated of it holds no more: import this file once more.")
        yield Note("warn", title, why)


def _may_have_repeated(told: Mapping[str, Any]) -> bool:
    """Whether rows of a file told what was known, or no stage, as their leads had one."""
    stages = told["facts"]["by_kind"].get("stage") if "facts" in told else None
    is_left = stages is not None and stages["new"] + stages["revised"] < told["taken"]
    return bool(told.get("known")) or is_left


def _corrections(delivery: Delivery) -> Corrections | None:
    """Return in which files its rejected rows came again; None for none."""
    return corrections_of([delivery]).get(delivery.pk)


def _sheets(file_import: FileImport | None, which: str) -> list[str]:
    """Return the sheets of a workbook among which somebody chooses; none where there is one."""
    return (file_import.found or {}).get(which, []) if file_import is not None else []


def _steps(state: str) -> list[dict[str, Any]]:
    names = [_("Bring the file"), _("Check its columns"), _("Dry run"), _("Import")]
    here = _STEP_OF.get(State(state), 4)
    return [
        {"number": number, "name": name, "is_done": number < here, "is_current": number == here}
        for number, name in enumerate(names, start=1)
    ]


def progress_of(file_import: FileImport | None, now: datetime) -> dict[str, Any] | None:
    """Return what was really read or done so far, of how much, and whether it seems to go on.

    None for a file on which nobody works; of one that was stopped the rows at hand are finished.
    """
    if file_import is None:
        return None
    is_owed = file_import.state in FileImport.WORKING
    if not is_owed and not file_import.is_being_stopped(now):
        return None
    done, whole, beat_at = file_import.done, file_import.whole, file_import.beat_at
    is_quiet = is_owed and beat_at is not None and now - beat_at > _QUIET
    return {
        "has_begun": beat_at is not None,
        "quiet_since": beat_at if is_quiet else None,
        "is_begun_again": file_import.tries > 1,
        "done": done,
        "whole": whole,
        "share": done / whole if whole else None,
        "unit": "leads" if file_import.state == State.UNDOING else "bytes",
    }


def _summary(told: Mapping[str, Any], file_import: FileImport | None) -> dict[str, Any]:
    """Return what became of rows, or would; while they are taken in, only how many is known."""
    kinds = {
        "attributes": _("What is known of leads"),
        "stage": _("Stages reached"),
        "event": _("Steps of handoffs"),
        "follow_up": _("Follow-ups"),
        "deal": _("Deals"),
        "satisfaction": _("Satisfaction scores"),
    }
    by_kind = told["facts"]["by_kind"] if "facts" in told else {}
    return {
        **told,
        "whole": whole_of(told, file_import),
        # Whoever was killed tells no more than what was counted last.
        "is_broken_off": bool(told.get("is_part")) and "leads" not in told,
        "reasons": in_words(told.get("reasons", ())),
        "new_leads": told["leads"]["new"] if "leads" in told else None,
        "kinds": [{"name": kinds.get(kind, kind), **counted} for kind, counted in by_kind.items()],
    }


def whole_of(told: Mapping[str, Any] | None, file_import: FileImport | None) -> int | None:
    """Return of how many rows those are that were taken in until a stop; None where of all."""
    if not told or not told.get("is_part") or file_import is None:
        return None
    return (file_import.foreseen or {}).get("rows")


def _worked_on_since(delivery: Delivery) -> LeadQuerySet:
    """Return the leads a file told of about which people did something here since it came."""
    since = {"source": SOURCE, "recorded_at__gte": delivery.received_at}
    events = HandoffEvent.objects.holding().filter(**since)
    follow_ups = FollowUp.objects.holding().filter(**since)
    touched = Lead.objects.filter(
        Q(pk__in=events.values("handoff__lead")) | Q(pk__in=follow_ups.values("lead"))
    )
    return touched.filter(told_of(Q(delivery=delivery)))


def _no_longer_barred(delivery: Delivery) -> LeadQuerySet:
    """Return the leads of which a file alone says that they are not to be contacted.

    Those that nothing else tells of are in no list afterwards, and left out.
    """
    bars = LeadChange.objects.filter(
        is_undone=False, is_retracted=False, attributes__do_not_contact=True
    )
    of_file = bars.filter(delivery=delivery, is_current=True)
    replaced = of_file.filter(source=OuterRef("source"), external_id=OuterRef("external_id"))
    of_others = bars.filter(Q(is_current=True) | Exists(replaced)).exclude(delivery=delivery)
    return Lead.objects.filter(
        Exists(of_file.filter(lead=OuterRef("pk"))),
        ~Exists(of_others.filter(lead=OuterRef("pk"))),
        told_of(~Q(delivery=delivery)),
        is_contact_barred=True,
    )


def _leaving(delivery: Delivery) -> LeadQuerySet:
    """Return the leads of which others told something since, but neither a stage nor an offer.

    They are in no list afterwards: what others only repeated of the file goes with it.
    """
    since = LeadChange.objects.filter(
        lead=OuterRef("pk"), is_undone=False, recorded_at__gte=delivery.received_at
    )
    stages = StageEntry.objects.filter(lead=OuterRef("pk"), is_undone=False, is_retracted=False)
    offers = HandoffEvent.objects.filter(
        handoff__lead=OuterRef("pk"), kind=HandoffEvent.Kind.OFFERED, is_undone=False
    )
    return Lead.objects.filter(
        Exists(stages.filter(delivery=delivery)) | Exists(offers.filter(delivery=delivery)),
        ~Exists(stages.exclude(delivery=delivery)),
        ~Exists(offers.exclude(delivery=delivery)),
        Exists(since.exclude(delivery=delivery)),
    )


def _staying(leads: Iterable[Lead], delivery: Delivery) -> list[str]:
    """Say of each lead what stays once nothing holds that the file told, and with whom."""
    found = {lead.pk: lead for lead in leads}
    offers = HandoffEvent.objects.holding().filter(
        handoff=OuterRef("pk"), kind=HandoffEvent.Kind.OFFERED
    )
    offered_else = Handoff.objects.open().filter(
        Exists(offers.exclude(delivery=delivery)),
        AnyOf("lead", found),
        agreement=delivery.agreement,
    )
    open_of = {each.lead_id: each for each in offered_else.select_related("holder")}
    return [_what_stays(lead, open_of.get(pk)) for pk, lead in found.items()]


def _what_stays(lead: Lead, handoff: Handoff | None) -> str:
    if handoff is None:
        return _("%(lead)s: what people did stays on record.") % {"lead": lead}
    if handoff.holder is None:
        return _("%(lead)s: the handoff stays in the team's queue, and its clocks run on.") % {
            "lead": lead
        }
    return _("%(lead)s: the handoff stays with %(holder)s, and its clocks run on.") % {
        "lead": lead,
        "holder": handoff.holder,
    }


def question_of(delivery: Delivery) -> dict[str, Any]:
    """Return what whoever undoes an import should know before."""
    worked_on, no_longer_barred = _worked_on_since(delivery), _no_longer_barred(delivery)
    leaving = _leaving(delivery)
    corrections, file_import = _corrections(delivery), getattr(delivery, "file_import", None)
    corrected_by = [
        each for each in (corrections.files if corrections else ()) if state_of(each) in _HOLDING
    ]
    later = Delivery.objects.filter(
        kind=Delivery.Kind.FILE,
        agreement=delivery.agreement,
        source=delivery.source,
        pk__gt=delivery.pk,
        processed_at__isnull=False,
        undone_at=None,
        summary__known__gt=0,
    )
    also_later = {*later.filter(pk__in=[each.pk for each in corrected_by])}
    return {
        "delivery": delivery,
        "state": state_of(delivery),
        "came_in_at": delivery.processed_at or delivery.received_at,
        "can_be_undone": state_of(delivery) in _HOLDING,
        "summary": _summary(delivery.summary, file_import) if delivery.summary else None,
        "worked_on": worked_on.count(),
        "staying": _staying(worked_on.order_by("pk")[:_SHOWN], delivery),
        "later": list(later.exclude(pk__in=[each.pk for each in also_later]).order_by("pk")[:5]),
        "leaving": leaving.count(),
        "some_leaving": list(leaving.order_by("pk")[:_SHOWN]),
        "no_longer_barred": no_longer_barred.count(),
        "some_no_longer_barred": list(no_longer_barred.order_by("pk")[:_SHOWN]),
        "corrected_by": [(each, each in also_later) for each in corrected_by],
    }
