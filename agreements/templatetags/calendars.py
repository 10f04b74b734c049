"""What the templates of the calendars need besides."""

from django import template
from django.utils.functional import Promise

from agreements.calendar_page import KIND_NAMES

register = template.Library()


@register.filter
def kind_name(kind: str) -> "str | Promise":
    """Say where a day comes from, such as a public holiday."""
    return KIND_NAMES.get(kind, "")
