"""What pages say before anything happened, and to whom they are closed."""

import pytest
from django.test import Client

from agreements.actions import starting
from agreements.models import Agreement, User
from leads.ingest import ingest
from leads.models import Lead
from tests.factories import Teller, make_user, make_version
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def otto(client: Client, monkeypatch: pytest.MonkeyPatch) -> User:
    """An administrator, signed in."""
    stop_time(monkeypatch)
    user = make_user("Otto", is_admin=True)
    client.force_login(user)
    return user


@pytest.fixture
def new(otto: User) -> Agreement:
    """An agreement that Otto has just started."""
    return starting.start_agreement(
        name="Inbound",
        marketing="Growth",
        sales="Field sales",
        time_zone="UTC",
        currency="EUR",
        by=otto,
        now=NOW,
    )


def test_it_works(client: Client, new: Agreement) -> None:
    text = text_of(client.get("/agreements/inbound/queue/"))
    assert "No handoff yet What marketing offers to sales appears here" in text
    assert "followed up" not in text

    offer(make_version(), "Paulo", NOW)
    assert "No handoff yet" not in text_of(client.get("/agreements/acme/queue/?view=returning"))


def test_the_history_begins_with_who_started_it(client: Client, new: Agreement) -> None:
    text = text_of(client.get("/agreements/inbound/history/"))
    assert "Otto started the agreement, " in text
    assert "Nothing has happened yet" not in text
    make_version()
    assert "Nothing has happened yet" not in text_of(client.get("/agreements/acme/history/"))


def test_an_administrator_waits_for_nobody(client: Client, otto: User) -> None:
    text = text_of(client.get("/"))
    assert "There is no agreement yet" in text
    assert "wait until an administrator adds you" not in text
    assert "You are in no team" not in text


def test_a_director_is_told_who_reads_calendars(client: Client, otto: User) -> None:
    assert "No calendars A calendar says on which days" in text_of(client.get("/calendars/"))
    client.force_login(make_user("Marina", is_director=True))
    text = text_of(client.get("/calendars/"))
    assert "No calendars that you may read Calendars are read by administrators" in text


def test_who_is_not_to_be_contacted_is_not_said_to_be_offered(client: Client, otto: User) -> None:
    tell = Teller("Paulo")
    facts = [tell.attributes(NOW, name="Paulo"), tell.stage("mql", NOW)]
    ingest(agreement=make_version().agreement, facts=facts, by=None, now=NOW)
    page = f"/agreements/acme/leads/{Lead.objects.get().pk}/"
    assert "marketing offers it once it qualifies" in text_of(client.get(page))
    Lead.objects.update(is_contact_barred=True)
    text = text_of(client.get(page))
    assert "it is not to be contacted" in text
    assert "qualifies" not in text


def test_too_few_days_are_refused_in_words(client: Client, otto: User) -> None:
    for told, said in (
        ({"empty_after_days": "3"}, "Give 7 days or more, or leave it empty."),
        ({"empty_after_days": "9999"}, "Give at most 7300 days, or leave it empty."),
        ({"forget_after_months": "0"}, "Give 1 month or more, or leave it empty."),
        ({"forget_after_months": "999"}, "Give at most 240 months, or leave it empty."),
    ):
        text = text_of(client.post("/personal-data/", told))
        assert said in text
        assert "Ensure" not in text


def test_integrations_are_no_holders(client: Client, otto: User) -> None:
    team = make_version().agreement.sales_team
    make_user("Ana", team=team)
    make_user("Rafael", team=team, role="lead")
    make_user("Hubspot", team=team, role="integration")
    choices = client.get("/agreements/acme/leads/").context["choices"]["holder"]
    assert [name for _key, name in choices] == ["Ana", "Rafael", "Nobody"]
