"""What the templates of the editor need besides."""

from datetime import timedelta
from fractions import Fraction

from django import template
from django.utils.functional import Promise

from agreements import formats
from agreements.editor.months import MONTH_NAMES

register = template.Library()


@register.filter
def month_name(month: str) -> "str | Promise":
    """Write a month of the terms, such as ``jan``, in the reader's language."""
    return MONTH_NAMES.get(month, month)


@register.filter
def as_hours(minutes: Fraction) -> str:
    """Write exact minutes as hours and minutes."""
    return formats.working_time(timedelta(minutes=int(minutes)))
