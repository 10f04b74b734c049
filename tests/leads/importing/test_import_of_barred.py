"""Files that say who is not to be contacted and which rows are deleted; what a dry run says."""

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.models import Lead
from leads.rebuild import rebuild
from tests.leads.importing.file_imports import NOW, bring, draft_of, take_in, try_out
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

HEADER = (
    "Id,IsDeleted,LastName,Email,LeadSource,OwnerId,HasOptedOutOfEmail,DoNotCall,CreatedDate,"
    "SystemModstamp"
)
ROWS = [
    "1,0,Souza,a@example.com,Web,u1,0,0,2026-09-01 10:00:00,2026-09-01 10:00:00",
    "2,0,Lima,b@example.com,Web,u1,1,0,2026-09-01 10:00:00,2026-09-01 10:00:00",
    "3,1,Prado,c@example.com,Web,u1,0,0,2026-09-01 10:00:00,2026-09-01 10:00:00",
    "4,0,Reis,d@example.com,Web,u1,0,1,2026-09-01 10:00:00,2026-09-01 10:00:00",
]
FILE = "\n".join([HEADER, *ROWS]).encode()


def test_it_works(client: Client, version: AgreementVersion, marta: User) -> None:
    brought = bring(version.agreement, marta, FILE)
    assert draft_of(brought).preset == "salesforce-leads"
    checked = try_out(brought)
    client.force_login(marta)
    told = text_of(client.get(f"/agreements/acme/imports/{checked.pk}/"))
    assert "2 rows say that the lead is not to be contacted. They are in lines 3 and 5." in told
    assert "1 of the rows taken tells nothing: the source deleted it" in told
    assert "or what is said of the columns leaves it out. It is in line 4." in told
    assert "Where sales has it already, it stays with them to be closed" in told

    summary = take_in(checked, marta).delivery.summary or {}
    told = text_of(client.get(f"/agreements/acme/imports/{checked.pk}/"))
    assert "1 of the rows taken tells nothing: the source deleted it" in told
    assert (summary["rows"], summary["taken"], summary["rejected"]) == (4, 4, 0)
    barred = dict(Lead.objects.values_list("name", "is_contact_barred"))
    assert barred == {"Souza": False, "Lima": True, "Reis": True}
    assert rebuild(now=NOW) == 0


def test_who_opted_in_again_may_be_contacted(version: AgreementVersion, marta: User) -> None:
    take_in(try_out(bring(version.agreement, marta, FILE)), marta)
    again = FILE.replace(b",u1,1,0,", b",u1,0,0,")
    take_in(try_out(bring(version.agreement, marta, again)), marta)
    assert not Lead.objects.get(name="Lima").is_contact_barred
    assert Lead.objects.get(name="Reis").is_contact_barred


def test_what_is_guessed_is_said_in_the_dry_run(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    file = b"id;name;Etapa;Data de entrada\n1;Ana;MQL;02/03/2026\n2;Rui;x;02/11/2026\n"
    checked = try_out(bring(version.agreement, marta, file))
    assert draft_of(checked).roles[3] == "known_at"
    client.force_login(marta)
    page = client.get(f"/agreements/acme/imports/{checked.pk}/").content.decode()
    notes = page[page.index('class="import-notes"') : page.index("What the rows tell</caption>")]
    assert "A guess: in dates the day comes first." in notes
    assert "A guess: no column says when these stages were reached" in notes
    assert "these words tell nothing: “x” in line 3." in notes
    assert "It is in line 3." in notes
