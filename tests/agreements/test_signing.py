"""From proposal to a version in force: never two at once, and no gap."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from agreements.actions import signing
from agreements.actions.signing import UnableToSign
from agreements.models import Agreement, AgreementVersion, Comment, Message, Suggestion, User
from tests.factories import example_terms, local, make_draft, make_user, propose

pytestmark = pytest.mark.django_db

NOW = local("2026-06-10 10:00")
LATER = local("2026-06-12 16:30")


@pytest.fixture
def agreement(in_force: AgreementVersion) -> Agreement:
    return in_force.agreement


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    days = {"wanted_from_date": date(2026, 7, 1), "wanted_to_date": date(2027, 7, 1)}
    return make_draft(in_force, helena, now=NOW, **days)


@pytest.fixture
def proposed(draft: AgreementVersion, helena: User, rafael: User) -> AgreementVersion:
    return propose(draft, helena, now=NOW)


def sign(version: AgreementVersion, party: str, by: User, now: datetime = LATER) -> None:
    signing.sign(
        version=version,
        party=party,
        seen_hash=version.terms_hash,
        method="password",
        by=by,
        now=now,
    )
    version.refresh_from_db()


def test_it_works(
    proposed: AgreementVersion, in_force: AgreementVersion, helena: User, rafael: User
) -> None:
    assert proposed.status == "proposed"
    sign(proposed, "marketing", helena)
    assert proposed.status == "proposed"
    assert not proposed.effective

    sign(proposed, "sales", rafael)

    begins_at = local("2026-07-01 00:00")
    in_force.refresh_from_db()
    assert proposed.status == "signed"
    assert (proposed.effective_from, proposed.effective_to) == (
        begins_at,
        local("2027-07-01 00:00"),
    )
    assert in_force.effective_to == begins_at
    assert proposed.status_at(LATER) == "scheduled"
    assert proposed.status_at(begins_at) == "in_force"
    kinds = Message.objects.values_list("kind", "recipient__name")
    assert set(kinds) == {
        ("version_proposed", "Rafael"),
        ("version_signed", "Rafael"),
        ("version_signed", "Helena"),
    }


def test_never_before_the_second_signature(
    proposed: AgreementVersion, in_force: AgreementVersion, helena: User, rafael: User
) -> None:
    late = local("2026-07-03 11:00")
    sign(proposed, "marketing", helena, late)
    sign(proposed, "sales", rafael, late)

    in_force.refresh_from_db()
    assert proposed.effective_from == late == in_force.effective_to


def test_what_is_signed_is_what_was_seen(proposed: AgreementVersion, helena: User) -> None:
    with pytest.raises(UnableToSign, match="not the text"):
        signing.sign(
            version=proposed,
            party="marketing",
            seen_hash="0" * 64,
            method="password",
            by=helena,
            now=LATER,
        )


def test_what_is_signed_is_what_its_hash_was_made_of(
    proposed: AgreementVersion, helena: User
) -> None:
    """Somebody changed the row past the portal: its hash no longer speaks of its text."""
    AgreementVersion.objects.filter(pk=proposed.pk).update(terms=example_terms())
    with pytest.raises(UnableToSign, match="not the text"):
        sign(proposed, "marketing", helena)


def test_nobody_signs_twice(proposed: AgreementVersion, helena: User) -> None:
    sign(proposed, "marketing", helena)
    with pytest.raises(UnableToSign, match="already"):
        sign(proposed, "marketing", helena)


def test_a_draft_is_not_signed(draft: AgreementVersion, helena: User) -> None:
    with pytest.raises(UnableToSign, match="draft"):
        sign(draft, "marketing", helena)


def test_a_text_with_problems_is_not_proposed(draft: AgreementVersion, helena: User) -> None:
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=example_terms(currency="real"))
    with pytest.raises(UnableToSign, match="1 problem"):
        signing.propose(version=draft, party="marketing", by=helena, now=NOW)
    draft.refresh_from_db()
    assert draft.status == "draft"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"time_zone": "Europe/Madrid"}, "Zone and currency"),
        ({"currency": "EUR"}, "Zone and currency"),
        ({"calendar": "elsewhere"}, "no calendar"),
    ],
)
def test_what_cannot_change_or_is_missing(
    draft: AgreementVersion, helena: User, changes: dict[str, Any], why: str
) -> None:
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=example_terms(**changes))
    with pytest.raises(UnableToSign, match=why):
        signing.propose(version=draft, party="marketing", by=helena, now=NOW)


def test_decline(proposed: AgreementVersion, helena: User, rafael: User) -> None:
    comment = Comment.objects.create(
        version=proposed, path="commitments.S1", text="Why?", author=rafael, written_at=NOW
    )
    Comment.objects.create(
        version=proposed,
        path="commitments.S1",
        text="Because",
        author=helena,
        written_at=NOW,
        answer_to=comment,
    )
    Suggestion.objects.create(
        version=proposed,
        path="commitments.S1.within",
        before="4h",
        after="2h",
        party="sales",
        suggested_by=rafael,
        suggested_at=NOW,
    )
    sign(proposed, "marketing", helena)
    with pytest.raises(UnableToSign, match="Say why"):
        signing.decline(version=proposed, party="sales", reason=" ", by=rafael, now=LATER)

    copy = signing.decline(version=proposed, party="sales", reason="Too fast", by=rafael, now=LATER)

    proposed.refresh_from_db()
    assert (proposed.status, copy.status, copy.number) == ("declined", "draft", 3)
    assert (copy.terms, copy.copied_from) == (proposed.terms, proposed)
    assert (copy.wanted_from_date, copy.wanted_to_date) == (date(2026, 7, 1), date(2027, 7, 1))
    assert copy.comments.count() == 2
    assert copy.suggestions.count() == 1
    assert copy.signatures.count() == 0
    assert proposed.signatures.count() == 1
    assert proposed.steps.get(step="decline").note == "Too fast"
    assert Message.objects.filter(kind="version_declined", recipient=helena).exists()


def test_only_the_proposer_withdraws(
    proposed: AgreementVersion, helena: User, rafael: User
) -> None:
    with pytest.raises(UnableToSign, match="decline"):
        signing.withdraw(version=proposed, party="sales", by=rafael, now=LATER)

    copy = signing.withdraw(version=proposed, party="marketing", by=helena, now=LATER)

    proposed.refresh_from_db()
    assert (proposed.status, copy.status) == ("withdrawn", "draft")


def test_an_administrator_takes_back_what_they_proposed(draft: AgreementVersion) -> None:
    admin = make_user("Admin", is_admin=True)
    signing.propose(version=draft, party=None, by=admin, now=NOW)
    assert signing.withdraw(version=draft, party=None, by=admin, now=NOW).number == 3


def test_an_administrator_hears_of_what_they_proposed(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    admin = make_user("Admin", is_admin=True)
    signing.propose(version=draft, party=None, by=admin, now=NOW)
    signing.decline(version=draft, party="sales", reason="No", by=rafael, now=LATER)
    told = Message.objects.filter(kind="version_declined").values_list("recipient__name", flat=True)
    assert sorted(told) == ["Admin", "Helena"]


def test_a_signed_version_is_followed_by_another(
    proposed: AgreementVersion, helena: User, rafael: User
) -> None:
    sign(proposed, "marketing", helena)
    sign(proposed, "sales", rafael)
    third = make_draft(proposed, helena, now=LATER, wanted_from_date=date(2026, 6, 20))
    propose(third, helena, now=LATER)
    sign(third, "marketing", helena)
    sign(third, "sales", rafael)

    # It begins before version 2, and ends where that begins.
    assert third.effective_from == local("2026-06-20 00:00")
    assert third.effective_to == proposed.effective_from


def test_not_at_the_instant_of_another(
    proposed: AgreementVersion, helena: User, rafael: User
) -> None:
    sign(proposed, "marketing", helena)
    sign(proposed, "sales", rafael)
    third = make_draft(proposed, helena, now=LATER, wanted_from_date=date(2026, 7, 1))
    with pytest.raises(UnableToSign, match="another day"):
        signing.propose(version=third, party="marketing", by=helena, now=LATER)


def test_the_end(agreement: Agreement, in_force: AgreementVersion, helena: User) -> None:
    with pytest.raises(UnableToSign, match="to come"):
        signing.end(agreement=agreement, to_date=NOW.date(), reason="", by=helena, now=NOW)

    last = NOW.date() + timedelta(days=20)
    signing.end(agreement=agreement, to_date=last, reason="New teams", by=helena, now=NOW)

    in_force.refresh_from_db()
    agreement.refresh_from_db()
    assert in_force.effective_to == agreement.ended_at == local("2026-06-30 00:00")
