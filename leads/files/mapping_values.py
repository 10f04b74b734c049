"""Parts of a mapping: where a value comes from, when something happened, and conditions. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from agreements.terms.values import TimeZone
from leads.files.mapping_problems import refusal

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


def _listed(told: object) -> object:
    """What may be several may be one without brackets."""
    return tuple(told) if isinstance(told, list | tuple) else (told,)


def _said(told: object) -> object:
    """A word is meant as it stands."""
    return {"constant": told} if isinstance(told, str | int) else told


Read: TypeAlias = Annotated[Value, BeforeValidator(_read)]
Said: TypeAlias = Annotated[Value, BeforeValidator(_said)]
Reads: TypeAlias = Annotated[tuple[Read, ...], BeforeValidator(_listed)]
"""Columns of which one that says yes is enough."""


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
