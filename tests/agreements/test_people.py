"""Adding people."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agreements.models import Membership, User
from tests.factories import make_version

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
