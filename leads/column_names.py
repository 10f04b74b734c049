"""What attributes of leads are called: in every language, or as the columns they came from."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from agreements.rule_words import FIELD_NAMES
from leads.any_of import AnyOf
from leads.before.qualifying import field_name
from leads.guessing.roles import plain_name
from leads.models import Delivery, Lead, LeadChange

_LATEST = 500
"""So many files are asked what a name means."""


def attribute_name(key: str, columns: Mapping[str, str]) -> str:
    """Name an attribute at the start of a line, as ``columns`` does where that tells of it."""
    return columns.get(key) or field_name(key)


def column_names(lead_ids: Collection[int], keys: Collection[str]) -> dict[str, str]:
    """Return what the columns are called that attributes of some leads come from, by their keys.

    The latest file tells. One query, and none where all attributes have a name in every language.
    """
    own = {key for key in keys if key not in FIELD_NAMES}
    if not own:
        return {}
    told = LeadChange.objects.filter(AnyOf("lead", lead_ids), is_undone=False)
    files = Delivery.objects.filter(pk__in=told.values("delivery"), mapping__isnull=False)
    named = _columns_in(files.only("mapping").order_by("pk"))
    return {key: name for key, name in named if key in own}


def keys_called(typed: Collection[str]) -> dict[str, list[str]]:
    """Return which attributes of leads each of some names or keys means; of an unknown one none.

    One query for the latest files, and one that asks the leads for each that is in none of them;
    none where nothing is typed.
    """
    if not typed:
        return {}
    meant: dict[str, set[str]] = {}
    for key in FIELD_NAMES:
        meant.setdefault(plain_name(field_name(key)), set()).add(key)
    for key, name in _columns_in(_latest_files()):
        meant.setdefault(plain_name(name), set()).add(key)
    known = {key for keys in meant.values() for key in keys}
    return {name: _keys_meant(name, meant, known) for name in typed}


def _keys_meant(name: str, meant: Mapping[str, set[str]], known: Collection[str]) -> list[str]:
    if name in known:
        return [name]
    if keys := meant.get(plain_name(name)):
        return sorted(keys)
    return [name] if Lead.objects.filter(attributes__has_key=name).exists() else []


def names_of_keys(keys: Collection[str]) -> dict[str, str]:
    """Return what attributes are called, to be written in one line with commas.

    That is the key itself where nothing names it, or by a name with a comma. One query, and none
    without keys.
    """
    if not keys:
        return {}
    columns = dict(_columns_in(reversed([*_latest_files()])))
    names = {key: field_name(key) if key in FIELD_NAMES else columns.get(key, key) for key in keys}
    return {key: key if "," in name else name for key, name in names.items()}


def _latest_files() -> QuerySet[Delivery]:
    return Delivery.objects.filter(mapping__isnull=False).only("mapping").order_by("-pk")[:_LATEST]


def _columns_in(files: Iterable[Delivery]) -> Iterator[tuple[str, str]]:
    """Give the key of each attribute that is read from a column as it is, and the column's name."""
    for mapping in (file.mapping for file in files):
        for fact in (mapping or {}).get("facts", ()):
            yield from _columns_of(fact.get("attributes") or {})


def _columns_of(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in attributes.items():
        if isinstance(value, Mapping) and isinstance(value.get("column"), str):
            yield key, value["column"]
