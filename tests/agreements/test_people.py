"""Adding people."""

from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from agreements.models import Membership, User
from tests.factories import make_user, make_version

pytestmark = pytest.mark.django_db


def add(*args: str) -> str:
    out = StringIO()
    call_command("add_person", *args, stdout=out)
    return out.getvalue()


def test_it_works() -> None:
    team = make_version().agreement.sales_team

    email, password = add(
        "ana@example.com", "--name", "Ana Souza", "--team", team.slug, "--role", "lead"
    ).split()

    user = User.objects.get(email=email)
    assert user.check_password(password)
    assert (user.initials, user.is_admin) == ("AS", False)
    assert Membership.objects.get().role == "lead"


def test_a_known_address_is_refused_however_it_is_written() -> None:
    add("ana@example.com", "--name", "Ana")
    with pytest.raises(CommandError, match="signs in with ANA@example"):
        add("ANA@example.com", "--name", "Ana")


def test_an_address_with_capitals_signs_in_however_it_is_written(client: Client) -> None:
    address, password = add("Renata.LONG@Nova.example", "--name", "Renata", "--admin").split()
    assert address == "renata.long@nova.example"
    for typed in (address, "Renata.Long@nova.example"):
        response = client.post(reverse("account_login"), {"login": typed, "password": password})
        assert response.status_code == 302
        client.logout()


def test_addresses_of_before_are_written_in_lower_case(client: Client) -> None:
    migration = import_module("agreements.migrations.0009_addresses_in_lower_case")
    renata, joe = make_user("Renata"), make_user("Joe")
    User.objects.filter(pk=renata.pk).update(email="Renata.Long@Nova.example")
    unknown = User.objects.create(name="Known elsewhere", email=None, is_active=False)

    migration.write_in_lower_case(apps, None)

    addresses = User.objects.order_by("pk").values_list("pk", "email")
    assert dict(addresses) == {
        renata.pk: "renata.long@nova.example",
        joe.pk: joe.email,
        unknown.pk: None,
    }
    typed = {"login": "Renata.Long@nova.example", "password": "a long secret"}
    assert client.post(reverse("account_login"), typed).status_code == 302


def test_an_unknown_team_is_named_with_those_there_are() -> None:
    make_version()
    with pytest.raises(CommandError, match=r"acme-marketing, acme-sales\. A team is made with"):
        add("ana@example.com", "--name", "Ana", "--team", "nobody")
    assert not User.objects.exists()


def test_somebody_known_gets_a_role_in_a_team() -> None:
    team = make_version().agreement.sales_team
    add("ana@example.com", "--name", "Ana")
    told = add("ANA@example.com", "--team", team.slug)
    assert told == f"ana@example.com is member of {team.slug} now.\n"
    add("ana@example.com", "--team", team.slug, "--role", "lead")
    assert Membership.objects.get().role == "lead"
    assert User.objects.get().name == "Ana"


def test_what_else_somebody_known_is_stays_as_it_is() -> None:
    team = make_version().agreement.sales_team
    add("ana@example.com", "--name", "Ana")
    with pytest.raises(CommandError, match="an administrator changes in the portal"):
        add("ana@example.com", "--team", team.slug, "--admin")
    with pytest.raises(CommandError, match="give --name"):
        add("bruno@example.com", "--team", team.slug)
    assert not Membership.objects.exists()
