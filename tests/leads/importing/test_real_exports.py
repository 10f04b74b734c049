"""Export files that were published, and what programs send instead: each is read, or refused."""

import csv
import json
from pathlib import Path

import pytest

from agreements.models import Agreement, User
from leads.models import FileImport, Lead, StageEntry
from tests.leads import real_data
from tests.leads.importing.file_imports import bring, draft_of, take_in_whole

pytestmark = [pytest.mark.django_db, pytest.mark.data]

State = FileImport.State
ROW = {
    "hubspot_contacts_export_header.csv": {
        "Record ID": "7", "First Name": "Ana", "Last Name": "Souza", "Email": "ana@example.com",
        "Phone Number": "+55 11 5555-0101", "Contact owner": "Bruno", "Lead Status": "New",
        "Create Date": "2026-08-31 09:00", "Associated Company": "Acme",
        "Last Activity Date": "2026-09-01 09:00",
    },
    "salesforce_lead_weekly_export_header.csv": {
        "Id": "00Q000000000001AAA", "IsDeleted": "0", "FirstName": "Ana", "LastName": "Souza",
        "Email": "ana@example.com", "Phone": "+55 11 5555-0101", "Company": "Acme",
        "Title": "Buyer", "LeadSource": "Web", "Status": "Open", "Industry": "Retail",
        "Country": "BR", "NumberOfEmployees": "120", "OwnerId": "005000000000001AAA",
        "CreatedDate": "2026-08-31 09:00:00", "LastModifiedDate": "2026-09-01 09:00:00",
        "SystemModstamp": "2026-09-01 09:00:00", "IsConverted": "0",
    },
}  # fmt: skip
ROLES = {
    "hubspot_contacts_export_header.csv": (
        "hubspot-contacts", "Record ID",
        {"First Name": "first_name", "Last Name": "last_name", "Email": "email",
         "Phone Number": "phone", "Contact owner": "own", "Create Date": "known_at",
         "Associated Company": "company", "Lead Status": "own", "Last Activity Date": ""},
    ),
    "salesforce_lead_weekly_export_header.csv": (
        "salesforce-leads", "Id",
        {"FirstName": "first_name", "LastName": "last_name", "Email": "email", "Phone": "phone",
         "Company": "company", "Title": "job_title", "LeadSource": "origin", "Country": "country",
         "Industry": "industry", "NumberOfEmployees": "employees", "OwnerId": "own",
         "CreatedDate": "known_at", "LastModifiedDate": "changed_at", "Status": "own",
         "SystemModstamp": "", "StateCode": "", "Id": ""},
    ),
}  # fmt: skip


def folder() -> Path:
    return real_data.folder() / "crm_formats"


def header_of(name: str) -> list[str]:
    text = (folder() / name).read_text(encoding="utf-8-sig")
    return next(csv.reader(text.splitlines()))


def table(header: list[str], row: dict[str, str]) -> bytes:
    lines = [header, [row.get(column, "") for column in header]]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()


@pytest.mark.parametrize("name", sorted(ROW))
def test_an_export_is_read_as_what_it_is(agreement: Agreement, marta: User, name: str) -> None:
    preset, lead, roles = ROLES[name]
    header = header_of(name)
    content = table(header, ROW[name])

    draft = draft_of(bring(agreement, marta, content, name=name))
    done = take_in_whole(agreement, marta, content, name=name)

    assert (draft.preset, header[draft.lead]) == (preset, lead)
    found = dict(zip(header, draft.roles, strict=True))
    assert {column: found[column] for column in roles} == roles
    assert done.delivery.summary is not None
    assert (done.delivery.summary["taken"], done.delivery.summary["rejected"]) == (1, 0)
    kept = Lead.objects.get()
    assert (kept.name, kept.email, kept.company) == ("Ana Souza", "ana@example.com", "Acme")


def test_hubspots_dates_of_stages_are_stages(agreement: Agreement, marta: User) -> None:
    labels = [
        each["label"]
        for each in json.loads((folder() / "hubspot_lifecycle_properties.json").read_text())
    ]
    header = [*header_of("hubspot_contacts_export_header.csv"), *labels]
    header = [*dict.fromkeys(header)]
    row = ROW["hubspot_contacts_export_header.csv"] | {
        "Became a Lead Date": "2026-08-31 10:00",
        "Became a Marketing Qualified Lead Date": "2026-09-01 10:00",
    }
    done = take_in_whole(agreement, marta, table(header, row), name="contacts.csv")
    roles = dict(zip(header, draft_of(done).roles, strict=True))
    assert roles["Became a Marketing Qualified Lead Date"] == "stage:mql"
    assert roles["Close Date"] == ""
    reached = set(StageEntry.objects.values_list("stage", flat=True))
    assert "mql" in reached


def test_a_file_made_for_hubspot_is_read_by_addresses(agreement: Agreement, marta: User) -> None:
    content = (folder() / "hubspot_import_sample.csv").read_bytes()
    done = take_in_whole(agreement, marta, content, name="hubspot_import_sample.csv")
    assert done.delivery.summary is not None
    assert (done.delivery.summary["rows"], done.delivery.summary["taken"]) == (2, 2)
    assert set(Lead.objects.values_list("name", "company", "email")) == {
        ("Jane Doe", "Acme Inc", "jane@acme.com"), ("Bob Smith", "Startup.io", "bob@startup.io"),
    }  # fmt: skip


def test_what_programs_send_is_refused_as_a_file(agreement: Agreement, marta: User) -> None:
    sent = [path for path in folder().iterdir() if path.suffix in {".json", ".xml", ".txt"}]
    assert len(sent) > 10
    for path in sent:
        brought = bring(agreement, marta, path.read_bytes(), name=path.name)
        assert brought.state == State.REFUSED, path.name
        assert "JSON or XML, which programs send each other" in brought.error
