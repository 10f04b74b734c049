"""What happened to the texts of an agreement, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from agreements import formats
from agreements.difference import ABSENT, clause_at, difference
from agreements.difference_words import Names, Sentence, Wording
from agreements.difference_words.titles import title_of
from agreements.editing import part_of, section_named, value_at, with_value, without
from agreements.editing.places import NoSuchPlace
from agreements.history import Kind, Moment, differs_from
from agreements.lineage import Lineage
from agreements.models import (
    Agreement,
    AgreementVersion,
    Audit,
    Comment,
    SectionEdit,
    Signature,
    Suggestion,
    VersionStep,
)

_MOST_SENTENCES = 20
_MODELS: dict[Kind, tuple[Any, tuple[str, ...]]] = {
    "edit": (SectionEdit, ("edited_by",)),
    "step": (VersionStep, ("taken_by",)),
    "signature": (Signature, ()),
    "comment": (Comment, ("author", "resolved_by")),
    "suggestion": (Suggestion, ("suggested_by", "decided_by")),
    "audit": (Audit, ()),
}
_SAME_ROWS: dict[Kind, Kind] = {"resolved": "comment", "decided": "suggestion"}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history: who did what when, the differences it made, and what was said."""

    icon: str
    at: datetime
    sentence: Sentence
    differences: Sequence[Sentence] = ()
    more: int = 0
    said: str = ""
    put_back: "PutBack | None" = None


@dataclass(frozen=True, slots=True)
class PutBack:
    """What can be put back: the section, and the first and the last of its edits."""

    section: str
    first: int
    last: int


class Teller:
    """Tells some moments of an agreement; all their rows are read at once.

    Of a reader who may change the draft ``changes_draft`` is true: what stood before an edit can
    then be put back in it.
    """

    def __init__(
        self,
        agreement: Agreement,
        moments: Sequence[Moment],
        lineage: Lineage,
        calendars: Mapping[str, str],
        *,
        changes_draft: bool = False,
    ) -> None:
        self._lineage, self._calendars = lineage, calendars
        self._rows = {kind: self._read(kind, moments) for kind in _MODELS}
        draft = lineage.draft if changes_draft else None
        keys = {
            row.version_id
            for rows in self._rows.values()
            for row in rows.values()
            if hasattr(row, "version_id")
        }
        keys |= {int(row.subject_id) for row in self._rows["audit"].values()}
        keys |= {draft} if draft else set()
        self._versions: dict[int, AgreementVersion] = agreement.versions.in_bulk(keys)
        self._draft = self._versions[draft] if draft else None
        self._behind_draft = lineage.behind(draft) if draft else []

    def _read(self, kind: Kind, moments: Sequence[Moment]) -> dict[int, Any]:
        keys = {
            pk
            for moment in moments
            if _SAME_ROWS.get(moment.kind, moment.kind) == kind
            for pk in (moment.pk, moment.last_pk or moment.pk)
        }
        model, related = _MODELS[kind]
        rows: dict[int, Any] = model.objects.select_related(*related).in_bulk(keys) if keys else {}
        return rows

    def tell(self, moment: Moment) -> Event:
        """Say what happened at a moment."""
        row = self._rows[_SAME_ROWS.get(moment.kind, moment.kind)][moment.pk]
        match moment.kind:
            case "edit":
                return self._edit(moment, row)
            case "step":
                return self._step(moment, row)
            case "signature":
                return self._signature(moment, row)
            case "comment" | "resolved":
                return self._comment(moment, row)
            case "suggestion" | "decided":
                return self._suggestion(moment, row)
            case "audit":
                return self._audit(moment, row)

    def _edit(self, moment: Moment, first: SectionEdit) -> Event:
        last = self._rows["edit"][moment.last_pk]
        version = self._versions[first.version_id]
        found = self._differences(version.terms, first.before, last.after)
        values = self._about(version, first.edited_by.name) | {
            "section": section_names().get(first.section, first.section)
        }
        icon, text = "pencil", _("%(who)s changed “%(section)s” in version %(number)s.")
        if first.puts_back_id:
            icon = "arrow-back-up"
            text = _("%(who)s put back in version %(number)s what “%(section)s” said before.")
        elif not found:
            text = _("%(who)s changed “%(section)s” in version %(number)s and changed it back.")
        more = max(0, len(found) - _MOST_SENTENCES)
        sentence, some = _told(text, values), found[:_MOST_SENTENCES]
        return Event(icon, moment.at, sentence, some, more, put_back=self._put_back(first, last))

    def _put_back(self, first: SectionEdit, last: SectionEdit) -> PutBack | None:
        """Say what the reader may put back; nothing where the draft says it already."""
        section = section_named(first.section)
        if self._draft is None or section is None or first.version_id not in self._behind_draft:
            return None
        current = part_of(self._draft.terms, section)
        if not differs_from(first, last, current):
            return None
        return PutBack(first.section, first.pk, last.pk)

    def _differences(
        self, terms: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> list[Sentence]:
        """Say what became of a part; the rest of the text gives the names of what it speaks of."""
        wording = Wording({**terms, **before}, {**terms, **after}, self._calendars)
        found = difference(before, after)
        return [sentence for each in found.clauses for sentence in self._named(wording, each)]

    def _named(self, wording: Wording, clause: Any) -> Iterator[Sentence]:
        """Put the key of a commitment before what became of it: here no number stands beside it."""
        for sentence in wording.sentences(clause):
            if clause.steps[0] == "commitments" and len(clause.steps) == 2:
                values = {**sentence.values, "clause": clause.steps[1]}
                yield Sentence(f"%(clause)s · {sentence.template}", values, sentence.strong)
            else:
                yield sentence

    def _step(self, moment: Moment, row: VersionStep) -> Event:
        icon, text = {
            "propose": ("send", _("%(who)s proposed version %(number)s for signature.")),
            "decline": ("circle-x", _("%(who)s declined version %(number)s.")),
            "withdraw": ("arrow-back-up", _("%(who)s took version %(number)s back.")),
        }[row.step]
        values = self._about(self._versions[row.version_id], row.taken_by.name)
        return Event(icon, moment.at, _told(text, values), said=row.note)

    def _signature(self, moment: Moment, row: Signature) -> Event:
        values = self._about(self._versions[row.version_id], row.signer_name) | {
            "party": row.get_party_display().lower(),
            "method": str(row.get_method_display()),
        }
        text = _("%(who)s signed version %(number)s for %(party)s, %(method)s.")
        return Event("writing-sign", moment.at, _told(text, values))

    def _comment(self, moment: Moment, row: Comment) -> Event:
        values = self._about_place(row, moment.at)
        if moment.kind == "resolved":
            values["who"] = row.resolved_by.name if row.resolved_by else ""
            text = _("%(who)s resolved the conversation about %(clause)s.")
            return Event("check", moment.at, _told(text, values))
        values["who"] = row.author.name
        text = (
            _("%(who)s answered about %(clause)s in version %(number)s.")
            if row.answer_to_id
            else _("%(who)s commented on %(clause)s in version %(number)s.")
        )
        return Event("message-2", moment.at, _told(text, values), said=row.text)

    def _suggestion(self, moment: Moment, row: Suggestion) -> Event:
        values = self._about_place(row, moment.at)
        if moment.kind == "decided":
            values["who"] = row.decided_by.name if row.decided_by else ""
            icon, text = {
                "taken": ("check", _("%(who)s took the suggestion about %(clause)s.")),
                "refused": ("x", _("%(who)s refused the suggestion about %(clause)s.")),
                "withdrawn": (
                    "arrow-back-up",
                    _("%(who)s took the suggestion about %(clause)s back."),
                ),
            }[row.outcome]
            return Event(icon, moment.at, _told(text, values), said=row.reason)
        values["who"] = row.suggested_by.name
        text = _("%(who)s suggested a change of %(clause)s in version %(number)s.")
        terms = row.document_then(self._versions[row.version_id].terms)
        found = self._differences(
            terms, _placed(terms, row.path, row.before), _placed(terms, row.path, row.after)
        )
        return Event("note", moment.at, _told(text, values), found, said=row.note)

    def _audit(self, moment: Moment, row: Audit) -> Event:
        version = self._versions[int(row.subject_id)]
        values = self._about(version, row.actor_name or _("An administrator"))
        match row.action.rpartition(".")[2]:
            case "started":
                icon, text = "plus", _("%(who)s began version %(number)s.")
                if origin := self._lineage.origin_number(version.pk):
                    values["origin"] = str(origin)
                    text = _("%(who)s began version %(number)s as a copy of version %(origin)s.")
            case "adopted":
                icon = "file-text"
                text = _("%(who)s took over version %(number)s, which was signed elsewhere.")
            case "discarded":
                icon, text = "trash", _("%(who)s discarded version %(number)s.")
            case _:
                icon, text = "calendar", _period(row.data, values)
        return Event(icon, moment.at, _told(text, values))

    def _about(self, version: AgreementVersion, who: str) -> dict[str, str]:
        return {"who": who, "number": str(version.number)}

    def _about_place(self, row: Comment | Suggestion, at: datetime) -> dict[str, str]:
        version = self._versions[row.version_id]
        then = row.document_then(version.terms)
        number = self._lineage.number_at(version.pk, at)
        return {"who": "", "number": str(number), "clause": place_name(then, row.path)}


def _told(text: str, values: Mapping[str, str]) -> Sentence:
    return Sentence(text, values, ("who",))


def _period(data: Mapping[str, Any], values: dict[str, str]) -> str:
    """Say from when until which last day a version is wanted in force."""
    for name, before in (("from_date", 0), ("to_date", 1)):
        if data.get(name):
            day = date.fromisoformat(str(data[name])) - timedelta(days=before)
            values[name] = formats.long_day(day)
    if "from_date" not in values:
        return _("%(who)s left open from when version %(number)s shall be in force.")
    if "to_date" not in values:
        return _("%(who)s wants version %(number)s in force from %(from_date)s.")
    return _("%(who)s wants version %(number)s in force from %(from_date)s until %(to_date)s.")


def _placed(terms: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a text with a value at a place; without it where there is none."""
    try:
        found = without(terms, path) if value is None else with_value(terms, path, value)
    except NoSuchPlace:
        found = dict(terms) if value is None else {**terms, path: value}
    return dict(found)


def place_name(terms: Mapping[str, Any], path: str) -> str:
    """Name a place of a text by the clause it is in: a commitment by its key."""
    clause = clause_at(path)
    try:
        value = value_at(terms, clause)
    except NoSuchPlace:
        value = ABSENT
    steps = tuple(step.replace("~", ".") for step in clause.split("."))
    return title_of(steps, value, Names(terms))


def section_names() -> dict[str, str]:
    """Name the sections in which a text is edited."""
    return {
        "parties": _("Parties and time"),
        "objectives": _("Objectives"),
        "funnel": _("Funnel"),
        "tiers": _("Tiers"),
        "handoff": _("Handoff"),
        "commitments": _("Commitments"),
        "reasons": _("Reasons"),
        "roles": _("Roles"),
        "channels": _("Channels"),
        "review": _("Reviews"),
    }
