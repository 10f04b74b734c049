"""The section of the parties: days, zone, currency, hours, further calendars and a box to try."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from agreements.actions import drafts
from agreements.models import AgreementVersion, Team, User
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user, make_version
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

ADDRESS = "/agreements/acme/draft/parties/"
DUE = "/agreements/acme/draft/due/"


@pytest.fixture
def draft() -> AgreementVersion:
    in_force = make_version()
    helena = make_user("Helena", team=in_force.agreement.marketing_team, role="lead")
    return drafts.start(agreement=in_force.agreement, terms=example_terms(), by=helena, now=NOW)


@pytest.fixture
def unsigned(draft: AgreementVersion) -> AgreementVersion:
    """A draft of an agreement that has no signed version yet."""
    helena = User.objects.get(name="Helena")
    agreement = drafts.create_agreement(
        slug="new",
        name="New",
        marketing_team=draft.agreement.marketing_team,
        sales_team=Team.objects.create(name="Closers"),
        time_zone="America/Sao_Paulo",
        currency="BRL",
        by=helena,
        now=NOW,
    )
    return drafts.start(agreement=agreement, terms=example_terms(), by=helena, now=NOW)


@pytest.fixture
def as_helena(client: Client, draft: AgreementVersion) -> Client:
    client.force_login(User.objects.get(name="Helena"))
    return client


def sent(client: Client, changes: dict[str, Any], address: str = ADDRESS) -> Any:
    values = form_values(client.get(address).content.decode(), "section")
    return client.post(address, values | changes)


def terms(version: AgreementVersion) -> dict[str, Any]:
    version.refresh_from_db()
    document: dict[str, Any] = version.terms
    return document


def page(client: Client, address: str = ADDRESS) -> str:
    return client.get(address).content.decode()


def test_it_works(as_helena: Client, draft: AgreementVersion) -> None:
    response = sent(
        as_helena,
        {
            "kind": "multilevel",
            "wanted_from": "2027-01-01",
            "wanted_last": "2027-12-31",
            "hours.sat": "9-13",
            "calendar": "always",
        },
    )
    assert response.status_code == 302
    document = terms(draft)
    assert document["kind"] == "multilevel"
    assert document["hours"] == {
        "mon-fri": "09:00-12:00, 13:00-18:00",
        "sat": "09:00-13:00",
    }
    assert document["calendar"] == "always"
    assert draft.wanted_from_date == date(2027, 1, 1)
    assert draft.wanted_to_date == date(2028, 1, 1)
    assert 'value="2027-12-31"' in page(as_helena)


def test_zone_and_currency_are_settled_once_signed(
    as_helena: Client, draft: AgreementVersion
) -> None:
    text = page(as_helena)
    assert "America/Sao Paulo" in text
    assert 'name="time_zone"' not in text
    assert "the same in every version" in text

    AgreementVersion.objects.filter(pk=draft.pk).update(
        terms=example_terms(time_zone="Europe/Madrid", currency="EUR")
    )
    assert "This draft says Europe/Madrid." in page(as_helena)
    sent(as_helena, {"do": "take time_zone America/Sao_Paulo"})
    sent(as_helena, {"do": "take currency BRL"})
    assert (terms(draft)["time_zone"], terms(draft)["currency"]) == ("America/Sao_Paulo", "BRL")


def test_zone_and_currency_are_typed_before(as_helena: Client, unsigned: AgreementVersion) -> None:
    address = "/agreements/new/draft/parties/"
    sent(as_helena, {"time_zone": "europe/lisbon", "currency": "eur"}, address)
    assert (terms(unsigned)["time_zone"], terms(unsigned)["currency"]) == ("Europe/Lisbon", "EUR")

    sent(as_helena, {"time_zone": "Mars/Olympus", "currency": "gold"}, address)
    text = page(as_helena, address)
    assert 'value="Mars/Olympus"' in text
    assert "“Mars/Olympus” is not a time zone" in text
    assert "“GOLD” is not a currency" in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("22:00-06:00", "Hours over midnight are written as two: 22:00-24:00 here"),
        ("9-12, 11-18", "09:00-12:00 and 11:00-18:00 overlap"),
        ("mornings", "“mornings” cannot be read as hours"),
        ("18-18", "18:00-18:00 lasts no time"),
        ("8-25", "There is no 25:00"),
    ],
)
def test_nonsense_hours_stay_and_are_told(
    as_helena: Client, draft: AgreementVersion, typed: str, said: str
) -> None:
    sent(as_helena, {"hours.wed": typed})
    context = as_helena.get(ADDRESS).context
    wednesday = context["time"].hours.week[2]
    assert said in wednesday.errors[0]
    assert not context["time"].hours.whole.errors
    assert terms(draft)["hours"]["mon-tue"] == "09:00-12:00, 13:00-18:00"
    assert wednesday.value in page(as_helena)


def test_autosave_tells_beside_the_day(as_helena: Client, draft: AgreementVersion) -> None:
    values = form_values(page(as_helena), "section")
    changes = {"hours.wed": "22-6", "wanted_from": "tomorrow", "quiet": "1"}
    response = as_helena.post(ADDRESS, values | changes, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert 'id="f-hours-wed-errors"' in text
    assert "written as two" in text
    assert "“tomorrow” is not a date" in text
    draft.refresh_from_db()
    assert draft.wanted_from_date is None


def test_dates_in_the_wrong_order(as_helena: Client, draft: AgreementVersion) -> None:
    changes = {"wanted_from": "2027-06-01", "wanted_last": "2027-05-01", "hours.sat": "9-13"}
    assert sent(as_helena, changes).status_code == 302
    text = page(as_helena)
    told = "The agreement would end before it begins: choose a later end."
    assert told in text.split('id="section"')[1].split("editor-save")[0]
    assert told in text.split('id="problems"')[1]
    assert "1 problem to solve first" in " ".join(text.split())
    assert 'value="2027-05-01"' in text
    draft.refresh_from_db()
    assert draft.wanted_from_date == date(2027, 6, 1)
    assert terms(draft)["hours"]["sat"] == "09:00-13:00"

    propose = "/agreements/acme/draft/propose/"
    assert told in as_helena.get(propose).content.decode()
    values = form_values(as_helena.get(propose).content.decode(), "propose") | {"do": "propose"}
    refused = as_helena.post(propose, values)
    assert refused.status_code == 422
    assert told in refused.content.decode()


def test_a_day_that_is_none_is_a_problem_until_it_is_one(
    as_helena: Client, draft: AgreementVersion
) -> None:
    values = form_values(page(as_helena), "section")
    values |= {"wanted_last": ["9999-12-31"], "quiet": ["1"]}
    response = as_helena.post(ADDRESS, values, headers={"HX-Request": "true"})
    text = " ".join(response.content.decode().split())
    assert response.status_code == 422
    assert "“9999-12-31” is not a date" in text
    assert "1 problem to solve first" in text
    assert "Saved just now" not in text
    assert draft.number == 2


def test_days_typed_too_late_are_there_again(as_helena: Client, draft: AgreementVersion) -> None:
    values = form_values(page(as_helena), "section") | {"wanted_from": "2027-03-01"}
    as_helena.logout()
    response = as_helena.post(ADDRESS, values)
    helena = User.objects.get(name="Helena")
    as_helena.post(response["Location"], {"login": helena.email, "password": "a long secret"})
    assert 'value="2027-03-01"' in page(as_helena)
    draft.refresh_from_db()
    assert draft.wanted_from_date is None


def test_the_week_is_copied_and_emptied(as_helena: Client, draft: AgreementVersion) -> None:
    sent(as_helena, {"hours.mon": "8-15", "do": "copy hours"})
    assert terms(draft)["hours"] == {"mon-fri": "08:00-15:00"}
    sent(as_helena, {"do": "clear hours"})
    assert "hours" not in terms(draft)
    assert "needs opening hours" in page(as_helena)


def test_seasons(as_helena: Client, draft: AgreementVersion) -> None:
    sent(as_helena, {"do": "intensive hours"})
    season = {"from": "06-15", "to": "09-15", "hours": {"mon-fri": "08:00-15:00"}}
    assert terms(draft)["hours"]["seasons"] == [season]

    sent(as_helena, {"do": "add hours"})
    text = page(as_helena)
    assert text.count("Choose a day and a month.") == 2
    sent(
        as_helena,
        {
            "hours.seasons.2.from.day": "15",
            "hours.seasons.2.from.month": "09",
            "hours.seasons.2.to.day": "31",
            "hours.seasons.2.to.month": "09",
            "hours.seasons.2.hours.mon": "10-14",
        },
    )
    assert terms(draft)["hours"]["seasons"][1] == {
        "from": "09-15",
        "to": "09-31",
        "hours": {"mon": "10:00-14:00"},
    }
    assert "There is no such day" in page(as_helena)
    sent(as_helena, {"hours.seasons.2.to.day": "30"})
    assert "Season 1 has some of these days too" in page(as_helena)
    sent(as_helena, {"do": "copy hours.seasons.2"})
    assert terms(draft)["hours"]["seasons"][1]["hours"] == {"mon-fri": "10:00-14:00"}
    sent(as_helena, {"do": "remove hours.seasons.2"})
    assert terms(draft)["hours"]["seasons"] == [season]
    for deed in ("remove hours.seasons.9", "copy hours.seasons.x", "clear hours.seasons.0"):
        sent(as_helena, {"do": deed})
    assert terms(draft)["hours"]["seasons"] == [season]


def test_further_calendars(as_helena: Client, draft: AgreementVersion) -> None:
    sent(as_helena, {"do": "add calendars"})
    sent(
        as_helena,
        {
            "calendars.1.key": "night",
            "calendars.1.time_zone": "europe/madrid",
            "calendars.1.hours.mon": "20-24",
        },
    )
    night = {"time_zone": "Europe/Madrid", "hours": {"mon": "20:00-24:00"}}
    assert terms(draft)["calendars"] == {"night": night}

    sent(as_helena, {"calendars.1.key": "Night Shift", "calendars.1.time_zone": "Mars"})
    text = page(as_helena)
    assert "“Night Shift” cannot be a key" in text
    assert "“Mars” is not a time zone" in text
    sent(as_helena, {"calendars.1.key": "night", "calendars.1.time_zone": ""})
    sent(as_helena, {"do": "copy calendars.1.hours"})
    assert terms(draft)["calendars"] == {"night": {"hours": {"mon-fri": "20:00-24:00"}}}

    sent(as_helena, {"calendars.1.key": "office"})
    assert "own calendar" in page(as_helena)
    sent(as_helena, {"do": "remove calendars.1"})
    assert "calendars" not in terms(draft)


def test_two_calendars_with_one_key_both_stay(as_helena: Client, draft: AgreementVersion) -> None:
    sent(as_helena, {"do": "add calendars"})
    sent(as_helena, {"do": "add calendars"})
    sent(as_helena, {"calendars.1.key": "a", "calendars.2.key": "a"})
    assert set(terms(draft)["calendars"]) == {"a", "a (2)"}
    assert "“a (2)” cannot be a key" in page(as_helena)


def test_exchange_rates(as_helena: Client, draft: AgreementVersion) -> None:
    sent(as_helena, {"do": "add exchange_rates"})
    assert terms(draft)["exchange_rates"] == {"": ""}
    sent(as_helena, {"exchange_rates.1.currency": "eur", "exchange_rates.1.rate": "5.90"})
    assert terms(draft)["exchange_rates"] == {"EUR": "5.9"}

    sent(as_helena, {"exchange_rates.1.rate": "-2"})
    assert "-2 is under zero" in page(as_helena)
    sent(as_helena, {"exchange_rates.1.currency": "euro", "exchange_rates.1.rate": "5"})
    assert "“euro” is not a currency" in page(as_helena)
    sent(as_helena, {"do": "remove exchange_rates.1"})
    assert "exchange_rates" not in terms(draft)


# -- the box


def due_text(client: Client, **asked: str) -> str:
    response = client.get(DUE, asked)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_when_a_lead_would_be_due(as_helena: Client) -> None:
    text = due_text(as_helena, date="2026-09-04", time="17:00", amount="4", unit="h")
    assert "is due on Tue 8 Sep 12:00" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "closed: Independence" in text
    assert "weekend" in text
    assert "3 days skipped" in text
    assert "17:00–18:00" in text

    promised = due_text(as_helena, date="2026-09-04", time="17:00", promise="S2/")
    assert "is due on Tue 8 Sep 12:00" in promised.replace("\N{NO-BREAK SPACE}", " ")


def test_promises_of_days(as_helena: Client) -> None:
    working = due_text(as_helena, date="2026-09-04", time="17:00", amount="1", unit="bd")
    assert "due on Tue 8 Sep 18:00" in working.replace("\N{NO-BREAK SPACE}", " ")
    assert "the day it arrives is not counted" in working
    assert "calendar days" in due_text(as_helena, date="2026-09-04", amount="2", unit="d")


def test_an_hour_that_there_is_not(as_helena: Client, draft: AgreementVersion) -> None:
    document = example_terms(time_zone="Europe/Madrid", calendar="always")
    del document["hours"]
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=document)
    spring = due_text(as_helena, date="2027-03-28", time="02:30", amount="1", unit="h")
    assert "There is no 02:30 on that day" in spring
    assert "counted from 03:30" in spring
    autumn = due_text(as_helena, date="2026-10-25", time="02:30", amount="1", unit="h")
    assert "comes twice on that day" in autumn


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"date": "soon"}, "Choose a date and a time"),
        ({"time": "25:00"}, "Choose a date and a time"),
        ({"amount": "-4"}, "whole number"),
        ({"amount": "99999999"}, "whole number"),
        ({"unit": "moons"}, "Choose a unit"),
        ({"date": "2099-12-30", "amount": "9999", "unit": "bd"}, "cannot be told"),
        ({"date": "0001-01-01"}, "cannot be told"),
    ],
)
def test_what_cannot_be_tried(as_helena: Client, asked: dict[str, str], said: str) -> None:
    assert said in due_text(as_helena, **asked)


def test_a_fragment_for_scripts(as_helena: Client) -> None:
    response = as_helena.get(DUE, headers={"HX-Request": "true"})
    assert response.content.decode().strip().startswith('<section id="try-due"')


def test_the_box_needs_a_draft_and_its_writers(client: Client, draft: AgreementVersion) -> None:
    client.force_login(make_user("Rep", team=draft.agreement.sales_team))
    assert client.get(DUE).status_code == 403
    client.force_login(make_user("Stranger"))
    assert client.get(DUE).status_code == 404


@pytest.mark.parametrize(
    "sections",
    [{"hours": {"mon": "22:00-06:00"}}, {"hours": {"mon": "noon"}}, {"time_zone": "Mars"}],
)
def test_nothing_is_tried_while_the_hours_are_wrong(
    as_helena: Client, draft: AgreementVersion, sections: dict[str, Any]
) -> None:
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=example_terms(**sections))
    assert "Solve the problems of the hours first." in due_text(as_helena)
    AgreementVersion.objects.filter(pk=draft.pk).update(terms={"schema": 1})
    assert "Solve the problems of the hours first." in due_text(as_helena)
