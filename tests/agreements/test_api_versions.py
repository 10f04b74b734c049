"""Texts by call are the texts of the pages, to the last sign."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from agreements.actions import drafts
from agreements.models import AgreementVersion, User
from agreements.terms import document_from_yaml, terms_to_yaml
from tests.calls import Caller
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

VERSIONS = "/agreements/acme/versions/"


def test_it_works(in_force: AgreementVersion, helena: User) -> None:
    caller = Caller(helena)
    told = caller.get(f"{VERSIONS}1/").json()
    assert (told["status"], told["terms"]) == ("in_force", in_force.terms)
    assert told["terms_hash"] == in_force.terms_hash

    brought = caller.post(VERSIONS, told["terms"])

    assert brought.status_code == 201
    draft = AgreementVersion.objects.get(number=2)
    assert brought.json()["problems"] == []
    assert (draft.status, draft.terms_hash) == ("draft", in_force.terms_hash)
    assert [(each["number"], each["status"]) for each in caller.get(VERSIONS).json()] == [
        (2, "draft"), (1, "in_force"),
    ]  # fmt: skip


def test_one_version_has_the_status_it_has_among_all(
    in_force: AgreementVersion, helena: User
) -> None:
    now = timezone.now()
    begins_at = now - timedelta(days=1)
    AgreementVersion.objects.filter(pk=in_force.pk).update(
        effective=DateTimeTZRange(in_force.effective_from, begins_at)
    )
    in_force.agreement.versions.create(
        number=2,
        status="signed",
        terms=in_force.terms,
        terms_hash=in_force.terms_hash,
        effective=DateTimeTZRange(begins_at, None),
        recorded_at=now,
    )
    caller = Caller(helena)
    listed = {each["number"]: each["status"] for each in caller.get(VERSIONS).json()}
    assert listed == {1: "superseded", 2: "in_force"}
    assert caller.get(f"{VERSIONS}1/").json()["status"] == "superseded"


def test_one_text_is_on_the_table(in_force: AgreementVersion, helena: User) -> None:
    caller = Caller(helena)
    caller.post(VERSIONS, in_force.terms)
    again = caller.post(VERSIONS, in_force.terms)
    assert again.status_code == 409
    assert again.json()["type"] == "urn:slaportal:problem:on_the_table"


def test_problems_are_told_with_the_draft(in_force: AgreementVersion, helena: User) -> None:
    assert in_force.number == 1
    told = Caller(helena).post(VERSIONS, example_terms(currency="real")).json()
    assert [each["field"] for each in told["problems"]] == ["currency"]


@pytest.mark.parametrize(("body", "status"), [({"schema": 1.5}, 422), ([1], 400), ("text", 400)])
def test_what_cannot_be_kept(
    in_force: AgreementVersion, helena: User, body: Any, status: int
) -> None:
    assert Caller(helena).post(VERSIONS, body).status_code == status
    assert in_force.agreement.versions.count() == 1


@pytest.mark.parametrize(
    ("role", "reads", "brings"),
    [("lead", 200, 201), ("member", 200, 403), ("integration", 200, 403), ("", 404, 404)],
)
def test_who_may(in_force: AgreementVersion, role: str, reads: int, brings: int) -> None:
    team = in_force.agreement.sales_team if role else None
    caller = Caller(make_user("Ana", team=team, role=role))
    assert caller.get(f"{VERSIONS}1/").status_code == reads
    assert caller.get(f"{VERSIONS}9/").status_code == 404
    assert caller.post(VERSIONS, in_force.terms).status_code == brings


def test_the_same_terms_have_the_same_hash_however_they_came(
    client: Client, in_force: AgreementVersion, helena: User
) -> None:
    """By a form, as a file, by a call: one change, one text."""
    client.force_login(helena)
    by_form = drafts.start(agreement=in_force.agreement, terms=in_force.terms, by=helena, now=NOW)
    address = "/agreements/acme/draft/reasons/"
    sent = form_values(client.get(address).content.decode(), "section")
    client.post(address, sent | {"late_logging.amount": "2", "pause.max.amount": "5"})
    by_form.refresh_from_db()
    hashes = {by_form.terms_hash}
    drafts.discard(version=by_form, by=helena, now=NOW)

    text = terms_to_yaml(in_force.terms) + "\nlate_logging: 2bd\npause:\n  max: 5h\n"
    by_file = drafts.start(
        agreement=in_force.agreement, terms=document_from_yaml(text), by=helena, now=NOW
    )
    hashes.add(by_file.terms_hash)
    drafts.discard(version=by_file, by=helena, now=NOW)

    terms = in_force.terms | {"pause": {"max": "5h"}, "late_logging": "2bd"}
    hashes.add(Caller(helena).post(VERSIONS, terms).json()["terms_hash"])
    assert len(hashes) == 1
