"""Renew and end an agreement in the browser."""

from datetime import date

import pytest

from agreements.actions import signing
from agreements.models import AgreementVersion, Audit, User
from tests.agreements.pages import signed_in, text_at, text_of
from tests.factories import RECORDED_AT as NOW
from tests.factories import local

pytestmark = pytest.mark.django_db


def test_renew(in_force: AgreementVersion, helena: User) -> None:
    client = signed_in(helena)
    address = "/agreements/acme/versions/1/renew/"
    assert "does not end by itself" in text_of(client.post(address, follow=True))
    assert client.get(address)["Location"] == "/agreements/acme/document/1/"

    end_on(in_force, date(2199, 5, 1), helena)
    assert "Renew" in text_at(client, "/agreements/acme/document/1/")
    assert client.post(address).status_code == 302

    copy = in_force.agreement.versions.open().get()
    assert (copy.terms, copy.copied_from) == (in_force.terms, in_force)
    assert copy.wanted_from_date == date(2199, 5, 1)
    assert "Version 2 is on the table already" in text_of(client.post(address, follow=True))


def test_what_has_ended_is_renewed_at_once(in_force: AgreementVersion, helena: User) -> None:
    end_on(in_force, date(2026, 2, 1), helena)
    later = local("2026-03-01 10:00")
    copy = signing.renew(version=refreshed(in_force), by=helena, now=later)
    assert copy.wanted_from_date is None


def end_on(version: AgreementVersion, day: date, by: User) -> None:
    signing.end(agreement=version.agreement, to_date=day, reason="", by=by, now=NOW)


def refreshed(version: AgreementVersion) -> AgreementVersion:
    return AgreementVersion.objects.select_related("agreement").get(pk=version.pk)


def test_end(in_force: AgreementVersion, helena: User, rafael: User) -> None:
    client = signed_in(helena)
    address = "/agreements/acme/end/"
    typed = {"to_date": "2199-04-30", "reason": "New teams", "name": "acme"}
    wrong = client.post(address, typed | {"name": "Other"})
    assert "Type “Acme”" in text_of(wrong)
    assert client.post(address, typed | {"to_date": ""}).status_code == 422
    assert client.post(address, typed | {"reason": ""}).status_code == 422
    past = client.post(address, typed | {"to_date": "2020-01-01"})
    assert "Choose a day that is to come" in text_of(past)

    assert client.post(address, typed).status_code == 302
    assert "until 30 April 2199." in text_at(client, "/agreements/acme/document/1/")

    in_force = refreshed(in_force)
    assert in_force.effective_to == in_force.agreement.ended_at == local("2199-05-01 00:00")
    told = rafael.messages.get(kind="agreement_ended")
    assert told.parameters["note"] == "New teams"
    assert Audit.objects.filter(action="agreements.agreement.ended").exists()
