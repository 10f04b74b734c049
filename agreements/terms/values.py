"""How single values are written in the terms: numbers, rates, durations, keys and texts.

Numbers are integers or decimal strings, never binary fractions, so that the hash of the
document covers exactly what was signed.
"""

import json
import re
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema

from agreements.durations import Duration
from agreements.terms.problems import refusal

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
_CLAUSE_KEY = re.compile(r"[A-Z][A-Za-z0-9._-]{0,19}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
LARGEST = 10**15
_TEXT_LIMIT = 5000


class Section(BaseModel):
    """A part of the terms: immutable, and without keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def as_written(value: object) -> str:
    """Show a value in a message, cut to a readable length."""
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


def read_number(value: object) -> Decimal:
    """Read an integer or a decimal string exactly."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise refusal("not_a_number", value=as_written(value))


def read_amount(value: object) -> Decimal:
    """Read a number of zero or more."""
    number = read_number(value)
    if number < 0:
        raise refusal("negative", value=as_written(value))
    return number


def read_rate(value: object) -> Decimal:
    """Read a share of 1, written as a fraction (0.90) or a percentage (90%)."""
    text = str(value).replace(" ", "")
    number, scale = (text[:-1], 100) if text.endswith("%") else (text, 1)
    if isinstance(value, bool) or not _NUMBER.fullmatch(number):
        raise refusal("not_a_rate", value=as_written(value))
    rate = Decimal(number) / scale
    if not 0 <= rate <= 1:
        raise refusal("not_a_rate", value=as_written(value))
    return rate


def read_whole(value: object) -> int:
    """Read a whole number of zero or more."""
    number = read_amount(value)
    if number != int(number):
        raise refusal("not_a_whole_number", value=as_written(value))
    return int(number)


def read_count(value: object) -> int:
    """Read a whole number of one or more."""
    count = read_whole(value)
    if count < 1:
        raise refusal("out_of_range", value=count, range="≥ 1")
    return count


def read_duration(value: object) -> Duration:
    """Read a duration of more than nothing, such as "4h"."""
    if not isinstance(value, str):
        raise refusal("not_a_duration", value=as_written(value))
    try:
        duration = Duration.parse(value)
    except ValueError:
        raise refusal("not_a_duration", value=as_written(value)) from None
    if duration.amount == 0:
        raise refusal("zero_duration")
    if duration.amount > 100_000:
        raise refusal("out_of_range", value=as_written(value), range="≤ 100000")
    return duration


def read_text(value: object) -> str:
    """Read a text that says something."""
    if not isinstance(value, str):
        raise refusal("not_a_text", found=as_written(value))
    if not value.strip():
        raise refusal("empty")
    if len(value) > _TEXT_LIMIT:
        raise refusal("too_long", limit=_TEXT_LIMIT)
    return value


def read_key(value: object) -> str:
    """Read the key of a stage, tier, reason, calendar or objective."""
    if isinstance(value, str) and _KEY.fullmatch(value):
        return value
    raise refusal("not_a_key", value=as_written(value))


def read_clause_key(value: object) -> str:
    """Read the key of a commitment, such as M1."""
    if isinstance(value, str) and _CLAUSE_KEY.fullmatch(value):
        return value
    raise refusal("not_a_clause_key", value=as_written(value))


def read_currency(value: object) -> str:
    """Read the three letters of a currency."""
    if isinstance(value, str) and _CURRENCY.fullmatch(value):
        return value
    raise refusal("not_a_currency", value=as_written(value))


def read_time_zone(value: object) -> str:
    """Read the IANA name of a time zone."""
    try:
        if isinstance(value, str) and value:
            return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        pass
    raise refusal("not_a_time_zone", value=as_written(value))


def read_time(value: object) -> str:
    """Read a time of day, such as 14:00."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        return value
    raise refusal("not_an_hour", value=as_written(value))


def read_month(value: object) -> str:
    """Read a month by its three letters."""
    if value in MONTHS:
        return str(value)
    raise refusal("not_a_month", value=as_written(value))


def read_flag(value: object) -> bool:
    """Read true or false, and nothing that merely looks like it."""
    if isinstance(value, bool):
        return value
    raise refusal("not_true_or_false", found=as_written(value))


def read_texts(value: object) -> tuple[str, ...]:
    """Read a list of texts; a single text stands for a list of one."""
    if isinstance(value, str):
        return (read_text(value),)
    if not isinstance(value, list | tuple):
        raise refusal("not_a_list", found=as_written(value))
    return tuple(read_text(item) for item in value)


_NUMBER_SCHEMA = {
    "anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{_NUMBER.pattern}$"}]
}
_RATE_SCHEMA = {
    "anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^\d{1,15}(\.\d{1,9})?\s*%?$"}]
}
_TEXT_SCHEMA = {"type": "string", "minLength": 1, "maxLength": _TEXT_LIMIT}

Number = Annotated[Decimal, PlainValidator(read_number), WithJsonSchema(_NUMBER_SCHEMA)]
Amount = Annotated[Decimal, PlainValidator(read_amount), WithJsonSchema(_NUMBER_SCHEMA)]
Rate = Annotated[Decimal, PlainValidator(read_rate), WithJsonSchema(_RATE_SCHEMA)]
Whole = Annotated[int, PlainValidator(read_whole), WithJsonSchema(_NUMBER_SCHEMA)]
Count = Annotated[int, PlainValidator(read_count), WithJsonSchema(_NUMBER_SCHEMA)]
Within = Annotated[
    Duration,
    PlainValidator(read_duration),
    WithJsonSchema({"type": "string", "pattern": r"^\s*\d+\s*(min|h|bd|d)\s*$"}),
]
Text = Annotated[str, PlainValidator(read_text), WithJsonSchema(_TEXT_SCHEMA)]
Key = Annotated[
    str,
    PlainValidator(read_key),
    WithJsonSchema({"type": "string", "pattern": f"^{_KEY.pattern}$"}),
]
ClauseKey = Annotated[
    str,
    PlainValidator(read_clause_key),
    WithJsonSchema({"type": "string", "pattern": f"^{_CLAUSE_KEY.pattern}$"}),
]
Currency = Annotated[
    str,
    PlainValidator(read_currency),
    WithJsonSchema({"type": "string", "pattern": f"^{_CURRENCY.pattern}$"}),
]
TimeZone = Annotated[str, PlainValidator(read_time_zone), WithJsonSchema({"type": "string"})]
TimeOfDay = Annotated[
    str,
    PlainValidator(read_time),
    WithJsonSchema({"type": "string", "pattern": f"^{_TIME.pattern}$"}),
]
Month = Annotated[str, PlainValidator(read_month), WithJsonSchema({"enum": list(MONTHS)})]
Flag = Annotated[bool, PlainValidator(read_flag), WithJsonSchema({"type": "boolean"})]
Texts = Annotated[
    tuple[str, ...],
    PlainValidator(read_texts),
    WithJsonSchema({"anyOf": [_TEXT_SCHEMA, {"type": "array", "items": _TEXT_SCHEMA}]}),
]
