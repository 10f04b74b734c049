"""Steps towards a signature at one instant, over real connections: never two texts in force."""

from datetime import date

import pytest

from agreements.actions import drafts, signing
from agreements.actions.signing import UnableToSign
from agreements.editing import SECTIONS, part_hash, part_of
from agreements.models import AgreementVersion, Message, User
from tests.at_once import run_together
from tests.factories import local, make_draft, propose

pytestmark = pytest.mark.django_db(transaction=True)

NOW = local("2026-06-10 10:00")


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User, rafael: User) -> AgreementVersion:
    return make_draft(in_force, helena, now=NOW, wanted_from_date=date(2026, 7, 1))


@pytest.fixture
def proposed(draft: AgreementVersion, helena: User) -> AgreementVersion:
    return propose(draft, helena, now=NOW)


def sign(version: AgreementVersion, party: str, by: User) -> None:
    signing.sign(
        version=version,
        party=party,
        seen_hash=version.terms_hash,
        method="password",
        by=by,
        now=NOW,
    )


def decline(version: AgreementVersion, by: User) -> None:
    signing.decline(version=version, party="sales", reason="No", by=by, now=NOW)


def test_both_sign(
    proposed: AgreementVersion, in_force: AgreementVersion, helena: User, rafael: User
) -> None:
    raised = run_together(
        lambda: sign(proposed, "marketing", helena), lambda: sign(proposed, "sales", rafael)
    )

    assert raised == []
    proposed.refresh_from_db()
    in_force.refresh_from_db()
    assert proposed.status == "signed"
    assert proposed.signatures.count() == 2
    assert in_force.effective_to == proposed.effective_from == local("2026-07-01 00:00")
    told = Message.objects.filter(kind="version_signed")
    assert sorted(each.parameters["is_complete"] for each in told) == [False, True]


def test_one_party_signs_twice(proposed: AgreementVersion, helena: User) -> None:
    raised = run_together(
        lambda: sign(proposed, "marketing", helena), lambda: sign(proposed, "marketing", helena)
    )
    assert [type(each) for each in raised] == [UnableToSign]
    assert "already" in str(raised[0])
    assert proposed.signatures.count() == 1


def test_one_signs_while_the_other_declines(
    proposed: AgreementVersion, helena: User, rafael: User
) -> None:
    """A first signature keeps nobody from declining; after declining nobody signs."""
    raised = run_together(
        lambda: sign(proposed, "marketing", helena), lambda: decline(proposed, rafael)
    )

    proposed.refresh_from_db()
    assert proposed.status == "declined"
    assert proposed.agreement.versions.open().get().number == 3
    if raised:
        assert "Version 2 is declined" in str(raised[0])
    assert proposed.signatures.count() == 1 - len(raised)


def test_the_second_signs_while_the_first_declines(
    proposed: AgreementVersion, helena: User, rafael: User
) -> None:
    """Either the text is in force or there is a new draft, and the other one is told."""
    sign(proposed, "marketing", helena)

    raised = run_together(
        lambda: sign(proposed, "sales", rafael), lambda: decline(proposed, rafael)
    )

    proposed.refresh_from_db()
    assert [type(each) for each in raised] == [UnableToSign]
    assert proposed.status in ("signed", "declined")
    assert f"Version 2 is {proposed.status}" in str(raised[0])
    assert proposed.agreement.versions.open().exists() == (proposed.status == "declined")


def test_both_propose(draft: AgreementVersion, helena: User, rafael: User) -> None:
    raised = run_together(
        lambda: propose(draft, helena, now=NOW),
        lambda: propose(draft, rafael, party="sales", now=NOW),
    )
    assert [type(each) for each in raised] == [UnableToSign]
    assert "Version 2 is proposed" in str(raised[0])
    assert draft.steps.count() == 1


def test_one_edits_while_the_other_proposes(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    """What was proposed is what was seen, or nothing was."""
    seen = draft.terms_hash
    section = next(each for each in SECTIONS if each.name == "objectives")
    nothing_seen = part_hash(part_of(draft.terms, section))
    part = {"objectives": [{"key": "speed", "statement": "Answer fast"}]}

    def edit() -> None:
        drafts.save_section(
            version=draft, section=section, part=part, seen_hash=nothing_seen, by=rafael, now=NOW
        )

    def propose_what_was_seen() -> None:
        signing.propose(version=draft, party="marketing", by=helena, now=NOW, seen_hash=seen)

    raised = run_together(edit, propose_what_was_seen)

    draft.refresh_from_db()
    assert len(raised) == 1
    assert (draft.status, draft.terms_hash == seen) in (("proposed", True), ("draft", False))
