"""What is throttled is counted by all processes together, and by each alone without Redis."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from slaportal import settings as of_the_portal
from slaportal.cache import RobustCache
from slaportal.places import Places
from tests.servers import servers_of


def cache_of(places: Places) -> RobustCache:
    return RobustCache(f"unix://{places.broker_socket}", {"KEY_PREFIX": "slaportal"})


def test_it_works(home: Path) -> None:
    servers = servers_of(home)
    with servers.in_use():
        one, other = cache_of(servers.places), cache_of(servers.places)
        one.set("attempts", 1)
        assert other.incr("attempts") == 2
        one.set_many({"a": 1, "b": 2})
        assert other.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
        other.delete("a")
        assert not one.has_key("a")

    with servers.in_use():
        assert cache_of(servers.places).get("attempts") == 2


def test_clearing_keeps_what_else_is_in_redis(home: Path) -> None:
    servers = servers_of(home)
    with servers.in_use():
        cache = cache_of(servers.places)
        cache.set("attempts", 1)
        cache.clear()
        assert cache.get("attempts") == 1


def test_a_redis_that_is_away(home: Path) -> None:
    cache = cache_of(Places(home))
    assert cache.get("attempts", 0) == 0
    assert cache.add("attempts", 1)
    assert not cache.add("attempts", 1)
    assert cache.incr("attempts") == 2
    assert cache.get("attempts") == 2
    cache.clear()
    assert cache.get("attempts") is None


@pytest.mark.django_db
def test_who_guesses_passwords_is_held_back(client: Client, settings: Settings) -> None:
    settings.CACHES = of_the_portal.CACHES
    guess = {"login": "ana@acme.example", "password": "guessed"}
    answers = [client.post("/accounts/login/", guess) for _ in range(7)]
    assert "are not correct" in answers[0].content.decode()
    assert "Too many failed login attempts" in answers[-1].content.decode()
