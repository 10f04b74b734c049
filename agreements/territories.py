"""Countries and territories by the names that a language has for them. Pure."""

from collections.abc import Mapping
from functools import lru_cache

from babel import Locale


@lru_cache(maxsize=8)
def territory_names(language: str) -> Mapping[str, str]:
    """Return the names in a language such as ``pt-br`` by ISO 3166 code, as Unicode's CLDR has."""
    names: Mapping[str, str] = Locale.parse(language, sep="-").territories
    return names
