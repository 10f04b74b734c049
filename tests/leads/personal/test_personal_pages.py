"""The pages about personal data: forgetting, taking out, the list and the rules."""

import json
import re
import zipfile
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from agreements.models import AgreementVersion, Audit, User
from leads.actions import forgetting, handoffs, personal_exports
from leads.models import (
    Delivery,
    Forgetting,
    Handoff,
    HandoffEvent,
    Lead,
    LeadChange,
    RetentionRules,
    StageEntry,
)
from tests.factories import make_user, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.importing.file_imports import PAULO, bring, table, take_in_whole
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms())


@pytest.fixture
def admin(client: Client) -> User:
    admin = make_user("Adela", is_admin=True)
    client.force_login(admin)
    return admin


@pytest.fixture
def paulo(version: AgreementVersion, admin: User) -> Lead:
    """A lead whose handoff is over."""
    handoff = offer(version, "Paulo Souza", NOW - timedelta(hours=2), email="paulo@souza.example")
    handoffs.reject(handoff=handoff, reason="wrong_data", by=admin, now=NOW, note="Paulo who?")
    return handoff.lead


def page_of(lead: Lead, deed: str = "") -> str:
    return f"/agreements/acme/leads/{lead.pk}/{deed}"


def test_it_works(client: Client, paulo: Lead) -> None:
    assert "Forget this person…" in text_of(client.get(page_of(paulo)))
    question = text_of(client.get(page_of(paulo, "forget/")))
    assert "Forget Paulo Souza" in question
    assert "E-mail address, Name" in question
    assert "is open" not in question
    answer = {"reason": "Asked by letter.", "name": "paulo  souza"}
    response = client.post(page_of(paulo, "forget/"), answer, follow=True)
    text = text_of(response)
    assert "The person was forgotten." in text
    assert "This person was forgotten" in text
    assert "Souza" not in text
    listed = text_of(client.get("/personal-data/"))
    assert f"#{paulo.pk}" in listed
    assert "Adela Asked for · Asked by letter." in listed


def test_who_was_forgotten_is_not_asked_about_again(
    client: Client, paulo: Lead, admin: User
) -> None:
    found = forgetting.forget(lead=paulo, reason="Asked by letter.", by=admin, now=NOW)
    answer = {"reason": "Asked.", "name": f"#{paulo.pk}"}
    for response in (
        client.get(page_of(paulo, "forget/")), client.post(page_of(paulo, "forget/"), answer)
    ):  # fmt: skip
        text = text_of(response)
        assert "This person was forgotten before." in text
        assert re.search(r"This person was forgotten: .+\. Facts and figures stay\.", text)
        assert "Adela · Asked for · Asked by letter." in text
        assert "This cannot be undone" not in text
    assert response.status_code == 422
    assert list(Forgetting.objects.all()) == [found]
    forgetting.lift(forgetting=found, by=admin, now=NOW)
    assert "This cannot be undone" in text_of(client.get(page_of(paulo, "forget/")))


def test_another_name_forgets_nobody(client: Client, paulo: Lead) -> None:
    response = client.post(page_of(paulo, "forget/"), {"reason": "Asked.", "name": "Rui"})
    assert response.status_code == 422
    assert "This is another name" in text_of(response)
    assert not Forgetting.objects.exists()


def test_an_open_handoff_is_named(client: Client, version: AgreementVersion, admin: User) -> None:
    lead = offer(version, "Rui Barbosa", NOW - timedelta(hours=2)).lead
    assert "is open, with the team's queue" in text_of(client.get(page_of(lead, "forget/")))
    answer = {"reason": "Asked.", "name": "Rui Barbosa"}
    response = client.post(page_of(lead, "forget/"), answer)
    assert response.status_code == 422
    assert "is open, with the team's queue" in text_of(response)


def test_everything_kept_is_taken_out(client: Client, paulo: Lead, admin: User) -> None:
    response = client.post(page_of(paulo, "person-file/"))
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(response.content)) as archive:
        kept = json.loads(archive.read("person.json"))
        page = archive.read("person.html").decode()
    assert kept["attributes"][0]["attributes"]["email"] == "paulo@souza.example"
    assert [each["note"] for each in kept["events"] if each["note"]] == ["Paulo who?"]
    assert kept["audit"][0]["actor_name"] == "Adela"
    assert "paulo@souza.example" in page
    assert Audit.objects.get(action="leads.lead.taken_out").actor_name == "Adela"
    with zipfile.ZipFile(BytesIO(client.post(page_of(paulo, "person-file/")).content)) as archive:
        again = json.loads(archive.read("person.json"))
    assert "leads.lead.taken_out" in [each["action"] for each in again["audit"]]


def page_taken_out(client: Client, lead: Lead) -> str:
    packed = client.post(page_of(lead, "person-file/")).content
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        return text_of(HttpResponse(archive.read("person.html")))


def test_what_is_taken_out_reads_well(client: Client, paulo: Lead, admin: User) -> None:
    client.post(page_of(paulo, "person-file/"))
    text = page_taken_out(client, paulo)
    assert "As it was on 8 September 2026, 13:00:00 UTC" in text
    assert "Happened 8 September 2026, 11:00:00 UTC" in text
    assert "Agreement Acme" in text
    assert "Stage MQL Handoffs" in text
    assert "Attributes Name Paulo Souza E-mail address paulo@souza.example" in text
    assert "What it was Rejected" in text
    assert "Reason Wrong data" in text
    assert "Asked not to be contacted no" in text
    assert "What was done Rejected Who did it Adela" in text
    assert "What was done Took out everything that is kept" in text
    assert not re.search(r"false|\{|\+00:00|[a-z]_[a-z]", text)


def test_which_lists_were_taken_out_is_said_in_words_and_of_nobody_else(
    client: Client, paulo: Lead, admin: User
) -> None:
    client.get(f"/agreements/acme/leads/export.csv?status=rejected&offered_by={admin.pk}")
    text = page_taken_out(client, paulo)
    assert "What was done Took a list of leads out" in text
    assert "More about it Kind of file csv How many leads" in text
    assert "offered_by" not in text.lower()


def test_what_is_taken_out_is_numbered_as_in_the_portal(
    client: Client, version: AgreementVersion, admin: User
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('leads_lead_id_seq', 11094)")
    lead = offer(version, "Paula Souza", NOW - timedelta(hours=2)).lead
    assert "Number here 11095" in page_taken_out(client, lead)


def test_nobody_offers_who_is_not_to_be_contacted(
    client: Client, paulo: Lead, version: AgreementVersion
) -> None:
    client.force_login(make_user("Mara", team=version.agreement.marketing_team, role="lead"))
    offering = f"?lead={paulo.pk}"
    assert offering in client.get(page_of(paulo)).content.decode()
    Lead.objects.filter(pk=paulo.pk).update(is_contact_barred=True)
    page = client.get(page_of(paulo))
    assert offering not in page.content.decode()
    said = "Offer to sales again… Asked not to be contacted: such a lead is not offered."
    assert said in text_of(page)


def test_what_is_taken_out_is_in_the_language_and_zone_of_its_reader(
    client: Client, paulo: Lead, admin: User
) -> None:
    User.objects.filter(pk=admin.pk).update(language="es", time_zone="Europe/Madrid")
    text = page_taken_out(client, paulo)
    assert "8 de septiembre de 2026, 15:00:00 CEST" in text
    assert "UTC" not in text


def test_the_page_reads_no_more_files_than_somebody_can_wait_for(
    client: Client, paulo: Lead, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(Handoff.objects.get().agreement, admin, table(PAULO))
    unread = "Stored files that could not be searched for the person"
    assert unread not in page_taken_out(client, paulo)
    monkeypatch.setattr("leads.views.personal.MOST_BYTES", 1)
    assert unread in page_taken_out(client, paulo)


def test_what_does_not_hold_is_said_not_to(client: Client, paulo: Lead, admin: User) -> None:
    assert "it does not count any more" not in page_taken_out(client, paulo)
    StageEntry.objects.filter(lead=paulo).update(is_undone=True, is_current=False)
    text = page_taken_out(client, paulo)
    assert "Stages Undone with its import: it does not count any more." in text


def test_what_is_told_is_kept_again(client: Client, paulo: Lead, admin: User) -> None:
    found = forgetting.forget(lead=paulo, reason="Asked.", by=admin, now=NOW)
    response = client.post(f"/personal-data/forgotten/{found.pk}/lift/", follow=True)
    assert "From now on what is told of this person is kept." in text_of(response)
    assert "Kept again since" in text_of(response)
    response = client.post(f"/personal-data/forgotten/{found.pk}/lift/", follow=True)
    assert "kept again already" in text_of(response)


def test_rules_are_counted_before_they_are_used(client: Client, paulo: Lead) -> None:
    Lead.objects.filter(pk=paulo.pk).update(attributes={"plan": "A", "shoe": 41})
    rules = {"forget_after_months": "24", "empty_after_days": "", "kept_attributes": "plan, shoe"}
    response = client.post("/personal-data/", rules | {"try": "yes"})
    assert "would forget 0 leads and empty 0 calls and files" in text_of(response)
    assert not RetentionRules.objects.exists()
    response = client.post("/personal-data/", rules, follow=True)
    assert "The rules were changed." in text_of(response)
    current = RetentionRules.current()
    assert (current.forget_after_months, current.empty_after_days) == (24, None)
    assert current.kept_attributes == ["plan", "shoe"]
    assert Audit.objects.get(action="leads.retention.changed").data["forget_after_months"] == 24


def test_whom_rules_forget_is_asked_about(client: Client, paulo: Lead) -> None:
    known = {"plan": "A", "shoe": 41}
    Lead.objects.filter(pk=paulo.pk).update(
        first_heard_at=NOW - timedelta(days=800), attributes=known
    )
    for model in (StageEntry, LeadChange, HandoffEvent):
        model._default_manager.update(occurred_at=NOW - timedelta(days=800))
    rules = {"forget_after_months": "24", "empty_after_days": "", "kept_attributes": "plan, shoe"}
    counted = text_of(client.post("/personal-data/", rules | {"try": "yes"}))
    assert "would forget 1 leads" in counted
    assert "Those known longest: Paulo Souza" in counted
    response = client.post("/personal-data/", rules)
    question = text_of(response)
    assert "1 lead is forgotten. Up to 2,000 in one night" in question
    assert "Those known longest: Paulo Souza" in question
    assert "This cannot be undone" in question
    assert not RetentionRules.objects.exists()
    sent = hidden_fields(response)
    assert sent["meant"] == "1 0"
    # What was agreed to with another number is asked again.
    assert "Use these rules?" in text_of(client.post("/personal-data/", sent | {"meant": "0 0"}))
    client.post("/personal-data/", sent)
    current = RetentionRules.current()
    assert (current.forget_after_months, current.kept_attributes) == (24, ["plan", "shoe"])
    client.post("/personal-data/", rules | {"kept_attributes": "plan"})
    assert RetentionRules.current().kept_attributes == ["plan"]


def test_attributes_that_stay_are_named_as_the_pages_of_leads_do(
    client: Client, version: AgreementVersion, admin: User, paulo: Lead
) -> None:
    content = "Código;Nome;Etapa;Tamanho da frota (nº);Cargo\n1;Ana;MQL;muitos;Chefe\n"
    take_in_whole(version.agreement, admin, content.encode())
    Lead.objects.filter(pk=paulo.pk).update(attributes={"plan": "A"})
    rules = {"forget_after_months": "", "empty_after_days": ""}
    typed = rules | {"kept_attributes": "tamanho da FROTA (nº), plan, Job title"}
    assert "The rules were changed." in text_of(client.post("/personal-data/", typed, follow=True))
    kept = RetentionRules.current().kept_attributes
    assert kept == ["job_title", "plan", "tamanho_da_frota_no"]
    assert 'value="Job title,plan,Tamanho da frota (nº)"' in client.get("/personal-data/").text
    # Once the leads are gone that had one, it may stay.
    Lead.objects.filter(pk=paulo.pk).update(attributes={})
    assert client.post("/personal-data/", rules | {"kept_attributes": "plan"}).status_code == 303
    response = client.post("/personal-data/", rules | {"kept_attributes": "plan, Tamanho"})
    assert response.status_code == 422
    assert "No lead has “Tamanho”: write it as the page of a lead does." in text_of(response)
    response = client.post("/personal-data/", rules | {"kept_attributes": "plan, Name, telephone"})
    assert "“Name”, “telephone” say who it is and cannot stay: take them out." in text_of(response)
    assert RetentionRules.current().kept_attributes == ["plan"]


def test_what_stays_is_not_widened_by_a_file_that_calls_something_else_like_it(
    client: Client, version: AgreementVersion, admin: User
) -> None:
    take_in_whole(version.agreement, admin, "Código;Nome;Etapa;Nota\n1;Ana;MQL;a\n".encode())
    rules = {"forget_after_months": "", "empty_after_days": "", "kept_attributes": "Nota"}
    client.post("/personal-data/", rules)
    mapping = {"facts": [{"attributes": {"phone": {"column": "Nota"}}}]}
    Delivery.objects.create(
        kind="file", source="crm", agreement=version.agreement, received_at=NOW, mapping=mapping
    )
    client.post("/personal-data/", rules | {"empty_after_days": "900"})
    assert RetentionRules.current().kept_attributes == ["nota"]


def test_a_files_own_columns_are_named_wherever_they_are_told(
    client: Client, version: AgreementVersion, admin: User
) -> None:
    content = "Código;Nome;Etapa;Tamanho da frota (nº)\n1;Ana;MQL;muitos\n2;Rui;MQL;poucos\n"
    take_in_whole(version.agreement, admin, content.encode())
    ana, rui = Lead.objects.order_by("name")
    forgetting = text_of(client.get(f"/agreements/acme/leads/{ana.pk}/forget/"))
    assert "Tamanho da frota (nº)" in forgetting
    comparison = client.get(f"/agreements/acme/leads/{ana.pk}/merge/{rui.pk}/")
    assert "Tamanho da frota (nº) muitos" in text_of(comparison)
    packed = zipfile.ZipFile(BytesIO(personal_exports.take_out(lead=ana, by=None, now=NOW)))
    assert "Tamanho da frota (nº)" in packed.read("person.html").decode()


def hidden_fields(response: Any) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', response.text)
    return {name: unescape(value) for name, value in fields}


def test_rules_that_are_none_are_refused(client: Client, paulo: Lead) -> None:
    response = client.post("/personal-data/", {"forget_after_months": "0", "empty_after_days": "1"})
    assert response.status_code == 422
    assert not RetentionRules.objects.exists()


def test_nobody_else_sees_any_of_it(client: Client, paulo: Lead) -> None:
    client.force_login(
        make_user("Lia", team=Handoff.objects.get().agreement.sales_team, role="lead")
    )
    assert "Forget this person…" not in text_of(client.get(page_of(paulo)))
    assert client.get(page_of(paulo, "forget/")).status_code == 403
    assert client.post(page_of(paulo, "person-file/")).status_code == 403
    assert client.get("/personal-data/").status_code == 403
    client.force_login(make_user("Stranger"))
    assert client.get(page_of(paulo, "forget/")).status_code == 404
    assert client.post(page_of(paulo, "person-file/")).status_code == 404


def test_by_command(
    paulo: Lead, admin: User, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{tmp_path}/paulo.zip"
    call_command("export_lead", "crm", "Paulo Souza", "--to", path, "--by", admin.email)
    assert zipfile.is_zipfile(path)
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_lead", "crm", "Paulo Souza", "--to", path)
    call_command("forget_lead", "portal", str(paulo.pk), "--reason", "Asked.", "--yes")
    assert f"Lead {paulo.pk} was forgotten; 0 files were rewritten." in capsys.readouterr().out
    paulo.refresh_from_db()
    assert paulo.name == ""
    with pytest.raises(CommandError, match="forgotten before"):
        call_command("forget_lead", "portal", str(paulo.pk), "--reason", "Asked.", "--yes")
    with pytest.raises(CommandError, match="No lead is called “X”"):
        call_command("forget_lead", "crm", "X", "--reason", "Asked.", "--yes")
