"""Words and empty cells of a column of stages: each can be given a meaning, or is named."""

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.guessing.drafts import NOTHING
from leads.importing import file_work
from leads.models import LeadStage
from leads.rebuild import rebuild
from tests.leads.importing.file_imports import NOW, bring, draft_of
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

ROWS = "id;name;Etapa\n1;Ana;MQL\n2;Rui;\n3;Eva;Qualificado por marketing\n4;Lia;MQL\n"
EMPTY, WORD = "value-2-2", "value-2-1"


def checked(client: Client, page: str, **meanings: str) -> str:
    form = form_values(client.get(page).content.decode(), "import-columns")
    client.post(f"{page}columns/", form | {"go": "check"} | meanings)
    file_work.work_on_what_was_left(now=NOW)
    return text_of(client.get(page))


def take_in(client: Client, page: str) -> str:
    client.post(f"{page}take-in/")
    file_work.work_on_what_was_left(now=NOW)
    return text_of(client.get(page))


@pytest.fixture
def page(agreement: Agreement, marta: User) -> str:
    return f"/agreements/acme/imports/{bring(agreement, marta, ROWS.encode()).pk}/"


def stages() -> dict[str, str]:
    return dict(LeadStage.objects.values_list("lead__name", "stage"))


def test_it_works(client: Client, page: str) -> None:
    shown = client.get(page).content.decode()
    assert f'<label for="{EMPTY}">(empty)</label>' in shown
    told = checked(client, page, **{EMPTY: "lead", WORD: "mql"})
    assert "tell nothing:" not in told
    assert "in no list" not in told
    take_in(client, page)
    assert stages() == {"Ana": "mql", "Rui": "lead", "Eva": "mql", "Lia": "mql"}
    assert rebuild(now=NOW) == 0


def test_only_the_empty_cells_can_mean_a_stage(client: Client, page: str) -> None:
    checked(client, page, reached=NOTHING, **{EMPTY: "lead", "value-2-0": "-"})
    take_in(client, page)
    assert stages() == {"Rui": "lead"}


def test_what_was_given_no_meaning_is_named(client: Client, page: str) -> None:
    told = checked(client, page, reached=NOTHING)
    words = "“Qualificado por marketing” in line 4, (empty) in line 3"
    assert f"Of “Etapa” these words tell nothing: {words}." in told
    assert "2 leads would be in no list of the agreement. They are in lines 3 and 4." in told


def test_the_warning_stays_once_they_are_in(client: Client, page: str) -> None:
    checked(client, page, reached=NOTHING)
    told = take_in(client, page)
    assert "2 leads of this file were in no list of the agreement when it came in." in told
    client.post(f"{page}undo/")
    file_work.work_on_what_was_left(now=NOW)
    assert "in no list of the agreement when it came in" not in text_of(client.get(page))


def test_where_no_cell_is_empty_none_is_offered(
    client: Client, agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, b"id;name;Etapa\n1;Ana;MQL\n2;;MQL\n")
    shown = client.get(f"/agreements/acme/imports/{brought.pk}/").content.decode()
    assert "(empty)" not in shown


def test_of_a_long_file_an_empty_cell_can_be_given_a_meaning_and_is_not_warned_of_unseen(
    client: Client, agreement: Agreement, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.guessing.looking._CLOSELY", 1)
    brought = bring(agreement, marta, b"id;name;Etapa\n1;Ana;MQL\n2;Rui;MQL\n")
    page = f"/agreements/acme/imports/{brought.pk}/"
    assert "(empty)" in client.get(page).content.decode()
    told = checked(client, page, **{EMPTY: NOTHING, "value-2-0": "mql"})
    assert "Import 2 rows" in told
    assert "tell nothing" not in told


def test_an_empty_cell_of_a_column_that_is_no_stage_any_more_means_nothing(
    client: Client, agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, b"id;Etapa;Activity date\n1;MQL;2026-09-01\n2;;2026-09-02\n")
    page = f"/agreements/acme/imports/{brought.pk}/"
    assert draft_of(brought).roles[1:] == ["stage_name", "follow_up_at"]
    told = checked(client, page, **{"role-1": "channel", "value-1-1": "lead", "value-1-0": "-"})
    assert "Follow-ups" in told
    assert "Import 2 rows" in told
