"""Public holidays of countries and their regions, named in the language of who reads."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays


def holiday_names(
    country: str, region: str, years: Iterable[int], language: str = ""
) -> dict[date, str]:
    """Return the holidays of a country (ISO 3166 code) and, where given, a region of it, by date.

    ``language`` is a code such as ``pt-br``; without one, or where the country's holidays are not
    known in it, the names are the country's own. Raises NotImplementedError for a country or a
    region whose holidays are not known.
    """
    return dict(_names(country, region, tuple(years), language))


@lru_cache(maxsize=256)
def _names(
    country: str, region: str, years: tuple[int, ...], language: str
) -> tuple[tuple[date, str], ...]:
    spoken = holidays.country_holidays(country, subdiv=region or None)
    # Said aloud: left out, it would be the language of whoever started the process.
    found = holidays.country_holidays(
        country,
        subdiv=region or None,
        years=list(years),
        language=_nearest(language, spoken.default_language, spoken.supported_languages),
    )
    return tuple(sorted(found.items()))


def _nearest(language: str, own: str | None, known: Iterable[str]) -> str | None:
    """Return the language asked for, else another variety of it, else the country's own."""
    if not language:
        return own
    codes = [own or "", *known]
    exact = [code for code in codes if code.replace("_", "-").lower() == language.lower()]
    spoken = language.lower().partition("-")[0]
    alike = [code for code in codes if code.partition("_")[0] == spoken]
    return next(iter([*exact, *alike]), own)
