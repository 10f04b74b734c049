"""Which leads are suggested as one, by the rule and by the database, and the list of them."""

from typing import Any

import pytest
from django.db.models import Func, TextField
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from leads.merging.alike import alike_among, alike_to, said_of
from leads.merging.likeness import name_keys
from leads.models import Lead
from leads.queue.handoffs import desk_of
from tests.factories import make_user, make_version
from tests.leads.merging.scenes import Scene, url
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"name": "A.", "email": "ANA+x@acme.example"}, ["email"]),
        ({"name": "A.", "phone": "(11) 95555-0101"}, ["phone"]),
        ({"name": "ANÁ SOUZA", "email": "x@acme.example"}, ["name"]),
        ({"name": "Ana Souza", "email": "x@gmail.com"}, []),
        ({"name": "Ana Souza"}, []),
        ({"name": "B.", "phone": "00000000"}, []),
    ],
)
def test_what_is_found(told: dict[str, str], why: list[str]) -> None:
    version = make_version()
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    known = {"name": "Ana Souza", "email": "ana@acme.example", "phone": "+55 11 95555-0101"}
    one = offer(version, "one", NOW, holder=None, **known)
    offer(version, "zero", NOW, name="Z.", phone="00000000")
    offer(version, "two", NOW, holder=None, **told)

    (pairs,) = (alike_to(desk_of(rafael, "acme"), one.lead),)
    assert [likeness.code for pair in pairs for likeness in pair.why] == why
    listed = alike_among(desk_of(rafael, "acme"))
    assert [likeness.code for pair in listed.pairs for likeness in pair.why] == why


@pytest.mark.parametrize(
    ("name", "company", "key"),
    [
        ("Souza, ANÁ", "Acme", "acme.example ana souza"),
        ("Zoé O’Hara-d'Ávila", "", "acme.example avila d hara o zoe"),
        ("", "Pedra & Filhos (Ltda.)", "acme.example filhos ltda pedra"),
        (" - ", "Pedra\u00a0S/A", "acme.example a pedra s"),
        ("", "", ""),
    ],
)
def test_the_database_finds_names_as_the_rule_judges_them(
    name: str, company: str, key: str
) -> None:
    one = offer(make_version(), "one", NOW, name=name, company=company, email="x@ACME.example")
    domain = Func("email", function="leads_email_domain")
    keys = Lead.objects.annotate(
        key=Func("name", "company", domain, function="leads_name_key", output_field=TextField())
    )
    (found,) = keys.filter(pk=one.lead_id).values_list("key", flat=True)
    assert [found or ""] == (name_keys(said_of(one.lead)) or [""]) == [key]


def test_companies_without_a_named_person_are_suggested(scene: Scene) -> None:
    for name in ("vendas", "compras"):
        told = {"name": "", "company": "Pedra", "email": f"{name}@pedra.example"}
        handoff = offer(scene.version, name, NOW, holder=None, **told)
    offer(scene.version, "rosa", NOW, name="Rosa", company="Pedra", email="rosa@pedra.example")
    page = text_of(scene.client.get(url("alike", pk=handoff.lead_id)))
    assert page.count("same name, both at pedra.example") == 1
    assert "Compare and merge Pedra (crm: vendas), Pedra (crm: compras)" in page


@pytest.mark.parametrize(
    ("told", "domain"),
    [
        ({"website": "https://www.Acme.example/contato?x=1"}, "acme.example"),
        ({"website": " acme.com.br:8080 "}, "acme.com.br"),
        ({"website": "n.a.", "company_domain_name": "www.acme.example"}, "acme.example"),
        ({"sitio_web": "acme.example, acme.test"}, "acme.example"),
        ({"site": "Lisboa"}, ""),
        ({"domain": "ana@acme.example"}, ""),
        ({"website": "http://10.0.0.1/"}, ""),
        ({"website": None, "domain": 7}, ""),
        ({"website": f"{'a.' * 200}example"}, f"{'a.' * 126}a"),
        ({"webpage": "acme.example"}, ""),
    ],
)
def test_the_domain_of_a_website(told: dict[str, object], domain: str) -> None:
    lead = Lead.objects.create(attributes=told, first_heard_at=NOW)
    assert lead.website_domain == domain


def test_who_writes_from_elsewhere_is_suggested_by_the_website(scene: Scene) -> None:
    site: Any = {"website": "https://www.acme.example/"}
    one = offer(scene.version, "g", NOW, name="Ana Souza", email="ana@gmail.com", **site).lead
    two = offer(scene.version, "h", NOW, name="Ana Souza", **site).lead
    offer(scene.version, "i", NOW, name="Ana Souza", email="ana.s@gmail.com")
    everybody = {scene.one, scene.other, one, two}
    for each in everybody:
        assert {pair.other for pair in alike_to(scene.desk, each)} == everybody - {each}
    page = text_of(scene.client.get(url("alike", pk=one.pk)))
    assert page.count("same name, both at acme.example") == 3


def test_who_works_where_others_have_their_pages_is_of_a_company(scene: Scene) -> None:
    site: Any = {"website": "https://linkedin.com/in/rui"}
    at_work, again, elsewhere = (
        offer(scene.version, email, NOW, name="Rui", email=email, **site).lead
        for email in ("rui@linkedin.com", "r@linkedin.com", "rui@gmail.com")
    )
    assert [pair.other for pair in alike_to(scene.desk, at_work)] == [again]
    assert alike_to(scene.desk, elsewhere) == []


def test_the_list_is_paged_and_counts_its_queries(
    scene: Scene, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    with django_assert_num_queries(10):
        page = scene.client.get(url("duplicates"))
    assert "1 pair of leads that look alike Possible" in text_of(page)

    for number in range(6):
        email = f"ANA+{number}@acme.example"
        offer(scene.version, f"more-{number}", NOW, name=f"A. {number}", email=email)
    with django_assert_num_queries(10):
        page = scene.client.get(url("duplicates"))
    assert "21 pairs of leads that look alike Possible" in text_of(page)

    monkeypatch.setattr("leads.merging.alike.PER_PAGE", 5)
    found, before = [], None
    while True:
        part = alike_among(scene.desk, before)
        found += [(pair.lead.pk, pair.other.pk) for pair in part.pairs]
        before = part.before
        if before is None:
            break
    whole = [(lead, other) for lead, other in found if lead > other]
    assert len(set(whole)) == len(found) == 21


def test_rare_doubles_are_looked_for_in_steps(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        offer(scene.version, f"unlike-{number}", NOW)
    monkeypatch.setattr("leads.merging.alike.LOOKED_THROUGH", 3)
    page = text_of(scene.client.get(url("duplicates")))
    assert "1 pair of leads that look alike Possible duplicates" in page

    monkeypatch.setattr("leads.merging.alike.MOST_LOOKS", 1)
    first = text_of(scene.client.get(url("duplicates")))
    assert "None among these leads: look through earlier ones." in first
    before = alike_among(scene.desk).before
    page = text_of(scene.client.get(f"{url('duplicates')}?before={before}"))
    assert "1 pair of leads that look alike, among 2 leads from here on" in page


def test_without_doubles_the_list_says_so(client: Client) -> None:
    version = make_version()
    client.force_login(make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    assert "No lead looks like an earlier one" in text_of(client.get(url("duplicates")))
