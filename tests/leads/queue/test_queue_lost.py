"""What somebody else got while the page of a queue was open: its row says so, and it is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import handoffs
from leads.actions.assignments import reassign
from leads.models import Handoff
from tests.factories import make_rep, make_user
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"


@pytest.fixture
def bruno(version: AgreementVersion) -> User:
    return make_rep("Bruno", version.agreement)


def give(handoff: Handoff, holder: User | None) -> None:
    """The sales lead gives one to somebody, or puts it back."""
    team = handoff.agreement.sales_team
    boss = team.members.filter(name="Boss").first() or make_user("Boss", team=team, role="lead")
    reassign(handoff=handoff, holder=holder, seen_holder_id=handoff.holder_id, by=boss, now=NOW)


def look(client: Client, *shown: Handoff, view: str = "mine") -> Any:
    """Ask again as the page does that shows these rows."""
    since = str((NOW - timedelta(minutes=1)).timestamp())
    rows = [str(each.pk) for each in shown]
    asked: dict[str, Any] = {"view": view, "since": since, "row": rows}
    return client.get(f"{QUEUE}arrivals/", asked)


def test_it_works(client: Client, handoff: Handoff, bruno: User) -> None:
    page = client.get(f"{QUEUE}?view=mine").content.decode()
    assert f"&amp;row={handoff.pk}" in page
    assert look(client, handoff).headers["HX-Reswap"] == "none"
    give(handoff, bruno)

    answer = look(client, handoff)

    assert "HX-Reswap" not in answer.headers
    text = text_of(answer)
    assert text.startswith("Paulo: Bruno holds this handoff now. Show .")
    assert "Reassigned Bruno Paulo" in text
    assert f'<li id="row-{handoff.pk}" class="queue-row is-gone"' in answer.content.decode()


def test_what_went_back_into_the_teams_queue_is_told(client: Client, handoff: Handoff) -> None:
    give(handoff, None)
    text = text_of(look(client, handoff))
    assert "Paulo: It is in the team's queue now." in text
    assert "Reassigned the team's queue Paulo" in text


def test_what_was_taken_from_the_teams_queue_is_told(
    client: Client, version: AgreementVersion, ana: User, bruno: User
) -> None:
    taken, own = (offer(version, name, NOW - timedelta(hours=1)) for name in ("One", "Two"))
    handoffs.accept(handoff=taken, by=bruno, now=NOW)
    handoffs.accept(handoff=own, by=ana, now=NOW)
    text = text_of(look(client, taken, own, view="team"))
    assert "One: Bruno was first and holds this handoff now." in text
    assert "Taken Bruno One" in text
    assert "Two" not in text


def test_many_are_counted(
    client: Client, version: AgreementVersion, ana: User, bruno: User
) -> None:
    both = [offer(version, name, NOW - timedelta(hours=1), holder=ana) for name in ("One", "Two")]
    for each in both:
        give(each, bruno)
    text = text_of(look(client, *both))
    assert "2 handoffs have gone to others" in text
    assert "Reassigned Bruno One" in text
    assert "Reassigned Bruno Two" in text


def test_what_was_never_theirs_is_told_to_nobody(
    client: Client, version: AgreementVersion, ana: User, bruno: User
) -> None:
    private = offer(version, "Private", NOW - timedelta(hours=1), holder=bruno)
    answer = look(client, private)
    assert "Private" not in text_of(answer)
    assert answer.headers["HX-Reswap"] == "none"
    asked: dict[str, Any] = {"view": "mine", "since": "1.5", "row": ["x", "9" * 40]}
    assert client.get(f"{QUEUE}arrivals/", asked).status_code == 200
