"""What people say of a file in the browser, and the mapping document that follows from it. Pure."""

import hashlib
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from leads.guessing.found_columns import Column
from leads.guessing.presets import preset_named
from leads.guessing.roles import (
    ASKED,
    ATTRIBUTES,
    EVENTS,
    FLAGS,
    LEFT_OUT,
    OWN_NAME,
    PARTS_OF_NAME,
    TRANSLATED,
    YES,
    plain_name,
)

Document = dict[str, Any]
_LETTERS = bytes.maketrans(b"234567", b"bcdfgh")
_NAMED_IF_SILENT = frozenset({"stage_name", "deal_status", *FLAGS})
NOTHING = "-"
"""What is chosen for a word of the source that tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was chosen of a file; ``roles`` are in the order of its columns.

    ``lead`` is the place of the column that names the lead, -1 for none yet. ``moment`` is when
    everything is taken to have happened that no column dates, in ISO form. ``values`` says by the
    place of a column what its words mean. ``document`` is a mapping that was written by hand; where
    there is one, nothing else of the draft but ``encoding`` and ``delimiter`` counts. ``sheet`` is
    the sheet of a workbook that was chosen among several. ``reached`` is the stage that leads have
    reached in rows in which no column tells a stage or a handoff; `NOTHING` for none, empty while
    there were no stages to choose. ``like`` is the key of the file it is read like.
    """

    encoding: str
    delimiter: str
    decimal: str = "."
    order: str = "dmy"
    time_zone: str
    source: str
    kind: str
    lead: int = -1
    moment: str
    preset: str = ""
    channel: str = "call"
    outcome: str = "no_answer"
    roles: list[str] = field(default_factory=list)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    document: str = ""
    sheet: str = ""
    reached: str = ""
    like: int = 0

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Draft":
        """Read a draft as it was kept; what it does not know is left."""
        return cls(**{one.name: told[one.name] for one in fields(cls) if one.name in told})

    def as_document(self) -> Document:
        """Return the draft as plain data, to be kept."""
        return asdict(self)


def attribute_keys(roles: Sequence[str], columns: Sequence[Column]) -> dict[int, str]:
    """Return by the place of a column under which key its cells are kept of a lead."""
    keys: dict[int, str] = {}
    taken = {
        *ATTRIBUTES,
        *FLAGS,
        *(role.removeprefix(ASKED) for role in roles if role.startswith(ASKED)),
    }
    for place, (role, column) in enumerate(zip(roles, columns, strict=True)):
        if role in ATTRIBUTES or role.startswith(ASKED):
            keys[place] = role.removeprefix(ASKED)
        elif role == OWN_NAME:
            plain = "_".join(plain_name(column.name).split())
            key = "".join(sign for sign in plain if sign.isalnum() or sign == "_").strip("_")
            is_free = key and key not in keys.values() and key not in taken
            keys[place] = key if is_free else f"{key or 'column'}_{place + 1}"
    return keys


def may_tell_no_stage(draft: Draft, columns: Sequence[Column]) -> bool:
    """Tell whether rows may say no stage and no handoff: their leads are in no list by the file."""
    return not _Writer(draft, columns).always_tells_stage()


def words_without_meaning(draft: Draft, columns: Sequence[Column]) -> Iterator[tuple[Column, str]]:
    """Give each word that could name a stage, an end or a yes and tells nothing, by column."""
    for place, role in roles_to_translate(draft, columns).items():
        told = draft.values.get(str(place), {})
        for word in columns[place].words_of(role) if role in _NAMED_IF_SILENT else ():
            if told.get(word, "") in {"", NOTHING}:
                yield columns[place], word


def document_of(draft: Draft, columns: Sequence[Column]) -> Document:
    """Return the mapping that a draft comes to; its facts may be none."""
    return _Writer(draft, columns).document()


class _Writer:
    def __init__(self, draft: Draft, columns: Sequence[Column]) -> None:
        self._draft, self._columns = draft, columns
        self._places: dict[str, int] = {}
        for place, role in enumerate(draft.roles):
            if columns[place].is_usable and role not in {LEFT_OUT, OWN_NAME}:
                self._places.setdefault(role, place)
        self._lead = columns[draft.lead].name if 0 <= draft.lead < len(columns) else ""

    def document(self) -> Document:
        draft = self._draft
        return {
            "source": draft.source,
            "time_zone": draft.time_zone,
            "file": {
                "encoding": draft.encoding,
                "delimiter": "tab" if draft.delimiter == "\t" else draft.delimiter,
                "decimal": draft.decimal,
            },
            "lead": {"id": {"column": self._lead}},
            **({"deleted": deleted} if (deleted := self._flags("is_deleted")) else {}),
            "facts": list(self._facts()),
        }

    def _facts(self) -> Iterator[Document]:
        yield from self._attributes()
        yield from self._stages()
        yield from self._events()
        yield from self._first_stage()
        yield from self._follow_up()
        yield from self._deals()
        if "satisfaction" in self._places:
            yield self._fact({"satisfaction": self._read("satisfaction")}, "satisfaction") | {
                "when": self._filled("satisfaction")
            }

    def _fact(self, own: Document, name: str, at: str = "") -> Document:
        """Write a fact; without a column of its own it happened when the row became known."""
        fact = own | {"id": self._id(name), "at": self._at(at or "known_at")}
        if at:
            fact["when"] = self._filled(at)
        if "changed_at" in self._places:
            fact["revised_at"] = self._at("changed_at")
        return fact

    def _id(self, name: str) -> Document:
        return {"text": f"{{{self._lead}}}/{name}"}

    def _name(self, role: str) -> str:
        return self._columns[self._places[role]].name

    def _read(self, role: str) -> Document:
        return {"column": self._name(role)}

    def _filled(self, *roles: str) -> list[Document]:
        return [{"column": self._name(role)} for role in roles]

    def _at(self, role: str) -> Document:
        if role not in self._places:
            return {"instant": self._draft.moment}
        column = self._columns[self._places[role]]
        key = "time" if column.has_time or not column.is_time else "date"
        form = column.formats.get(self._draft.order)
        return {key: column.name} | ({"format": form} if form else {})

    def _meanings(self, role: str) -> Document:
        """Return what the words of a column mean; those that nobody gave a meaning tell nothing."""
        told = self._draft.values.get(str(self._places[role]), {})
        return {
            word: meaning
            for word, meaning in told.items()
            if meaning not in {"", NOTHING} and (word or role == "stage_name")
        }

    def _flags(self, role: str) -> list[Document]:
        """Return the columns that say a yes; what is no yes tells nothing."""
        found = []
        for place, given in enumerate(self._draft.roles):
            if given == role and self._columns[place].is_usable:
                told = self._draft.values.get(str(place), {})
                meant = {word: meaning == YES or None for word, meaning in told.items()}
                found.append({"column": self._columns[place].name, "values": meant})
        return found

    def _attributes(self) -> Iterator[Document]:
        told: Document = {}
        parts = [role for role in PARTS_OF_NAME if role in self._places]
        if parts and "name" not in self._places:
            told["name"] = {"text": " ".join(f"{{{self._name(part)}}}" for part in parts)}
        for place, key in attribute_keys(self._draft.roles, self._columns).items():
            column = self._columns[place]
            if not column.is_usable:
                continue
            told[key] = {"column": column.name}
            if column.nulls:
                told[key]["values"] = dict.fromkeys(column.nulls)
            if column.is_number_as(self._draft.roles[place], self._draft.decimal):
                told[key]["number"] = True
        if barred := self._flags("do_not_contact"):
            told["do_not_contact"] = barred
        if told:
            # A file with other columns tells another fact, so that it replaces nothing else.
            yield self._fact({"attributes": told}, f"{self._draft.kind}/{_mark_of(told)}")

    def _stages(self) -> Iterator[Document]:
        for role in self._places:
            kind, _, stage = role.partition(":")
            if kind == "stage":
                yield self._fact({"stage": stage}, f"stage/{stage}", role)
        yield from self._named_stages()

    def _named_stages(self) -> Iterator[Document]:
        """Write what the name of a stage tells: nothing where a column of that stage dates it."""
        if "stage_name" not in self._places:
            return
        column, meanings = self._name("stage_name"), self._meanings("stage_name")
        undated: Document = {}
        for stage in dict.fromkeys(meanings.values()):
            words = {word: stage for word, meaning in meanings.items() if meaning == stage}
            if f"stage:{stage}" in self._places:
                is_undated = [{"column": self._name(f"stage:{stage}"), "is": ""}]
                yield self._fact({"stage": stage}, f"stage/{stage}") | {
                    "when": [{"column": column, "is": list(words)}, *is_undated]
                }
                continue
            if words.pop("", ""):
                empty = {"column": column, "is": ""}
                yield self._fact({"stage": stage}, f"stage/{stage}") | {"when": [empty]}
            undated |= words
        if undated:
            yield self._fact(
                {"stage": {"column": column, "values": undated}}, f"stage/{{{column}}}"
            ) | {"when": [{"column": column, "is": list(undated)}]}

    def always_tells_stage(self) -> bool:
        """Tell whether every row says a stage or a step of a handoff."""
        if any(not self._columns[self._places[role]].has_empty for role in self._dated_stages()):
            return True
        if "stage_name" not in self._places:
            return False
        column = self._columns[self._places["stage_name"]]
        words = {*column.words_of("stage_name")}
        return not column.has_more and words <= self._meanings("stage_name").keys()

    def _dated_stages(self) -> list[str]:
        return [role for role in self._places if role.startswith("stage:") or role in EVENTS]

    def _first_stage(self) -> Iterator[Document]:
        """Write the stage of rows in which nothing else tells one."""
        reached = self._draft.reached
        if reached in {"", NOTHING} or self.always_tells_stage():
            return
        fact = self._fact({"stage": reached, "if_none": True}, f"stage/{reached}")
        when: list[Document] = [
            {"column": self._name(role), "is": ""} for role in self._dated_stages()
        ]
        if "stage_name" in self._places and (told := self._meanings("stage_name")):
            when.append({"column": self._name("stage_name"), "is_not": list(told)})
        yield fact | ({"when": when} if when else {})

    def _events(self) -> Iterator[Document]:
        for event in EVENTS:
            if event not in self._places:
                continue
            own: Document = {"event": event}
            if "reason" in self._places and event in {"rejected", "disqualified", "recycled"}:
                own["reason"] = self._read("reason")
            if "person" in self._places and event != "offered":
                own["person"] = self._read("person")
            yield self._fact(own, event, event)
        if "offered" in self._places and "person" in self._places:
            assigned = {"event": "assigned", "person": self._read("person")}
            yield self._fact(assigned, "assigned", "offered") | {
                "when": self._filled("offered", "person")
            }

    def _follow_up(self) -> Iterator[Document]:
        if "follow_up_at" not in self._places:
            return
        own: Document = {
            "follow_up": self._word("channel", self._draft.channel),
            "outcome": self._word("outcome", self._draft.outcome),
        }
        own |= {role: self._read(role) for role in ("person", "note") if role in self._places}
        column = self._name("follow_up_at")
        yield self._fact(own, f"follow-up/{{{column}}}", "follow_up_at")

    def _word(self, role: str, otherwise: str) -> Document:
        """Return the words of a column with what they mean, or what is always so."""
        if role not in self._places:
            return {"constant": otherwise}
        meanings = {"": otherwise} | self._meanings(role)
        return self._read(role) | {"values": meanings, "otherwise": otherwise}

    def _deals(self) -> Iterator[Document]:
        own: Document = {
            role: self._read(role) for role in ("amount", "person") if role in self._places
        }
        if "amount" in self._places and "currency" in self._places:
            own["currency"] = self._read("currency")
        reason = {"reason": self._read("reason")} if "reason" in self._places else {}
        for status, role in (("won", "deal_won_at"), ("lost", "deal_lost_at")):
            if role in self._places:
                more = reason if status == "lost" else {}
                yield from self._deal({"deal": status} | own | more, role, status)
        meanings = self._meanings("deal_status") if "deal_status" in self._places else {}
        if meanings and "deal_closed_at" in self._places:
            column = self._name("deal_status")
            closed = {"deal": {"column": column, "values": meanings}} | own | reason
            for fact in self._deal(closed, "deal_closed_at", "closed"):
                fact["when"] += [{"column": column, "is": list(meanings)}]
                yield fact

    def _deal(self, own: Document, at: str, name: str) -> Iterator[Document]:
        """Write a deal; without an id of its own it is told apart by when it ended and its name."""
        if id_ := self._deal_id():
            fact = self._fact(own, "", at)
            yield fact | {"id": {"text": f"{{{id_}}}/{name}"}}
            return
        ended = f"deal/{name}/{{{self._name(at)}}}"
        if "deal_name" not in self._places:
            yield self._fact(own, ended, at)
            return
        called = self._name("deal_name")
        for more, condition in ((f"/{{{called}}}", {}), ("", {"is": ""})):
            fact = self._fact(own, ended + more, at)
            fact["when"] += [{"column": called} | condition]
            yield fact

    def _deal_id(self) -> str:
        """Return the column with the ids of deals: one said to be it, or that of rows of deals."""
        if "deal_id" in self._places:
            return self._name("deal_id")
        preset = preset_named(self._draft.preset)
        return self._lead if preset is not None and preset.has_deal_id_in(self._lead) else ""


def _mark_of(keys: Iterable[str]) -> str:
    """Return what is the same for the same attributes, whatever the order of their columns."""
    digest = hashlib.blake2b("\n".join(sorted(keys)).encode(), digest_size=5).digest()
    # In letters, as digits could be taken for those of a telephone.
    return b32encode(digest).translate(_LETTERS).decode().lower()


def roles_to_translate(draft: Draft, columns: Sequence[Column]) -> dict[int, str]:
    """Return by the place of a column the role whose words have to be given a meaning."""
    return {
        place: role
        for place, role in enumerate(draft.roles)
        if role in TRANSLATED and columns[place].is_usable
    }
