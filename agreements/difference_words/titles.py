"""What a clause, and a value inside it, is called in a sentence about it."""

from collections.abc import Mapping
from typing import Any

from agreements.difference import ABSENT, Change, ClauseDifference
from agreements.difference_words.fields import Field, field_at
from agreements.difference_words.values import Names, month_words, value_words

# Where the name of the entry has to stand before the name of its value.
_NAMED = {
    ("tiers",), ("channels",), ("roles",), ("calendars",), ("exchange_rates",),
    ("funnel", "stages"), ("funnel", "rates"), ("funnel", "lag"), ("funnel", "targets"),
}  # fmt: skip
_NAMED_BY = {
    "tiers": "name",
    "channels": "name",
    "funnel.stages": "name",
    "roles": "activity",
    "objectives": "statement",
}


def title_of(steps: tuple[str, ...], value: Any, names: Names) -> str:
    """Name a clause: an entry by what it is called, any other by its label."""
    match steps:
        case ("commitments" | "exchange_rates", key):
            return key
        case ("calendars", key):
            return names.calendars.get(key, key)
        case ("funnel", "rates" | "lag" | "targets", key):
            return names.stages.get(key, key)
        case ("escalation", _):
            return _rung(value, names)
        case ("assumptions", _) | ("handoff", "rules" | "scoring", _):
            return value_words(field_at(steps).kind, value, names)
        case _:
            return _by_name(steps, value)


def _by_name(steps: tuple[str, ...], value: Any) -> str:
    """Name an entry by its own name, in quotes where that is a text of the parties.

    What a draft has in the place of an entry is named by itself where it is a text.
    """
    of_reason = steps[0] == "reasons" and len(steps) == 3
    own = "name" if of_reason else _NAMED_BY.get(".".join(steps[:-1]), "")
    if not own:
        return str(field_at(steps).label)
    found = value.get(own) if isinstance(value, Mapping) else value
    name = found if isinstance(found, str) and found else steps[-1]
    return name if steps[0] in ("tiers", "channels", "funnel") else f"“{name}”"


def _rung(value: Any, names: Names) -> str:
    """Say who is told when, by which channel: "the director, 1 h after it is due"."""
    if not isinstance(value, Mapping):
        return value_words("plain", value, names)
    parts = [
        value_words(kind, value[key], names)
        for key, kind in (("notify", "notify"), ("channel", "channel"), ("at", "rung"))
        if key in value
    ]
    return ", ".join(parts)


def what_of(
    clause: ClauseDifference, change: Change, field: Field, names: tuple[Names, Names]
) -> str:
    """Name a value that changed: with its entry, unless the clause's number says which it is."""
    side = 0 if clause.before is not ABSENT else 1
    value = clause.after if side else clause.before
    parts = [str(field.label)]
    inner = change.steps
    if clause.steps[:-1] in _NAMED or (clause.steps[0] == "reasons" and len(clause.steps) == 3):
        parts.insert(0, title_of(clause.steps, value, names[side]))
    if clause.steps[:2] == ("funnel", "targets") and inner:
        parts.append(month_words(inner[0]))
    elif inner[:1] == ("seasonality",) and len(inner) == 2:
        parts.append(month_words(inner[1]))
    elif inner[:2] == ("values", "each") and len(inner) == 3:
        parts.append(names[side].tiers.get(inner[2], inner[2]))
    return " · ".join(parts)
