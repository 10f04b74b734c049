"""Public holidays of countries and their regions, named in the language of who reads."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import holidays

from agreements.alphabet import alphabetical
from agreements.territories import territory_names

PUBLIC = "public"
OTHER_KINDS = (
    "optional",
    "bank",
    "government",
    "half_day",
    "school",
    "unofficial",
    "catholic",
    "orthodox",
    "hebrew",
    "islamic",
)
"""Kinds of days that some work and others do not, as far as a country knows them."""


class HolidaysNotKnown(LookupError):
    """Nobody wrote down the holidays of a country, or of a region of it."""


@lru_cache(maxsize=8)
def countries(language: str) -> Mapping[str, str]:
    """Return the countries whose holidays are known: names by ISO 3166 code.

    They are named in a language such as ``pt-br`` and stand in the order of its alphabet.
    """
    names = territory_names(language)
    known = holidays.list_supported_countries(include_aliases=False)
    return _ordered({code: names.get(code, code) for code in known}, language)


def regions(country: str, language: str) -> Mapping[str, str]:
    """Return the regions of a country with holidays of their own: names by code.

    They are named as people there write them, which CLDR does not put into other languages, and
    stand in the order of the reader's alphabet. Raises HolidaysNotKnown for a country whose
    holidays are not known.
    """
    found = _holidays_of(country)
    names: dict[str, str] = {}
    for name, code in getattr(found, "subdivisions_aliases", {}).items():
        names.setdefault(str(code), str(name))
    return _ordered({code: names.get(code, code) for code in found.subdivisions}, language)


def _ordered(names: Mapping[str, str], language: str) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda item: alphabetical(item[1], language)))


@lru_cache(maxsize=256)
def kinds(country: str) -> tuple[str, ...]:
    """Return the kinds of holidays a country knows besides its public ones.

    Raises HolidaysNotKnown for a country whose holidays are not known.
    """
    known = _holidays_of(country).supported_categories
    return tuple(kind for kind in OTHER_KINDS if kind in known)


def holiday_names(
    country: str, region: str, years: Iterable[int], language: str = "", kind: str = PUBLIC
) -> dict[date, str]:
    """Return the holidays of a country (ISO 3166 code) and, where given, a region of it, by date.

    ``language`` is a code such as ``pt-br``; without one, or where the country's holidays are not
    known in it, the names are the country's own. Raises HolidaysNotKnown for a country or a
    region whose holidays are not known.
    """
    return dict(_names(country, region, tuple(years), language, kind))


@lru_cache(maxsize=256)
def _names(
    country: str, region: str, years: tuple[int, ...], language: str, kind: str
) -> tuple[tuple[date, str], ...]:
    spoken = _holidays_of(country, region)
    if kind not in spoken.supported_categories:
        return ()
    # Said aloud: left out, it would be the language of whoever started the process.
    found = _holidays_of(
        country,
        region,
        years=list(years),
        language=_nearest(language, spoken.default_language, spoken.supported_languages),
        categories=(kind,),
    )
    return tuple(sorted(found.items()))


def _holidays_of(country: str, region: str = "", **asked: Any) -> holidays.HolidayBase:
    """Ask the library. Raises HolidaysNotKnown."""
    try:
        return holidays.country_holidays(country, subdiv=region or None, **asked)
    except NotImplementedError as error:
        place = f"{country} {region}".strip()
        raise HolidaysNotKnown(f"The holidays of {place} are not known.") from error


def _nearest(language: str, own: str | None, known: Iterable[str]) -> str | None:
    """Return the language asked for, else another variety of it, else the country's own."""
    if not language:
        return own
    codes = [own or "", *known]
    exact = [code for code in codes if code.replace("_", "-").lower() == language.lower()]
    spoken = language.lower().partition("-")[0]
    alike = [code for code in codes if code.partition("_")[0] == spoken]
    return next(iter([*exact, *alike]), own)
