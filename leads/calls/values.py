"""Values of calls: ids, instants, attributes; a refusal says in a sentence what to do."""

from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Any

from django.utils.translation import gettext_noop
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

MESSAGES: dict[str, str] = {
    "not_a_time": gettext_noop("“{value}” is not a time; write one such as 2026-03-31T16:05:00Z."),
    "no_zone": gettext_noop(
        "“{value}” does not say its zone; add “Z” or an offset such as “-03:00”."
    ),
    "not_in_range": gettext_noop("“{value}” lies before 1970 or after 2099."),
    "not_an_attribute": gettext_noop(
        "“{key}” is neither a text, a number, true or false, null, nor a list of these."
    ),
    "attribute_too_long": gettext_noop("“{key}” is longer than the {limit} that are kept."),
    "zero_character": gettext_noop("The text holds a zero character; remove it."),
    "not_a_key": gettext_noop("The name of an attribute has 1 to {limit} characters."),
    "too_many_keys": gettext_noop("A lead has at most {limit} attributes."),
    "not_a_flag": gettext_noop("“{key}” is true or false; leave it out where it is not known."),
    "own_source": gettext_noop(
        "“portal” is how this portal calls itself: name the system that tells."
    ),
}

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_KEY_LIMIT, _KEYS_LIMIT, _TEXT_LIMIT, _ITEMS_LIMIT = 60, 200, 4000, 100
_FLAGS = ("email_verified", "do_not_contact")
_PLAIN: frozenset[type] = frozenset({int, bool, type(None)})


class Shape(BaseModel):
    """What is told, or a part of it; fields it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def wrong(code: str, **params: object) -> PydanticCustomError:
    """Return the error of a value; the code names its sentence."""
    return PydanticCustomError("ours", MESSAGES[code], {"code": code, **params})


def _instant(value: object) -> datetime:
    text = str(value)[:60]
    if not isinstance(value, str):
        raise wrong("not_a_time", value=text)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise wrong("not_a_time", value=text) from None
    if at.tzinfo is None:
        raise wrong("no_zone", value=text)
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        raise wrong("not_in_range", value=text) from None
    if not _EARLIEST <= at < _LATEST:
        raise wrong("not_in_range", value=text)
    return at


def _without_zero(value: object) -> object:
    if isinstance(value, str) and "\0" in value:
        raise wrong("zero_character")
    return value


def _foreign(value: object) -> object:
    if value == "portal":
        raise wrong("own_source")
    return _without_zero(value)


def _attributes(value: object) -> object:
    """Look at what becomes of the lead's attributes."""
    if not isinstance(value, dict):
        return value
    if len(value) > _KEYS_LIMIT:
        raise wrong("too_many_keys", limit=_KEYS_LIMIT)
    for key, told in value.items():
        if not 0 < len(key) <= _KEY_LIMIT or "\0" in key:
            raise wrong("not_a_key", limit=_KEY_LIMIT)
        if type(told) is str:
            _check_text(key, told)
        elif type(told) is list:
            _check_items(key, told)
        elif not _is_plain(told):
            raise wrong("not_an_attribute", key=key)
    for key in _FLAGS:
        if not isinstance(value.get(key), bool | None):
            raise wrong("not_a_flag", key=key)
    return value


def _check_text(key: str, text: str) -> None:
    if len(text) > _TEXT_LIMIT:
        raise wrong("attribute_too_long", key=key, limit=_TEXT_LIMIT)
    if "\0" in text:
        raise wrong("zero_character")


def _check_items(key: str, items: list[Any]) -> None:
    if len(items) > _ITEMS_LIMIT:
        raise wrong("attribute_too_long", key=key, limit=_ITEMS_LIMIT)
    for item in items:
        if type(item) is str:
            _check_text(key, item)
        elif not _is_plain(item):
            raise wrong("not_an_attribute", key=key)


def _is_plain(value: object) -> bool:
    # A number such as 1e999 is read as infinite, which cannot be kept.
    return type(value) in _PLAIN or (isinstance(value, float) and isfinite(value))


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Source = Annotated[
    str, StringConstraints(min_length=1, max_length=64), BeforeValidator(_foreign),
    Field(description="How the other system is called here, always the same, such as hubspot."),
]  # fmt: skip
Id = Annotated[
    str, StringConstraints(min_length=1, max_length=160), BeforeValidator(_without_zero),
    Field(description="The other system's id. The same id again is a repeat or a revision."),
]  # fmt: skip
Text = Annotated[str, StringConstraints(max_length=4000), BeforeValidator(_without_zero)]
Short = Annotated[str, StringConstraints(max_length=200), BeforeValidator(_without_zero)]
Key = Annotated[
    str, StringConstraints(min_length=1, max_length=60), BeforeValidator(_without_zero)
]  # fmt: skip
Attributes = Annotated[
    dict[str, Any],
    BeforeValidator(_attributes),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {
                "type": ["string", "number", "boolean", "null", "array"],
                "items": {"type": ["string", "number", "boolean", "null"]},
            },
            "description": "What is known of the lead, such as name, company, email, phone, origin "
            "and whatever the terms ask for. What is not told stays as it is; null is unknown.",
        }
    ),
]
