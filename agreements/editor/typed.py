"""Between what people type in their own locale and what the terms store. Pure.

What cannot be read stays as it was typed, for the terms to say what is wrong with it; what means
the same as what is stored leaves it as it stands, so that the hash does not change.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

_SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}'")
_DURATION = re.compile(r"\s*(\d+)\s*(min|h|bd|d)\s*", re.ASCII)
UNITS = ("min", "h", "bd", "d")
_MOST_SIGNS = 60
"""How many signs a number has that is read as one; any other is left as it was typed."""


@dataclass(frozen=True, slots=True)
class Separators:
    """How numbers are written: 1,234.5 or 1.234,5."""

    decimal: str
    group: str

    def read(self, typed: str) -> Decimal | None:
        """Return the number that was typed, None if it is none."""
        text = typed.strip().translate(_SPACES)
        if len(text) > _MOST_SIGNS:
            return None
        group = re.escape("." if self.decimal == "," else ",")
        decimal = re.escape(self.decimal)
        number = rf"[-−]?(\d+|\d{{1,3}}({group}\d{{3}})+)({decimal}\d+)?"
        if not re.fullmatch(number, text, re.ASCII):
            return None
        plain = re.sub(group, "", text).replace(self.decimal, ".").replace("−", "-")
        return Decimal(plain)

    def write(self, number: Decimal) -> str:
        """Write a number with its separators and all its decimals."""
        whole, _, fraction = f"{abs(number):f}".partition(".")
        grouped = f"{int(whole):,}".replace(",", self.group)
        sign = "-" if number < 0 else ""
        return sign + grouped + (self.decimal + fraction if fraction else "")


def number_stored(typed: str, separators: Separators, was: Any = None) -> Any:
    """Return what to store for a number: an integer, a decimal string, or what was typed."""
    number = separators.read(typed)
    if number is None:
        return typed.strip() or None
    if _as_number(was) == number:
        return was
    plain = number.normalize()
    return int(plain) if plain == plain.to_integral_value() else f"{plain:f}"


def number_shown(stored: Any, separators: Separators) -> str:
    """Write a stored number for the reader; anything else as it was typed."""
    number = _as_number(stored)
    return separators.write(number) if number is not None else _as_typed(stored)


def rate_stored(typed: str, separators: Separators, was: Any = None) -> Any:
    """Return what to store for a share typed in per cent: "22%", or what was typed."""
    number = separators.read(typed.replace("%", ""))
    if number is None:
        return typed.strip() or None
    if _as_rate(was) == number / 100:
        return was
    return f"{number.normalize():f}%"


def rate_shown(stored: Any, separators: Separators) -> str:
    """Write a stored share in per cent, without the sign; anything else as it was typed."""
    rate = _as_rate(stored)
    if rate is None:
        return _as_typed(stored)
    percent = (rate * 100).normalize()
    is_whole = percent == percent.to_integral_value()
    return separators.write(Decimal(int(percent)) if is_whole else percent)


def pairs_stored(text: str, separators: Separators, was: Any = None) -> Any:
    """Return what to store for lines such as ``fair: 120``: numbers by their names."""
    if text.replace("\r\n", "\n").strip() == pairs_shown(was, separators):
        return was
    before = was if isinstance(was, dict) else {}
    pairs = {}
    for line in text.splitlines():
        name, _, number = line.rpartition(":") if ":" in line else (line, "", "")
        if line.strip():
            stored = number_stored(number, separators, before.get(name.strip()))
            pairs[name.strip()] = "" if stored is None else stored
    return pairs or None


def pairs_shown(stored: Any, separators: Separators) -> str:
    """Write numbers by their names, one a line; anything else as it was typed."""
    if not isinstance(stored, dict):
        return _as_typed(stored)
    lines = (f"{name}: {number_shown(number, separators)}" for name, number in stored.items())
    return "\n".join(line.strip() for line in lines)


def duration_stored(amount: str, unit: str, was: Any = None) -> Any:
    """Return what to store for a length of time: "4h", or what was typed; None for nothing."""
    text = f"{amount.strip()}{unit}" if amount.strip() else None
    if text is not None and duration_shown(was) == (amount.strip(), unit):
        return was
    return text


def duration_shown(stored: Any) -> tuple[str, str]:
    """Return amount and unit of a stored length of time; what is none as it was typed."""
    match = _DURATION.fullmatch(stored) if isinstance(stored, str) else None
    if match:
        return match[1], match[2]
    text = _as_typed(stored)
    unit = next((unit for unit in UNITS if text.endswith(unit)), "h")
    return text.removesuffix(unit).strip(), unit


def _as_number(stored: Any) -> Decimal | None:
    if isinstance(stored, bool) or not isinstance(stored, int | str):
        return None
    try:
        number = Decimal(stored)
    except InvalidOperation:
        return None
    is_short = number.is_finite() and abs(number.adjusted()) < _MOST_SIGNS
    return number if is_short and len(str(stored)) <= _MOST_SIGNS else None


def _as_rate(stored: Any) -> Decimal | None:
    if isinstance(stored, str) and stored.replace(" ", "").endswith("%"):
        number = _as_number(stored.replace(" ", "")[:-1])
        return None if number is None else number / 100
    return _as_number(stored)


def _as_typed(stored: Any) -> str:
    return "" if stored is None else str(stored)
