"""The agreement as a document, and who may read it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from agreements.starters import load_starter, starter_names
from agreements.terms import document_from_yaml, terms_hash
from tests.factories import make_rep, make_user, make_version

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    version = make_version()
    client.force_login(make_rep("Ana", version.agreement))

    response = client.get(reverse("agreements:document", args=["acme"]))

    text = response.content.decode()
    assert response.status_code == 200
    assert "First follow-up within 4 h, in 90%." in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "6 attempts over 2 channels within 10 working days" in text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "Monday to Friday 09:00–12:00, 13:00–18:00" in text
    assert version.terms_hash in text


@pytest.mark.parametrize("name", starter_names())
@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_every_starter_reads(client: Client, name: str, language: str) -> None:
    version = make_version(load_starter(name))
    reader = make_user("Marina", is_director=True, language=language)
    client.force_login(reader)

    response = client.get(reverse("agreements:document", args=["acme"]))

    assert response.status_code == 200
    for commitment in version.parsed_terms().commitments:
        assert f'id="{commitment.key}"' in response.content.decode()


def test_signatures_say_when_to_the_second(client: Client) -> None:
    make_version(now=datetime(2026, 3, 2, 12, 30, 5, tzinfo=UTC))
    client.force_login(make_user("Marina", is_director=True, time_zone="America/Sao_Paulo"))

    text = client.get(reverse("agreements:document", args=["acme"])).content.decode()

    assert "2 March 2026, 09:30:05 -03" in text


def test_yaml_has_the_same_hash(client: Client) -> None:
    version = make_version(load_starter("inbound-en"))
    client.force_login(make_rep("Ana", version.agreement))

    response = client.get(reverse("agreements:version-yaml", args=["acme", 1]))

    assert terms_hash(document_from_yaml(response.content)) == version.terms_hash
    assert yaml.safe_load(response.content)["schema"] == 1


def test_number_of_queries(
    client: Client,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    version = make_version()
    client.force_login(make_rep("Ana", version.agreement))
    with django_assert_max_num_queries(10):
        response = client.get(reverse("agreements:document", args=["acme"]))
    assert response.status_code == 200


def test_a_stranger_finds_nothing(client: Client) -> None:
    make_version()
    other = make_version(slug="other")
    client.force_login(make_rep("Ana", other.agreement))

    for name in ("document", "version", "version-yaml"):
        args = ["acme"] if name == "document" else ["acme", 1]
        assert client.get(reverse(f"agreements:{name}", args=args)).status_code == 404


def test_there_is_no_such_version(client: Client) -> None:
    version = make_version()
    client.force_login(make_rep("Ana", version.agreement))
    assert client.get(reverse("agreements:version", args=["acme", 7])).status_code == 404


def test_strangers_sign_in_first(client: Client) -> None:
    make_version()
    response = client.get(reverse("agreements:document", args=["acme"]))
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_preferences_are_kept(client: Client) -> None:
    user = make_user("Ana")
    client.force_login(user)

    response = client.post(
        reverse("agreements:people-preferences"),
        {"theme": "dark", "next": "https://elsewhere.example/"},
    )

    user.refresh_from_db()
    assert (user.theme, user.language) == ("dark", "en")
    assert response.headers["Location"] == reverse("home")


def test_time_zone_is_chosen_by_place(client: Client) -> None:
    user = make_user("Ana")
    client.force_login(user)
    account, address = reverse("mfa_index"), reverse("agreements:people-preferences")
    assert (
        '<option value="Europe/Lisbon" label="Lisbon, Portugal">'
        in client.get(account).content.decode()
    )

    client.post(address, {"time_zone": "lisboa, portugal", "next": account})
    user.refresh_from_db()
    assert user.time_zone == "Europe/Lisbon"

    page = client.post(address, {"time_zone": "Córdoba", "next": account}, follow=True)
    assert "Do you mean America/Argentina/Cordoba? Then write that" in page.content.decode()
    user.refresh_from_db()
    assert user.time_zone == "Europe/Lisbon"

    client.post(address, {"time_zone": "Madrid", "next": account})
    user.refresh_from_db()
    assert user.time_zone == "Europe/Madrid"
