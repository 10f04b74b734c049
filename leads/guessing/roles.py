"""What a column of a file can be, and the words that people and systems use for it. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from unicodedata import combining, normalize

import yaml

LEFT_OUT, OWN_NAME = "", "own"
ATTRIBUTES = (
    "name", "company", "email", "phone", "origin", "job_title", "industry", "country", "employees",
    "campaign", "request",
)  # fmt: skip
PARTS_OF_NAME = ("first_name", "last_name", "second_last_name")
EVENTS = ("offered", "accepted", "rejected", "qualified", "disqualified", "recycled")
TIMES = ("known_at", "changed_at", "follow_up_at", "deal_won_at", "deal_lost_at", "deal_closed_at")
DETAILS = (
    "person", "reason", "note", "channel", "outcome", "deal_id", "deal_name", "deal_status",
    "amount", "currency", "satisfaction", "stage_name",
)  # fmt: skip
ASKED = "attribute:"
"""Before the key of an attribute that signed terms ask for and that is none of ``ATTRIBUTES``."""
FLAGS = ("do_not_contact", "is_deleted")
"""Roles of columns whose cells say yes or no; of several such columns any may say yes."""
NUMBERS = ("amount", "satisfaction")
TRANSLATED = ("channel", "outcome", "deal_status", "stage_name", *FLAGS)
"""Roles of columns whose cells are words of the source's own, each of which means something."""
YES, NO = "yes", "no"

_FILE = Path(__file__).with_name("words.yaml")
_Words = Mapping[str, Sequence[str]]


def is_time_role(role: str) -> bool:
    """Tell whether a column that is this holds times."""
    return role in TIMES or role in EVENTS or role.startswith("stage:")


def plain_name(name: str) -> str:
    """Return the name of a column as it is compared: small letters, no accents, single spaces."""
    bare = "".join(sign for sign in normalize("NFKD", name) if not combining(sign))
    return " ".join(re.sub(r"[_\s]+", " ", bare).lower().split())


def _roles_by_word(words_of: _Words) -> Mapping[str, str]:
    return {word: role for role, words in words_of.items() for word in words}


_TOLD = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
_CONSENTS = frozenset[str](_TOLD["consents"])
ROLES_BY_NAME: Mapping[str, str] = {
    **_roles_by_word(_TOLD["columns"]),
    **dict.fromkeys(_CONSENTS, "do_not_contact"),
}
UNDECIDED = _roles_by_word(_TOLD["undecided"])
_STATUSES = frozenset[str](_TOLD["statuses"])
_STATES = frozenset[str](_TOLD["states"])
_STATE_CODE = re.compile("[A-Z]{2}")
_OPTED_OUT_OF_ALL: tuple[str, ...] = tuple(_TOLD["opted_out_of_all"])
_OPTED_OUT_OF_SOME: tuple[str, ...] = tuple(_TOLD["opted_out_of_some"])
_CODES = frozenset[str](_TOLD["codes"])
_MAY_BE_LAST_NAME = frozenset[str](_TOLD["may_be_last_name"])
_ENGLISH = frozenset[str](_TOLD["english"])
FIRST_BESIDE_LAST = frozenset[str](_TOLD["first_beside_last"])
STAGE_WORDS: _Words = _TOLD["stages"]
_ATTRIBUTE_WORDS: _Words = _TOLD["attributes"]
_MEANINGS: Mapping[str, _Words] = _TOLD["cells"]
_ANSWERS = _roles_by_word(_TOLD["answers"])


def is_called_a_code(name: str) -> bool:
    """Tell whether a column is called like one of codes, as a postal code, or of coordinates."""
    return not _CODES.isdisjoint(_words_in(name))


def is_in_english(names: Collection[str]) -> bool:
    """Tell whether half of the names of columns or more have a word that is English alone."""
    return sum(not _ENGLISH.isdisjoint(_words_in(name)) for name in names) * 2 >= len(names)


def _words_in(name: str) -> list[str]:
    return re.findall(r"[a-z]+", plain_name(name))


class StageName(NamedTuple):
    """A stage of the agreement, as a column or a cell may name it."""

    key: str
    name: str
    role: str


def stage_key(told: str, stages: Iterable[StageName]) -> str:
    """Return the stage that a word or a role names; empty where the agreement has none such."""
    plain = plain_name(told)
    role = next((role for role, words in STAGE_WORDS.items() if plain in words), plain)
    for stage in stages:
        if plain in {plain_name(stage.name), stage.key} or role in {stage.role, stage.key}:
            return stage.key
    return ""


def usual_role(name: str) -> str:
    """Return what a column of this name usually is, whatever is in it; empty where nobody knows."""
    plain = plain_name(name)
    is_of_all = plain.startswith(_OPTED_OUT_OF_ALL)
    return ROLES_BY_NAME.get(plain) or ("do_not_contact" if is_of_all else "")


def may_be_last_name(name: str) -> bool:
    """Tell whether a column of this name holds last names in some countries only."""
    return plain_name(name) in _MAY_BE_LAST_NAME


def may_bar(name: str, words: Collection[str]) -> bool:
    """Tell whether a column, by its name and its words, may say who is not to be contacted.

    One that is called so may, whatever its words.
    """
    if usual_role(name) == "do_not_contact":
        return bool(words)
    is_of_some = plain_name(name).startswith(_OPTED_OUT_OF_SOME)
    return is_of_some and any(meaning_of("do_not_contact", word, ()) for word in words)


def asked_role(name: str, asked: Iterable[str], words: Collection[str] = ()) -> str:
    """Return the role of a column called like one of the attributes asked for; empty for none.

    Its words tell where the name can be that of a status, too, as *Estado* can.
    """
    plain = plain_name(name)
    same = (key for key in asked if plain_name(key) == plain)
    alike = (key for key in asked if plain in _ATTRIBUTE_WORDS.get(key, ()))
    found = next(same, "") or ("" if _tells_status(plain, words) else next(alike, ""))
    return ASKED + found if found else ""


def is_undecided(name: str) -> bool:
    """Tell whether the name of a column leaves open what it is."""
    return plain_name(name) in UNDECIDED


def _tells_status(plain: str, words: Collection[str]) -> bool:
    return plain in UNDECIDED and len(statuses_in(words)) > len(states_in(words))


def statuses_in(words: Iterable[str]) -> list[str]:
    """Return the words that are known to tell a status."""
    return [word for word in words if plain_name(word) in _STATUSES]


def states_in(words: Iterable[str]) -> list[str]:
    """Return the words that are known to be states of a country, or are two capitals."""
    return [word for word in words if plain_name(word) in _STATES or _STATE_CODE.fullmatch(word)]


def role_of_words(words: Collection[str], stages: Sequence[StageName]) -> str:
    """Return whether the words of a column mostly name stages, or some how deals ended, if so."""
    of_stages = sum(bool(stage_key(word, stages)) for word in words)
    of_deals = sum(bool(meaning_of("deal_status", word, ())) for word in words)
    if of_deals > of_stages:
        return "deal_status"
    return "stage_name" if of_stages > len(words) / 2 else ""


def meaning_in(column: str, role: str, cell: str, stages: Iterable[StageName]) -> str:
    """Return what a word probably means in a column; a yes to being contacted bars nobody."""
    if role == "do_not_contact" and plain_name(column) in _CONSENTS:
        answer = _ANSWERS.get(plain_name(cell), "")
        return {YES: NO, NO: YES}.get(answer) or meaning_of(role, cell, stages)
    return meaning_of(role, cell, stages)


def meaning_of(role: str, cell: str, stages: Iterable[StageName]) -> str:
    """Return what a word of the source's own probably means; empty where nobody can tell."""
    if role == "stage_name":
        return stage_key(cell, stages)
    plain = plain_name(cell)
    for meaning, words in _MEANINGS[role].items():
        if plain in words or plain == meaning:
            return meaning
    return _ANSWERS.get(plain, "") if role in FLAGS else ""
