"""Figures, times, statuses and small pictures in templates; each tag only calls what knows how."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from django import template
from django.core.paginator import Paginator
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agreements import formats, sparklines, statuses
from agreements.durations import Duration

register = template.Library()

# What a template did not pass on arrives as an empty text.
Missing = Literal[""] | None


@register.filter
def working_time(value: timedelta | None, day: timedelta | None = None) -> str:
    """Write a length of time; given a working day's length it counts days too."""
    return formats.working_time(value, day=day)


@register.filter
def hours(value: timedelta) -> str:
    """Write a length of time as hours and minutes of a sum."""
    return formats.hours(value)


@register.filter
def promise(value: Duration) -> str:
    """Write how long a promise lasts."""
    return formats.promise(value)


@register.filter
def figure(value: formats.Number | None, places: int | None = None) -> str:
    """Write a number."""
    return formats.figure(value, places)


@register.filter
def percent(share: formats.Number | None, places: int = 0) -> str:
    """Write a share of one as a percentage."""
    return formats.percent(share, places)


@register.filter
def zone_name(name: str) -> str:
    """Write the name of a time zone."""
    return formats.zone_name(name)


@register.filter
def money(amount: formats.Number | None, currency: str) -> str:
    """Write an amount with its currency's sign."""
    return formats.money(amount, currency)


@register.filter
def instant(at: datetime | None, now: datetime | None = None) -> str:
    """Write an instant in the reader's zone."""
    return formats.instant(at, now)


@register.filter
def day(on: date | None, now: datetime | None = None) -> str:
    """Write a date."""
    return formats.day(on, now)


@register.filter
def long_day(on: date | None) -> str:
    """Write a date in full."""
    return formats.long_day(on)


@register.filter
def full_day(on: date | None) -> str:
    """Write a date in full with its weekday."""
    return formats.full_day(on)


@register.filter
def month(on: date | None) -> str:
    """Write the month of a date."""
    return formats.month(on)


@register.simple_tag
def lasting(value: timedelta, day: timedelta | Missing = None) -> str:
    """Write a length of time; given a working day's length it counts days too."""
    return formats.working_time(value, day=day or None)


@register.simple_tag
def moment(at: datetime, now: datetime | Missing = None) -> SafeString:
    """Write an instant that machines can read too; given now, no longer than needed."""
    return _time(at, formats.near_instant(at, now) if now else formats.instant(at))


@register.simple_tag
def span(start: datetime, end: datetime, now: datetime) -> SafeString:
    """Write from when to when, each end so that machines can read it too."""
    first, last = formats.span_ends(start, end, now)
    return format_html("{} – {}", _time(start, first), _time(end, last))


def _time(at: datetime, text: str) -> SafeString:
    whole = formats.instant(at)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), whole, text)


@register.simple_tag
def exact_moment(at: datetime) -> SafeString:
    """Write an instant to the second with its zone, as on paper."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), formats.exact_instant(at))


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, the word beside it carries the meaning."""
    source = f"{static('dist/icons.svg')}#{name}"
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}"/></svg>',
        css_class,
        source,
    )


@register.simple_tag
def status_look(status: str) -> statuses.Look:
    """Return the word, icon and tone of a status."""
    return statuses.look_of(status)


@register.simple_tag
def page_words() -> dict[str, dict[str, str] | dict[str, dict[str, str]]]:
    """Return what scripts need to write in the reader's language."""
    return {"lengths": formats.length_patterns(), "clocks": statuses.looks_of_running_clocks()}


@register.simple_tag
def sparkline(
    values: Sequence[float | None], target: float | Missing = None, *, at_most: bool = False
) -> sparklines.Sparkline:
    """Lay out a sparkline."""
    aim = None if target is None or target == "" else target
    return sparklines.sparkline(values, target=aim, at_most=at_most)


@register.filter
def elided_pages(paginator: "Paginator[object]", number: int) -> Iterator[str | int]:
    """Return the pages worth a link beside this one, with gaps."""
    return paginator.get_elided_page_range(number, on_each_side=2, on_ends=1)


@register.filter
def extent(share: float | Decimal | None) -> str:
    """Write a share as a length in SVG, "57.3%", kept between nothing and the whole."""
    return f"{min(max(float(share or 0), 0), 1) * 100:.4g}%"


@register.filter
def seconds(value: timedelta | Missing) -> str:
    """Write a length of time in whole seconds, for scripts."""
    return str(int(value.total_seconds())) if isinstance(value, timedelta) else ""


@register.filter
def epoch(at: datetime | Missing) -> str:
    """Write an instant as whole seconds since 1970, for scripts."""
    return str(int(at.timestamp())) if at else ""


@register.filter
def plain(value: float) -> str:
    """Write a number as machines read it, whatever the locale."""
    return f"{value:g}"
