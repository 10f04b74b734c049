"""What rows and the panel of the queue say: the next step, why it was offered, who paused it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.actions import contests, handoffs, merges, outcomes, pauses
from leads.models import Handoff
from tests.factories import make_rep, make_user, make_version
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"
SWAP = {"HX-Request": "true", "HX-Target": "panel"}
TODAY = NOW.date()
CRITERIA = {
    "scoring": [
        {"when": {"field": "employees", "operator": "at_least", "value": 50}, "points": 71},
    ],
    "threshold": 65,
    "bypass": {"field": "request", "operator": "is", "value": "contact"},
}


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms())


def panel_text(client: Client, handoff: Handoff) -> str:
    slug = handoff.agreement.slug
    address = reverse("leads:panel", kwargs={"slug": slug, "pk": handoff.pk})
    return text_of(client.get(f"{address}?view=mine", headers=SWAP))


def overturned(version: AgreementVersion, rep: User) -> Handoff:
    """Offered and rejected yesterday, which was overturned two hours ago."""
    handoff = offer(version, "Paulo", NOW - timedelta(hours=26), holder=rep)
    marketer = make_user("Maya", team=version.agreement.marketing_team)
    boss = make_user("Boss", team=version.agreement.sales_team, role="lead")
    yesterday, late = NOW - timedelta(hours=25), NOW - timedelta(hours=2)
    handoffs.reject(handoff=handoff, reason="wrong_data", by=rep, now=yesterday)
    contests.contest(handoff=handoff, by=marketer, now=late, note="It is right.")
    contests.decide(handoff=handoff, is_overturned=True, by=boss, now=late)
    handoff.refresh_from_db()
    return handoff


def came_back(version: AgreementVersion, *, recycled_by: User, holder: User) -> Handoff:
    """Recycled five days ago with a note, offered anew and taken now."""
    first = offer(version, "Paulo", NOW - timedelta(days=10), holder=recycled_by)
    ended, note = NOW - timedelta(days=5), "After the holidays."
    outcomes.recycle(
        handoff=first, reason="not_now", returns_date=TODAY, note=note, by=recycled_by, now=ended
    )
    again = handoffs.offer(lead=first.lead, agreement=version.agreement, by=None, now=NOW)
    handoffs.take(handoff=again, by=holder, now=NOW)
    return again


def test_a_lead_that_came_back_says_so_and_why(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    again = came_back(version, recycled_by=ana, holder=ana)
    row = "No touch yet, offered 10:00; recycled before, Thu 3 Sep"
    assert row in text_of(client.get(QUEUE))
    text = panel_text(client, again)
    assert "Handed over before Recycled Thu 3 Sep: Not now “After the holidays.”" in text


@pytest.mark.parametrize("is_turned", [False, True])
def test_what_was_recycled_under_its_other_name_came_back_too(
    client: Client, version: AgreementVersion, ana: User, *, is_turned: bool
) -> None:
    """Whichever of the two that were found to be one is kept."""
    before, ended = NOW - timedelta(days=10), NOW - timedelta(days=5)
    first = offer(version, "Paulo", before, holder=ana)
    outcomes.recycle(handoff=first, reason="not_now", returns_date=TODAY, by=ana, now=ended)
    again = offer(version, "Paulo Reis", NOW - timedelta(hours=1), holder=ana)
    kept, merged = (first.lead, again.lead) if is_turned else (again.lead, first.lead)
    merges.merge(kept=kept, merged=merged, by=ana, now=NOW)

    row = "No touch yet, offered 09:00; recycled before, Thu 3 Sep"
    assert row in text_of(client.get(QUEUE))
    assert "Handed over before Recycled Thu 3 Sep: Not now" in panel_text(client, again)


def test_who_may_not_read_the_earlier_handoff_reads_no_reason_of_it(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    """The row says that the lead came back: whoever holds it now has to know."""
    bruno = make_rep("Bruno", version.agreement)
    again = came_back(version, recycled_by=bruno, holder=ana)
    assert "recycled before, Thu 3 Sep" in text_of(client.get(QUEUE))
    assert "Handed over before" not in panel_text(client, again)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (2, "Send proposal, Thu 10 Sep"),
        (0, "Send proposal, today"),
        (None, "Send proposal"),
    ],
)
def test_it_works(
    client: Client, version: AgreementVersion, ana: User, days: int | None, said: str
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(hours=1), holder=ana)
    day = None if days is None else TODAY + timedelta(days=days)
    call(handoff, ana, "conversation", next_step="Send proposal", next_step_date=day)

    assert f"Next: {said}" in text_of(client.get(QUEUE)).partition("snooze")[0]
    assert f"Next step {said} Why" in panel_text(client, handoff) or (
        f"Next step {said} S" in panel_text(client, handoff)
    )


def test_a_next_step_whose_day_is_over_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(hours=1), holder=ana)
    call(handoff, ana, "conversation", next_step="Send proposal", next_step_date=TODAY)
    stop_time(monkeypatch, NOW + timedelta(days=1))

    assert "Next: Send proposal, was to be done Tue 8 Sep" in text_of(client.get(QUEUE))
    call(handoff, ana, now=NOW + timedelta(days=1), occurred_at=NOW + timedelta(days=1))
    assert "Send proposal" not in text_of(client.get(QUEUE))
    assert "Send proposal" not in panel_text(client, handoff)


def test_what_stood_for_the_points_is_said_in_place_of_the_score(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    scored = make_version(dealing_terms(handoff=CRITERIA), slug="scored")
    scored.agreement.sales_team.members.add(ana)
    asked = offer(scored, "Asked", NOW, holder=ana, request="contact")
    both = offer(scored, "Both", NOW, holder=ana, request="contact", employees=80)
    below = offer(scored, "Below", NOW, holder=ana, request="demo")

    rows = text_of(client.get("/agreements/scored/queue/"))
    assert "request is contact: no score needed No touch yet" in rows
    assert "contact · score 71, needs 65 No touch yet" in rows
    assert "demo · score 0, needs 65 · below the criteria No touch yet" in rows
    assert "Why qualified request is contact: no score needed" in panel_text(client, asked)
    assert "Why qualified contact · score 71" in panel_text(client, both)
    assert "Why offered demo · score 0" in panel_text(client, below)


def test_what_was_overturned_was_not_accepted_when_it_was_rejected(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = overturned(version, ana)

    assert "No touch yet, rejection overturned 08:00" in text_of(client.get(QUEUE))
    text = panel_text(client, handoff)
    assert "Rejection overturned 08:00" in text
    assert "Accepted Mon" not in text


@pytest.mark.parametrize(
    ("returns_to", "days", "said"),
    [
        ("marketing", -1, "Its day was Mon 7 Sep: marketing looks at it and offers it again."),
        ("marketing", 2, "On Thu 10 Sep marketing looks at it and offers it again."),
        ("owner", 0, "Its day was Tue 8 Sep: it is offered to its holder again by itself."),
        ("owner", 2, "On Thu 10 Sep it is offered to its holder again by itself."),
    ],
)
def test_who_offers_what_comes_back(
    client: Client, version: AgreementVersion, ana: User, returns_to: str, days: int, said: str
) -> None:
    terms = dealing_terms(recycle={"horizon": "90d", "returns_to": returns_to})
    other = make_version(terms, slug="other")
    other.agreement.sales_team.members.add(ana)
    handoff = offer(other, "Paulo", NOW - timedelta(days=10), holder=ana)
    outcomes.recycle(
        handoff=handoff,
        reason="not_now",
        returns_date=TODAY + timedelta(days=days),
        by=ana,
        now=NOW - timedelta(days=5),
    )
    assert said in panel_text(client, handoff)


def test_a_pause_says_until_when_and_by_whom(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(hours=1), holder=ana)
    handoffs.accept(handoff=handoff, by=ana, now=NOW - timedelta(minutes=30))
    until = NOW + timedelta(hours=2)
    pauses.pause(handoff=handoff, reason="asked", until=until, by=ana, now=NOW)

    response = client.get(QUEUE)

    assert "Paused until 12:00, by Ana due" in text_of(response)
    assert f'data-paused-until="{until.timestamp():.0f}' in response.content.decode()
    assert "Paused until 12:00 , by Ana" in panel_text(client, handoff)


def test_what_is_overdue_and_paused_says_both(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(days=10), holder=ana)
    until = NOW + timedelta(hours=2)
    pauses.pause(handoff=handoff, reason="asked", until=until, by=ana, now=NOW)
    text = text_of(client.get(QUEUE))
    assert "Overdue" in text
    assert "Paused until 12:00, by Ana · No touch yet, offered Sat 29 Aug" in text


def test_pauses_and_what_was_overturned_cost_no_more(
    client: Client, version: AgreementVersion, ana: User, django_assert_max_num_queries: Any
) -> None:
    overturned(version, ana)
    make_rep("Bruno", version.agreement)
    for number in range(3):
        handoff = offer(version, f"L{number}", NOW - timedelta(hours=1), holder=ana)
        until = NOW + timedelta(hours=2)
        pauses.pause(handoff=handoff, reason="asked", until=until, by=ana, now=NOW)
    with django_assert_max_num_queries(12):
        assert "Paused until 12:00, by Ana" in text_of(client.get(QUEUE))


@pytest.mark.parametrize(("phone", "is_link"), [("+55 31 9 8845", True), ("n/a", False)])
def test_only_a_number_can_be_called(
    client: Client, version: AgreementVersion, ana: User, phone: str, is_link: bool
) -> None:
    handoff = offer(version, "Paulo", NOW, holder=ana, phone=phone)
    address = reverse("leads:panel", kwargs={"slug": "acme", "pk": handoff.pk})
    html = client.get(f"{address}?view=mine", headers=SWAP).content.decode()
    assert ('href="tel:' in html) is is_link
    assert (phone in html) is is_link
