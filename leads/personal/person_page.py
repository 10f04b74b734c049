"""What is kept about a person as a page to be read: in the language and the zone of its reader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements import formats
from agreements.models import Agreement, AgreementVersion
from leads.before.qualifying import field_name, value_text
from leads.column_names import attribute_name, column_names
from leads.models import Deal, FollowUp, Forgetting, Handoff, HandoffEvent

Row = Mapping[str, Any]

_SECTIONS: dict[str, Promise] = {
    "leads": gettext_lazy("What is known"),
    "identities": gettext_lazy("Names in other systems"),
    "attributes": gettext_lazy("What was told, by whom and when"),
    "stages": gettext_lazy("Stages"),
    "handoffs": gettext_lazy("Handoffs"),
    "events": gettext_lazy("What was done about handoffs"),
    "follow_ups": gettext_lazy("Follow-ups"),
    "deals": gettext_lazy("Deals"),
    "satisfaction": gettext_lazy("Satisfaction"),
    "merges": gettext_lazy("Leads found to be the same"),
    "exceptions": gettext_lazy("Exceptions asked for"),
    "calls": gettext_lazy("As other systems sent it"),
    "files": gettext_lazy("Files with a row about the person"),
    "files_not_searched": gettext_lazy("Stored files that could not be searched for the person"),
    "messages": gettext_lazy("Messages"),
    "audit": gettext_lazy("Who did what, and who took data out"),
    "lists": gettext_lazy("Lists of leads that somebody took out, in which the person may stand"),
    "forgotten": gettext_lazy("When the person was forgotten"),
}
_CHOICES: dict[str, type[models.Model]] = {
    "handoffs": Handoff,
    "events": HandoffEvent,
    "follow_ups": FollowUp,
    "deals": Deal,
    "forgotten": Forgetting,
}
_NAMES: dict[str, Promise] = {
    "actor_name": gettext_lazy("Who did it"),
    "agreement": gettext_lazy("Agreement"),
    "amount": gettext_lazy("Amount"),
    "answers": gettext_lazy("Answers"),
    "asked_at": gettext_lazy("Asked"),
    "asked_by": gettext_lazy("Asked by"),
    "attempts": gettext_lazy("Attempts to send it"),
    "attributes": gettext_lazy("Attributes"),
    "cause": gettext_lazy("Why"),
    "channel": gettext_lazy("How"),
    "clause_key": gettext_lazy("Clause"),
    "closed_at": gettext_lazy("Closed"),
    "contest": gettext_lazy("Contest"),
    "correction_reason": gettext_lazy("Why it was corrected"),
    "currency": gettext_lazy("Currency"),
    "data": gettext_lazy("More about it"),
    "decided_at": pgettext_lazy("when", "Decided"),
    "decided_by": gettext_lazy("Decided by"),
    "direction": gettext_lazy("Who approached whom"),
    "error": gettext_lazy("What went wrong"),
    "evidence": gettext_lazy("How it is known"),
    "external_id": gettext_lazy("Number there"),
    "file": gettext_lazy("File"),
    "files_searched_at": gettext_lazy("Stored files searched"),
    "first_heard_at": gettext_lazy("First heard of"),
    "form": gettext_lazy("Kind of file"),
    "forgotten_at": gettext_lazy("Forgotten"),
    "forgotten_by": gettext_lazy("Forgotten by"),
    "handoff": gettext_lazy("Number of the handoff"),
    "holder": gettext_lazy("Holder"),
    "id": gettext_lazy("Number here"),
    "is_approved": gettext_lazy("Approved"),
    "is_automated": gettext_lazy("Sent by a machine"),
    "is_complete": gettext_lazy("What the agreement asks for was known"),
    "is_contact_barred": gettext_lazy("Asked not to be contacted"),
    "is_email_verified": gettext_lazy("The e-mail address is proven"),
    "is_overturned": gettext_lazy("The rejection was overturned"),
    "kept": gettext_lazy("Number of the lead that stayed"),
    "kind": gettext_lazy("What it was"),
    "lead": gettext_lazy("Number of the lead"),
    "leads": gettext_lazy("How many leads"),
    "lifted_at": gettext_lazy("Kept again since"),
    "lifted_by": gettext_lazy("Kept again by"),
    "meets_criteria": gettext_lazy("The criteria were met"),
    "merged": gettext_lazy("Number of the lead that was merged"),
    "merged_into": gettext_lazy("Merged into the lead with the number"),
    "next_attempt_at": gettext_lazy("Sent again"),
    "next_step": gettext_lazy("Next step"),
    "next_step_date": gettext_lazy("Next step on"),
    "note": gettext_lazy("Note"),
    "number": gettext_lazy("How many"),
    "occurred_at": gettext_lazy("Happened"),
    "occurrence": gettext_lazy("Which time"),
    "offered_at": gettext_lazy("Offered"),
    "outcome": gettext_lazy("What came of it"),
    "parameters": gettext_lazy("What it says"),
    "person": gettext_lazy("Person"),
    "reason": gettext_lazy("Reason"),
    "received_at": gettext_lazy("Received"),
    "recipient": gettext_lazy("To"),
    "recorded_at": gettext_lazy("Recorded"),
    "recorded_by": gettext_lazy("Recorded by"),
    "returns_date": gettext_lazy("Comes back on"),
    "revised_at": gettext_lazy("Changed there"),
    "sent_at": gettext_lazy("Sent"),
    "source": gettext_lazy("Told by the system"),
    "stage": gettext_lazy("Stage"),
    "status": gettext_lazy("Status"),
    "subject_name": gettext_lazy("About"),
    "to_queue": gettext_lazy("To the team's queue"),
    "told": gettext_lazy("What it said"),
    "told_again_at": gettext_lazy("Told of again"),
    "until": gettext_lazy("Until"),
    "version": gettext_lazy("Version of the agreement"),
    "action": gettext_lazy("What was done"),
}
_ACTIONS: dict[str, Promise] = {
    "leads.exported": gettext_lazy("Took a list of leads out"),
    "leads.fact.retracted": gettext_lazy("Said that something did not happen"),
    "leads.fact.taken_back": gettext_lazy("Took back what was just done"),
    "leads.follow_up.corrected": gettext_lazy("Corrected a follow-up"),
    "leads.follow_up.logged": gettext_lazy("Logged a follow-up"),
    "leads.handoff.assigned": gettext_lazy("Gave the handoff to somebody"),
    "leads.lead.forgetting_lifted": gettext_lazy("Let what is told of the person be kept again"),
    "leads.lead.forgotten": gettext_lazy("Forgot the person"),
    "leads.lead.merged": gettext_lazy("Merged two leads"),
    "leads.lead.parted": gettext_lazy("Parted two leads"),
    "leads.lead.taken_out": gettext_lazy("Took out everything that is kept"),
    "leads.lead.told_alike": gettext_lazy("Said that two leads may be the same"),
    "leads.lead.told_apart": gettext_lazy("Said that two leads are not the same"),
}
# Of use to programs only, as by what a list was narrowed; what became of a fact is a sentence.
_UNSAID = frozenset(
    {"actor_id", "subject_type", "subject_id", "subject_url", "is_current", "is_undone"}
    | {"is_retracted", "filters", "judged"}
)
# Names of something rather than amounts: without separators, as the rest of the portal has them.
_NUMBERS = frozenset({"id", "lead", "handoff", "kept", "merged", "merged_into"})


@dataclass(frozen=True, slots=True)
class Line:
    """What something is called and how it reads; ``lines`` instead where it has parts."""

    name: str
    text: str = ""
    lines: tuple["Line", ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what became of it, if it does not hold as it stands, and its lines."""

    notice: str
    lines: list[Line]


def sections_of(kept: Mapping[str, Any]) -> list[tuple[str, list[Entry]]]:
    """Return the parts of the page with their names, without those that are empty."""
    known = _Known(kept)
    return [
        (str(name), [Entry(_notice(row), [*known.lines(key, row)]) for row in kept[key]])
        for key, name in _SECTIONS.items()
        if kept[key]
    ]


def _notice(row: Row) -> str:
    """Say that a fact does not hold, and why; empty for one that does."""
    if row.get("is_undone"):
        return _("Undone with its import: it does not count any more.")
    if row.get("is_retracted"):
        return _("Taken back: it is said not to have happened.")
    if row.get("is_current") is False:
        return _("Corrected since: this is how it was told before.")
    return ""


class _Known:
    """Names of what rows refer to by number: agreements, versions and stages."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        rows = [row for part in ("stages", "handoffs", "follow_ups", "deals") for row in kept[part]]
        self._agreements = Agreement.objects.in_bulk({row["agreement"] for row in rows})
        versions = {row["version"] for row in kept["handoffs"] if row["version"]}
        self._versions = AgreementVersion.objects.select_related("agreement").in_bulk(versions)
        self._stages: dict[tuple[int, str], str] = {}
        self._reasons: dict[str, str] = {}
        self._read_terms()
        rows = [*kept["leads"], *kept["attributes"]]
        keys = {key for row in rows for key in row["attributes"] or {}}
        self._columns = column_names({row["id"] for row in kept["leads"]}, keys)

    def _read_terms(self) -> None:
        """Learn how stages and reasons are called; the latest signed terms say it last."""
        found = AgreementVersion.objects.signed().filter(agreement__in=self._agreements)
        for version in found.order_by("number"):
            terms = version.parsed_terms()
            for stage in terms.stages:
                self._stages[version.agreement_id, stage.key] = stage.name
            lists = terms.reasons
            for listed in (lists.rejection, lists.disqualification, lists.recycling, lists.pause):
                self._reasons |= {reason.key: reason.name for reason in listed}

    def lines(self, part: str, row: Row) -> Iterator[Line]:
        """Give what is known of a row, without what is empty."""
        for key, value in row.items():
            if key not in _UNSAID and value not in (None, "", [], {}):
                yield self._line(part, key, value, row)

    def _line(self, part: str, key: str, value: Any, row: Row) -> Line:
        name = str(_NAMES.get(key) or field_name(key))
        match key:
            case "agreement":
                return Line(name, str(self._agreements.get(value, value)))
            case "version":
                return Line(name, str(self._versions.get(value, value)))
            case "stage":
                return Line(name, self._stages.get((row["agreement"], value), value))
            case "reason":
                return Line(name, self._reasons.get(value, value))
            case "action":
                return Line(name, _deed(value))
        return self._told(name, _numbered(key, _chosen(part, key, value)))

    def _told(self, name: str, value: Any) -> Line:
        """Write whatever was told, in parts where it has some."""
        if isinstance(value, Mapping):
            parts = (
                (_NAMES.get(key) or attribute_name(str(key), self._columns), _numbered(key, each))
                for key, each in value.items()
                if key not in _UNSAID
            )
            return Line(name, lines=tuple(self._told(str(of), each) for of, each in parts))
        if isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
            numbered = enumerate(value, 1)
            lines = tuple(self._told(formats.figure(at), each) for at, each in numbered)
            return Line(name, lines=lines)
        return Line(name, _text(value))


def _numbered(key: str, value: Any) -> Any:
    """Return the number of something as it is named by it; anything else as it is."""
    return str(value) if key in _NUMBERS and isinstance(value, int) else value


def _chosen(part: str, key: str, value: Any) -> Any:
    """Return how a value reads that was chosen from a list; others as they are."""
    model = _CHOICES.get(part)
    if model is None or key not in {each.name for each in model._meta.concrete_fields}:
        return value
    field = model._meta.get_field(key)
    choices = getattr(field, "flatchoices", None) or ()
    return next((str(label) for each, label in choices if each == value), value)


def _text(value: Any) -> str:
    if isinstance(value, str) and (at := _instant(value)):
        value = at
    if isinstance(value, datetime):
        return formats.exact_instant(value)
    if isinstance(value, date):
        return formats.full_day(value)
    if isinstance(value, Decimal):
        return formats.figure(value)
    return value_text(value)


def _instant(text: str) -> datetime | None:
    """Return the instant that a text is, with its zone; None for any other text."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _deed(action: str) -> str:
    """Say what was done; a deed about a handoff as its event is called."""
    event = dict(HandoffEvent.Kind.choices).get(action.removeprefix("leads.handoff."))
    spaced = capfirst(action.replace(".", " ").replace("_", " "))
    return str(_ACTIONS.get(action) or event or spaced)
