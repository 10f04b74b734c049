"""The terms of a version as values, parsed once as long as the document is the same."""

import pytest

from agreements.models import AgreementVersion
from agreements.terms import terms_hash
from tests.factories import example_terms, make_version

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


def test_texts_that_claim_the_same_hash_keep_their_own_terms() -> None:
    draft, other = drafted(currency="BRL"), drafted(currency="EUR")
    other.terms_hash = draft.terms_hash

    assert [each.parsed_terms().currency for each in (draft, other, draft)] == ["BRL", "EUR", "BRL"]
