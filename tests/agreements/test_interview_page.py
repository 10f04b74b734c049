"""The interview: six steps to a first draft, and nothing answered is lost."""

from typing import Any

import pytest
from django.test import Client

from agreements.actions import drafts
from agreements.interview import STEPS
from agreements.models import Agreement, AgreementVersion, Interview, Team, User
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

BEGIN = "/agreements/acme/draft/new/"


@pytest.fixture
def helena(team: Team) -> User:
    """She leads a marketing team that is in no agreement yet."""
    return make_user("Helena", team=team, role="lead", time_zone="America/Sao_Paulo")


def post(client: Client, address: str = BEGIN, **data: Any) -> Any:
    return client.post(address, data)


def the_draft() -> AgreementVersion:
    return AgreementVersion.objects.get(status="draft")


@pytest.fixture
def asked(client: Client, helena: User, acme: Agreement) -> Client:
    """She has begun to answer."""
    client.force_login(helena)
    response = post(client, do="interview", kind="multilevel", language="pt")
    assert response.headers["Location"] == f"{BEGIN}objectives/"
    return client


def answer(client: Client, step: str, **data: Any) -> Any:
    typed = {name.replace("__", "."): value for name, value in data.items()}
    return client.post(f"{BEGIN}{step}/", typed)


def test_six_steps_make_a_complete_draft(asked: Client, helena: User) -> None:
    User.objects.filter(pk=helena.pk).update(language="pt-br")
    for step, after in zip(STEPS, (*STEPS[1:], ""), strict=True):
        assert asked.get(f"{BEGIN}{step}/").status_code == 200
        if step == "objectives":
            answered = {"goal__kind": "revenue", "goal__amount": "1.234.500,50"}
        elif step == "funnel":
            answered = {"funnel__rates__lead": "12,5 %", "quarters__q1": "40"}
        else:
            answered = {}
        how = {"to": after} if after else {"do": "finish"}
        response = answer(asked, step, **answered, **how)
        assert response.status_code == 302

    draft = the_draft()
    terms = draft.parsed_terms()
    assert response.headers["Location"] == "/agreements/acme/draft/"
    assert draft.terms["funnel"]["goal"]["revenue"] == "1234500.5"
    assert draft.terms["funnel"]["rates"]["lead"] == "12.5%"
    assert draft.terms["objectives"][0]["statement"].startswith("Conquistar 1.234.500,50 BRL")
    assert terms.funnel_plan().rows["customer"].quarters[0] == 18
    assert not Interview.objects.exists()


def test_one_goes_back_and_forth_without_losing_anything(asked: Client) -> None:
    answer(asked, "follow_up", commitments__S1__within="x", in_time="muito", to="review")
    response = answer(asked, "review", review__time="09:30", to="follow_up")
    assert response.headers["Location"] == f"{BEGIN}follow_up/"
    html = asked.get(response.headers["Location"]).content.decode()
    assert 'value="muito"' in html
    assert "is not a rate" in html
    assert Interview.objects.get().answers["review"]["time"] == "09:30"
    # Where she left off is offered where one begins.
    assert f"{BEGIN}follow_up/" in asked.get(BEGIN).content.decode()


def test_what_it_means_is_shown_as_one_types(asked: Client) -> None:
    response = asked.post(
        f"{BEGIN}funnel/",
        {"funnel.rates.lead": "150", "do": "look"},
        headers={"HX-Request": "true"},
    )
    html = response.content.decode()
    assert response.status_code == 200
    assert html.lstrip().startswith("<aside")
    assert 'id="f-funnel-rates-lead-errors"' in html
    assert "“150%” is not a rate" in html
    assert "1 answer has to be different" in text_of(response)


def test_draft_with_problems_can_be_made_and_mended_later(asked: Client) -> None:
    answer(asked, "objectives", goal__amount="muito", do="finish")
    assert the_draft().terms["funnel"]["goal"]["revenue"] == "muito"


def test_what_cannot_be_stored_is_told_and_nothing_is_kept(asked: Client) -> None:
    response = answer(asked, "document", contest__arbiter="a\x00b", to="review")
    assert response.status_code == 422
    assert "a character that cannot be stored" in text_of(response)
    assert Interview.objects.get().answers["contest"]["arbiter"] == "direção"


def test_somebody_else_was_quicker(asked: Client, helena: User, acme: Agreement) -> None:
    drafts.start(agreement=acme, terms=example_terms(), by=helena, now=NOW)
    response = answer(asked, "review", review__minutes="45", do="finish")
    assert response.status_code == 409
    assert "Version 1 is on the table already" in text_of(response)
    assert Interview.objects.get().answers["review"]["minutes"] == 45


def test_answers_outlast_the_session(asked: Client, helena: User) -> None:
    asked.logout()
    response = answer(asked, "document", contest__arbiter="Marina", to="review")
    asked.post(response.headers["Location"], {"login": helena.email, "password": "a long secret"})
    html = asked.get(f"{BEGIN}document/").content.decode()
    assert 'value="Marina"' in html
    assert "You were signed out" in html


def test_interview_is_each_persons_own(asked: Client, acme: Agreement) -> None:
    asked.force_login(make_user("Zoe", is_admin=True))
    assert asked.get(f"{BEGIN}funnel/").headers["Location"] == BEGIN
    asked.force_login(Interview.objects.get().person)
    assert asked.get(f"{BEGIN}nothing/").status_code == 404


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_every_step_reads_in_every_language(
    asked: Client, helena: User, step: str, language: str
) -> None:
    User.objects.filter(pk=helena.pk).update(language=language)
    assert asked.get(f"{BEGIN}{step}/").status_code == 200


def test_number_of_queries(
    client: Client, asked: Client, django_assert_max_num_queries: Any
) -> None:
    for address in (BEGIN, f"{BEGIN}document/", f"{BEGIN}funnel/"):
        with django_assert_max_num_queries(16):
            assert asked.get(address).status_code == 200
