"""The views of the queue: what comes back, what is put aside, what was searched for and saved."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agreements.models import AgreementVersion, User
from leads.actions import handoffs, outcomes, snoozes
from leads.actions.views import MOST, UnableToSave, save_view
from leads.models import Clock, Handoff, LeadIdentity, SavedView, Snooze
from leads.queue.handoffs import Desk, desk_of
from leads.queue.snoozing import SnoozeForm
from tests.factories import local, make_rep, make_user, make_version
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"
VIEWS = "/agreements/acme/views/"
QUEUE_PAGE = SavedView.Page.QUEUE


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms())


def names_of(response: Any) -> list[str]:
    return [str(row.handoff.lead) for group in response.context["groups"] for row in group.rows]


def recycled(version: AgreementVersion, name: str, by: User, days: int) -> Handoff:
    """Offered ten days ago, and recycled until some days from now."""
    handoff = offer(version, name, NOW - timedelta(days=10), holder=by)
    outcomes.recycle(
        handoff=handoff,
        reason="not_now",
        returns_date=(NOW + timedelta(days=days)).date(),
        by=by,
        now=NOW - timedelta(days=5),
    )
    handoff.refresh_from_db()
    return handoff


def test_what_comes_back_is_listed_from_its_day_on(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    bruno = make_rep("Bruno", version.agreement)
    recycled(version, "Today", ana, 0)
    recycled(version, "Earlier", ana, -2)
    recycled(version, "Tomorrow", ana, 1)
    recycled(version, "In two weeks", ana, 14)
    recycled(version, "Bruno's", bruno, 0)

    response = client.get(f"{QUEUE}?view=returning")

    assert names_of(response) == ["Earlier", "Today"]
    text = text_of(response)
    assert "Coming back 2" in text
    assert "Sun 6 Sep back, recycled Earlier" in text
    assert "recycled: Not now" in text
    assert names_of(client.get(QUEUE)) == []
    assert "Coming back within a week 1, first on Wed 9 Sep" in text_of(client.get(QUEUE))


def test_who_reads_all_sees_everything_that_comes_back(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    recycled(version, "Ana's", ana, 0)
    client.force_login(make_user("Boss", team=version.agreement.sales_team, role="lead"))
    assert names_of(client.get(f"{QUEUE}?view=returning")) == ["Ana's"]


def test_a_lead_that_was_offered_again_does_not_come_back(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = recycled(version, "Today", ana, 0)
    handoffs.offer(lead=handoff.lead, agreement=version.agreement, by=None, now=NOW)
    assert names_of(client.get(f"{QUEUE}?view=returning")) == []


def test_what_is_put_aside_comes_back_by_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch, version: AgreementVersion, ana: User
) -> None:
    aside = offer(version, "Aside", NOW, holder=ana)
    offer(version, "Here", NOW, holder=ana)
    snoozes.snooze(handoff=aside, until=NOW + timedelta(hours=1), by=ana, now=NOW)

    assert names_of(client.get(QUEUE)) == ["Here"]
    snoozed = client.get(f"{QUEUE}?view=snoozed")
    assert names_of(snoozed) == ["Aside"]
    assert "put aside until 11:00" in text_of(snoozed)
    assert "Mine 1 Team 0 Returning 0 Snoozed 1" in text_of(snoozed)

    stop_time(monkeypatch, NOW + timedelta(hours=1))
    assert names_of(client.get(QUEUE)) == ["Aside", "Here"]
    assert names_of(client.get(f"{QUEUE}?view=snoozed")) == []


def test_what_runs_out_comes_back_before_its_time(
    client: Client, monkeypatch: pytest.MonkeyPatch, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Aside", NOW, holder=ana)
    first_due = Clock.objects.filter(handoff=handoff, party="sales").order_by("due_at")[0].due_at
    snoozes.snooze(handoff=handoff, until=NOW + timedelta(days=3), by=ana, now=NOW)

    stop_time(monkeypatch, first_due - Snooze.AHEAD - timedelta(seconds=1))
    assert names_of(client.get(QUEUE)) == []
    stop_time(monkeypatch, first_due - Snooze.AHEAD)
    assert names_of(client.get(QUEUE)) == ["Aside"]


def test_somebody_elses_snooze_hides_nothing(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Mine", NOW, holder=ana)
    boss = make_user("Boss", team=version.agreement.sales_team, role="lead")
    Snooze.objects.create(
        user=boss, handoff=handoff, until=NOW + timedelta(days=1), recorded_at=NOW
    )
    assert names_of(client.get(QUEUE)) == ["Mine"]


def test_snooze_works(version: AgreementVersion, ana: User) -> None:
    handoff = offer(version, "Paulo", NOW, holder=ana)
    clocks = list(Clock.objects.order_by("pk").values())

    snoozes.snooze(handoff=handoff, until=NOW + timedelta(hours=1), by=ana, now=NOW)
    snoozes.snooze(handoff=handoff, until=NOW + timedelta(hours=2), by=ana, now=NOW)

    assert Snooze.objects.get().until == NOW + timedelta(hours=2)
    assert list(Clock.objects.order_by("pk").values()) == clocks
    assert snoozes.wake(handoff=handoff, by=ana) is True
    assert snoozes.wake(handoff=handoff, by=ana) is False


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-09-08 01:30", "2026-09-08 09:00"),
        ("2026-09-08 10:00", "2026-09-09 09:00"),
        ("2026-09-08 12:30", "2026-09-09 09:00"),
        ("2026-09-12 10:00", "2026-09-14 09:00"),
    ],
    ids=["before the day opens", "in its hours", "in its break", "on a Saturday"],
)
def test_aside_until_the_next_opening(
    version: AgreementVersion, ana: User, now: str, opens: str
) -> None:
    handoff = offer(version, "Paulo", local("2026-09-07 10:00"), holder=ana)
    form = SnoozeForm({"snooze-when": "opening"}, handoff=handoff, now=local(now))
    assert form.is_valid()
    assert form.until() == local(opens)


@pytest.mark.parametrize(
    ("offered", "until", "sentence"),
    [
        (timedelta(days=4), timedelta(hours=1), "It was due .*: what is overdue cannot"),
        (timedelta(0), timedelta(0), "Choose a time from now on"),
        (timedelta(0), timedelta(days=61), "within the next 60 days"),
    ],
)
def test_snoozing_is_refused(
    version: AgreementVersion, ana: User, offered: timedelta, until: timedelta, sentence: str
) -> None:
    handoff = offer(version, "Paulo", NOW - offered, holder=ana)
    with pytest.raises(snoozes.UnableToSnooze, match=sentence):
        snoozes.snooze(handoff=handoff, until=NOW + until, by=ana, now=NOW)
    assert not Snooze.objects.exists()


def test_a_closed_handoff_cannot_be_put_aside(version: AgreementVersion, ana: User) -> None:
    handoff = recycled(version, "Paulo", ana, 3)
    with pytest.raises(snoozes.UnableToSnooze, match="closed"):
        snoozes.snooze(handoff=handoff, until=NOW + timedelta(hours=1), by=ana, now=NOW)


@pytest.mark.parametrize("q", ["nakam", "SERRA", "kato@", "CRM-77"])
def test_a_search_finds_within_the_queue(
    client: Client, version: AgreementVersion, ana: User, q: str
) -> None:
    found = offer(version, "Nakamura", NOW, holder=ana, company="Serra", email="kato@x.example")
    LeadIdentity.objects.create(lead=found.lead, source="crm", external_id="crm-7781")
    offer(version, "Other", NOW, holder=ana)
    offer(version, "Nakamura of the team", NOW, company="Serra", email="kato@y.example")

    response = client.get(QUEUE, {"q": q})

    assert names_of(response) == ["Nakamura"]
    assert response.context["chips"][0]["value"] == q
    assert "1 open handoff" in text_of(response)


def test_what_fits_in_other_views_is_counted_and_led_to(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    aside = offer(version, "Otávio", NOW, holder=ana)
    snoozes.snooze(handoff=aside, until=NOW + timedelta(hours=1), by=ana, now=NOW)
    for name in ("Here", "There"):
        offer(version, name, NOW, holder=ana)

    response = client.get(QUEUE, {"view": "mine", "q": "Otavio"})

    text = text_of(response)
    assert "No handoff in Mine fits these filters" in text
    assert "0 open handoffs" in text
    assert "Mine 0 Team 0 Returning 0 Snoozed 1" in text
    assert 'href="/agreements/acme/queue/?view=snoozed&amp;q=Otavio">1 in Snoozed</a>' in (
        response.content.decode()
    )
    nowhere = client.get(QUEUE, {"view": "mine", "q": "Nobody"})
    assert "No handoff fits these filters" in text_of(nowhere)
    assert nowhere.context["empty"]["ways"] == []


def test_a_search_is_taken_by_its_letters(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    offer(version, "Paulo", NOW, holder=ana)
    assert names_of(client.get(QUEUE, {"q": "P.*("})) == []


def test_a_desk_reads_what_may_be_read(version: AgreementVersion, ana: User) -> None:
    """The desk knows the roles already; it must say the same as who asks for them."""
    bruno = make_rep("Bruno", version.agreement)
    boss = make_user("Boss", team=version.agreement.sales_team, role="lead")
    marketer = make_user("Maya", team=version.agreement.marketing_team)
    for name, holder in {"Ana's": ana, "Bruno's": bruno, "Anybody's": None}.items():
        offer(version, name, NOW, holder=holder)

    for person in (ana, bruno, boss, marketer):
        desk: Desk = desk_of(person, "acme")
        readable = Handoff.objects.visible_to(person).filter(agreement=version.agreement)
        assert set(desk.open_ones()) == set(readable), person


def test_views_are_saved_by_name(client: Client, version: AgreementVersion, ana: User) -> None:
    told = {"name": " My  day ", "address": "view=team&tier=vip&nonsense=1"}
    saved = client.post(f"{VIEWS}queue/", told, follow=True)

    view = SavedView.objects.get()
    assert (view.name, view.address) == ("My day", "view=team&tier=vip")
    assert saved.redirect_chain == [(f"{QUEUE}?view=team&tier=vip", 303)]
    assert "The view is saved as “My day”." in text_of(saved)
    assert saved.context["saved_views"][0]["name"] == "My day"

    gone = client.post(f"{VIEWS}{view.pk}/remove/", follow=True)
    assert "The view “My day” is removed." in text_of(gone)
    assert not SavedView.objects.exists()


def test_views_are_ones_own(client: Client, version: AgreementVersion, ana: User) -> None:
    bruno = make_rep("Bruno", version.agreement)
    view = save_view(
        agreement=version.agreement, user=bruno, page=QUEUE_PAGE, name="His", address="view=team"
    )

    assert client.get(QUEUE).context["saved_views"] == []
    assert client.post(f"{VIEWS}{view.pk}/remove/").status_code == 404
    client.post(f"{VIEWS}{view.pk}/remove/", {"page": "queue"})
    assert SavedView.objects.get() == view


def test_who_removes_a_view_stays_at_the_list_they_look_at(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    client.post(f"{VIEWS}queue/", {"name": "Vips", "address": "tier=vip"})
    page = client.get(f"{QUEUE}?view=team").text
    (menu,) = re.findall(r'class="saved-view">(.*?)</form>', page, flags=re.DOTALL)
    told = dict(re.findall(r'name="(page|address)" value="([^"]*)"', menu))
    assert told == {"page": "queue", "address": "view=team"}

    for said in ("The view “Vips” is removed.", "This view was removed before."):
        view = re.findall(r"views/(\d+)/remove", menu)[0]
        gone = client.post(f"{VIEWS}{view}/remove/", told, follow=True)
        assert gone.redirect_chain == [(f"{QUEUE}?view=team", 303)]
        assert said in text_of(gone)


def test_of_two_views_of_one_list_the_button_names_one(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    for name in ("One", "Two"):
        client.post(f"{VIEWS}queue/", {"name": name, "address": "view=team"})
    page = client.get(f"{QUEUE}?view=team").text
    assert re.findall(r'class="view-name" title="([^"]+)"', page) == ["One"]
    assert all(f'aria-current="true">{name}</a>' in page for name in ("One", "Two"))


def test_a_view_needs_a_name_and_there_are_not_endless_many(
    version: AgreementVersion, ana: User
) -> None:
    own: dict[str, Any] = {
        "agreement": version.agreement, "user": ana, "page": QUEUE_PAGE, "address": "",
    }  # fmt: skip
    for name in ("", " ", "x" * 61):
        with pytest.raises(UnableToSave, match="60 characters"):
            save_view(name=name, **own)
    for number in range(MOST):
        save_view(name=f"View {number}", **own)
    with pytest.raises(UnableToSave, match="20 views"):
        save_view(name="One more", **own)
    assert save_view(name="View 0", **own | {"address": "view=team"}).address == "view=team"
    with pytest.raises(UnableToSave, match="fewer words"):
        save_view(name="View 0", **own | {"address": "q=" + "x" * 1000})


def test_every_view_costs_the_same_however_many_handoffs(
    client: Client, version: AgreementVersion, ana: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        offer(version, f"Mine {number}", NOW, holder=ana)
        aside = offer(version, f"Aside {number}", NOW, holder=ana)
        call(aside, ana)
        snoozes.snooze(handoff=aside, until=timezone.now() + timedelta(hours=1), by=ana, now=NOW)
        recycled(version, f"Back {number}", ana, 0)
    client.get(QUEUE)
    for address in ("", "?view=team", "?view=returning", "?view=snoozed", "?q=mine&clause=S4"):
        with django_assert_max_num_queries(12):
            assert client.get(QUEUE + address).status_code == 200
