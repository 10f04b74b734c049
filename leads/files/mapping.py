"""The mapping document: which facts the rows of a file tell, and how their cells are to be read.

Pure. `docs/reference/mapping.md` describes it for those who write one.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from agreements.terms import TermsError, document_from_yaml
from agreements.terms.values import TimeZone
from leads.files.mapping_problems import MappingError, Problem, problems_of, refusal
from leads.files.mapping_values import (
    SOURCE_LIMIT,
    At,
    Name,
    Read,
    Reads,
    Said,
    Section,
    Value,
    When,
)

CHOICES: Mapping[str, tuple[str, ...]] = {
    "event": (
        "offered", "assigned", "accepted", "rejected", "contested", "decided", "qualified",
        "disqualified", "recycled", "paused", "resumed", "withdrawn",
    ),
    "follow_up": ("call", "email", "message", "meeting", "other"),
    "outcome": (
        "no_answer", "left_message", "sent", "wrong_number", "answered", "inbound_reply",
        "meeting_set", "conversation", "meeting_held",
    ),
    "evidence": ("system", "by_hand"),
    "direction": ("outbound", "inbound"),
    "deal": ("won", "lost"),
}  # fmt: skip
"""What can be told where only so much is possible; `leads.models` keeps the same."""

BARRED = "do_not_contact"


class FactMapping(Section):
    """What every fact of a row has: its id in the source, when it happened, and conditions."""

    id: Read
    at: At
    when: When = ()
    revised_at: At | None = None
    retracted: Said | None = None

    @model_validator(mode="after")
    def _check_choices(self) -> "FactMapping":
        for name, allowed in CHOICES.items():
            value: Value | None = getattr(self, name, None)
            for given in value.given if value is not None else ():
                if given not in allowed:
                    raise refusal("not_a_choice", key=name, value=given, allowed=allowed)
        return self


class StageMapping(FactMapping):
    """The lead reached a stage; with ``if_none`` only one of which nothing else tells a stage."""

    stage: Said
    if_none: bool = False


class EventMapping(FactMapping):
    """Something was done about a handoff, which is called like the lead unless said otherwise."""

    event: Said
    handoff: Name | None = None
    person: Read | None = None
    to_queue: Said | None = None
    reason: Said | None = None
    overturned: Said | None = None
    until: At | None = None
    note: Read | None = None


class FollowUpMapping(FactMapping):
    """Somebody followed up, over the channel that stands under `follow_up`."""

    follow_up: Said
    outcome: Said
    evidence: Said = Value(constant="system")
    direction: Said = Value(constant="outbound")
    automated: Said | None = None
    person: Read | None = None
    note: Read | None = None


class DealMapping(FactMapping):
    """A deal was won or lost."""

    deal: Said
    amount: Read | None = None
    currency: Said | None = None
    reason: Said | None = None
    person: Read | None = None


class SatisfactionMapping(FactMapping):
    """Somebody said how content they are: a number on the scale of whoever asked."""

    satisfaction: Read


class AttributesMapping(FactMapping):
    """What became known of the lead, attribute by attribute.

    One of them is whether it is not to be contacted: any of some columns may say so.
    """

    do_not_contact: Reads = ()
    attributes: dict[str, Read]

    @model_validator(mode="before")
    @classmethod
    def _set_apart(cls, told: object) -> object:
        named = told.get("attributes") if isinstance(told, Mapping) else None
        if not isinstance(told, Mapping) or not isinstance(named, Mapping):
            return told
        others = {key: value for key, value in named.items() if key != BARRED}
        return {
            **told,
            **({BARRED: named[BARRED]} if BARRED in named else {}),
            "attributes": others,
        }

    @field_validator("attributes")
    @classmethod
    def _check_some(cls, told: dict[str, Value], info: ValidationInfo) -> dict[str, Value]:
        if not told and not info.data.get(BARRED):
            raise refusal("empty")
        return told


def _kind_of(told: object) -> str | None:
    if isinstance(told, FactMapping):
        return next(kind for kind in _MODELS if hasattr(told, kind))
    found = [kind for kind in _MODELS if isinstance(told, Mapping) and kind in told]
    return found[0] if len(found) == 1 else None


_MODELS: Mapping[str, type[FactMapping]] = {
    "stage": StageMapping,
    "event": EventMapping,
    "follow_up": FollowUpMapping,
    "deal": DealMapping,
    "satisfaction": SatisfactionMapping,
    "attributes": AttributesMapping,
}
AnyFact: TypeAlias = Annotated[
    Annotated[StageMapping, Tag("stage")]
    | Annotated[EventMapping, Tag("event")]
    | Annotated[FollowUpMapping, Tag("follow_up")]
    | Annotated[DealMapping, Tag("deal")]
    | Annotated[SatisfactionMapping, Tag("satisfaction")]
    | Annotated[AttributesMapping, Tag("attributes")],
    Discriminator(_kind_of),
]


class FileFormat(Section):
    """How the file is written."""

    encoding: str = Field(default="utf-8", validate_default=True)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."

    @field_validator("encoding")
    @classmethod
    def _check_encoding(cls, encoding: str) -> str:
        try:
            name = codecs.lookup(encoding).name
            "a,1".encode(name)
        except LookupError:
            raise refusal("unknown_encoding", encoding=encoding) from None
        # The mark that some programs put before UTF-8 is no part of the first column's name.
        return "utf-8-sig" if name == "utf-8" else name

    @field_validator("delimiter", mode="before")
    @classmethod
    def _name_delimiter(cls, delimiter: object) -> object:
        return "\t" if delimiter == "tab" else delimiter


class FactsMapping(Section):
    """The whole mapping of a file."""

    source: str = Field(min_length=1, max_length=SOURCE_LIMIT)
    lead: Name
    time_zone: TimeZone | None = None
    file: FileFormat = FileFormat()
    deleted: Reads = ()
    when: When = ()
    facts: tuple[AnyFact, ...]

    @field_validator("facts")
    @classmethod
    def _check_facts(cls, facts: tuple[AnyFact, ...]) -> tuple[AnyFact, ...]:
        if not facts:
            raise refusal("empty")
        return facts

    @model_validator(mode="after")
    def _check(self) -> "FactsMapping":
        known: dict[tuple[str | None, str | None], int] = {}
        for number, fact in enumerate(self.facts, start=1):
            if fact.at.date and not (fact.at.zone or self.time_zone):
                raise refusal("date_needs_zone", number=number, column=fact.at.date)
            name = fact.id.text or fact.id.column
            first = known.setdefault((_kind_of(fact), name), number)
            if first != number and not _exclude_each_other(self.facts[first - 1], fact):
                raise refusal("id_twice", first=first, number=number)
        return self


def _exclude_each_other(one: FactMapping, other: FactMapping) -> bool:
    """Whether the two can hardly both be told by a row: both have conditions, not the same."""
    return bool(one.when) and bool(other.when) and one.when != other.when


def parse_mapping(document: object) -> FactsMapping:
    """Read a mapping. Raises MappingError that tells everything that is wrong with it."""
    if not isinstance(document, Mapping):
        raise MappingError([Problem("", "not_a_mapping", {"found": str(document)[:60]})])
    try:
        return FactsMapping.model_validate(document)
    except ValidationError as error:
        raise MappingError(problems_of(error, FactsMapping, _MODELS)) from None


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping as it was written, and as it is meant."""

    document: Mapping[str, Any]
    mapping: FactsMapping


def mapping_from_yaml(text: str | bytes) -> MappingFile:
    """Read a mapping from YAML. Raises MappingError."""
    try:
        document = document_from_yaml(text)
    except TermsError as error:
        told = [Problem("", "not_yaml", {"reason": str(problem)}) for problem in error.problems]
        raise MappingError(told) from None
    return MappingFile(document, parse_mapping(document))
