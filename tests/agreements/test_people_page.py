"""The page on which administrators say who may sign in, in which teams, as what."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Agreement, Audit, Membership, User
from tests.factories import make_user, make_version
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

PEOPLE = "/people/"
NEW = {
    "name": "Ana Souza",
    "email": "ana@acme.example",
    "role": "lead",
    "language": "es",
    "time_zone": "Europe/Madrid",
}


@pytest.fixture
def agreement() -> Agreement:
    return make_version().agreement


@pytest.fixture
def otto(client: Client) -> User:
    """An administrator, signed in."""
    user = make_user("Otto", is_admin=True)
    client.force_login(user)
    return user


def page_of(person: User) -> str:
    return f"{PEOPLE}{person.pk}/"


def actions() -> list[str]:
    told = Audit.objects.order_by("pk").values_list("action", "actor_name")
    return [action for action, actor in told if actor == "Otto"]


def test_it_works(client: Client, otto: User, agreement: Agreement) -> None:
    assert PEOPLE in client.get(PEOPLE).content.decode()
    response = client.post(PEOPLE, NEW | {"team": agreement.sales_team_id, "is_director": "on"})

    ana = User.objects.get(email="ana@acme.example")
    password = re.search(r"<code>(.+)</code>", response.content.decode())
    assert password is not None
    assert ana.check_password(password[1])
    assert (ana.language, ana.time_zone) == ("es", "Europe/Madrid")
    assert (ana.is_admin, ana.is_director) == (False, True)
    assert Membership.objects.get(user=ana).role == "lead"
    assert actions() == ["agreements.person.added", "agreements.person.seated"]
    listed = text_of(client.get(PEOPLE))
    assert "Ana Souza ana@acme.example Director Acme sales: Lead May sign in" in listed
    assert password[1] not in listed


def test_an_address_is_kept_in_lower_case(client: Client, otto: User) -> None:
    client.post(PEOPLE, NEW | {"email": "Ana.Souza@Acme.example"})
    ana = User.objects.get(email="ana.souza@acme.example")
    told = {"do": "let_in", "email": "Ana.Lima@Acme.example"}
    page = client.post(page_of(ana), told).content.decode()

    ana.refresh_from_db()
    assert ana.email == "ana.lima@acme.example"
    password = re.search(r"<code>(.+)</code>", page)
    assert password is not None
    typed = {"login": "Ana.Lima@Acme.example", "password": password[1]}
    assert Client().post(reverse("account_login"), typed).status_code == 302


def test_a_role_is_changed_and_ended(client: Client, otto: User, agreement: Agreement) -> None:
    ana, team = make_user("Ana", team=agreement.sales_team), agreement.sales_team
    told = {"do": "seat", "team": team.pk, "role": "lead"}
    text = text_of(client.post(page_of(ana), told, follow=True))
    assert f"Ana is in {team} now: Lead." in text
    assert Membership.objects.get(user=ana).role == "lead"

    text = text_of(client.post(page_of(ana), {"do": f"unseat {team.pk}"}, follow=True))
    assert f"Ana is out of {team}." in text
    assert "In no team." in text
    client.post(page_of(ana), {"do": f"unseat {team.pk}"})
    assert actions() == ["agreements.person.seated", "agreements.person.unseated"]


def test_what_somebody_is_in_the_company(client: Client, otto: User) -> None:
    ana = make_user("Ana")
    for told in ({"is_admin": "on"}, {"is_admin": "on"}, {"is_director": "on"}):
        client.post(page_of(ana), {"do": "empower", **told})
        ana.refresh_from_db()
        assert (ana.is_admin, ana.is_director) == ("is_admin" in told, "is_director" in told)
    assert actions() == ["agreements.person.empowered"] * 2


def test_access_is_ended_and_given_back(client: Client, otto: User) -> None:
    ana, hers = make_user("Ana"), Client()
    hers.force_login(ana)
    text = text_of(client.post(page_of(ana), {"do": "end"}, follow=True))
    assert "Ana does not sign in any more, nor do their tokens." in text
    assert "Access ended" in text
    assert hers.get("/").status_code == 302

    response = client.post(page_of(ana), {"do": "let_in", "email": "ana@new.example"})
    password = re.search(r"<code>(.+)</code>", response.content.decode())
    assert password is not None
    assert hers.login(email="ana@new.example", password=password[1])
    assert hers.get("/").status_code == 200
    assert actions() == ["agreements.person.access_ended", "agreements.person.let_in"]


def test_a_lost_password_is_made_anew(client: Client, otto: User) -> None:
    ana = make_user("Ana")
    response = client.post(page_of(ana), {"do": "let_in", "email": ana.email})
    password = re.search(r"<code>(.+)</code>", response.content.decode())
    assert password is not None
    assert not client.login(email=ana.email, password="a long secret")
    assert client.login(email=ana.email, password=password[1])
    assert actions() == ["agreements.person.password_made"]


def test_somebody_known_from_another_system_is_let_in(client: Client, otto: User) -> None:
    theirs = User.objects.create(name="48549346", email=None, is_active=False)
    assert "Known from another system" in text_of(client.get(PEOPLE))
    taken = client.post(page_of(theirs), {"do": "let_in", "email": "OTTO@example.com"})
    assert taken.status_code == 422
    assert "Somebody signs in with OTTO@example.com already." in text_of(taken)
    assert client.post(page_of(theirs), {"do": "let_in"}).status_code == 422

    client.post(page_of(theirs), {"do": "let_in", "email": "bia@acme.example"})
    theirs.refresh_from_db()
    assert theirs.is_active


def test_nobody_locks_themselves_out(client: Client, otto: User) -> None:
    client.post(page_of(otto), {"do": "let_in", "email": "elsewhere@example.com"})
    for told in ({"do": "end"}, {"do": "empower", "is_director": "on"}):
        text = text_of(client.post(page_of(otto), told, follow=True))
        assert "Nobody locks themselves out" in text
    otto.refresh_from_db()
    assert (otto.is_active, otto.is_admin, otto.email) == (True, True, "otto@example.com")
    assert actions() == []


def test_what_is_wrong_is_said_where_it_is(client: Client, otto: User) -> None:
    response = client.post(PEOPLE, NEW | {"email": "otto@example.com"})
    assert response.status_code == 422
    assert "Somebody signs in with otto@example.com already." in text_of(response)
    assert "Give a name." in text_of(client.post(PEOPLE, NEW | {"name": ""}))
    assert "Choose a team." in text_of(client.post(page_of(otto), {"do": "seat", "role": "lead"}))
    assert client.post(page_of(otto), {"do": "unseat 12345"}).status_code == 404
    assert client.post(page_of(otto), {"do": "nonsense"}).status_code == 302


def test_only_administrators_handle_people(client: Client, agreement: Agreement) -> None:
    helena = make_user("Helena", team=agreement.sales_team, role="lead", is_director=True)
    client.force_login(helena)
    for address in (PEOPLE, page_of(helena)):
        assert client.get(address).status_code == 403
        assert client.post(address, NEW | {"do": "empower", "is_admin": "on"}).status_code == 403
    helena.refresh_from_db()
    assert not helena.is_admin
    assert PEOPLE not in client.get("/agreements/acme/queue/").content.decode()


def test_the_list_counts_its_queries(
    client: Client, otto: User, agreement: Agreement, django_assert_max_num_queries: type
) -> None:
    for number in range(5):
        make_user(f"Person {number}", team=agreement.sales_team)
    with django_assert_max_num_queries(8):
        client.get(PEOPLE)
