"""The list of time zones that a field with ``list="zones"`` is chosen from."""

from typing import Any

from django import template
from django.utils.translation import get_language

from agreements.zones import zones

register = template.Library()


@register.inclusion_tag("components/zone_list.html")
def zone_list() -> dict[str, Any]:
    """Give the zones with their places in the reader's language; once a page is enough."""
    return {"zones": zones(get_language() or "en")}
