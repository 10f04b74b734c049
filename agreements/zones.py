"""Time zones as people read, look for and type them: ``America/Sao_Paulo`` is in Brazil. Pure."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

from agreements.alphabet import alphabetical, folded
from agreements.territories import territory_names

UTC = "UTC"
# Whoever writes a place in one of these languages is understood.
_SPOKEN = ("en", "es", "pt-br")
# Places of one zone whose name is that of a place in another zone, too.
_NAMESAKES = frozenset(
    {"cordoba", "granada", "halifax", "la paz", "la rioja", "merida", "san juan", "santarem"}
)


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone as it is chosen: its name as it is typed, and the city and country it is of."""

    name: str
    city: str
    country: str

    @property
    def place(self) -> str:
        """Where it is, such as "São Paulo, Brasil"; a city that is its country stands alone."""
        return ", ".join(dict.fromkeys(part for part in (self.city, self.country) if part))


@lru_cache(maxsize=8)
def zones(language: str) -> tuple[Zone, ...]:
    """Return the zones to choose from, in the order of their places in a language's alphabet.

    Each city has one zone; the older names of a zone can be typed, and are not offered.
    """
    locale, countries = Locale.parse(language, sep="-"), territory_names(language)
    older, country_of = get_global("zone_aliases"), get_global("zone_territories")
    offered = [
        Zone(
            zone_shown(name),
            _city(name, locale),
            countries.get(country_of.get(name, ""), "") if country_of.get(name) != "001" else "",
        )
        for name in _known()
        if "/" in name and not name.startswith("Etc/") and name not in older
    ]
    offered.sort(key=lambda zone: alphabetical(zone.place, language))
    return (*offered, Zone(UTC, UTC, ""))


def _city(name: str, locale: Locale) -> str:
    """Return the city of a zone. CLDR knows "America/Argentina/Cordoba" by its older name."""
    older = [old for old, new in get_global("zone_aliases").items() if new == name]
    known = (locale.time_zones.get(each, {}).get("city") for each in (name, *older))
    found: str | None = next(filter(None, known), None)
    return found or zone_shown(name).rpartition("/")[2]


def zone_shown(stored: Any) -> str:
    """Return a stored zone as it is read; anything else as it was typed."""
    text = "" if stored is None else str(stored)
    return text.replace("_", " ") if text in _known() else text


def zone_read(typed: str, was: Any = None) -> Any:
    """Return the name of the zone that was typed, or what was typed; None for nothing.

    A city with its country says which zone is meant, "sao paulo, brasil". So does a city alone that
    is one zone's, unless a place in another zone is called so too, as Córdoba in Spain is.
    """
    text = typed.strip()
    if text == zone_shown(was):
        return was
    look = _look(text)
    return _by_name().get(look) or _by_place().get(look) or _only_one(look) or text or None


def _only_one(look: str) -> str | None:
    """Return the zone of the one city of that name; None where another place could be meant."""
    found = [] if look in _NAMESAKES else zones_of_city(look)
    return _by_name()[_look(found[0])] if len(found) == 1 else None


def zones_of_city(city: str) -> list[str]:
    """Return the zones, as they are read, of the cities of that name in any language."""
    look = _look(city)
    found = {
        each.name for language in _SPOKEN for each in zones(language) if _look(each.city) == look
    }
    return sorted(found)


def currency_of(name: str) -> str | None:
    """Return the currency that the country of a zone pays in, None for a zone of no country."""
    country = get_global("zone_territories").get(name)
    current = get_territory_currencies(country) if country else []
    return current[0] if current else None


def is_zone(name: Any) -> bool:
    """Whether there is a zone of that name."""
    return name in _known()


@cache
def _known() -> frozenset[str]:
    """Return every name there is; looking them up reads the whole folder each time."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _look(name: str) -> str:
    return " ".join(folded(name).replace("_", " ").split())


@cache
def _by_name() -> dict[str, str]:
    return {_look(name): name for name in _known()}


@cache
def _by_place() -> dict[str, str]:
    return {
        _look(zone.place): _by_name()[_look(zone.name)]
        for language in _SPOKEN
        for zone in zones(language)
        if zone.country and zone.city != zone.country
    }
