"""The terms of a version as values, parsed once as long as the document is the same."""

import pytest
from django.test import Client

from agreements.editing import problems_of, with_value
from agreements.models import AgreementVersion
from agreements.pdf import told_of
from agreements.terms import terms_hash
from tests.factories import example_terms, make_user, make_version

pytestmark = pytest.mark.django_db


def drafted(**sections: object) -> AgreementVersion:
    """A version in hand that nobody has stored."""
    terms = example_terms(**sections)
    return AgreementVersion(number=1, terms=terms, terms_hash=terms_hash(terms))


def test_it_works() -> None:
    version = make_version()

    assert [each.key for each in version.parsed_terms().commitments] == [
        "M4",
        "S1",
        "S2",
        "S3",
        "S4",
    ]
    again = AgreementVersion.objects.get()
    assert again.parsed_terms() is version.parsed_terms()


def test_a_draft_that_is_changed_in_hand_has_its_new_terms() -> None:
    draft = drafted(currency="BRL")
    assert draft.parsed_terms().currency == "BRL"

    draft.terms["currency"] = "EUR"

    assert draft.parsed_terms().currency == "EUR"
    assert drafted(currency="BRL").parsed_terms().currency == "BRL"


def test_a_signed_text_is_read_although_a_draft_of_it_would_have_problems(client: Client) -> None:
    terms = with_value(example_terms(), "funnel.stages.sql.name", "MQL")
    version = make_version(terms)
    assert problems_of(terms)

    client.force_login(make_user("Marina", is_director=True))
    for place in ("document/1/", "document/1.pdf", "document/1.yaml"):
        assert client.get(f"/agreements/acme/{place}").status_code == 200
    told = client.get("/api/v1/agreements/acme/versions/1/").json()

    assert version.terms_hash == terms_hash(terms)
    assert [stage.name for stage in version.parsed_terms().stages][1:3] == ["MQL", "MQL"]
    assert told["problems"] == []
    assert told_of(version, status="in_force")["problems"] == []


def test_texts_that_claim_the_same_hash_keep_their_own_terms() -> None:
    draft, other = drafted(currency="BRL"), drafted(currency="EUR")
    other.terms_hash = draft.terms_hash

    assert [each.parsed_terms().currency for each in (draft, other, draft)] == ["BRL", "EUR", "BRL"]
