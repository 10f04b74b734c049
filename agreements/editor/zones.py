"""Time zones as people read and type them: "America/Sao Paulo" for ``America/Sao_Paulo``. Pure."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

# Old names and those of files; what they stand for has a name by continent and city.
_LEFT_OUT = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names of all zones that have a continent and a city, and UTC."""
    named = (name for name in _known() if "/" in name)
    return (*sorted(name for name in named if not name.startswith(_LEFT_OUT)), "UTC")


def zone_shown(stored: Any) -> str:
    """Return a stored zone as it is read; anything else as it was typed."""
    text = "" if stored is None else str(stored)
    return text.replace("_", " ") if text in _known() else text


def zone_read(typed: str, was: Any) -> Any:
    """Return the name of the zone that was typed, or what was typed; None for nothing."""
    text = typed.strip()
    if text == zone_shown(was):
        return was
    return _by_look().get(_look(text), text) or None


@cache
def _known() -> frozenset[str]:
    """Return every name there is; looking them up reads the whole folder each time."""
    return frozenset(available_timezones())


def _look(name: str) -> str:
    return name.replace("_", " ").casefold()


@cache
def _by_look() -> dict[str, str]:
    return {_look(name): name for name in _known()}
