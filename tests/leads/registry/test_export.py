"""The leads of the registry as files for spreadsheets."""

import csv
import tracemalloc
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from agreements.models import AgreementVersion, Audit, User
from leads.models import Lead
from leads.queue.handoffs import desk_of
from leads.registry.exporting import csv_pieces, exported
from leads.registry.filters import RegistryFilters
from leads.registry.leads import found_in
from leads.views.registry import writer_for
from tests.factories import make_rep, make_user
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

EXPORT = "/agreements/acme/leads/export."
HEADINGS = [
    "Number", "Name", "Company", "E-mail address", "Telephone", "Stage", "In the stage since",
    "Handoff", "Reason", "Held by", "Tier", "Points", "Origin", "Campaign",
    "Systems", "Offered", "Decided", "First heard of",
    "Not to be contacted",
]  # fmt: skip


def bytes_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def rows_of(response: Any, separator: str = ",") -> list[list[str]]:
    text = bytes_of(response).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=separator))


def test_csv(client: Client, version: AgreementVersion, rafael: User) -> None:
    ana = make_rep("Ana", version.agreement)
    offer(
        version, "Paulo", NOW, holder=ana, company="Ipê", email="p@ipe.example", campaign="Spring"
    )
    offer(version, "Rita", NOW, company="=1+1", phone="+55 11 5550-0101")

    response = client.get(f"{EXPORT}csv?holder={ana.pk}")
    assert response["Content-Disposition"].startswith('attachment; filename="acme-leads-2026-')
    head, paulo = rows_of(response)
    assert head == HEADINGS
    assert paulo[1:6] == ["Paulo", "Ipê", "p@ipe.example", "", "MQL"]
    assert paulo[6:10] == ["2026-09-08 10:00:00", "Offered", "", "Ana"]
    assert paulo[13:16] == ["Spring", "crm", "2026-09-08 10:00:00"]

    _head, rita, _paulo = rows_of(client.get(f"{EXPORT}csv"))
    assert rita[2:5] == ["'=1+1", "", "+55 11 5550-0101"]
    assert rita[-1] == ""
    Lead.objects.filter(name="Rita").update(is_contact_barred=True)
    assert rows_of(client.get(f"{EXPORT}csv"))[1][-1] == "yes"


def test_a_language_with_decimal_commas_has_semicolons(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Paulo", NOW)
    User.objects.filter(pk=rafael.pk).update(language="pt-br")
    head, paulo = rows_of(client.get(f"{EXPORT}csv"), ";")
    assert len(head) == len(paulo) == len(HEADINGS)
    assert paulo[1] == "Paulo"


def test_workbook(client: Client, version: AgreementVersion, rafael: User) -> None:
    offer(version, "Paulo", NOW, company='=HYPERLINK("https://example.com")\x07')

    response = client.get(f"{EXPORT}xlsx")

    sheet = load_workbook(BytesIO(bytes_of(response))).worksheets[0]
    head, paulo = sheet.iter_rows()
    assert [cell.value for cell in head] == HEADINGS
    assert (paulo[1].value, paulo[7].value) == ("Paulo", "Offered")
    assert (paulo[2].data_type, paulo[2].value) == ("s", '=HYPERLINK("https://example.com")')
    assert paulo[6].value == datetime.fromisoformat("2026-09-08T10:00:00")
    assert paulo[15].value == datetime.fromisoformat("2026-09-08T10:00:00")


def test_a_workbook_that_would_be_too_long_is_refused(
    client: Client, version: AgreementVersion, rafael: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.views.export.MOST_IN_WORKBOOK", 1)
    offer(version, "Paulo", NOW)
    offer(version, "Rita", NOW)
    page = client.get(f"{EXPORT}xlsx?status=offered", follow=True)
    assert "take the CSV file" in text_of(page)
    assert page.redirect_chain == [("/agreements/acme/leads/?status=offered", 302)]


def test_it_is_kept_who_took_what_along(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Paulo", NOW)
    client.get(f"{EXPORT}csv?status=offered&tier=nonsense")
    row = Audit.objects.get(action="leads.exported")
    assert (row.actor_id, row.subject_id) == (rafael.pk, str(version.agreement_id))
    assert row.data == {
        "form": "csv",
        "filters": {"status": "offered", "tier": "nonsense"},
        "leads": 0,
    }


def test_a_rep_takes_along_what_they_may_read(client: Client, version: AgreementVersion) -> None:
    ana = make_rep("Ana", version.agreement)
    client.force_login(ana)
    offer(version, "Anas", NOW, holder=ana)
    offer(version, "Brunos", NOW, holder=make_rep("Bruno", version.agreement))
    assert [row[1] for row in rows_of(client.get(f"{EXPORT}csv"))[1:]] == ["Anas"]


def test_strangers_get_nothing(client: Client, version: AgreementVersion, rafael: User) -> None:
    assert client.get(f"{EXPORT}ods").status_code == 404
    client.force_login(make_user("Stranger"))
    assert client.get(f"{EXPORT}csv").status_code == 404


def test_many_leads_are_never_all_in_memory(version: AgreementVersion, rafael: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO leads_lead (name, company, email, phone, attributes, is_email_verified,
                is_contact_barred, first_heard_at)
            SELECT 'Lead ' || n, 'Company ' || n, 'lead' || n || '@example.com', '', '{}', false,
                false, '2026-01-01Z' FROM generate_series(1, 25000) AS n;
            INSERT INTO leads_stageentry (agreement_id, lead_id, stage, occurred_at, recorded_at,
                source, external_id, content_hash, is_current, is_retracted, is_undone,
                correction_reason)
            SELECT %s, id, 'lead', '2026-01-01Z', '2026-01-01Z', 'crm', 'S' || id, '', true, false,
                false, '' FROM leads_lead
            """,
            [version.agreement_id],
        )
    desk = desk_of(rafael, "acme")
    filters = RegistryFilters()
    tracemalloc.start()
    leads = found_in(desk, filters, NOW)
    rows = exported(writer_for(desk, filters), leads)
    number = sum(piece.count("\r\n") for piece in csv_pieces(rows))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == Lead.objects.count() + 1 == 25_001
    assert peak < 6 << 20
