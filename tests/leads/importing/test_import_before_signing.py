"""Where nothing is signed yet no lead can come in: that is said, and the import waits for it."""

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.importing import file_work
from leads.models import FileImport, Lead
from tests.leads.importing.file_imports import NOW, bring
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

TITLE = "Leads need a signed text first"
CONTENT = b"id,name,deal status,close date\n1,Ana,won,2026-09-01\n"


@pytest.fixture
def unsigned(agreement: Agreement, marta: User) -> Agreement:
    """An agreement of the same teams that has no text yet."""
    return Agreement.objects.create(
        slug="fresh",
        name="Fresh",
        marketing_team=agreement.marketing_team,
        sales_team=agreement.sales_team,
        time_zone=agreement.time_zone,
        currency=agreement.currency,
    )


def test_it_works(client: Client, unsigned: Agreement, marta: User) -> None:
    brought = bring(unsigned, marta, CONTENT)
    page = f"/agreements/{unsigned.slug}/imports/{brought.pk}/"
    shown = client.get(page)
    assert TITLE in text_of(shown)
    assert f'href="/agreements/{unsigned.slug}/draft/"' in shown.content.decode()
    assert "Dry run</button>" not in shown.content.decode()

    form = form_values(shown.content.decode(), "import-columns")
    refused = client.post(f"{page}columns/", form | {"go": "check"})
    assert refused.status_code == 422
    assert TITLE in text_of(refused)
    file_work.work_on_what_was_left(now=NOW)
    assert FileImport.objects.get().state == FileImport.State.DRAFT
    assert not Lead.objects.exists()


def test_the_lists_say_it_as_well(client: Client, unsigned: Agreement, marta: User) -> None:
    for path in ("imports/", "leads/"):
        shown = client.get(f"/agreements/{unsigned.slug}/{path}")
        assert TITLE in text_of(shown)
        assert f'href="/agreements/{unsigned.slug}/draft/"' in shown.content.decode()


def test_once_a_text_is_signed_nothing_is_said(
    client: Client, agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, CONTENT)
    for path in ("imports/", f"imports/{brought.pk}/", "leads/"):
        shown = client.get(f"/agreements/acme/{path}")
        assert TITLE not in text_of(shown)
    assert (
        "Dry run</button>" in client.get(f"/agreements/acme/imports/{brought.pk}/").content.decode()
    )


def test_once_a_text_is_signed_stages_are_guessed_anew(
    client: Client, agreement: Agreement, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where somebody saved the columns before.

    The module that others take the stages from is patched last: some are imported only then.
    """
    content = (
        b"Record ID,Email,Lifecycle Stage,Create Date,MQL Date\n"
        b"1,a@example.com,Lead,2026-09-01 09:00,\n"
        b"2,b@example.com,MQL,2026-09-01 09:00,2026-09-02 09:00\n"
    )
    with monkeypatch.context() as before:
        for module in (
            "leads.views.imports",
            "leads.importing.draft_page",
            "leads.importing.drafts",
        ):
            before.setattr(f"{module}.stages_of", lambda _agreement: [])
        brought = bring(agreement, marta, content)
        page = f"/agreements/acme/imports/{brought.pk}/"
        form = form_values(client.get(page).content.decode(), "import-columns")
        assert form["role-4"] == ["own"]
        client.post(f"{page}columns/", form | {"go": "save", "role-1": ""})

    form = form_values(client.get(page).content.decode(), "import-columns")
    assert form["role-4"] == ["stage:mql"]
    assert (form["value-2-0"], form["value-2-1"]) == (["lead"], ["mql"])
    assert form["role-1"] == [""]
    client.post(f"{page}columns/", form | {"go": "save", "role-4": "own"})
    form = form_values(client.get(page).content.decode(), "import-columns")
    assert form["role-4"] == ["own"]
