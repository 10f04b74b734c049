"""How a new commitment begins: the next free key, and figures to argue about."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from agreements.editor.parts import list_in, value_in
from agreements.terms import FUNNEL, MEASURES

WITH_FUNNEL = ("stage_volume", "accepted_volume", "customers", "revenue")
"""The measures whose target can be the funnel's."""

_CLOCK = {"target": "90%", "warn_at": "80%"}
_FIGURES: dict[str, dict[str, Any]] = {
    "acceptance_rate": {"target": "90%", "warn_at": "80%"},
    "completeness_rate": {"target": "100%", "warn_at": "95%"},
    "conversion_rate": {"within": "30d", "target": "40%", "warn_at": "35%"},
    "handover": {"within": "5min", **_CLOCK},
    "routing": {"within": "5min", **_CLOCK},
    "acceptance": {"within": "4h", **_CLOCK},
    "first_follow_up": {"within": "4h", **_CLOCK},
    "persistence": {"count": 6, "channels": 2, "within": "10bd", **_CLOCK},
    "disposition": {"within": "15bd", **_CLOCK},
    "stage_age": {"within": "10bd", **_CLOCK},
    "response_median": {"target": "2h"},
    "response_p90": {"target": "8h"},
    "stage_value": {"values": {"by": "source"}},
}
_WEIGHT = 10


def new_commitment(measure: str, party: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a commitment of a party to a measure; what nobody can guess is left open."""
    return {
        "key": next_key(party, list_in(document, "commitments")),
        "party": party,
        "measure": measure,
        **_stages(measure, document),
        **_from_funnel(measure, document),
        **_FIGURES.get(measure, {}),
        "weight": _WEIGHT,
    }


def next_key(party: str, entries: Iterable[Any]) -> str:
    """Return the key after the highest of a party's: M6 after M5, S1 where there is none."""
    letter = "S" if party == "sales" else "M"
    keys = (str(value_in(entry, "key")) for entry in entries if isinstance(entry, Mapping))
    numbers = (re.fullmatch(rf"{letter}(\d{{1,6}})", key, re.ASCII) for key in keys)
    return f"{letter}{max((int(found[1]) for found in numbers if found), default=0) + 1}"


def _stages(measure: str, document: Mapping[str, Any]) -> dict[str, Any]:
    roles = {
        value_in(stage, "role"): value_in(stage, "key")
        for stage in list_in(document, "funnel.stages")
        if isinstance(stage, Mapping)
    }
    wanted = {
        "stage_volume": {"stage": roles.get("mql")},
        "stage_value": {"stage": roles.get("mql")},
        "stage_age": {"stage": roles.get("sql")},
        "conversion_rate": {
            "from": roles.get("sal") or roles.get("mql"),
            "stage": roles.get("sql"),
        },
    }.get(measure, {})
    return {name: key for name, key in wanted.items() if key}


def _from_funnel(measure: str, document: Mapping[str, Any]) -> dict[str, Any]:
    is_planned = measure in WITH_FUNNEL and bool(value_in(document, "funnel.goal"))
    return {"target": FUNNEL} if is_planned and measure in MEASURES else {}
