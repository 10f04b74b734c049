"""What other currencies are worth: a mapping in the document, rows in the form."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from agreements.editor import typed
from agreements.editor.fields import Field, Rows, Shown, ShownRow, ShownRows, separators
from agreements.editor.places import free_place, row_numbers
from agreements.terms import Problem
from agreements.whole_numbers import whole_number
from agreements.wording import problem_sentence

NAME = "exchange_rates"
_CURRENCY = Field("currency", "text", _("Currency"))
_RATE = Field("rate", "number", _("One of it is worth"))
_ROWS = Rows(
    NAME,
    label=_("Other currencies"),
    title=_("Currency"),
    add=_("Add a currency"),
    fields=(_CURRENCY, _RATE),
)


def read_rates(data: QueryDict, was: Any) -> Any:
    """Return the rates that were typed, the stored ones where nothing else is meant."""
    if f"{NAME}.sent" not in data:
        return was
    before = was if isinstance(was, Mapping) else {}
    after: dict[str, Any] = {}
    for number in row_numbers(data, NAME):
        name = f"{NAME}.{number}"
        place = data.get(name, "")
        wanted = data.get(f"{name}.currency", "").strip()
        key = place if wanted == place else wanted.upper() if len(wanted) == 3 else wanted
        rate = typed.number_stored(data.get(f"{name}.rate", ""), separators(), before.get(place))
        after[free_place(key, after)] = "" if rate is None else rate
    return was if after == before else after or None


def changed_rates(rates: Any, verb: str, number: str) -> Any:
    """Return the rates after one was added, or the one with this number removed."""
    known = dict(rates) if isinstance(rates, Mapping) else {}
    if verb == "add":
        known[free_place("", known)] = ""
    elif verb == "remove" and 0 < (which := whole_number(number) or 0) <= len(known):
        del known[list(known)[which - 1]]
    return known or None


def shown_rates(stored: Any, currency: str, problems: Sequence[Problem]) -> ShownRows:
    """Return the rates as rows; ``currency`` is that of the agreement."""
    known = stored if isinstance(stored, Mapping) else {}
    entries = []
    for number, (key, rate) in enumerate(known.items(), start=1):
        name, path = f"{NAME}.{number}", f"{NAME}.{key}"
        told = [each for each in problems if each.path == path]
        of_key = [problem_sentence(each) for each in told if each.code == "not_a_currency"]
        of_rate = [problem_sentence(each) for each in told if each.code != "not_a_currency"]
        unit = Field("rate", "number", _RATE.label, unit=currency)
        fields = [
            Shown(_CURRENCY, f"{name}.currency", key, (), of_key),
            Shown(unit, f"{name}.rate", typed.number_shown(rate, separators()), (), of_rate),
        ]
        entries.append(ShownRow(number, name, key, fields, []))
    return ShownRows(_ROWS, NAME, entries, [])
