"""Two people write one text: nobody overwrites what they did not see, and edits are put back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agreements.actions import drafts, signing
from agreements.models import AgreementVersion, SectionEdit, User
from tests.agreements.pages import signed_in, text_at, text_of
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

SECTION = "/agreements/acme/draft/commitments/"
HISTORY = "/agreements/acme/history/"
PUT_BACK = f"{SECTION}put-back/"


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return drafts.start(
        agreement=in_force.agreement,
        terms=example_terms(),
        by=helena,
        now=NOW,
        copied_from=in_force,
    )


@pytest.fixture
def hers(helena: User) -> Client:
    return signed_in(helena)


@pytest.fixture
def his(rafael: User) -> Client:
    return signed_in(rafael)


def place(key: str) -> str:
    keys = [entry["key"] for entry in example_terms()["commitments"]]
    return f"commitments.{keys.index(key) + 1}"


def form(client: Client) -> dict[str, Any]:
    return dict(form_values(client.get(SECTION).content.decode(), "section"))


def type_in(client: Client, key: str, field: str, value: str, **more: str) -> Any:
    return client.post(SECTION, form(client) | {f"{place(key)}.{field}": value} | more)


def said(version: AgreementVersion, key: str, field: str) -> Any:
    version.refresh_from_db()
    return next(each for each in version.terms["commitments"] if each["key"] == key).get(field)


def question(response: Any, answer: str) -> dict[str, Any]:
    """What the form of a question sends when everything is answered alike."""
    context = response.context
    settled = context["conflict"].settled
    rows = [row.path for row in context["rows"]]
    return {
        "seen": context["seen"],
        "asked": context["asked"],
        "part": context["part"],
        "place": [*settled, *rows],
        **{f"hold.{path}": hold for path, hold in settled.items()},
        **{f"hold.{path}": answer for path in rows},
        **({"puts_back": context["undoes"].pk} if context["undoes"] else {}),
    }


def test_it_works(draft: AgreementVersion, hers: Client, his: Client) -> None:
    type_in(hers, "S1", "within.amount", "2")
    type_in(his, "S2", "weight", "7")
    edit = draft.edits.get(edited_by__name="Helena")
    assert text_at(his, HISTORY).count("Put back what stood before") == 2

    done = his.post(PUT_BACK, {"first": edit.pk, "last": edit.pk}, follow=True)

    text = text_of(done)
    assert "What stood before is back, as a new change; what was changed since stays." in text
    assert "<strong>Rafael</strong> put back in version 2 what “Commitments” said before." in text
    assert (said(draft, "S1", "within"), said(draft, "S2", "weight")) == ("4h", 7)
    assert draft.edits.count() == 3

    back = SectionEdit.objects.get(puts_back=edit)
    his.post(PUT_BACK, {"first": back.pk, "last": back.pk})
    assert said(draft, "S1", "within") == "2h"


def test_what_was_changed_since_is_asked_about(
    draft: AgreementVersion, hers: Client, his: Client
) -> None:
    type_in(hers, "S1", "within.amount", "2")
    edit = draft.edits.get()
    type_in(his, "S1", "within.amount", "3")

    asked = hers.post(PUT_BACK, {"first": edit.pk, "last": edit.pk})
    assert asked.status_code == 409
    assert "changed again since the edit that you put back" in text_of(asked)
    row = asked.context["rows"][0]
    assert (row.path, row.mine, row.theirs) == ("commitments.S1.within", "4h", "3h")
    assert said(draft, "S1", "within") == "3h"

    assert hers.post(f"{SECTION}merge/", question(asked, "mine")).status_code == 302
    assert said(draft, "S1", "within") == "4h"
    assert draft.edits.order_by("pk").last().puts_back == edit  # type: ignore[union-attr]


def test_an_answer_is_asked_for_again_where_the_other_went_on(
    draft: AgreementVersion, hers: Client, his: Client
) -> None:
    opened = form(his)
    type_in(hers, "S1", "within.amount", "2")
    type_in(hers, "S2", "weight", "7")
    typed = {f"{place('S1')}.within.amount": "3", f"{place('S2')}.weight": "9"}
    asked = his.post(SECTION, opened | typed)
    assert len(asked.context["rows"]) == 2

    type_in(hers, "S1", "within.amount", "1")
    again = his.post(f"{SECTION}merge/", question(asked, "mine"))
    assert again.status_code == 409
    assert "this has changed once more" in text_of(again)
    assert [row.path for row in again.context["rows"]] == ["commitments.S1.within"]
    assert again.context["rows"][0].theirs == "1h"
    assert again.context["conflict"].settled == {"commitments.S2.weight": "mine"}
    assert (said(draft, "S1", "within"), said(draft, "S2", "weight")) == ("1h", 7)

    assert his.post(f"{SECTION}merge/", question(again, "theirs")).status_code == 302
    assert (said(draft, "S1", "within"), said(draft, "S2", "weight")) == ("1h", 9)


def test_an_answer_that_is_left_out_is_asked_for(
    draft: AgreementVersion, hers: Client, his: Client
) -> None:
    opened = form(his)
    type_in(hers, "S1", "within.amount", "2")
    asked = his.post(SECTION, opened | {f"{place('S1')}.within.amount": "3"})
    for answer in ("", "nobody's"):
        again = his.post(f"{SECTION}merge/", question(asked, answer))
        assert again.status_code == 409
    assert said(draft, "S1", "within") == "2h"


def test_the_last_change_is_undone_in_the_editor(draft: AgreementVersion, hers: Client) -> None:
    first = said(draft, "S2", "weight")
    assert "Undo" not in text_at(hers, SECTION)
    type_in(hers, "S1", "within.amount", "2")
    type_in(hers, "S2", "weight", "7")

    undo = hers.get(SECTION).context["undo"]
    hers.post(SECTION, form(hers) | {"do": f"undo {undo.pk}"})
    assert (said(draft, "S1", "within"), said(draft, "S2", "weight")) == ("2h", first)

    before = hers.get(SECTION).context["undo"]
    assert before.pk < undo.pk
    typed = {f"{place('S2')}.weight": "9", "do": f"undo {before.pk}"}
    hers.post(SECTION, form(hers) | typed)
    assert (said(draft, "S1", "within"), said(draft, "S2", "weight")) == ("4h", 9)


def test_an_undo_that_conflicts_keeps_what_was_typed(draft: AgreementVersion, hers: Client) -> None:
    type_in(hers, "S1", "within.amount", "2")
    undo = hers.get(SECTION).context["undo"]
    asked = type_in(hers, "S1", "within.amount", "3", do=f"undo {undo.pk}")
    assert asked.status_code == 409
    assert said(draft, "S1", "within") == "3h"


def test_nothing_of_others_or_of_long_ago_is_undone_in_passing(
    draft: AgreementVersion, hers: Client, his: Client
) -> None:
    type_in(hers, "S1", "within.amount", "2")
    assert his.get(SECTION).context["undo"] is None
    draft.edits.update(edited_at=timezone.now() - timedelta(minutes=11))
    assert hers.get(SECTION).context["undo"] is None
    assert "Put back what stood before" in text_at(his, HISTORY)


def test_what_stands_like_that_already(draft: AgreementVersion, hers: Client) -> None:
    type_in(hers, "S1", "within.amount", "2")
    edit = draft.edits.get()
    type_in(hers, "S1", "within.amount", "4")
    assert "Put back what stood before" not in text_at(hers, HISTORY)
    done = hers.post(PUT_BACK, {"first": edit.pk, "last": edit.pk}, follow=True)
    assert "it stands like that already" in text_of(done)
    assert draft.edits.count() == 2


def test_an_edit_of_a_declined_text(
    draft: AgreementVersion, hers: Client, helena: User, rafael: User
) -> None:
    type_in(hers, "S1", "within.amount", "2")
    edit = draft.edits.get()
    signing.propose(version=draft, party="marketing", by=helena, now=NOW)
    assert "Put back what stood before" not in text_at(hers, HISTORY)
    assert hers.post(PUT_BACK, {"first": edit.pk, "last": edit.pk}).status_code == 302
    copy = signing.decline(version=draft, party="sales", reason="Too fast", by=rafael, now=NOW)

    assert "Put back what stood before" in text_at(hers, HISTORY)
    hers.post(PUT_BACK, {"first": edit.pk, "last": edit.pk})
    assert (said(copy, "S1", "within"), said(draft, "S1", "within")) == ("4h", "2h")


def test_who_may_put_back(draft: AgreementVersion, hers: Client) -> None:
    type_in(hers, "S1", "within.amount", "2")
    edit = draft.edits.get()
    sent = {"first": edit.pk, "last": edit.pk}
    agreement = draft.agreement
    for person, status in (
        (make_user("Director", is_director=True), 403),
        (make_user("Rep", team=agreement.sales_team), 403),
        (make_user("Stranger"), 404),
    ):
        client = signed_in(person)
        assert client.post(PUT_BACK, sent).status_code == status, person.name
        assert client.get(PUT_BACK).status_code == 405
        if status == 403:
            assert "Put back what stood before" not in text_at(client, HISTORY)
    assert said(draft, "S1", "within") == "2h"
    for wrong in ({}, {"first": "x", "last": "y"}, {"first": "0", "last": str(edit.pk)}):
        assert hers.post(PUT_BACK, wrong).status_code == 404
    elsewhere = "/agreements/acme/draft/roles/put-back/"
    assert hers.post(elsewhere, sent).status_code == 404
