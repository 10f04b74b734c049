"""Both leads talk about clauses: conversations are answered, resolved and reopened."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.actions import comments, signing
from agreements.actions.comments import UnableToComment
from agreements.editing import clause_of, clauses_in, has_clause, section_named, without
from agreements.models import AgreementVersion, Comment, User
from agreements.open_talk import open_talk
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_draft, make_user

pytestmark = pytest.mark.django_db

PAGE = "/agreements/acme/draft/comments/"


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return make_draft(in_force, helena)


@pytest.fixture
def said(draft: AgreementVersion, rafael: User) -> Comment:
    return write(draft, rafael)


def write(
    draft: AgreementVersion,
    by: User,
    path: str = "commitments.S3",
    text: str = "Six feels like pestering. Five?",
) -> Comment:
    return comments.write(version=draft, path=path, text=text, by=by, now=NOW)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_it_works(draft: AgreementVersion, helena: User, rafael: User) -> None:
    his, hers = signed_in(rafael), signed_in(helena)
    sent = {"do": "write", "path": "commitments.S3", "text": "Six feels like pestering. Five?"}
    assert his.post(PAGE, sent).status_code == 302

    first = draft.comments.get()
    assert "Six feels like pestering" in text_of(hers.get(PAGE))
    hers.post(PAGE, {"do": f"answer {first.pk}", "text": "Five, then"})
    his.post(PAGE, {"do": f"resolve {first.pk}"})

    first.refresh_from_db()
    assert first.answers.get().author == helena
    assert first.resolved_by == rafael
    text = text_of(hers.get(PAGE))
    assert "Five, then" in text
    assert "Resolved by Rafael" in text
    hers.post(PAGE, {"do": f"reopen {first.pk}"})
    assert draft.comments.open().get() == first


def test_what_is_open_comes_first(draft: AgreementVersion, said: Comment, rafael: User) -> None:
    comments.resolve(comment=said, by=rafael, now=NOW)
    write(draft, rafael, "objectives", "Which market?")
    talk = signed_in(rafael).get(PAGE).context["talk"]
    assert [each.first.text[:5] for each in talk.conversations] == ["Which", "Six f"]


def test_by_section(draft: AgreementVersion, said: Comment, rafael: User) -> None:
    write(draft, rafael, "objectives", "Which market?")
    client = signed_in(rafael)
    text = text_of(client.get(f"{PAGE}?section=objectives"))
    assert "Which market?" in text
    assert "pestering" not in text
    assert client.get(f"{PAGE}?section=nonsense").status_code == 404


def test_a_clause_that_is_gone_is_marked(
    draft: AgreementVersion, said: Comment, rafael: User
) -> None:
    terms = without(draft.terms, "commitments.S3")
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=terms)

    response = signed_in(rafael).get(f"{PAGE}?section=commitments")
    assert "no longer in the text" in text_of(response)
    assert "S3" in text_of(response)
    assert "pestering" in text_of(response)
    with pytest.raises(UnableToComment, match="no longer"):
        write(draft, rafael)
    comments.answer(comment=said, text="It went", by=rafael, now=NOW)


def test_an_answer_opens_what_was_resolved(said: Comment, rafael: User, helena: User) -> None:
    comments.resolve(comment=said, by=rafael, now=NOW)
    answer = comments.answer(comment=said, text="Not quite", by=helena, now=NOW)
    again = comments.answer(comment=answer, text="Why?", by=rafael, now=NOW)

    said.refresh_from_db()
    assert said.resolved_at is None
    assert again.answer_to == said


@pytest.mark.parametrize(("text", "why"), [(" \n", "Write what"), ("x" * 5001, "too long")])
def test_what_is_refused_stays_typed(
    draft: AgreementVersion, said: Comment, rafael: User, text: str, why: str
) -> None:
    client = signed_in(rafael)
    sent = {"do": "write", "path": "commitments.S2", "text": text}
    for form in (sent, {"do": f"answer {said.pk}", "text": text}):
        response = client.post(PAGE, form)
        assert response.status_code == 422
        assert why in text_of(response)
        assert text.strip() in response.content.decode()
    assert draft.comments.count() == 1


def test_signing_in_again_loses_nothing(draft: AgreementVersion, rafael: User) -> None:
    client = signed_in(rafael)
    client.logout()
    sent = {"do": "write", "path": "commitments.S2", "text": "Typed too late"}
    login = client.post(PAGE, sent)
    assert login["Location"].startswith(reverse("account_login"))
    client.post(login["Location"], {"login": rafael.email, "password": "a long secret"})
    text = text_of(client.get(PAGE))
    assert "Typed too late" in text
    assert '<option value="commitments.S2" selected>' in text
    assert not draft.comments.exists()


def test_the_panel_swaps_itself(draft: AgreementVersion, said: Comment, rafael: User) -> None:
    client = signed_in(rafael)
    htmx = {"HX-Request": "true"}
    text = text_of(client.get(f"{PAGE}?section=commitments", headers=htmx))
    assert text.startswith('<section id="talk"')
    sent = {"do": f"answer {said.pk}", "text": "Five"}
    text = text_of(client.post(f"{PAGE}?section=commitments", sent, headers=htmx))
    assert text.startswith('<section id="talk"')
    assert "Five" in text


def test_a_proposed_text_is_talked_about_too(
    draft: AgreementVersion, said: Comment, helena: User, rafael: User
) -> None:
    signing.propose(version=draft, party="marketing", by=helena, now=NOW)
    client = signed_in(rafael)
    client.post(PAGE, {"do": "write", "path": "commitments", "text": "Two weeks, please"})
    copy = signing.decline(version=draft, party="sales", reason="Later", by=rafael, now=NOW)

    assert copy.comments.count() == 2
    with pytest.raises(UnableToComment, match="declined"):
        write(draft, rafael)
    with pytest.raises(UnableToComment, match="declined"):
        comments.answer(comment=said, text="Late", by=rafael, now=NOW)


def test_who_reads_and_who_writes(draft: AgreementVersion, said: Comment) -> None:
    agreement = draft.agreement
    sent = {"do": "write", "path": "commitments", "text": "Me too"}
    for person, reads, writes in (
        (make_user("Admin", is_admin=True), 200, 302),
        (make_user("Director", is_director=True), 200, 403),
        (make_user("Rep", team=agreement.sales_team), 200, 403),
        (make_user("Stranger"), 404, 404),
    ):
        client = signed_in(person)
        page = client.get(PAGE)
        assert page.status_code == reads, person.name
        assert client.post(PAGE, sent).status_code == writes, person.name
        assert client.post(PAGE, sent | {"do": f"answer {said.pk}"}).status_code == writes
        if writes == 403:
            assert "Comments are for the leads" in text_of(page)


def test_nonsense(draft: AgreementVersion, rafael: User) -> None:
    client = signed_in(rafael)
    assert client.post(PAGE, {"do": "shout 3"}).status_code == 400
    assert client.post(PAGE, {"do": "answer 3", "text": "x"}).status_code == 404
    assert client.post(PAGE, {"do": "resolve x"}).status_code == 404


def test_without_a_text_on_the_table(
    in_force: AgreementVersion, rafael: User, client: Client
) -> None:
    assert "No text is on the table" in text_of(signed_in(rafael).get(PAGE))


def test_a_page_of_many_costs_no_more(
    draft: AgreementVersion, rafael: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        first = write(draft, rafael, text=f"Number {number}")
        comments.answer(comment=first, text="Yes", by=rafael, now=NOW)
    client = signed_in(rafael)
    with django_assert_max_num_queries(20):
        page = client.get(PAGE)
    assert "Number 19" in text_of(page)


# -- what is counted where


def test_open_talk_is_counted_by_clause_and_section(
    draft: AgreementVersion, said: Comment, rafael: User
) -> None:
    write(draft, rafael)
    write(draft, rafael, "commitments", "All of it")
    comments.resolve(comment=write(draft, rafael, "objectives"), by=rafael, now=NOW)

    counts = open_talk(draft)
    assert counts.comments == 3
    assert counts.by_clause == {"commitments.S3": 2, "commitments": 1}
    assert counts.by_section == {"commitments": 3}


def test_clauses() -> None:
    terms = example_terms(
        reasons={"rejection": [{"key": "wrong", "name": "Wrong"}]}, pause={"max": "5bd"}
    )
    reasons = section_named("reasons")
    assert reasons is not None
    assert clauses_in(terms, reasons) == ["reasons.rejection.wrong"]
    assert clause_of(terms, "reasons.rejection.wrong.name") == "reasons.rejection.wrong"
    assert clause_of(terms, "pause.max") == "reasons"
    assert clause_of(terms, "commitments.S1.within") == "commitments.S1"
    assert clause_of(terms, "commitments.S9") == "commitments.S9"
    assert has_clause(terms, "parties")
    assert not has_clause(terms, "commitments.S9")


# -- in the editor


def test_the_editor_counts_what_is_open(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    objectives = [{"key": "revenue", "statement": "Win customers"}]
    terms = example_terms(objectives=objectives)
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=terms)
    write(draft, rafael, "objectives.revenue")
    write(draft, rafael, "objectives.revenue", "And how many?")
    page = signed_in(helena).get("/agreements/acme/draft/objectives/")

    counted = {each.form.name: each.talk for each in page.context["nav"] if each.talk}
    assert counted == {"objectives": 2}
    assert [each.talk for each in page.context["fields"][0].entries] == [2]
    text = text_of(page)
    assert text.count('class="talk-count"') == 2
    assert f'hx-get="{PAGE}?section=objectives"' in text
    assert '<span class="count">2' in text


def test_the_editor_proposes_or_says_why_not(draft: AgreementVersion, helena: User) -> None:
    address, propose = "/agreements/acme/draft/objectives/", "/agreements/acme/draft/propose/"
    client = signed_in(helena)
    assert f'href="{propose}"' in text_of(client.get(address))

    objectives = [{"key": "revenue", "statement": ""}]
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=example_terms(objectives=objectives))
    text = text_of(client.get(address))
    assert f'href="{propose}"' not in text
    assert 'aria-disabled="true" aria-describedby="why-not"' in text
    assert "1 problem to solve first: <a" in text
