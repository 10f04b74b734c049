"""Leads that look like one are suggested, compared, merged, parted, and told apart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Func, TextField
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from agreements.models import AgreementVersion, Audit, User
from leads.actions import handoffs, merges
from leads.actions.forgetting import forget
from leads.merging.alike import alike_among, alike_to, said_of
from leads.merging.likeness import name_keys
from leads.models import Distinction, Handoff, Lead, LeadIdentity, LeadMerge, LeadStage
from leads.queue.handoffs import Desk, desk_of
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.dealing import call
from tests.leads.merging.doubles import lead, tell
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Scene:
    """An agreement, its sales lead signed in, and two leads that look like one."""

    version: AgreementVersion
    rafael: User
    client: Client
    one: Lead
    other: Lead

    @property
    def desk(self) -> Desk:
        return desk_of(self.rafael, "acme")


@pytest.fixture
def scene(client: Client, monkeypatch: pytest.MonkeyPatch) -> Scene:
    stop_time(monkeypatch)
    version = make_version()
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    at = local("2026-09-08 09:00")
    one = offer(version, "one", at, name="Ana Souza", email="ana@acme.example", city="Santos")
    other = offer(version, "two", NOW, name="Souza, Ana", email="a.souza@acme.example")
    client.force_login(rafael)
    return Scene(version, rafael, client, one.lead, other.lead)


def url(name: str, **about: int) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme"} | about)


def test_it_works(scene: Scene) -> None:
    page = text_of(scene.client.get(url("alike", pk=scene.one.pk)))
    assert "Souza, Ana" in page
    assert "same name, both at acme.example" in page

    compared = text_of(scene.client.get(url("merge", pk=scene.one.pk, other=scene.other.pk)))
    assert "Santos" in compared
    assert "both are with sales. The handoff of Ana Souza" in compared
    assert "They are in different stages" not in compared
    LeadStage.objects.filter(lead=scene.other).update(stage="lead")
    compared = text_of(scene.client.get(url("merge", pk=scene.one.pk, other=scene.other.pk)))
    assert "They are in different stages: the further one holds" in compared

    merged = scene.client.post(
        url("merge", pk=scene.one.pk, other=scene.other.pk), {"reason": "One Ana"}, follow=True
    )
    words = text_of(merged)
    assert "Merged: Souza, Ana and Ana Souza are one lead now." in words
    assert "Rafael found this to be one lead with Souza, Ana" in words
    assert "“One Ana”" in words
    assert "handoff 1 of 2 of this lead" in words
    gone = scene.client.get(url("detail", pk=scene.other.pk))
    assert "This lead was merged into Ana Souza . Here is what was told of it" in text_of(gone)
    assert "One Ana Undo the merge" in text_of(gone)
    assert gone.context["deeds"] is None
    assert 'id="deed"' not in gone.content.decode()
    assert url("merge-undo", pk=LeadMerge.objects.get().pk) in gone.content.decode()

    card = text_of(scene.client.get(url("alike", pk=scene.one.pk), headers={"HX-Request": "true"}))
    assert "Merged into this lead" in card
    assert "No other lead looks like this one." in card
    undo = url("merge-undo", pk=LeadMerge.objects.get().pk)
    parted = text_of(scene.client.post(undo, follow=True))
    assert "Undone: Souza, Ana and Ana Souza are two leads again." in parted
    assert "Rafael parted this lead from Souza, Ana again" in parted
    found = "<s><strong>Rafael</strong> found this to be one lead with <strong>Souza, Ana</strong>"
    for each in (scene.one, scene.other):
        page = scene.client.get(url("detail", pk=each.pk)).content.decode()
        assert page.count("<s>") == 1
        assert (found in page) == (each == scene.one)
    scene.client.post(url("merge", pk=scene.one.pk, other=scene.other.pk))
    again = scene.client.get(url("detail", pk=scene.one.pk)).content.decode()
    assert (again.count("found this to be one lead"), again.count("<s>")) == (2, 1)


def test_the_page_of_a_merged_lead_invites_to_nothing(scene: Scene) -> None:
    """Neither what is known of the other one nor its stage is shown as its own."""
    julia = make_user("Julia", team=scene.version.agreement.marketing_team, role="member")
    tell(scene.version.agreement, Teller("new").stage("mql", NOW), now=NOW)
    new = lead("new")
    merges.merge(kept=scene.one, merged=new, by=scene.rafael, now=NOW)
    scene.client.force_login(julia)
    page = scene.client.get(url("detail", pk=new.pk))
    text = text_of(page)
    assert "merged into another lead" in text
    assert "The lead was not offered to sales under its own name." in text
    assert page.context["head"]["stage"] == ""
    for gone in ("Undo the merge", "Offer to sales", "Criteria", "duplicates"):
        assert gone not in text


def test_what_was_told_of_a_merged_lead_is_corrected_on_the_page_of_the_kept_one(
    scene: Scene,
) -> None:
    handoff = scene.other.handoffs.get()
    call(handoff, scene.rafael, "no_answer")
    shown = {"handoff": handoff.pk}
    assert "Correct…" in text_of(scene.client.get(url("detail", pk=scene.other.pk), shown))
    merges.merge(kept=scene.one, merged=scene.other, by=scene.rafael, now=NOW)
    assert "Correct…" not in text_of(scene.client.get(url("detail", pk=scene.other.pk), shown))
    assert "Correct…" in text_of(scene.client.get(url("detail", pk=scene.one.pk), shown))


def test_a_lead_that_was_merged_over_another_one_is_parted_from_either_end(scene: Scene) -> None:
    version, paula = scene.version, make_user("Paula", team=scene.version.agreement.marketing_team)
    middle = offer(version, "three", NOW, name="Ana S.", email="ana.s@acme.example").lead
    first = merges.merge(kept=middle, merged=scene.other, by=paula, now=NOW, reason="One Ana")
    merges.merge(kept=scene.one, merged=middle, by=scene.rafael, now=NOW)
    undo = url("merge-undo", pk=first.pk)

    gone = scene.client.get(url("detail", pk=scene.other.pk))
    words = text_of(gone)
    assert "This lead was merged into Ana Souza . Here is what was told of it" in words
    assert "first into Ana S. · by Paula" in words
    card = scene.client.get(url("alike", pk=scene.one.pk))
    assert "first into Ana S. · by Paula" in text_of(card)
    assert text_of(card).count("first into") == 1
    assert all(undo in page.content.decode() for page in (gone, card))

    parted = scene.client.post(undo, follow=True)
    assert parted.redirect_chain == [(url("detail", pk=scene.one.pk), 303)]
    assert "and Ana S. are two leads again." in text_of(parted)
    scene.other.refresh_from_db()
    assert scene.other.merged_into is None


def test_keeping_the_other_one_keeps_what_was_typed(scene: Scene) -> None:
    Lead.objects.filter(pk=scene.other.pk).update(name="Ana Souza")
    there = url("merge", pk=scene.one.pk, other=scene.other.pk)
    page = text_of(scene.client.get(there))
    assert "Merge Ana Souza (crm: two) into Ana Souza (crm: one)" in page
    assert "Keep Ana Souza (crm: two) instead" in page

    swapped = scene.client.post(there, {"reason": "Both say so.", "swap": "yes"})
    other_way = url("merge", pk=scene.other.pk, other=scene.one.pk)
    assert swapped["Location"] == f"{other_way}?reason=Both+say+so."
    page = scene.client.get(swapped["Location"]).content.decode()
    assert 'value="Both say so."' in page
    assert not LeadMerge.objects.exists()
    done = scene.client.post(other_way, {"reason": "Both say so."}, follow=True)
    words = text_of(done)
    assert "Merged: Ana Souza (crm: one) and Ana Souza (crm: two) are one lead now." in words
    assert "It can be undone at any time below, under “Merged into this lead”." in words


def test_whoever_comes_second_is_told(scene: Scene) -> None:
    merge = url("merge", pk=scene.one.pk, other=scene.other.pk)
    scene.client.post(merge)
    again = text_of(scene.client.post(merge, follow=True))
    assert "Rafael merged Souza, Ana into Ana Souza before" in again

    undo = url("merge-undo", pk=LeadMerge.objects.get().pk)
    scene.client.post(undo)
    assert "Rafael undid this merge before." in text_of(scene.client.post(undo, follow=True))


def test_with_a_forgotten_lead_nothing_is_merged(scene: Scene) -> None:
    handoff = Handoff.objects.get(lead=scene.other)
    handoffs.reject(handoff=handoff, reason="wrong_data", by=scene.rafael, now=NOW)
    forget(lead=scene.other, reason="Asked by letter.", by=scene.rafael, now=NOW)
    assert alike_to(scene.desk, scene.one) == []
    refusal = f"The person of #{scene.other.pk} was forgotten"
    for about in (
        {"pk": scene.one.pk, "other": scene.other.pk},
        {"pk": scene.other.pk, "other": scene.one.pk},
    ):
        assert refusal in text_of(scene.client.get(url("merge", **about), follow=True))
        assert refusal in text_of(scene.client.post(url("merge", **about), follow=True))
    assert not LeadMerge.objects.exists()


def test_not_the_same_is_suggested_no_more_until_taken_back(scene: Scene) -> None:
    about = {"pk": scene.other.pk, "other": scene.one.pk}
    listed = scene.client.post(url("tell-apart", **about), {"from": "list"})
    assert listed["Location"] == url("duplicates")
    scene.client.post(url("tell-apart", **about))
    assert Distinction.objects.count() == 1
    assert alike_to(scene.desk, scene.one) == alike_among(scene.desk).pairs == []
    assert "said by Rafael" in text_of(scene.client.get(url("alike", pk=scene.one.pk)))

    scene.client.post(url("tell-alike", **about))
    assert [pair.other for pair in alike_to(scene.desk, scene.one)] == [scene.other]
    deeds = Audit.objects.filter(subject_id=str(scene.one.pk)).values_list("action", flat=True)
    assert {"leads.lead.told_apart", "leads.lead.told_alike"} <= set(deeds)


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
    assert "Compare and merge Pedra, Pedra" in page


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
    first = text_of(scene.client.get(url("duplicates")))
    assert "None among these leads: look through earlier ones." in first
    before = alike_among(scene.desk).before
    page = text_of(scene.client.get(f"{url('duplicates')}?before={before}"))
    assert "1 pair of leads that look alike, among 2 leads from here on" in page


def test_without_doubles_the_list_says_so(client: Client) -> None:
    version = make_version()
    client.force_login(make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    assert "No lead looks like an earlier one" in text_of(client.get(url("duplicates")))


def addresses(scene: Scene) -> list[tuple[str, Callable[[str], object]]]:
    two = {"pk": scene.one.pk, "other": scene.other.pk}
    return [
        (url("merge", **two), scene.client.post),
        (url("merge", **two), scene.client.get),
        (url("tell-apart", **two), scene.client.post),
        (url("tell-alike", **two), scene.client.post),
    ]


def test_who_holds_both_may_look_but_not_merge(scene: Scene) -> None:
    scene.client.post(url("merge", pk=scene.one.pk, other=scene.other.pk))
    undo = url("merge-undo", pk=LeadMerge.objects.get().pk)
    scene.client.post(undo)
    ana = make_rep("Ana", scene.version.agreement)
    scene.client.force_login(ana)
    page = text_of(scene.client.get(url("alike", pk=scene.one.pk)))
    assert "Only the leads of the two parties and administrators merge leads." in page
    for address, ask in [*addresses(scene), (undo, scene.client.post)]:
        assert ask(address).status_code == 403  # type: ignore[attr-defined]
    listed = scene.client.get(url("duplicates"))
    assert "Souza, Ana" in text_of(listed)
    assert "Compare and merge" not in text_of(listed)


def test_what_cannot_be_read_cannot_be_merged(scene: Scene) -> None:
    elsewhere = make_version(slug="other").agreement
    scene.client.force_login(make_user("Iris", team=elsewhere.sales_team, role="lead"))
    for address, ask in addresses(scene):
        assert ask(address).status_code == 404  # type: ignore[attr-defined]
    theirs = {"slug": "other", "pk": scene.one.pk, "other": scene.other.pk}
    assert scene.client.get(reverse("leads:merge", kwargs=theirs)).status_code == 404
    scene.client.force_login(scene.rafael)
    assert scene.client.post(url("merge-undo", pk=1)).status_code == 404
    itself = url("merge", pk=scene.one.pk, other=scene.one.pk)
    assert scene.client.get(itself).status_code == 404


def test_a_rep_reads_the_kept_lead_of_a_handoff_they_hold(scene: Scene) -> None:
    ana = make_rep("Ana", scene.version.agreement)
    held = offer(scene.version, "held", local("2026-09-07 09:00"), holder=ana)
    hidden = LeadIdentity.objects.get(external_id="one").lead
    bruno = make_rep("Bruno", scene.version.agreement)
    hidden.handoffs.update(holder=bruno)
    scene.client.post(url("merge", pk=hidden.pk, other=held.lead_id))
    scene.client.force_login(ana)
    assert scene.client.get(url("detail", pk=hidden.pk)).status_code == 200
