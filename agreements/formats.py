"""How values read: durations, figures, money, instants and statuses, as the reader's locale has it.

Language and time zone are those active in the thread. Parts of one value are joined by no-break
spaces, so that "1 h 20" never breaks over two lines.
"""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

from agreements.durations import Duration, Unit
from agreements.terms.values import MONTHS

NO_VALUE = "–"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

Number = int | float | Decimal

_SYMBOLS = {"BRL": "R$", "EUR": "€", "GBP": "£", "JPY": "¥", "MXN": "MX$", "USD": "US$"}
_WHOLE_CURRENCIES = {"CLP", "JPY", "KRW", "PYG"}


def strong(text: object) -> SafeString:
    """Escape words and set them off from the others of their sentence."""
    return format_html("<strong>{}</strong>", text)


def working_time(value: timedelta | None, *, day: timedelta | None = None) -> str:
    """Write a length of time to the minute, cut and not rounded: "1 h 20", "45 s", "−12 min".

    Given the length of a working day, from one day on it counts days and hours: "2 d 3 h".
    """
    if value is None:
        return NO_VALUE
    sign = MINUS if value < timedelta() else ""
    return sign + _unbroken(_length(int(abs(value).total_seconds()), day))


def _length(seconds: int, day: timedelta | None) -> str:
    if day is not None and seconds >= day.total_seconds():
        days, rest = divmod(seconds, int(day.total_seconds()))
        parts = [_counted("d", days)]
        if rest >= 3600:
            parts.append(_counted("h", rest // 3600))
        return " ".join(parts)
    if seconds >= 3600:
        whole, minutes = divmod(seconds // 60, 60)
        return f"{_counted('h', whole)} {minutes:02}" if minutes else _counted("h", whole)
    if seconds >= 60 or seconds == 0:
        return _counted("min", seconds // 60)
    return _counted("s", seconds)


def _counted(unit: str, number: int) -> str:
    return length_patterns()[unit] % {"number": figure(number)}


def _unbroken(text: str) -> str:
    return text.replace(" ", NO_BREAK_SPACE)


def length_patterns() -> dict[str, str]:
    """Return how each unit of working_time is written, for clocks that count down in the page."""
    return {
        "d": pgettext("length of time", "%(number)s d"),
        "h": pgettext("length of time", "%(number)s h"),
        "min": pgettext("length of time", "%(number)s min"),
        "s": pgettext("length of time", "%(number)s s"),
    }


def left_beside(used: timedelta, left: timedelta) -> timedelta:
    """Return what is left in whole minutes, so that it and what is used, both cut, add up."""
    minute = timedelta(minutes=1)
    if used < minute or left < minute:
        return left
    return ((used + left) // minute - used // minute) * minute


def hours(value: timedelta) -> str:
    """Write hours and minutes as a sum is written: "1:20", "8:00"; a dash for none."""
    minutes = int(value.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else NO_VALUE


def promise(value: Duration) -> str:
    """Write how long a promise lasts: "30 min", "4 h", "10 working days", "30 days"."""
    if value.is_open_time:
        return working_time(value.open_time)
    amount = {"number": figure(value.amount)}
    if value.unit is Unit.BUSINESS_DAY:
        return ngettext("%(number)s working day", "%(number)s working days", value.amount) % amount
    return ngettext("%(number)s day", "%(number)s days", value.amount) % amount


def figure(value: Number | None, places: int | None = None) -> str:
    """Write a number with the reader's separators, rounded half up.

    Without places a whole number has none and any other one decimal.
    """
    if value is None:
        return NO_VALUE
    exact = _decimal(value)
    if places is None:
        places = 0 if exact == exact.to_integral_value() else 1
    return _localised(_round(exact, places), places)


def percent(share: Number | None, places: int = 0) -> str:
    """Write a share of one as a percentage, rounded half up: 0.864 is "86.4%" with one place.

    What falls short of the whole never reads as 100 %: it gets one more decimal, then is cut.
    """
    if share is None:
        return NO_VALUE
    exact = _decimal(share) * 100
    rounded = _round(exact, places)
    if exact < 100 <= rounded:
        places += 1
        rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)
    return _unbroken(gettext("%(number)s%%") % {"number": _localised(rounded, places)})


def money(amount: Number | None, currency: str) -> str:
    """Write an amount with its currency's sign, with cents only where there are any."""
    if amount is None:
        return NO_VALUE
    exact = _decimal(amount)
    whole = currency in _WHOLE_CURRENCIES or exact == exact.to_integral_value()
    parts = {"sign": _SYMBOLS.get(currency, currency), "amount": figure(exact, 0 if whole else 2)}
    return _unbroken(pgettext("money", "%(sign)s %(amount)s") % parts)


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _round(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _localised(value: Decimal, places: int) -> str:
    text = number_format(abs(value), decimal_pos=places, use_l10n=True, force_grouping=True)
    return MINUS + text if value < 0 else text


def instant(at: datetime | None, now: datetime | None = None) -> str:
    """Write an instant in the reader's zone, "Fri 22 May 16:40"; with the year if not now's."""
    if at is None:
        return NO_VALUE
    local = timezone.localtime(at)
    if now is None or timezone.localtime(now).year == local.year:
        return dated(local, pgettext("date format", "D j M H:i"))
    return dated(local, pgettext("date format", "D j M Y H:i"))


def exact_instant(at: datetime) -> str:
    """Write an instant to the second, with year and zone: who reads it may be far away and late."""
    local = timezone.localtime(at)
    return f"{long_day(local)}, {local:%H:%M:%S %Z}"


def near_instant(at: datetime | None, now: datetime) -> str:
    """Write an instant no longer than needed: "16:40", "Thu 16:40", else whole.

    A weekday alone is one of the next six days, or yesterday: older ones would read as to come.
    """
    if at is None:
        return NO_VALUE
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    if local.date() == today:
        return dated(local, pgettext("date format", "H:i"))
    if -1 <= (local.date() - today).days < 7:
        return dated(local, pgettext("date format", "D H:i"))
    return instant(at, now)


def span_ends(start: datetime, end: datetime, now: datetime) -> tuple[str, str]:
    """Write both ends of a span, the end without a day only where it has that of the start.

    "16:40" and "18:00" today, "Fri 22 May 16:40" and "Sun 24 May 18:00" whenever that is now.
    """
    local = timezone.localtime(end)
    if timezone.localtime(start).date() == local.date():
        return near_instant(start, now), dated(local, pgettext("date format", "H:i"))
    return instant(start, now), instant(end, now)


def day(on: date | None, now: datetime | None = None) -> str:
    """Write a date, "Fri 22 May"; with the year if not now's."""
    if on is None:
        return NO_VALUE
    if now is None or timezone.localtime(now).year == on.year:
        return dated(on, pgettext("date format", "D j M"))
    return dated(on, pgettext("date format", "D j M Y"))


def long_day(on: date | None) -> str:
    """Write a date in full, "1 January 2026"."""
    return NO_VALUE if on is None else dated(on, pgettext("date format", "j F Y"))


def full_day(on: date | None) -> str:
    """Write a date in full with its weekday, "Friday 22 May 2026"."""
    return NO_VALUE if on is None else dated(on, pgettext("date format", "l j F Y"))


def month(on: date | None) -> str:
    """Write the month of a date, "May 2026"."""
    return NO_VALUE if on is None else dated(on, "YEAR_MONTH_FORMAT")


def short_month(key: str) -> str:
    """Name a month in short by the three letters the terms write it with: "Sep" for "sep"."""
    return dated(date(2000, MONTHS.index(key) + 1, 1), "M")


def day_of_year(text: str) -> str:
    """Write a day of every year, "15 June" for "06-15"."""
    on = date.fromisoformat(f"2000-{text}")
    return dated(on, pgettext("date format", "j F"))


def weekday(number: int) -> str:
    """Name a day of the week in full, "Monday" for 0."""
    return _small(str(WEEKDAYS[number]))


def zone_name(name: str) -> str:
    """Write the name of a time zone: "America/Sao Paulo". Documents and files have it as it is."""
    return name.replace("_", " ")


def dated(on: date, pattern: str) -> str:
    """Write a date or an instant by Django's pattern, with the small letters the language has."""
    return _small(date_format(on, pattern))


def _small(text: str) -> str:
    # Portuguese writes days and months small, and Saturday with its accent in short, too; Django's
    # names of them begin with a capital, and have it without.
    if not (get_language() or "").startswith("pt"):
        return text
    return re.sub(r"\bsab\b", "sáb", text.lower())
