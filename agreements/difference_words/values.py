"""Single values of the terms in words, exactly: what differs never reads the same by rounding."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from pydantic import TypeAdapter, ValidationError

from agreements import formats
from agreements.business_time.hours import WEEKDAYS as WEEKDAY_KEYS
from agreements.criteria import AnyRule, Rule
from agreements.difference import ABSENT
from agreements.hour_words import hours_words
from agreements.rule_words import field_words, rule_words
from agreements.terms import FUNNEL, MEASURES
from agreements.terms.hours import ALWAYS, read_hours
from agreements.terms.procedure import read_rung
from agreements.terms.values import (
    MONTHS,
    read_amount,
    read_duration,
    read_flag,
    read_number,
    read_rate,
    read_texts,
)

_RULE: TypeAdapter[AnyRule] = TypeAdapter(Rule)


class Names:
    """What the entries of one document are called, as far as it says so, valid or not."""

    def __init__(
        self, document: Mapping[str, Any], calendars: Mapping[str, str] | None = None
    ) -> None:
        funnel = document.get("funnel")
        stages = funnel.get("stages") if isinstance(funnel, Mapping) else None
        self.stages = _names(stages)
        self.tiers = _names(document.get("tiers"))
        self.channels = _names(document.get("channels"))
        self.calendars = {ALWAYS: _("day and night"), **(calendars or {})}
        self.currency = str(document.get("currency") or "")


def _names(entries: Any) -> dict[str, str]:
    if not isinstance(entries, list):
        return {}
    named = [entry for entry in entries if isinstance(entry, Mapping) and "key" in entry]
    return {str(entry["key"]): str(entry.get("name") or entry["key"]) for entry in named}


def value_words(kind: str, value: Any, names: Names, clause: Any = ABSENT) -> str:
    """Say a value of a kind; one that cannot be read, as a draft may have, as it was typed.

    ``clause`` is the entry that the value stands in: what a target is depends on its measure.
    """
    if isinstance(value, str) and kind in _CHOICES:
        return _CHOICES[kind]().get(value) or value
    try:
        return _READERS.get(kind, _plain)(value, names, clause)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        return plain_words(value)


def plain_words(value: Any) -> str:
    """Say any value in the plainest words: no quotes, no braces."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, int):
        return exact_figure(Decimal(value))
    if isinstance(value, list | tuple):
        return ", ".join(plain_words(item) for item in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {plain_words(item)}" for key, item in value.items())
    return str(value)


def exact_figure(number: Decimal) -> str:
    """Write a number with all its decimals."""
    return formats.figure(number, _decimals(number))


def exact_percent(share: Decimal) -> str:
    """Write a share as a percentage with all its decimals."""
    return formats.percent(share, _decimals(share * 100))


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _money(value: Any, names: Names) -> str:
    amount = read_amount(value)
    if _decimals(amount) > 2:
        return f"{names.currency} {exact_figure(amount)}".strip()
    return formats.money(amount, names.currency).strip()


def _plain(value: Any, _names: Names, _clause: Any) -> str:
    return plain_words(value)


def _quoted(value: Any, _names: Names, _clause: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else plain_words(value)


def _target(value: Any, names: Names, clause: Any) -> str:
    if value == FUNNEL:
        return _("the funnel's target")
    measure = MEASURES.get(str(clause.get("measure"))) if isinstance(clause, Mapping) else None
    if measure is None:
        return plain_words(value) if isinstance(value, str) else exact_figure(read_number(value))
    if measure.is_share:
        return exact_percent(read_rate(value))
    if measure.kind == "time":
        return formats.promise(read_duration(value))
    if measure.name in ("revenue", "stage_value"):
        return _money(value, names)
    return exact_figure(read_number(value))


def _rule(value: Any, _names: Names, _clause: Any) -> str:
    return rule_words(_RULE.validate_python(value))


def _score(value: Any, _names: Names, _clause: Any) -> str:
    points = value["points"]
    return _("%(points)s where %(rule)s") % {
        "points": _points(points, _names, _clause),
        "rule": value_words("rule", value["when"], _names),
    }


def _points(value: Any, _names: Names, _clause: Any) -> str:
    number = read_number(value)
    return ngettext("%(number)s point", "%(number)s points", int(number)) % {
        "number": exact_figure(number)
    }


def _months(value: Any, _names: Names, _clause: Any) -> str:
    number = read_number(value)
    return ngettext("%(number)s month", "%(number)s months", int(number)) % {
        "number": exact_figure(number)
    }


def _working_days(value: Any, _names: Names, _clause: Any) -> str:
    number = read_number(value)
    return ngettext("%(number)s working day", "%(number)s working days", int(number)) % {
        "number": exact_figure(number)
    }


def _cell(value: Any, _names: Names, _clause: Any) -> str:
    return _with_note(value, lambda amount: exact_figure(read_amount(amount)))


def _revenue_cell(value: Any, names: Names, _clause: Any) -> str:
    return _with_note(value, lambda amount: _money(amount, names))


def _with_note(value: Any, write: Callable[[Any], str]) -> str:
    if not isinstance(value, Mapping):
        return write(value)
    amount, note = write(value["value"]), value.get("note")
    return f"{amount} ({note})" if note else amount


def _deal(value: Any, names: Names, clause: Any) -> str:
    """An average deal is money, unless the goal is counted in units."""
    if isinstance(clause, Mapping) and "units" in clause:
        return exact_figure(read_amount(value))
    return _money(value, names)


def _rung(value: Any, _names: Names, _clause: Any) -> str:
    rung = read_rung(value)
    if rung.after is not None:
        return _("%(time)s after it is due") % {"time": formats.promise(rung.after)}
    if rung.is_warning:
        share = formats.percent(rung.share)
        return _("when %(share)s of the time has passed") % {"share": share}
    return _("when it is due")


def month_words(key: str) -> str:
    """Name a month by its three letters; anything else as it is written."""
    if key not in MONTHS:
        return key
    return formats.dated(date(2000, MONTHS.index(key) + 1, 1), "F")


def list_items(value: Any) -> list[str] | None:
    """Return a list of texts as the terms read it, nothing for none; None for any other value."""
    if value is ABSENT:
        return []
    if isinstance(value, str):
        return [value]
    is_texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return list(value) if is_texts else None


def number_of(kind: str, value: Any, measure: Any = None) -> Decimal | None:
    """Return the number a value stands for, where one kind of it is more than another."""
    definition = MEASURES.get(measure) if kind == "target" and isinstance(measure, str) else None
    is_rate = kind == "rate" or (definition is not None and definition.is_share)
    if kind not in _NUMBERS or (definition is not None and definition.kind == "time"):
        return None
    if isinstance(value, Mapping):
        value = value.get("value")
    try:
        return read_rate(value) if is_rate else read_number(value)
    except ValueError:
        return None


_NUMBERS = {
    "number", "money", "keyed_money", "deal", "rate", "target", "points", "cell", "revenue_cell",
    "months", "working_days",
}  # fmt: skip


Reader = Callable[[Any, Names, Any], str]

_READERS: dict[str, Reader] = {
    "plain": _plain,
    "text": _quoted,
    "flag": lambda value, _n, _c: _("yes") if read_flag(value) else _("no"),
    "number": lambda value, _n, _c: exact_figure(read_number(value)),
    "points": _points,
    "score": _score,
    "months": _months,
    "working_days": _working_days,
    "money": lambda value, names, _c: _money(value, names),
    "keyed_money": lambda value, names, _c: _money(value, names),
    "deal": _deal,
    "cell": _cell,
    "revenue_cell": _revenue_cell,
    "rate": lambda value, _n, _c: exact_percent(read_rate(value)),
    "duration": lambda value, _n, _c: formats.promise(read_duration(value)),
    "target": _target,
    "rule": _rule,
    "hours": lambda value, _n, _c: hours_words(read_hours(value)),
    "rung": _rung,
    "month": lambda value, _n, _c: month_words(value),
    "weekday": lambda value, _n, _c: formats.weekday(WEEKDAY_KEYS.index(value)),
    "zone": lambda value, _n, _c: formats.zone_name(value),
    "measure": lambda value, _n, _c: _(MEASURES[value].label),
    "stage": lambda value, names, _c: names.stages.get(value) or plain_words(value),
    "calendar": lambda value, names, _c: names.calendars.get(value) or plain_words(value),
    "channel": lambda value, names, _c: names.channels.get(value) or plain_words(value),
    "texts": lambda value, _n, _c: ", ".join(f"“{item}”" for item in read_texts(value)),
    "fields": lambda value, _n, _c: ", ".join(field_words(item) for item in read_texts(value)),
    "tiers": lambda value, names, _c: ", ".join(
        names.tiers.get(item, item) for item in read_texts(value)
    ),
}

LISTS = ("texts", "fields", "tiers")
"""Kinds whose values are lists of texts, told entry by entry."""

_CHOICES: dict[str, Callable[[], dict[str, str]]] = {
    "kind": lambda: {
        "service": _("the same for all leads"),
        "customer": _("by kind of customer"),
        "multilevel": _("in several levels"),
    },
    "party": lambda: {"marketing": _("marketing"), "sales": _("sales")},
    "stage_role": lambda: {
        "mql": "MQL",
        "sal": "SAL",
        "sql": "SQL",
        "customer": _("customer"),
        "none": pgettext("role in the funnel", "none"),
    },
    "scope_unit": lambda: {"person": _("a person"), "company": _("a company")},
    "evidence": lambda: {
        "attempt": _("an attempt"),
        "contact": _("a contact"),
        "conversation": _("a conversation"),
    },
    "direction": lambda: {"at_least": _("at least"), "at_most": _("at most")},
    "period": lambda: {
        "day": _("a day"),
        "week": _("a week"),
        "month": _("a month"),
        "quarter": _("a quarter"),
        "year": _("a year"),
    },
    "valued_by": lambda: {"source": _("source"), "tier": _("tier")},
    "charged_to": lambda: {
        "marketing": _("marketing"),
        "routing": _("routing"),
        "nobody": _("nobody"),
    },
    "means": lambda: {"not_reached": _("not reached"), "not_now": _("not now")},
    "returns_to": lambda: {"marketing": _("marketing"), "owner": _("its earlier owner")},
    "channel_use": lambda: {"follow_up": _("to reach leads"), "notice": _("to tell the team")},
    "notify": lambda: {
        "rep": _("the rep"),
        "lead": _("the team's lead"),
        "director": _("the director"),
        "channel": _("the team's channel"),
    },
    "digest": lambda: {
        "none": pgettext("digest", "none"),
        "daily": pgettext("digest", "daily"),
        "weekly": pgettext("digest", "weekly"),
    },
    "cadence": lambda: {
        "weekly": _("every week"),
        "fortnightly": _("every second week"),
        "monthly": _("every month"),
        "quarterly": _("every quarter"),
    },
}
