"""Whoever is concerned is told what is said about a text: once, gathered, and in their language."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django.fixtures import Settings

from agreements import starters
from agreements.actions import comments, drafts, signing, suggestions
from agreements.actions.messages import GATHERED
from agreements.models import AgreementVersion, Message, User
from agreements.outbox import send_messages
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user

pytestmark = pytest.mark.django_db

KIND = "text_talked_about"


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User, rafael: User) -> AgreementVersion:
    return begun(in_force, starters.load_starter("inbound-en"), helena)


def begun(in_force: AgreementVersion, terms: dict[str, Any], by: User) -> AgreementVersion:
    return drafts.start(agreement=in_force.agreement, terms=terms, by=by, now=NOW)


def told() -> list[tuple[str, list[str]]]:
    rows = Message.objects.filter(kind=KIND).select_related("recipient").order_by("pk")
    return [(row.recipient.name, [each["said"] for each in row.parameters["said"]]) for row in rows]


def say(draft: AgreementVersion, by: User, path: str = "commitments.S1", text: str = "Hm") -> None:
    comments.write(version=draft, path=path, text=text, by=by, now=NOW)


def test_it_works(draft: AgreementVersion, helena: User, rafael: User, settings: Settings) -> None:
    settings.SENDS_EMAIL, settings.PORTAL_URL = True, "https://sla.example.com"
    say(draft, rafael, text="Too fast for us")
    one = suggestions.suggest(
        version=draft,
        path="commitments.S1.within",
        after="2h",
        party="sales",
        by=rafael,
        now=NOW,
        note="Then it holds",
    )
    assert told() == [("Helena", ["comment", "suggestion"])]
    assert send_messages(now=NOW) == 0

    assert send_messages(now=NOW + GATHERED) == 1
    sent = mail.outbox[0]
    assert sent.to == [helena.email]
    assert "2 comments and suggestions about version 2 of Acme" in sent.subject
    for words in (
        "Rafael comments on S1:\n    Too fast for us",
        "Rafael suggests a change of S1:",
        "2\N{NO-BREAK SPACE}h",
        "    Then it holds",
        "https://sla.example.com/agreements/acme/draft/comments/",
    ):
        assert words in sent.body
    suggestions.refuse(suggestion=one, reason="Not in August", by=helena, now=NOW)
    assert told()[1:] == [("Rafael", ["refused"])]
    send_messages(now=NOW + GATHERED)
    assert "Helena refused the suggestion about S1:" in mail.outbox[1].body
    assert "Not in August" in mail.outbox[1].body


def test_many_remarks_make_one_message_and_later_ones_another(
    draft: AgreementVersion, rafael: User, settings: Settings
) -> None:
    settings.SENDS_EMAIL = True
    for number in range(10):
        say(draft, rafael, text=f"Remark {number}")
    send_messages(now=NOW + GATHERED)
    assert len(mail.outbox) == 1
    assert all(f"Remark {number}" in mail.outbox[0].body for number in range(10))

    later = NOW + GATHERED + timedelta(minutes=1)
    comments.write(version=draft, path="roles", text="One more", by=rafael, now=later)
    assert [said for _name, said in told()] == [["comment"] * 10, ["comment"]]


def test_a_correction_is_what_is_read(
    draft: AgreementVersion, rafael: User, settings: Settings
) -> None:
    settings.SENDS_EMAIL = True
    said = comments.write(version=draft, path="roles", text="Teh rep", by=rafael, now=NOW)
    comments.correct(comment=said, text="The rep", by=rafael, now=NOW)
    send_messages(now=NOW + GATHERED)
    assert "The rep" in mail.outbox[0].body
    assert "Teh" not in mail.outbox[0].body


def test_who_takes_part_is_told(draft: AgreementVersion, helena: User, rafael: User) -> None:
    admin = make_user("Admin", is_admin=True)
    first = comments.write(version=draft, path="roles", text="Who?", by=admin, now=NOW)
    assert sorted(name for name, _said in told()) == ["Helena", "Rafael"]
    comments.answer(comment=first, text="I do", by=helena, now=NOW)
    found = dict(told())
    assert found == {
        "Helena": ["comment"],
        "Rafael": ["comment", "answer"],
        "Admin": ["answer"],
    }


def test_who_is_not_told(draft: AgreementVersion, helena: User, rafael: User) -> None:
    """Neither the author, nor the author's side, nor who may no longer talk."""
    colleague = make_user("Colleague", team=draft.agreement.sales_team, role="lead")
    gone = make_user("Gone", team=draft.agreement.marketing_team, role="lead", is_active=False)
    first = comments.write(version=draft, path="roles", text="Who?", by=colleague, now=NOW)
    colleague.memberships.all().delete()
    comments.answer(comment=first, text="I do", by=rafael, now=NOW)
    assert gone.name not in dict(told())
    assert dict(told()) == {"Helena": ["comment", "answer"]}


def test_who_leads_both_tells_the_others(draft: AgreementVersion, helena: User) -> None:
    draft.agreement.sales_team.memberships.create(user=helena, role="lead")
    say(draft, helena)
    assert dict(told()) == {"Rafael": ["comment"]}


def test_taken_and_taken_back(draft: AgreementVersion, helena: User, rafael: User) -> None:
    one, two = (
        suggestions.suggest(
            version=draft,
            path="commitments.S1.within",
            after=after,
            party="sales",
            by=rafael,
            now=NOW,
        )
        for after in ("2h", "3h")
    )
    suggestions.take_back(suggestion=two, by=rafael, now=NOW)
    suggestions.take(suggestion=one, by=helena, now=NOW)
    assert dict(told()) == {
        "Helena": ["suggestion", "suggestion", "withdrawn"],
        "Rafael": ["taken"],
    }


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_in_the_language_of_the_reader(
    draft: AgreementVersion, helena: User, rafael: User, settings: Settings, language: str
) -> None:
    settings.SENDS_EMAIL = True
    User.objects.filter(pk=helena.pk).update(language=language)
    say(draft, rafael, "handoff.scoring.2", "Why & how?")
    send_messages(now=NOW + GATHERED)
    sent = mail.outbox[0]
    assert "\n" not in sent.subject
    assert "Why & how?" in sent.body
    assert "{{" not in sent.body
    assert ("comments on" in sent.body) == (language == "en")


def test_what_moved_to_the_next_draft_is_told_too(
    in_force: AgreementVersion, helena: User, rafael: User, settings: Settings
) -> None:
    settings.SENDS_EMAIL = True
    draft = begun(in_force, example_terms(), helena)
    say(draft, rafael, text="Still open")
    signing.propose(version=draft, party="marketing", by=helena, now=NOW)
    signing.decline(version=draft, party="sales", reason="Later", by=rafael, now=NOW)
    send_messages(now=NOW + GATHERED)
    assert any("Still open" in sent.body for sent in mail.outbox)
