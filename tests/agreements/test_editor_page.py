"""The editor keeps whatever is typed, says what is wrong with it, and asks before it overwrites."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.actions import drafts
from agreements.editor.objectives import FORM as OBJECTIVES_FORM
from agreements.models import AgreementVersion, User
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user

pytestmark = pytest.mark.django_db

OBJECTIVES: list[dict[str, Any]] = [
    {"key": "revenue", "statement": "Win customers", "measure": "revenue", "target": 500000},
    {"key": "answer", "statement": "Answer everyone"},
]


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return drafts.start(
        agreement=in_force.agreement,
        terms=example_terms(objectives=OBJECTIVES, assumptions=["The budget stays."]),
        by=helena,
        now=NOW,
        copied_from=in_force,
    )


@pytest.fixture
def as_helena(client: Client, helena: User) -> Client:
    client.force_login(helena)
    return client


ADDRESS = "/agreements/acme/draft/objectives/"


def form_of(client: Client, address: str = ADDRESS) -> dict[str, Any]:
    """What the page's form would send if nobody typed anything."""
    context = client.get(address).context
    sent: dict[str, Any] = {"seen": context["seen"]}
    for each in context["fields"]:
        if hasattr(each, "entries"):
            sent[f"{each.name}.sent"] = "1"
            for entry in each.entries:
                sent[entry.name] = entry.number
                sent |= {field.name: field.value for field in entry.fields}
        else:
            sent[each.name] = each.value
    return sent


def terms(version: AgreementVersion) -> dict[str, Any]:
    version.refresh_from_db()
    document: dict[str, Any] = version.terms
    return document


def test_it_works(as_helena: Client, draft: AgreementVersion) -> None:
    page = as_helena.get(ADDRESS)
    assert page.status_code == 200
    assert "Win customers" in page.content.decode()

    sent = form_of(as_helena) | {
        "objectives.1.target": "600,000.50",
        "assumptions": "The budget stays.\nNo strike.",
    }
    response = as_helena.post(ADDRESS, sent)

    assert response.status_code == 302
    document = terms(draft)
    assert document["objectives"][0] == OBJECTIVES[0] | {"target": "600000.5"}
    assert document["assumptions"] == ["The budget stays.", "No strike."]
    assert draft.edits.get().edited_by.name == "Helena"


def test_nothing_typed_changes_nothing(as_helena: Client, draft: AgreementVersion) -> None:
    before = draft.terms_hash
    as_helena.post(ADDRESS, form_of(as_helena))
    draft.refresh_from_db()
    assert draft.terms_hash == before
    assert not draft.edits.exists()


def test_what_is_wrong_is_kept_and_told(as_helena: Client, draft: AgreementVersion) -> None:
    as_helena.post(ADDRESS, form_of(as_helena) | {"objectives.1.target": "lots"})

    page = as_helena.get(ADDRESS)
    text = page.content.decode()
    assert terms(draft)["objectives"][0]["target"] == "lots"
    assert 'value="lots"' in text
    assert 'aria-invalid="true"' in text
    assert [entry.problems for entry in page.context["nav"] if entry.is_current] == [1]
    assert page.context["fields"][0].entries[0].fields[2].errors


def test_rows_are_added_moved_and_removed(as_helena: Client, draft: AgreementVersion) -> None:
    as_helena.post(ADDRESS, form_of(as_helena) | {"do": "add objectives"})
    assert [each["key"] for each in terms(draft)["objectives"]] == [
        "revenue", "answer", "objective",
    ]  # fmt: skip
    as_helena.post(ADDRESS, form_of(as_helena) | {"do": "up objectives.2"})
    as_helena.post(ADDRESS, form_of(as_helena) | {"do": "remove objectives.3"})
    assert [each["key"] for each in terms(draft)["objectives"]] == ["answer", "revenue"]


def test_it_saves_itself(as_helena: Client, draft: AgreementVersion) -> None:
    sent = form_of(as_helena) | {"objectives.2.statement": "Answer fast", "quiet": "1"}
    response = as_helena.post(ADDRESS, sent, headers={"HX-Request": "true"})

    text = response.content.decode()
    assert terms(draft)["objectives"][1]["statement"] == "Answer fast"
    assert "<textarea" not in text
    assert 'id="seen"' in text
    assert "hx-swap-oob" in text


def test_two_people_at_once(as_helena: Client, draft: AgreementVersion, rafael: User) -> None:
    his = Client()
    his.force_login(rafael)
    from_her, from_him = form_of(as_helena), form_of(his)
    as_helena.post(ADDRESS, from_her | {"objectives.1.statement": "Win 20 customers"})

    merged = his.post(ADDRESS, from_him | {"objectives.2.statement": "Answer in an hour"})
    assert merged.status_code == 302
    statements = [each["statement"] for each in terms(draft)["objectives"]]
    assert statements == ["Win 20 customers", "Answer in an hour"]

    asked = his.post(ADDRESS, from_him | {"objectives.1.statement": "Win 30 customers"})
    text = asked.content.decode()
    assert asked.status_code == 409
    assert "Helena" in text or "Rafael" in text
    assert "Win 30 customers" in text
    assert "objectives.revenue.statement</legend>" not in text
    assert asked.context["rows"][0].name == "“Win 20 customers”: Objective"
    assert "Win 20 customers" in text
    assert terms(draft)["objectives"][0]["statement"] == "Win 20 customers"

    place = "objectives.revenue.statement"
    chosen = {
        "seen": from_him["seen"],
        "part": asked.context["part"],
        "asked": asked.context["asked"],
        "place": [row.path for row in asked.context["rows"]],
        f"hold.{place}": "mine",
    }
    for row in asked.context["rows"]:
        chosen.setdefault(f"hold.{row.path}", "theirs")
    assert his.post(f"{ADDRESS}merge/", chosen).status_code == 302
    statements = [each["statement"] for each in terms(draft)["objectives"]]
    assert statements == ["Win 30 customers", "Answer in an hour"]


def test_a_session_that_ended_loses_nothing(
    as_helena: Client, draft: AgreementVersion, helena: User
) -> None:
    sent = form_of(as_helena) | {"objectives.2.statement": "Typed too late"}
    as_helena.logout()

    response = as_helena.post(ADDRESS, sent)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    signed_in = as_helena.post(
        response["Location"], {"login": helena.email, "password": "a long secret"}
    )
    assert signed_in["Location"] == ADDRESS

    page = as_helena.get(ADDRESS)
    assert "Typed too late" in page.content.decode()
    assert terms(draft)["objectives"][1]["statement"] == "Answer everyone"
    assert "Typed too late" not in as_helena.get(ADDRESS).content.decode()


def test_who_may_edit(client: Client, draft: AgreementVersion, in_force: AgreementVersion) -> None:
    agreement = in_force.agreement
    for role, status in (
        (make_user("Admin", is_admin=True), 200),
        (make_user("Lead", team=agreement.sales_team, role="lead"), 200),
        (make_user("Director", is_director=True), 403),
        (make_user("Rep", team=agreement.sales_team), 403),
        (make_user("Stranger"), 404),
    ):
        client.force_login(role)
        assert client.get(ADDRESS).status_code == status, role.name
    assert draft.status == "draft"


def test_a_text_that_is_no_draft_any_more(as_helena: Client, draft: AgreementVersion) -> None:
    sent = form_of(as_helena)
    AgreementVersion.objects.filter(pk=draft.pk).update(status="proposed")
    assert as_helena.post(ADDRESS, sent).status_code == 302
    assert as_helena.get("/agreements/acme/draft/")["Location"].endswith("/document/2/")
    assert as_helena.get("/agreements/acme/draft/nonsense/").status_code == 404


def test_the_text_beside(as_helena: Client, draft: AgreementVersion) -> None:
    address = "/agreements/acme/draft/preview/"
    text = as_helena.get(address).content.decode()
    assert "<mark>Win customers</mark>" in text

    broken = example_terms(objectives=[{"key": "one", "statement": "Still here", "target": "x"}])
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=broken)
    assert "Still here" in as_helena.get(address).content.decode()


def test_a_merge_needs_its_parts(as_helena: Client, draft: AgreementVersion) -> None:
    assert draft.number == 2
    for part in ("", "[]", "3", '{"funnel": {}}'):
        response = as_helena.post(f"{ADDRESS}merge/", {"part": part, "seen": "0"})
        assert response.status_code == 400, part


def test_what_was_typed_before_signing_in_again_overwrites_nobody(
    client: Client, draft: AgreementVersion, helena: User
) -> None:
    client.force_login(helena)
    typed = form_of(client) | {"objectives.1.statement": "Win more customers"}
    client.logout()
    client.post(ADDRESS, typed)
    part = {"objectives": [OBJECTIVES[0] | {"statement": "Win large customers"}, OBJECTIVES[1]]}
    drafts.save_section(
        version=draft,
        section=OBJECTIVES_FORM.section,
        part=part | {"assumptions": ["The budget stays."]},
        seen_hash=typed["seen"],
        by=make_user("Rafael", team=draft.agreement.sales_team, role="lead"),
        now=NOW,
    )

    client.force_login(helena)
    shown = client.get(ADDRESS)
    assert b"Win more customers" in shown.content
    assert shown.context["seen"] == typed["seen"]
    sent = typed | {"seen": shown.context["seen"]}
    assert client.post(ADDRESS, sent).status_code == 409
    assert terms(draft)["objectives"][0]["statement"] == "Win large customers"
