"""As of when a stage counts that a file names, dates, or leaves open in some of its rows."""

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.guessing.drafts import NOTHING
from leads.models import StageEntry
from tests.leads.importing.file_imports import take_in_whole
from tests.leads.importing.test_import_stages import QUESTION, UNLISTED, Send, send, try_out
from tests.leads.importing.test_real_exports import header_of
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

__all__ = ["send"]
HUBSPOT = (
    b"Record ID,Lifecycle Stage,Create Date,Became a Marketing Qualified Lead Date\n"
    b"1,Marketing Qualified Lead,2026-09-01 09:00,2026-09-04 10:00\n"
    b"2,Marketing Qualified Lead,2026-09-02 09:00,\n"
    b"3,Sales Qualified Lead,2026-09-03 09:00,2026-09-04 11:00\n"
)


def entries() -> list[tuple[str, str, str]]:
    """Return each stage that was told: of whom, which, and on what day."""
    found = StageEntry.objects.holding().order_by("external_id")
    return [
        (one.external_id.partition("/")[0], one.stage, f"{one.occurred_at:%Y-%m-%d}")
        for one in found
    ]


def test_a_name_tells_no_stage_that_a_column_dates(agreement: Agreement, marta: User) -> None:
    take_in_whole(agreement, marta, HUBSPOT)
    assert sorted(entries()) == [
        ("1", "mql", "2026-09-04"),
        ("2", "mql", "2026-09-02"),
        ("3", "mql", "2026-09-04"),
        ("3", "sql", "2026-09-03"),
    ]


def test_the_date_that_comes_later_dates_the_same_entry(agreement: Agreement, marta: User) -> None:
    take_in_whole(agreement, marta, HUBSPOT)
    take_in_whole(agreement, marta, HUBSPOT.replace(b"02 09:00,", b"02 09:00,2026-09-05 10:00"))
    assert [one for one in entries() if one[0] == "2"] == [("2", "mql", "2026-09-05")]


def test_it_is_said_as_of_when_a_stage_counts(client: Client, send: Send) -> None:
    page = send(HUBSPOT)
    for shown in (text_of(client.get(page)), try_out(client, page)):
        assert "“MQL” counts as of “Became a Marketing Qualified Lead Date”" in shown
        assert "A guess: no column says when these stages were reached: “SQL”." in shown


def test_where_dates_are_in_some_rows_the_stage_of_the_others_is_asked(
    client: Client, send: Send
) -> None:
    """As in Salesforce, which dates only the leads that were converted."""
    header = header_of("salesforce_lead_weekly_export_header.csv")
    rows = [
        {"Id": "1", "CreatedDate": "2026-09-01 09:00:00", "ConvertedDate": "2026-09-03"},
        {"Id": "2", "CreatedDate": "2026-09-02 09:00:00"},
    ]
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    page = send("\n".join(map(",".join, lines)).encode())
    shown = client.get(page)
    assert QUESTION in text_of(shown)
    assert form_values(shown.content.decode(), "import-columns")["reached"] == ["lead"]
    assert "are told to have reached “Lead”" in try_out(client, page)
    assert UNLISTED in try_out(client, page, reached=NOTHING)
