"""Read a document as terms, and say in sentences what is wrong with one that is none."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agreements.terms.canonical import unstorable
from agreements.terms.checks import cross_problems
from agreements.terms.document import Terms
from agreements.terms.problems import MESSAGES, Problem, TermsError, problem
from agreements.terms.values import as_written

SCHEMA = 1

_NO_KEYS = ("condition", "group", "[key]")
_QUOTED = re.compile(r"'([^']*)'")
_CODES = {
    "missing": "missing",
    "tuple_type": "not_a_list",
    "list_type": "not_a_list",
    "dict_type": "not_a_mapping",
    "model_type": "not_a_mapping",
    "model_attributes_type": "not_a_mapping",
    "string_type": "not_a_text",
    "string_too_short": "empty",
    "too_short": "empty",
    "int_type": "not_a_whole_number",
}


def parse_terms(document: object) -> Terms:
    """Read the document of a version.

    Raises TermsError with everything that is wrong: first with the shape, and once that is
    right, with how the parts fit together.
    """
    refused = _refuse_outright(document)
    if refused:
        raise TermsError(refused)
    try:
        terms = Terms.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise TermsError(_problems(details, document)) from None
    problems = cross_problems(terms)
    if problems:
        raise TermsError(problems)
    return terms


def _refuse_outright(document: object) -> list[Problem]:
    """Tell what makes reading on pointless: another schema, or values that cannot be stored."""
    if not isinstance(document, Mapping):
        return [problem("", "not_a_document", found=as_written(document))]
    schema = document.get("schema")
    if schema is not None and (schema != SCHEMA or isinstance(schema, bool)):
        return [problem("schema", "unsupported_schema", value=json.dumps(schema, default=str))]
    return list(unstorable(document))


def _problems(details: list[ErrorDetails], document: object) -> Iterator[Problem]:
    for detail in details:
        if detail["type"] == "default_factory_not_called":
            # What its default depends on is wrong, and told already.
            continue
        yield _problem(detail, _location(detail["loc"], document), document)


def _location(told: tuple[int | str, ...], document: object) -> list[int | str]:
    """Leave out what Pydantic adds to the way through a document: kinds of rules, and “[key]”."""
    location: list[int | str] = []
    here: object = document
    for part in told:
        if part in _NO_KEYS and not (isinstance(here, Mapping) and part in here):
            continue
        location.append(part)
        here = _inside(here, part)
    return location


def _inside(value: object, part: int | str) -> object:
    if isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
        return value[part]
    return value.get(part) if isinstance(value, Mapping) else None


def _problem(detail: ErrorDetails, location: list[int | str], document: object) -> Problem:
    """Turn one error of Pydantic into a sentence of the catalogue."""
    path, kind = path_of(location, document), detail["type"]
    if kind in MESSAGES and kind not in _CODES:
        return problem(path, kind, **detail.get("ctx", {}))
    match kind:
        case "missing":
            return problem(path, "missing", key=location[-1])
        case "extra_forbidden":
            return _unknown_key(path, location)
        case "literal_error":
            return _not_a_choice(path, detail)
        case "greater_than_equal" | "less_than_equal" | "string_too_long" | "too_long":
            return _out_of_range(path, detail)
        case _:
            code = _CODES.get(kind, "invalid")
            found = as_written(detail["input"])
            return problem(path, code, found=found, value=found, reason=detail["msg"])


def _unknown_key(path: str, location: list[int | str]) -> Problem:
    key, allowed = str(location[-1]), _keys_at(location[:-1])
    nearest = get_close_matches(key, allowed, n=1)
    if nearest:
        return problem(path, "unknown_key_nearest", key=key, nearest=nearest[0])
    return problem(path, "unknown_key", key=key, allowed=", ".join(allowed))


def _not_a_choice(path: str, detail: ErrorDetails) -> Problem:
    value = as_written(detail["input"])
    allowed = _QUOTED.findall(str(detail["ctx"]["expected"]))
    nearest = get_close_matches(value, allowed, n=1)
    if nearest:
        return problem(path, "not_a_choice_nearest", value=value, nearest=nearest[0])
    return problem(path, "not_a_choice", value=value, allowed=", ".join(allowed))


def _out_of_range(path: str, detail: ErrorDetails) -> Problem:
    context = detail["ctx"]
    if "max_length" in context:
        return problem(path, "too_long", limit=context["max_length"])
    limit = f"≥ {context['ge']}" if "ge" in context else f"≤ {context['le']}"
    return problem(path, "out_of_range", value=as_written(detail["input"]), range=limit)


def path_of(location: list[int | str], document: object) -> str:
    """Join the keys to a place; an entry of a list is named by its own key, or counted from 1."""
    parts: list[str] = []
    here = document
    for part in location:
        here = _inside(here, part)
        if isinstance(part, int):
            own = here.get("key") if isinstance(here, Mapping) else None
            parts.append(own if isinstance(own, str) and own else str(part + 1))
        else:
            parts.append(part)
    return ".".join(parts)


def _keys_at(location: list[int | str]) -> list[str]:
    """The keys known at a place of the document: of a rule, those of conditions and groups."""
    models: list[type[BaseModel]] = [Terms]
    for part in location:
        found = [
            inner
            for model in models
            for name, info in model.model_fields.items()
            if part in (name, info.alias)
            for inner in _models_in(info.annotation)
        ]
        models = found or models
    keys = (info.alias or name for model in models for name, info in model.model_fields.items())
    return list(dict.fromkeys(keys))


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
