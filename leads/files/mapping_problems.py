"""What can be wrong with a mapping document, each in a sentence that says what to do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from agreements.criteria import gettext_noop
from agreements.terms import MESSAGES as TERMS_MESSAGES

MESSAGES: dict[str, str] = {
    "not_yaml": gettext_noop("{reason}"),
    "not_a_mapping": gettext_noop("A mapping of keys to values belongs here, not {found}."),
    "not_a_list": gettext_noop("A list belongs here, not {found}."),
    "not_a_text": gettext_noop("A text belongs here, not {found}; put it in quotes."),
    "not_a_flag": gettext_noop("Write true or false here, not {found}."),
    "missing": gettext_noop("“{key}” is missing; add it."),
    "empty": gettext_noop("This is empty; fill it in or leave the key out."),
    "too_long": gettext_noop("This is too long; at most {limit} characters fit."),
    "unknown_key": gettext_noop("Unknown key “{key}”; possible here are {allowed}."),
    "unknown_key_nearest": gettext_noop("Unknown key “{key}”; did you mean “{nearest}”?"),
    "not_a_choice": gettext_noop(
        "“{value}” is not possible for {key}; choose one of {allowed}, or say under “values” "
        "what it means."
    ),
    "not_a_choice_nearest": gettext_noop(
        "“{value}” is not possible for {key}; did you mean “{nearest}”?"
    ),
    "not_one_of": gettext_noop("“{value}” is not possible here; choose one of {allowed}."),
    "which_fact": gettext_noop(
        "It is not clear which fact this is; write exactly one of the keys stage, event, "
        "follow_up, deal, satisfaction and attributes."
    ),
    "one_source": gettext_noop(
        "Say where the value comes from by exactly one of “column”, “text” and “constant”."
    ),
    "values_of_column": gettext_noop(
        "“values”, “otherwise” and “number” are about the cells of a column; name the “column”."
    ),
    "text_without_column": gettext_noop(
        "“{text}” names no column; put the columns in braces, as in “{{id}}/won”."
    ),
    "time_or_date": gettext_noop(
        "Name a column of times under “time”, or one of dates under “date”; a file without either "
        "takes an “instant” for all its rows."
    ),
    "date_needs_zone": gettext_noop(
        "Fact {number} happens on the local dates in “{column}”, but no zone is named; add "
        "“time_zone”, such as America/Sao_Paulo."
    ),
    "id_twice": gettext_noop(
        "Facts {first} and {number} have the same id, so one would replace the other; write "
        "something after the id of each, as in “{{id}}/won”."
    ),
    "not_a_time_zone": TERMS_MESSAGES["not_a_time_zone"],
    "unknown_encoding": gettext_noop(
        "“{encoding}” is no encoding; write utf-8, utf-16, latin-1 or windows-1252."
    ),
    "unknown_column": gettext_noop(
        "The file has no column “{column}”; its columns are {allowed}. Correct the mapping."
    ),
    "unknown_column_nearest": gettext_noop(
        "The file has no column “{column}”; did you mean “{nearest}”? Correct the mapping."
    ),
    "one_column": gettext_noop(
        "The file has a single column, “{column}”; if it holds several, say in the mapping what "
        "parts them, as in “file: {{delimiter: tab}}”."
    ),
    "column_twice": gettext_noop(
        "The file has the column “{column}” more than once; give each its own name in the file."
    ),
    "unknown_stage": gettext_noop("The agreement has no stage “{value}”; choose one of {allowed}."),
    "invalid": gettext_noop("This cannot be read: {reason}."),
}

_CODES = {
    "missing": "missing",
    "tuple_type": "not_a_list",
    "dict_type": "not_a_mapping",
    "model_type": "not_a_mapping",
    "model_attributes_type": "not_a_mapping",
    "string_type": "not_a_text",
    "string_too_long": "too_long",
    "union_tag_not_found": "which_fact",
    "bool_type": "not_a_flag",
    "bool_parsing": "not_a_flag",
    "string_too_short": "empty",
    "too_short": "empty",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place of the mapping; facts are counted from 1.

    `template` is a sentence of the catalogue, for translation, and `params` goes into it.
    """

    path: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The sentence before its parameters are filled in."""
        return MESSAGES[self.code]

    def __str__(self) -> str:
        message = self.template.format(**self.params)
        return f"{self.path}: {message}" if self.path else message


class MappingError(ValueError):
    """A document that cannot be a mapping, or not of this file; `problems` tells why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def refusal(code: str, **params: object) -> PydanticCustomError:
    """Make the error a validator raises; `problems_of` turns it into a problem with a path."""
    return PydanticCustomError(code, "refused", params)


def problem(path: str, code: str, known: Iterable[str], **params: object) -> Problem:
    """Make a problem about the last parameter, which is none of the known names."""
    choices, name = list(known), str(list(params.values())[-1])
    nearest = get_close_matches(name, choices, n=1)
    if nearest and f"{code}_nearest" in MESSAGES:
        return Problem(path, f"{code}_nearest", {**params, "nearest": nearest[0]})
    return Problem(path, code, {**params, "allowed": ", ".join(choices)})


def problems_of(
    error: ValidationError, model: type[BaseModel], kinds: Mapping[str, type[BaseModel]]
) -> Iterator[Problem]:
    """Turn what Pydantic found into sentences of the catalogue.

    `kinds` has the model of each kind of fact, by which Pydantic names the place of one.
    """
    for detail in error.errors(include_url=False):
        location = list(detail["loc"])
        is_fact = location[:1] == ["facts"] and len(location) > 2
        # The reader has not written the kind, so it is no part of the place.
        shown = [*location[:2], *location[3:]] if is_fact else location
        path = ".".join(str(part + 1) if isinstance(part, int) else part for part in shown)
        if is_fact:
            inside = _keys(location[3:-1], kinds[str(location[2])])
        else:
            inside = _keys(location[:-1], model)
        yield _problem(path, detail, inside)


def _problem(path: str, detail: ErrorDetails, known: list[str]) -> Problem:
    kind, context = detail["type"], dict(detail.get("ctx", {}))
    key, found = detail["loc"][-1] if detail["loc"] else "", str(detail["input"])[:60]
    match kind:
        case "not_a_choice":
            return problem(path, kind, context.pop("allowed"), **context)
        case "literal_error":
            return Problem(path, "not_one_of", {"value": found, "allowed": context["expected"]})
        case "extra_forbidden":
            return problem(path, "unknown_key", known, key=key)
        case _ if kind in MESSAGES and kind not in _CODES:
            return Problem(path, kind, context)
        case _:
            code = _CODES.get(kind, "invalid")
            about = {"key": key, "found": found, "limit": context.get("max_length")}
            return Problem(path, code, about | {"reason": detail["msg"]})


def _keys(location: list[int | str], model: type[BaseModel]) -> list[str]:
    """The keys that the model at a place below another one knows."""
    for part in location:
        for name, info in model.model_fields.items():
            if part in (name, info.alias):
                model = next(_models_in(info.annotation), model)
    return [info.alias or name for name, info in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
