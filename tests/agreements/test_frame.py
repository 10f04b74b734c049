"""The frame around every page, and the pages that stand in for one."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_rep, make_user, make_version

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    version = make_version()
    client.force_login(make_rep("Ana Souza", version.agreement))

    html = client.get(reverse("agreements:document", args=["acme"])).content.decode()

    assert 'lang="en"' in html
    assert 'href="/static/dist/app.css"' in html
    assert 'aria-label="AS, menu of Ana Souza"' in html
    assert 'hx-headers=\'{"X-CSRFToken":' in html
    assert reverse("account_logout") in html
    assert '<script id="page-words" type="application/json">' in html


@pytest.mark.parametrize(
    ("theme", "attribute"),
    [("auto", ""), ("light", 'data-bs-theme="light"'), ("dark", 'data-bs-theme="dark"')],
)
def test_page_looks_as_the_person_chose(client: Client, theme: str, attribute: str) -> None:
    client.force_login(make_user("Marina", theme=theme))
    html = client.get("/nowhere/").content.decode()
    assert (attribute or "<html") in html
    assert ("data-bs-theme" in html.split(">")[1]) == bool(attribute)


def test_address_that_is_wrong_says_so(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("account_login", "Sign in"),
        ("account_reset_password", "Forgotten password"),
        ("account_reset_password_done", "Look into your mailbox"),
        ("account_reset_password_from_key_done", "The password is changed"),
        ("account_signup", "Nobody signs up here"),
        ("account_inactive", "This person may not sign in"),
    ],
)
def test_stranger_finds_the_way_in(client: Client, name: str, text: str) -> None:
    html = client.get(reverse(name)).content.decode()
    assert text in html
    assert "topbar" not in html
    assert 'action="/i18n/setlang/"' in html


def test_link_for_a_new_password_that_is_too_old_offers_another(client: Client) -> None:
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "x-y"})
    html = client.get(address).content.decode()
    assert "This link no longer works" in html


@pytest.mark.parametrize("name", ["account_logout", "account_change_password"])
def test_person_finds_the_pages_of_the_account(client: Client, name: str) -> None:
    client.force_login(make_user("Marina"))
    assert client.get(reverse(name)).status_code == 200


def test_stranger_reads_the_language_of_the_browser(client: Client) -> None:
    html = client.get(reverse("account_login"), headers={"accept-language": "pt-br"})
    assert 'lang="pt-br"' in html.content.decode()


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("metrics:dashboard", "Dashboard"),
        ("metrics:breaches", "Dashboard"),
        ("metrics:back-test", "Agreement"),
        ("leads:queue", "Queue"),
        ("leads:team", "Queue"),
        ("leads:team-queue", "Queue"),
        ("leads:assignment", "Queue"),
        ("leads:assignment-rule-new", "Queue"),
        ("leads:absences", "Queue"),
        ("leads:list", "Leads"),
        ("leads:became", "Leads"),
        ("leads:imports", "Leads"),
        ("leads:criteria-test", "Agreement"),
        ("agreements:document", "Agreement"),
    ],
)
def test_each_page_marks_where_one_is(client: Client, name: str, marked: str) -> None:
    version = make_version()
    rafa = make_user("Rafa", team=version.agreement.sales_team, role="lead")
    client.force_login(rafa)
    html = client.get(reverse(name, args=["acme"])).content.decode()
    navs = re.findall(r'<nav class="(?:topbar-nav|bottombar)".*?</nav>', html, re.DOTALL)
    links = re.findall(r'<a [^>]*aria-current="page"[^>]*>(.*?)</a>', "".join(navs), re.DOTALL)
    assert [re.sub(r"<.*?>", "", link, flags=re.DOTALL).split()[0] for link in links] == [
        marked
    ] * 2
