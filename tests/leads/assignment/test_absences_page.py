"""The page on which people say when they are away."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Absence, AgreementVersion, User
from tests.factories import local, make_rep, make_user
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

ABSENCES = "/agreements/acme/absences/"


def record(client: Client, user: User, first_day: str, **told: Any) -> Any:
    return client.post(ABSENCES, {"person": user.pk, "first_day": first_day, **told}, follow=True)


def test_it_works(client: Client, version: AgreementVersion, ana: User) -> None:
    assert ABSENCES in client.get("/agreements/acme/queue/").content.decode()
    text = text_of(client.get(ABSENCES))
    assert "When you are away" in text
    assert "Nobody is away, and nothing is planned." in text

    text = text_of(record(client, ana, "2026-09-14", last_day="2026-09-15"))

    absence = Absence.objects.get()
    assert (absence.user, absence.recorded_at) == (ana, NOW)
    assert absence.starts_at == local("2026-09-14 00:00")
    assert absence.ends_at == local("2026-09-16 00:00")
    assert "Recorded: Ana is away Mon 14 Sep – Tue 15 Sep." in text
    assert "Recorded beforehand, Tue 8 Sep 10:00: all of it is the team's time." in text


def test_an_absence_that_has_begun(client: Client, version: AgreementVersion, ana: User) -> None:
    offer(version, "Paulo", local("2026-09-08 09:00"), holder=ana)

    told = {"from_time": "09:00", "until_time": "15:00"}
    text = text_of(record(client, ana, "2026-09-08", **told))

    assert (
        "Recorded after it began: until Tue 8 Sep 10:00 the time is the holder's, then the team's."
        in text
    )
    assert "No due time moves." in text
    assert "1 open handoff runs out before: the sales lead finds it under Team." in text
    assert Absence.objects.get().ends_at == local("2026-09-08 15:00")


def test_the_days_are_those_of_who_is_away(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    ana.time_zone = "Europe/Lisbon"
    ana.save()
    record(client, ana, "2026-09-14")
    assert Absence.objects.get().starts_at == local("2026-09-13 20:00")


def test_back_earlier_and_called_off(client: Client, version: AgreementVersion, ana: User) -> None:
    record(client, ana, "2026-09-08")
    text = text_of(client.get(ABSENCES))
    assert "Back now Ana" in text
    assert "Ana is back" in text_of(end(client, Absence.objects.get()))
    assert Absence.objects.get().ends_at == NOW
    assert "The last 90 days" in text_of(client.get(ABSENCES))
    assert "there is nothing to call off" in text_of(end(client, Absence.objects.get()))

    record(client, ana, "2026-09-14")
    assert "Call off Ana" in text_of(client.get(ABSENCES))
    assert "Called off" in text_of(end(client, Absence.objects.get(starts_at__gt=NOW)))
    assert Absence.objects.count() == 1


def end(client: Client, absence: Absence) -> Any:
    return client.post(reverse("leads:absence-end", args=["acme", absence.pk]), follow=True)


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"first_day": ""}, "Choose the first day."),
        ({"last_day": "2026-09-01"}, "It ends before it begins: choose a later day."),
        ({"first_day": "2026-09-01"}, "This time is over."),
        ({"last_day": "9999-12-31"}, "Choose days after 1970 and before 2100."),
        ({"from_time": "12:00", "until_time": "11:00"}, "An absence ends after it starts"),
    ],
)
def test_an_absence_is_refused(
    client: Client, version: AgreementVersion, ana: User, told: dict[str, str], refused: str
) -> None:
    response = client.post(ABSENCES, {"person": ana.pk, "first_day": "2026-09-09"} | told)
    assert response.status_code == 422
    assert refused in text_of(response)
    assert not Absence.objects.exists()


def test_the_sales_lead_says_it_of_everybody(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    team = version.agreement.sales_team
    rafa = make_user("Rafa", team=team, role="lead", time_zone=ana.time_zone)
    client.force_login(rafa)

    text = text_of(record(client, ana, "2026-09-14"))

    assert "Recorded: Ana is away" in text
    assert "Ana Mon 14 Sep Recorded beforehand" in text
    assert "Called off" in text_of(end(client, Absence.objects.get()))


def test_nobody_says_it_of_a_colleague(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    bruno = make_rep("Bruno", version.agreement)
    other = Absence.objects.create(
        user=bruno, starts_at=NOW, ends_at=NOW + timedelta(hours=1), recorded_at=NOW
    )
    assert record(client, bruno, "2026-09-14").status_code == 422
    assert end(client, other).status_code == 404
    assert "Bruno" not in text_of(client.get(ABSENCES))


def test_who_holds_nothing_has_no_absences(client: Client, version: AgreementVersion) -> None:
    client.force_login(make_user("Helena", team=version.agreement.marketing_team, role="lead"))
    response = client.get(ABSENCES)
    assert response.status_code == 403
    assert "by the people of the sales team, its lead and administrators" in text_of(response)
    assert ABSENCES not in client.get("/agreements/acme/queue/").content.decode()


def test_a_team_without_people_is_no_refusal(client: Client, version: AgreementVersion) -> None:
    client.force_login(make_user("Otto", is_admin=True))
    response = client.get(ABSENCES)
    assert response.status_code == 200
    assert "Nobody is in the team yet An administrator adds people to it." in text_of(response)
    for page in (ABSENCES, "/agreements/acme/team/"):
        assert client.get(page).content.decode().count('href="/people/"') == 2, page
    assert client.post(ABSENCES, {"first_day": "2026-09-14"}).status_code == 200
    assert not Absence.objects.exists()
