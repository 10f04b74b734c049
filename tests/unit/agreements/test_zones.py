"""A time zone is found by its name, its city or its country, in the reader's language."""

import pytest

from agreements.zones import currency_of, is_zone, zone_read, zone_shown, zones, zones_of_city


def test_it_works() -> None:
    offered = {zone.name: zone.place for zone in zones("pt-br")}

    assert offered["America/Sao Paulo"] == "São Paulo, Brasil"
    assert offered["Europe/London"] == "Londres, Reino Unido"
    assert offered["UTC"] == "UTC"
    # A city that is its country is not said twice, and what is of no country has none.
    assert offered["Asia/Singapore"] == "Singapura"
    assert offered["Antarctica/Troll"] == "Troll"


def test_each_city_is_offered_once_and_in_the_order_of_the_alphabet() -> None:
    for language in ("en", "es", "pt-br"):
        offered = zones(language)
        assert len({zone.place for zone in offered}) == len(offered)
        assert all(is_zone(zone_read(zone.name)) for zone in offered)
    places = [zone.place for zone in zones("es")]
    assert places.index("Berlín, Alemania") < places.index("Bogotá, Colombia")
    assert (
        places.index("Acra, Ghana")
        < places.index("Ámsterdam, Países Bajos")
        < places.index("Zagreb, Croacia")
    )
    assert "America/Buenos Aires" not in [zone.name for zone in zones("es")]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("america/sao paulo", "America/Sao_Paulo"),
        ("Europe/Madrid", "Europe/Madrid"),
        ("São Paulo, Brasil", "America/Sao_Paulo"),
        ("sao paulo, brazil", "America/Sao_Paulo"),
        ("Nueva York, Estados Unidos", "America/New_York"),
        # An older name is a zone too.
        ("America/Buenos_Aires", "America/Buenos_Aires"),
        # A city alone is where no other place can be meant; a planet never is.
        ("berlin", "Europe/Berlin"),
        ("Nova York", "America/New_York"),
        ("Córdoba", "Córdoba"),
        ("Mérida", "Mérida"),
        ("Granada", "Granada"),
        ("Mars/Olympus_Mons", "Mars/Olympus_Mons"),
        (" ", None),
    ],
)
def test_what_is_typed_is_understood_or_kept(typed: str, name: str | None) -> None:
    assert zone_read(typed, None) == name


def test_a_stored_zone_that_is_shown_and_sent_back_is_the_same() -> None:
    for stored in ("America/Sao_Paulo", "Mars/Olympus_Mons", "Brazil/East", 7):
        assert zone_read(zone_shown(stored), stored) == stored


def test_a_city_alone_is_asked_about() -> None:
    assert zones_of_city("cordoba") == ["America/Argentina/Cordoba"]
    assert zones_of_city("Nova York") == ["America/New York"]
    assert zones_of_city("Olympus") == []


@pytest.mark.parametrize(
    ("name", "currency"),
    [
        ("America/Sao_Paulo", "BRL"),
        ("Atlantic/Canary", "EUR"),
        ("America/Argentina/Cordoba", "ARS"),
        ("America/Bogota", "COP"),
        ("UTC", None),
        ("Etc/GMT+3", None),
        ("Nowhere/Else", None),
    ],
)
def test_the_country_of_a_zone_says_in_what_is_paid(name: str, currency: str | None) -> None:
    assert currency_of(name) == currency
