"""Public holidays are named in the reader's language, else as the country itself names them."""

from datetime import date

import pytest

from agreements.public_holidays import HolidaysNotKnown, countries, holiday_names, regions


@pytest.mark.parametrize(
    ("country", "language", "day", "name"),
    [
        ("BR", "", "2026-09-07", "Independência do Brasil"),
        ("BR", "pt-br", "2026-09-07", "Independência do Brasil"),
        ("BR", "en", "2026-09-07", "Independence Day"),
        # Nobody has put them into Spanish, so they are called as they are there.
        ("BR", "es", "2026-09-07", "Independência do Brasil"),
        ("MX", "es", "2026-09-16", "Día de la Independencia"),
        ("MX", "en", "2026-09-16", "Independence Day"),
        ("MX", "", "2026-09-16", "Día de la Independencia"),
        ("US", "en", "2026-07-04", "Independence Day"),
        ("US", "pt-br", "2026-07-04", "Independence Day"),
        # Another variety of the language is nearer than another language.
        ("PT", "pt-br", "2026-12-25", "Dia de Natal"),
        ("GB", "en", "2026-12-25", "Christmas Day"),
        ("NL", "en", "2026-04-27", "King's Day"),
        ("NL", "es", "2026-04-27", "Koningsdag"),
    ],
)
def test_names(country: str, language: str, day: str, name: str) -> None:
    assert holiday_names(country, "", [2026], language)[date.fromisoformat(day)] == name


def test_a_region_has_holidays_of_its_own() -> None:
    days = (
        holiday_names("BR", "SP", [2026], "pt-br").items()
        - holiday_names("BR", "", [2026], "pt-br").items()
    )
    assert dict(days) == {date(2026, 7, 9): "Revolução Constitucionalista"}


def test_the_language_of_the_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("de_DE.UTF-8", "en_US.UTF-8", ""):
        monkeypatch.setenv("LANGUAGE", language)
        assert holiday_names("DE", "", [2031])[date(2031, 1, 1)] == "Neujahr"


@pytest.mark.parametrize(("country", "region"), [("XX", ""), ("BR", "XX")])
def test_what_is_not_known_is_refused(country: str, region: str) -> None:
    with pytest.raises(HolidaysNotKnown):
        holiday_names(country, region, [2026])


def test_countries_are_named_and_ordered_for_the_reader() -> None:
    english, spanish, portuguese = (countries(language) for language in ("en", "es", "pt-br"))

    assert (english["DE"], spanish["DE"], portuguese["DE"]) == ("Germany", "Alemania", "Alemanha")
    assert list(portuguese)[:2] == ["AF", "ZA"]  # Afeganistão, África do Sul
    assert english.keys() == spanish.keys() == portuguese.keys()


def test_regions_are_named_as_people_there_write_them() -> None:
    assert regions("BR", "en")["SP"] == "São Paulo"
    names = list(regions("BR", "pt-br").values())
    assert names.index("Paraíba") < names.index("Paraná") < names.index("Pernambuco")
    with pytest.raises(HolidaysNotKnown):
        regions("XX", "en")
