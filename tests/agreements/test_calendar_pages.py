"""The pages of the calendars: made by country, changed only for coming days, seen before saved."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from agreements.actions import calendars
from agreements.models import Agreement, AgreementVersion, Calendar, User
from leads.ingest import ingest
from tests.factories import Teller, example_terms, make_rep, make_user, make_version
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

ADDRESS = "/calendars/office/"
CLOSED = calendars.Closure(name="Works outing", hours=[])


def coming(days: int) -> date:
    """A day that is still to come everywhere, some days ahead."""
    return timezone.now().date() + timedelta(days=days + 2)


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(closures={"office": {"closures": {coming(30).isoformat(): "Outing"}}})


@pytest.fixture
def otto(client: Client, version: AgreementVersion) -> User:
    admin = make_user("Otto", is_admin=True)
    client.force_login(admin)
    return admin


def office() -> Calendar:
    return Calendar.objects.get(key="office")


def closures() -> dict[str, Any]:
    kept: dict[str, Any] = office().latest_revision.closures
    return kept


def sent(client: Client, changes: dict[str, Any], address: str = ADDRESS) -> Any:
    values = form_values(client.get(address).content.decode(), "closures")
    values.pop("file", None)
    return client.post(address, values | changes)


def confirm(client: Client, response: Any) -> Any:
    """Send what the page before the saving asks to be confirmed."""
    values = form_values(response.content.decode(), "review")
    return client.post(ADDRESS, values | {"do": "save"})


def test_it_works(client: Client, otto: User) -> None:
    day = coming(40).isoformat()
    response = sent(client, {"new.from": day, "new.name": "Fair", "new.hours": "9-12"})
    text = response.content.decode()
    assert "What changes in" in text
    assert "open 09:00–12:00: Fair" in text
    assert f"/calendars/office/reach/?day={day}" in text
    assert day not in closures()

    assert confirm(client, response).status_code == 302
    assert closures()[day] == {"name": "Fair", "hours": [["09:00", "12:00"]]}
    assert coming(30).isoformat() in closures()
    page = client.get(ADDRESS).content.decode()
    assert "Otto" in page
    assert "Fair" in page


def test_a_form_sent_as_shown_changes_nothing(client: Client, otto: User) -> None:
    response = sent(client, {})
    assert "Nothing differs" in response.content.decode()
    assert office().revisions.count() == 1


def test_days_are_lifted_renamed_and_shortened(client: Client, otto: User) -> None:
    day = coming(30).isoformat()
    shortened = sent(client, {f"hours.{day}": "9-12", f"name.{day}": "Half outing"})
    confirm(client, shortened)
    assert closures()[day] == {"name": "Half outing", "hours": [["09:00", "12:00"]]}

    values = form_values(client.get(ADDRESS).content.decode(), "closures")
    del values[f"closed.{day}"], values["file"]
    lifted = client.post(ADDRESS, values)
    assert "as any weekday" in lifted.content.decode()
    confirm(client, lifted)
    assert closures() == {}


def test_several_days_at_once(client: Client, otto: User) -> None:
    first, last = coming(50), coming(53)
    line = {"new.from": first.isoformat(), "new.last": last.isoformat(), "new.name": "Break"}
    added = sent(client, line | {"do": "add"}).content.decode()
    assert added.count('value="Break"') == 4
    assert "4 days were added to the list below; they are not saved yet." in added
    confirm(client, sent(client, line))
    assert [day for day, each in closures().items() if each["name"] == "Break"] == [
        (first + timedelta(days=n)).isoformat() for n in range(4)
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"new.name": "Fair"}, "Choose its day"),
        ({"new.from": "soon", "new.name": "Fair"}, "Choose its day"),
        ({"new.from": "2031-02-08"}, "Say what the day is called"),
        ({"new.from": "2031-02-08", "new.name": "x", "new.hours": "22-6"}, "written as two"),
        (
            {"new.from": "2031-02-08", "new.last": "2031-02-01", "new.name": "x"},
            "comes before the first",
        ),
        ({"new.from": "2020-02-08", "new.name": "x"}, "is not a coming day any more"),
        ({"new.from": "9999-12-31", "new.name": "x"}, "The last day comes before"),
    ],
)
def test_nonsense_stays_and_is_told(
    client: Client, otto: User, typed: dict[str, str], said: str
) -> None:
    response = sent(client, typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    for value in typed.values():
        assert f'value="{value}"' in text or f'value="{value}:00"' in text or "22:00-06:00" in text
    assert office().revisions.count() == 1


def test_characters_that_cannot_be_kept(client: Client, otto: User) -> None:
    day = coming(40).isoformat()
    confirm(client, sent(client, {"new.from": day, "new.name": "Fa\0ir\n!"}))
    assert closures()[day]["name"] == "Fa ir !"
    typed = {"name": "O\0urs", "key": "ours", "country": "\0"}
    assert client.post("/calendars/new/", typed).status_code == 422


def test_a_named_day_needs_its_name_and_readable_hours(client: Client, otto: User) -> None:
    day = coming(30).isoformat()
    text = sent(client, {f"name.{day}": "", f"hours.{day}": "mornings"}).content.decode()
    assert "Say what the day is called." in text
    assert "“mornings” cannot be read as hours" in text
    assert 'value="mornings"' in text


def test_past_days_are_locked(client: Client, otto: User) -> None:
    today = timezone.now().date().isoformat()
    forged = {"day": [today], f"closed.{today}": "1", f"name.{today}": "Too late"}
    response = client.post(ADDRESS, forged | {"do": "save", "seen": "1"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "is not a coming day any more" in text
    assert "sign a blackout" in client.get(ADDRESS).content.decode()
    assert office().revisions.count() == 1


def test_two_people_at_once(client: Client, otto: User) -> None:
    before = form_values(client.get(ADDRESS).content.decode(), "closures")
    del before["file"]
    theirs, mine = coming(60).isoformat(), coming(61).isoformat()
    calendars.revise(
        calendar=office(), closures={**closures(), theirs: CLOSED}, by=None, now=timezone.now()
    )
    response = client.post(ADDRESS, before | {"new.from": mine, "new.name": "Mine"})
    assert "both changes are in" in response.content.decode()
    confirm(client, response)
    assert {theirs, mine, coming(30).isoformat()} == set(closures())


def test_who_may(client: Client, version: AgreementVersion) -> None:
    agreement = version.agreement
    lead = make_user("Lead", team=agreement.sales_team, role="lead")
    other = make_version(example_terms(calendar="plant"), slug="other", closures={})
    for user, status, may_change in (
        (make_user("Admin", is_admin=True), 200, True),
        (lead, 200, False),
        (make_rep("Rep", agreement), 404, False),
        (make_user("Director", is_director=True), 404, False),
        (make_user("Other", team=other.agreement.sales_team, role="lead"), 404, False),
    ):
        client.force_login(user)
        assert client.get(ADDRESS).status_code == status, user.name
        assert client.get(f"{ADDRESS}reach/").status_code == status, user.name
        assert client.get("/calendars/").status_code == 200
        refused = 404 if status == 404 else 403
        allowed = client.post(ADDRESS, {"do": "add", "seen": "1"}).status_code
        assert allowed == (200 if may_change else refused), user.name
        assert client.get("/calendars/new/").status_code == (200 if may_change else 403)
    client.force_login(lead)
    text = client.get(ADDRESS).content.decode()
    assert "Only an administrator may do this." in text
    assert 'id="closures"' not in text
    client.logout()
    assert client.get(ADDRESS).status_code == 302


def test_the_list_asks_little(
    client: Client, otto: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        calendars.create(
            key=f"c{number}", name=f"C {number}", closures={}, by=otto, now=timezone.now()
        )
    with django_assert_max_num_queries(8):
        text = client.get("/calendars/").content.decode()
    assert "C 7" in text
    assert "Acme" in text


# -- a new one


def test_a_calendar_of_a_region(client: Client, otto: User) -> None:
    address = "/calendars/new/?country=BR&region=SP&kinds=1&kind=optional"
    page = client.get(address)
    text = page.content.decode()
    assert "São Paulo" in text
    assert "optional holidays: Carnival" in text
    rows = page.context["typed"].rows.values()
    names = {row.own_name: row for row in rows}
    assert names["Natal"].is_closed
    assert not names["Carnaval"].is_closed

    values: dict[str, Any] = form_values(text, "new-calendar")
    assert (values["name"], values["key"]) == (["Brazil, São Paulo"], ["br-sp"])
    carnival = [row.iso for row in rows if row.own_name == "Carnaval"]
    christmas = names["Natal"].iso
    values |= {f"closed.{iso}": "1" for iso in carnival}
    del values[f"closed.{christmas}"]
    assert client.post("/calendars/new/", values).status_code == 302

    calendar = Calendar.objects.get(key="br-sp")
    kept = calendar.latest_revision.closures
    assert (calendar.country, calendar.region) == ("BR", "SP")
    years = {day[:4] for day, each in kept.items() if each["name"] == "Carnaval"}
    assert len(years) >= 3
    assert "Natal" not in {each["name"] for each in kept.values()}


def test_names_in_the_readers_language_are_kept_in_the_countrys(client: Client, otto: User) -> None:
    calendars.create(
        key="br",
        name="Brazil",
        country="BR",
        closures=calendars.holiday_closures("BR", "", range(2026, 2040)),
        by=otto,
        now=timezone.now(),
    )
    text = client.get("/calendars/br/").content.decode()
    assert 'value="Christmas Day"' in text
    assert 'value="Natal"' not in text
    values = form_values(text, "closures")
    del values["file"]
    assert "Nothing differs" in client.post("/calendars/br/", values).content.decode()

    chosen = client.get("/calendars/br/?kinds=1").content.decode()
    assert 'value="Carnival"' in text
    assert 'value="Carnival"' not in chosen


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "", "key": "x"}, "name"),
        ({"name": "X", "key": "Über uns"}, "key"),
        ({"name": "X", "key": "office"}, "key"),
        ({"name": "X", "key": "always"}, "key"),
        ({"name": "X", "key": "new"}, "key"),
        ({"name": "X", "key": "x", "country": "XX"}, "country"),
    ],
)
def test_a_new_one_needs_its_parts(
    client: Client, otto: User, typed: dict[str, str], field: str
) -> None:
    response = client.post("/calendars/new/", typed)
    assert response.status_code == 422
    assert list(response.context["typed"].errors) == [field]
    assert Calendar.objects.count() == 1


def test_an_own_calendar_without_a_country(client: Client, otto: User) -> None:
    assert client.post("/calendars/new/", {"name": "Ours", "key": "ours"}).status_code == 302
    assert Calendar.objects.get(key="ours").latest_revision.closures == {}


# -- files


def ics(*events: str) -> SimpleUploadedFile:
    inner = "".join(f"BEGIN:VEVENT\r\n{each}\r\nEND:VEVENT\r\n" for each in events)
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inner}END:VCALENDAR\r\n"
    return SimpleUploadedFile("days.ics", text.encode(), "text/calendar")


def test_days_of_a_file_are_offered_beside_what_was_typed(client: Client, otto: User) -> None:
    day, other = coming(70), coming(80)
    file = ics(
        f"SUMMARY:Fair\r\nDTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"SUMMARY:Talk\r\nDTSTART:{other:%Y%m%d}T140000\r\nDTEND:{other:%Y%m%d}T180000",
        "SUMMARY:Broken\r\nDTSTART;VALUE=DATE:20269999",
    )
    outing = f"name.{coming(30).isoformat()}"
    response = sent(client, {"file": file, "do": "import", outing: "Renamed"})
    text = response.content.decode()
    rows = {row.day: row for row in response.context["page"].rows.values()}
    assert rows[day].is_closed
    assert not rows[other].is_closed
    assert "14:00–18:00 only" in text
    assert 'value="Renamed"' in text
    assert "“Broken” in line 12 was left out" in text
    assert office().revisions.count() == 1


def test_a_file_that_is_none(client: Client, otto: User) -> None:
    broken = SimpleUploadedFile("x.ics", b"BEGIN:VCALENDAR\r\nhello there\r\n")
    assert (
        "Line 2 cannot be read" in sent(client, {"file": broken, "do": "import"}).content.decode()
    )
    assert "Choose a calendar file" in sent(client, {"do": "import"}).content.decode()


# -- what it moves


def test_open_clocks_that_it_moves(client: Client, version: AgreementVersion, otto: User) -> None:
    make_rep("Ana", version.agreement)
    now = timezone.now()
    tell = Teller()
    facts = [
        tell.event("offered", now - timedelta(hours=1)),
        tell.event("assigned", now - timedelta(hours=1), to_queue=True),
    ]
    ingest(agreement=Agreement.objects.get(), facts=facts, by=None, now=now)

    def told(day: date, **headers: Any) -> str:
        return client.get(f"{ADDRESS}reach/", {"day": day.isoformat()}, **headers).content.decode()

    near = " ".join(told(coming(4)).split())
    assert "2 running deadlines reach these days" in near
    assert "Acme (2)" in near
    assert "No running deadline" in told(coming(300))
    assert told(coming(4), headers={"HX-Request": "true"}).strip().startswith('<div class="note')
    assert client.get(f"{ADDRESS}reach/?day=never").status_code == 200
    assert client.get("/calendars/none/reach/").status_code == 404


def test_the_first_coming_day_is_one_everywhere() -> None:
    assert calendars.first_coming_day(datetime(2026, 9, 1, 9, tzinfo=UTC)) == date(2026, 9, 2)
    assert calendars.first_coming_day(datetime(2026, 9, 1, 10, tzinfo=UTC)) == date(2026, 9, 3)
