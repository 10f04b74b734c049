"""The mapping document: which facts the rows of a file tell, and how their cells are to be read.

Pure. `docs/reference/mapping.md` describes it for those who write one.
"""

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from agreements.terms import TermsError, document_from_yaml
from agreements.terms.values import TimeZone
from leads.mapping_problems import MappingError, Problem, problems_of, refusal

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

NAME_LIMIT, SOURCE_LIMIT = 200, 64

_PLACE = re.compile(r"\{([^{}]*)\}")


class Section(BaseModel):
    """A part of the mapping: immutable, and without keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are read for it."""
        return frozenset().union(*(_columns_in(getattr(self, name)) for name in self._names()))

    @classmethod
    def _names(cls) -> Iterable[str]:
        return cls.model_fields


def _columns_in(part: Any) -> frozenset[str]:
    if isinstance(part, Section):
        return part.columns
    if isinstance(part, Mapping):
        return frozenset().union(*map(_columns_in, part.values()))
    return frozenset().union(*map(_columns_in, part)) if isinstance(part, tuple) else frozenset()


class Value(Section):
    """Where a value comes from: a column, a text with columns in braces, or always the same.

    `values` says what certain cells mean, `otherwise` what all others but an empty one mean.
    """

    column: str | None = None
    text: str | None = None
    constant: str | int | bool | None = None
    values: dict[str, str | int | bool | None] = Field(default_factory=dict)
    otherwise: str | int | bool | None = None
    number: bool = False

    @model_validator(mode="after")
    def _check(self) -> "Value":
        if len(self.model_fields_set & {"column", "text", "constant"}) != 1:
            raise refusal("one_source")
        if self.column is None and self.model_fields_set & {"values", "otherwise", "number"}:
            raise refusal("values_of_column")
        if self.text is not None and not _PLACE.search(self.text):
            raise refusal("text_without_column", text=self.text)
        return self

    @property
    def has_otherwise(self) -> bool:
        """Whether cells that `values` does not list have a meaning of their own."""
        return "otherwise" in self.model_fields_set

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are read for it."""
        if self.text is not None:
            return frozenset(_PLACE.findall(self.text))
        return frozenset() if self.column is None else frozenset({self.column})

    @property
    def pieces(self) -> tuple[str, ...]:
        """The text cut at its braces: words and columns take turns, words come first."""
        return tuple(_PLACE.split(self.text or ""))

    @property
    def given(self) -> tuple[Any, ...]:
        """Every value that the mapping itself writes out."""
        given = [*self.values.values()]
        given += [self.otherwise] if self.has_otherwise else []
        return (*given, self.constant) if "constant" in self.model_fields_set else tuple(given)


def _read(told: object) -> object:
    """A word is a column, and a text with braces is put together from columns."""
    if not isinstance(told, str):
        return told
    return {"text": told} if "{" in told else {"column": told}


def _said(told: object) -> object:
    """A word is meant as it stands."""
    return {"constant": told} if isinstance(told, str | int) else told


Read: TypeAlias = Annotated[Value, BeforeValidator(_read)]
Said: TypeAlias = Annotated[Value, BeforeValidator(_said)]


class Name(Section):
    """What a source calls a lead or a handoff; without `source` it is the file's own."""

    id: Read
    source: str | None = Field(default=None, min_length=1, max_length=SOURCE_LIMIT)

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, told: object) -> object:
        is_plain = isinstance(told, str) or (isinstance(told, Mapping) and "id" not in told)
        return {"id": told} if is_plain else told


class At(Section):
    """When it happened: a column of times, or of local dates, which stand for their midnight.

    `instant` is for a file that does not say it: the same for all rows.
    """

    time: str | None = None
    date: str | None = None
    instant: AwareDatetime | None = None
    zone: TimeZone | None = None
    format: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, told: object) -> object:
        return {"time": told} if isinstance(told, str) else told

    @model_validator(mode="after")
    def _check(self) -> "At":
        if sum(told is not None for told in (self.time, self.date, self.instant)) != 1:
            raise refusal("time_or_date")
        return self

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are read for it."""
        return frozenset(filter(None, (self.time, self.date)))


Words: TypeAlias = tuple[str, ...]


class Condition(Section):
    """A column that must be filled in, or must (not) hold one of some texts."""

    column: str
    is_: Words | None = Field(default=None, alias="is")
    is_not: Words | None = None

    @field_validator("is_", "is_not", mode="before")
    @classmethod
    def _list(cls, told: object) -> object:
        words = told if isinstance(told, list) else [told]
        return tuple(str(word) if isinstance(word, int) else word for word in words)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are read for it."""
        return frozenset({self.column})


def _conditions(told: object) -> object:
    every = told if isinstance(told, list) else [told]
    return tuple({"column": one} if isinstance(one, str) else one for one in every)


When: TypeAlias = Annotated[tuple[Condition, ...], BeforeValidator(_conditions)]


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
    """What became known of the lead, attribute by attribute."""

    attributes: dict[str, Read] = Field(min_length=1)


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
