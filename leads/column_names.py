"""What files call the attributes that are kept of leads under the names of their columns."""

from collections.abc import Collection
from typing import Any

from agreements.rule_words import FIELD_NAMES
from leads.any_of import AnyOf
from leads.models import Delivery, LeadChange


def column_names(lead_ids: Collection[int], keys: Collection[str]) -> dict[str, str]:
    """Return what the columns are called that attributes of some leads come from, by their keys.

    The latest file tells. One query, and none where all attributes have a name in every language.
    """
    own = {key for key in keys if key not in FIELD_NAMES}
    if not own:
        return {}
    told = LeadChange.objects.filter(AnyOf("lead", lead_ids), is_undone=False)
    files = Delivery.objects.filter(pk__in=told.values("delivery"), mapping__isnull=False)
    names: dict[str, str] = {}
    for mapping in files.order_by("pk").values_list("mapping", flat=True):
        for fact in (mapping or {}).get("facts", ()):
            names |= _columns_of(fact.get("attributes") or {})
    return {key: name for key, name in names.items() if key in own}


def _columns_of(attributes: dict[str, Any]) -> dict[str, str]:
    """Return the columns that attributes are read from as they are, by the keys of these."""
    return {
        key: value["column"]
        for key, value in attributes.items()
        if isinstance(value, dict) and isinstance(value.get("column"), str)
    }
