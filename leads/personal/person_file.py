"""Everything that is kept about a person, as one file to hand out."""

import json
import zipfile
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.template.loader import render_to_string

from agreements.models import Audit, User
from leads.any_of import AnyOf
from leads.models import (
    BreachException,
    Deal,
    FollowUp,
    Forgetting,
    Handoff,
    HandoffEvent,
    Lead,
    LeadChange,
    LeadIdentity,
    LeadMerge,
    Satisfaction,
    StageEntry,
)
from leads.personal.forgotten import blanking
from leads.personal.person_page import sections_of
from leads.personal.raw_calls import Spoken, parts_about
from leads.personal.stored_files import files_about
from leads.personal.traces import Traces
from leads.records import families_of

Row = dict[str, Any]
# Keys and hashes say nothing to the person; the attributes tell the website whole.
_LEFT_OUT = frozenset({"content_hash", "delivery", "dedup_key", "website_domain"})


def person_file(lead: Lead, *, now: datetime, most_bytes: int | None = None) -> bytes:
    """Return a ZIP of everything kept about the person: for programs, and to be read.

    Stored files are looked through up to so many bytes.
    """
    kept = kept_about(lead, now=now, most_bytes=most_bytes)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(kept, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        archive.writestr("person.json", text)
        context = {"sections": sections_of(kept), "now": now, "number": lead.pk}
        archive.writestr("person.html", render_to_string("leads/person_file.html", context))
    return packed.getvalue()


def kept_about(lead: Lead, *, now: datetime, most_bytes: int | None = None) -> dict[str, Any]:
    """Return all that is kept about a lead and those that are one with it, as plain data."""
    lead_ids = families_of([lead.pk]).all([lead.pk])
    about = Traces(lead_ids, blanking())
    handoff_ids = [each.pk for each in about.handoffs]
    of_handoffs = Q(AnyOf("handoff", handoff_ids))
    of_leads = Q(AnyOf("lead", lead_ids))
    files, unread = files_about(about, lead_ids, most_bytes)
    return {
        "told_at": now.astimezone(UTC).isoformat(),
        "leads": _rows(Lead, Q(AnyOf("id", lead_ids))),
        "identities": _rows(LeadIdentity, of_leads),
        "attributes": _rows(LeadChange, of_leads),
        "stages": _rows(StageEntry, of_leads),
        "handoffs": _rows(Handoff, of_leads),
        "events": _rows(HandoffEvent, of_handoffs),
        "follow_ups": _rows(FollowUp, of_leads),
        "deals": _rows(Deal, of_leads),
        "satisfaction": _rows(Satisfaction, of_leads),
        "merges": _rows(LeadMerge, Q(AnyOf("kept", lead_ids)) | Q(AnyOf("merged", lead_ids))),
        "exceptions": _rows(BreachException, of_handoffs),
        "calls": list(_calls(about)),
        # What their rows tell is among the facts, or was not taken in.
        "files": [each._asdict() for each in files],
        "files_not_searched": [{"number": unread}] if unread else [],
        "messages": [_row(each) for each in about.messages()],
        "audit": [_row(each) for each in about.audit()],
        "lists": [_row(each) for each in _lists(lead, about.handoffs)],
        "forgotten": list(_forgotten(of_leads)),
    }


def _rows(model: type[models.Model], which: Q) -> list[Row]:
    rows = model._default_manager.filter(which).order_by("pk")
    people = [each.name for each in _fields(model) if each.related_model is User]
    return [_row(each) for each in rows.select_related(*people)]


def _fields(model: type[models.Model]) -> Iterator["models.Field[Any, Any]"]:
    return (each for each in model._meta.concrete_fields if each.name not in _LEFT_OUT)


def _row(row: models.Model) -> Row:
    """Return a row as plain data, people by their names."""
    return {each.name: _cell(row, each) for each in _fields(type(row))}


def _cell(row: models.Model, field: "models.Field[Any, Any]") -> Any:
    if field.related_model is User:
        person = getattr(row, field.name)
        return person.name if person else None
    return field.value_from_object(row)


def _calls(about: Traces) -> Iterable[Row]:
    """Give what came by calls, of calls about many only what is about the person."""
    spoken = Spoken(about.names, about.words)
    for delivery, parts in parts_about(spoken, about.delivery_ids()):
        yield {"received_at": delivery.received_at, "source": delivery.source, "told": parts}


def _forgotten(of_leads: Q) -> Iterator[Row]:
    """Give when the person was forgotten, why in words where it was by rule."""
    for each in Forgetting.objects.filter(of_leads).select_related("forgotten_by", "lifted_by"):
        yield _row(each) | {"reason": each.why}


def _lists(lead: Lead, handoffs: Collection[Handoff]) -> Iterable[Audit]:
    """Return who took lists of leads out in which the person may stand."""
    entered = StageEntry.objects.filter(lead=lead).values_list("agreement_id", flat=True)
    agreements = {str(pk) for pk in entered} | {str(each.agreement_id) for each in handoffs}
    since = Audit.objects.filter(action="leads.exported", recorded_at__gte=lead.first_heard_at)
    return since.filter(subject_id__in=agreements).order_by("pk")
