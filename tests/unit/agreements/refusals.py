"""The least terms, and what is told of them with something wrong added."""

from typing import Any

import pytest

from agreements.terms import Problem, TermsError, parse_terms

LEAST: dict[str, Any] = {
    "schema": 1,
    "time_zone": "Europe/Amsterdam",
    "currency": "EUR",
    "hours": {"mon-fri": "09:00-17:30"},
}
TIERS: list[dict[str, Any]] = [
    {"key": "vip", "name": "VIP", "when": {"field": "a", "operator": "present"}},
    {"key": "basic", "name": "Basic"},
]


def problems(**sections: Any) -> list[Problem]:
    with pytest.raises(TermsError) as refused:
        parse_terms({**LEAST, **sections})
    return list(refused.value.problems)


def first(**sections: Any) -> tuple[str, str]:
    told = problems(**sections)[0]
    return told.path, told.code


def commitment(**parts: Any) -> dict[str, Any]:
    common = {"key": "S1", "party": "sales", "measure": "first_follow_up"}
    return {**common, "within": "4h", "target": "0.90", **parts}


def without(part: str, **parts: Any) -> dict[str, Any]:
    return {key: value for key, value in commitment(**parts).items() if key != part}
