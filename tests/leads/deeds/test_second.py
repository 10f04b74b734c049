"""Who comes second: one gets the handoff, the other is told who, and keeps what was typed.

So is who worked on one that was given on meanwhile.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.actions import handoffs
from leads.actions.assignments import reassign
from leads.models import FollowUp, Handoff, HandoffEvent
from tests.factories import make_rep, make_user
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"
SWAP = {"HX-Request": "true", "HX-Target": "panel"}
FORMS = {
    "reject": {"reject-reason": "wrong_data", "reject-note": "No such company."},
    "log": {
        "log-channel": "call",
        "log-outcome": "conversation",
        "log-note": "Rang twice.\nWants soap.",
        "log-next_step": "Send a proposal",
    },
}
TYPED = {
    "reject": ["No such company."],
    "log": ["How Call", "What happened? Conversation", "Rang twice.", "Next step Send a proposal"],
}
FIRST = "Bruno was first and holds this handoff now."


@pytest.fixture
def bruno(version: AgreementVersion) -> User:
    return make_rep("Bruno", version.agreement)


@pytest.fixture
def others(version: AgreementVersion, ana: User) -> list[Handoff]:
    """Two more that wait for anybody, and one of Ana's."""
    holders = (None, None, ana)
    return [offer(version, f"Other {at}", NOW, holder=one) for at, one in enumerate(holders)]


@pytest.fixture
def taken(version: AgreementVersion, ana: User, bruno: User, others: list[Handoff]) -> Handoff:
    """Ana's page shows it in the team's queue; Bruno took it meanwhile."""
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22), company="Ipê")
    handoffs.accept(handoff=handoff, by=bruno, now=NOW)
    return handoff


@pytest.fixture
def lost(
    version: AgreementVersion, bruno: User, others: list[Handoff], handoff: Handoff
) -> Handoff:
    """Ana's page shows it as hers; it was given to Bruno meanwhile."""
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    before = handoff.holder_id
    reassign(handoff=handoff, holder=bruno, seen_holder_id=before, by=rafael, now=NOW)
    return handoff


def url(name: str, handoff: Handoff) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme", "pk": handoff.pk})


def beside(client: Client, deed: str, handoff: Handoff, **told: str) -> Any:
    """Do something beside the list of the team's queue."""
    told |= {"back": f"{url('panel', handoff)}?view=team&after={handoff.pk}"}
    return client.post(url(deed, handoff), told, headers=SWAP)


def expect_told(response: Any, handoff: Handoff) -> str:
    """Expect the sentence in the panel, the row gone and every count right; return the words."""
    assert response.status_code == 409
    html, text = response.content.decode(), text_of(response)
    assert FIRST in text
    assert f'<li id="row-{handoff.pk}" class="queue-row is-gone"' in html
    assert f'data-opened="{QUEUE}?view=team"' in html
    assert "Taken Bruno Paulo 2 open" in text
    assert "2 open handoffs Mine 1 Team 2" in text
    assert response.headers["HX-Retarget"] == "#panel"
    assert response.headers["HX-Replace-Url"] == "false"
    return text


def test_the_second_to_accept_is_told_who_was_first(client: Client, taken: Handoff) -> None:
    expect_told(beside(client, "accept", taken), taken)


@pytest.mark.parametrize("deed", FORMS)
def test_what_was_filled_in_beside_the_list_stays_in_sight(
    client: Client, taken: Handoff, others: list[Handoff], deed: str
) -> None:
    following = {"next": f"{url('panel', others[0])}?view=team&after={taken.pk}"}
    text = expect_told(beside(client, deed, taken, **FORMS[deed] | following), taken)
    assert "What you filled in is not saved" in text
    for words in TYPED[deed]:
        assert words in text
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("deed", FORMS)
def test_what_was_filled_in_on_the_leads_page_stays_in_sight(
    client: Client, taken: Handoff, deed: str
) -> None:
    page = client.post(url(deed, taken), FORMS[deed])
    swapped = client.post(url(deed, taken), FORMS[deed], headers={"HX-Request": "true"})
    for response in (page, swapped):
        assert response.status_code == 409
        text = text_of(response)
        assert FIRST in text
        for words in TYPED[deed]:
            assert words in text
    assert "<html" in page.content.decode()
    assert swapped.content.decode().lstrip().startswith('<div id="lead"')


def test_the_second_on_the_leads_page_is_told(client: Client, taken: Handoff) -> None:
    response = client.post(url("accept", taken), follow=True)
    assert response.redirect_chain == [(QUEUE, 303)]
    assert FIRST in text_of(response)
    swap = client.post(url("accept", taken), headers={"HX-Request": "true"})
    assert swap.status_code == 409
    html = swap.content.decode()
    assert html.lstrip().startswith('<div id="lead"')
    assert FIRST in text_of(swap)
    assert f'<a href="{QUEUE}">' in html


NOTE = {"log-channel": "call", "log-note": "Rang twice.", "log-next_step_date": "2026-09-24"}


def test_what_was_typed_beside_the_button_stays_in_sight(
    client: Client, taken: Handoff, others: list[Handoff]
) -> None:
    response = client.post(url("accept", taken), NOTE)
    assert response.status_code == 409
    text = text_of(response)
    for words in (FIRST, "What you filled in is not saved", "Note Rang twice.", "On Thu 24 Sep"):
        assert words in text
    accepted = client.post(url("accept", others[0]), NOTE)
    assert_given_back(accepted)
    assert "Accepted Other 0." in text_of(accepted)
    assert not FollowUp.objects.exists()
    untouched = {"log-channel": "call", "log-token": "x", "log-note": "", "log-next_step": ""}
    assert client.post(url("accept", others[1]), untouched).status_code == 303


def assert_given_back(response: Any) -> None:
    """Expect what was typed in its form again, with no complaint of what is missing."""
    html = response.content.decode()
    assert response.status_code == 200
    assert "Rang twice.</textarea>" in html
    assert 'value="2026-09-24"' in html
    text = text_of(response)
    assert "What you filled in before is here again, not saved yet." in text
    assert "Say what came of it." not in text


def test_the_buttons_of_a_page_without_scripts_send_it_along(
    client: Client, others: list[Handoff]
) -> None:
    page = client.get(reverse("leads:detail", kwargs={"slug": "acme", "pk": others[0].lead_id}))
    noscript = page.content.decode().partition("<noscript>")[2].partition("</noscript>")[0]
    saves, accepts = noscript.split("<button")[1:]
    assert 'form="deed-form"' in saves
    assert "formaction" not in saves
    assert f'form="deed-form" formaction="{url("accept", others[0])}"' in accepts


def place_of_drafts(response: Any, handoff: Handoff) -> list[str]:
    """Return how the place is marked in which a script lists what the tab keeps of a handoff."""
    assert response.status_code == 409
    html: str = response.content.decode()
    marks = html[html.index("data-lists-drafts") :].partition(">")[0].split()
    assert f'data-handoff="{handoff.pk}"' in marks
    return marks


def test_what_the_tab_keeps_has_a_place_wherever_one_is_told(
    client: Client, taken: Handoff
) -> None:
    for response in (
        beside(client, "accept", taken),
        client.get(url("panel", taken), headers=SWAP),
        client.post(url("accept", taken), headers={"HX-Request": "true"}),
    ):
        assert "hidden" in place_of_drafts(response, taken)
    sent = place_of_drafts(beside(client, "log", taken, **FORMS["log"]), taken)
    assert f'data-sent="{url("log", taken)}"' in sent
    assert "hidden" not in sent


def test_so_it_has_on_the_page_of_a_lead_given_on(client: Client, lost: Handoff) -> None:
    page = client.get(reverse("leads:detail", kwargs={"slug": "acme", "pk": lost.lead_id}))
    assert "hidden" in place_of_drafts(page, lost)


def test_days_and_times_are_told_as_the_reader_writes_them(client: Client, taken: Handoff) -> None:
    told = {"log-next_step_date": "2026-09-24", "log-occurred_at": "2026-09-07T16:40"}
    text = text_of(beside(client, "log", taken, **FORMS["log"] | told))
    assert "On Thu 24 Sep" in text
    assert "When it happened Mon 7 Sep 16:40" in text
    odd = text_of(beside(client, "log", taken, **{"log-next_step_date": "soon"}))
    assert "On soon" in odd


def test_a_row_that_somebody_took_meanwhile_says_who(client: Client, taken: Handoff) -> None:
    for target in ("panel", "deed"):
        asked = {"view": "team", "deed": "reject"} if target == "deed" else {"view": "team"}
        headers = SWAP | {"HX-Target": target}
        expect_told(client.get(url("panel", taken), asked, headers=headers), taken)
    page = client.get(url("panel", taken), follow=True)
    assert page.redirect_chain == [(QUEUE, 303)]
    assert FIRST in text_of(page)


def test_in_place_of_what_is_foreseen_it_says_who(client: Client, taken: Handoff) -> None:
    response = client.get(url("foreseen", taken), FORMS["log"])
    assert (response.status_code, text_of(response)) == (200, FIRST)


HOLDS = "Bruno holds this handoff now."
UNDO = "data-undo="


@pytest.mark.parametrize("deed", FORMS)
def test_what_was_filled_in_about_one_given_on_stays_in_sight(
    client: Client, lost: Handoff, deed: str
) -> None:
    swapped = beside(client, deed, lost, **FORMS[deed])
    html, text = swapped.content.decode(), text_of(swapped)
    assert (swapped.status_code, swapped.headers["HX-Retarget"]) == (409, "#panel")
    assert f'<li id="row-{lost.pk}" class="queue-row is-gone"' in html
    assert "Reassigned Bruno Paulo" in text
    page = client.post(url(deed, lost), FORMS[deed])
    assert page.status_code == 409
    for told in (text, text_of(page)):
        for words in [HOLDS, *TYPED[deed]]:
            assert words in told
    assert not FollowUp.objects.exists()


def test_a_deed_about_one_given_on_says_who_has_it(client: Client, lost: Handoff) -> None:
    assert HOLDS in text_of(beside(client, "accept", lost))
    assert HOLDS in text_of(client.get(url("panel", lost), headers=SWAP))
    assert text_of(client.get(url("foreseen", lost), FORMS["log"])) == HOLDS
    response = client.post(url("accept", lost), follow=True)
    assert response.redirect_chain == [(QUEUE, 303)]
    assert f"Paulo: {HOLDS}" in text_of(response)


def test_an_undo_about_one_given_on_is_offered_no_more(
    client: Client, others: list[Handoff], handoff: Handoff, bruno: User
) -> None:
    beside(client, "accept", handoff)
    told = {"name": HandoffEvent.objects.get(kind="accepted").external_id}
    rafael = make_user("Rafael", team=handoff.agreement.sales_team, role="lead")
    reassign(handoff=handoff, holder=bruno, seen_holder_id=handoff.holder_id, by=rafael, now=NOW)
    refused = beside(client, "undo", handoff, **told)
    again = client.post(url("undo", handoff), told, headers=SWAP)
    for response in (refused, again):
        assert (response.status_code, response.headers["HX-Retarget"]) == (409, "#panel")
        assert '<section id="panel"' in response.content.decode()
        assert HOLDS in text_of(response)
        assert UNDO not in response.content.decode()


def test_what_is_undone_leads_back_to_its_own_row_whatever_was_opened_since(
    client: Client, others: list[Handoff], taken: Handoff
) -> None:
    mine = others[2]
    beside(client, "accept", mine)
    html = client.get(url("panel", taken), {"view": "team"}, headers=SWAP).content.decode()
    form = html.partition(UNDO)[2].partition("</form>")[0]
    assert f'hx-post="{url("undo", mine)}"' in form
    back = f"{url('panel', mine)}?view=team&amp;after={mine.pk}"
    assert f'name="back" value="{back}"' in form


def test_the_page_of_a_lead_given_on_says_who_has_it_and_no_more(
    client: Client, lost: Handoff
) -> None:
    address = reverse("leads:detail", kwargs={"slug": "acme", "pk": lost.lead_id})
    for asked in ({}, {"handoff": str(lost.pk)}):
        page = client.get(address, asked)
        assert page.status_code == 409
        assert HOLDS in text_of(page)
        assert "Paulo" not in text_of(page).replace("Sao Paulo", "")
        assert f'<a href="{QUEUE}">' in page.content.decode()
    assert client.get(address, {"handoff": str(lost.pk + 99)}).status_code == 404
    headers = {"HX-Request": "true", "HX-Target": "timeline"}
    part = client.get(address, headers=headers).content.decode()
    assert part.lstrip().startswith('<div id="timeline"')


def test_the_page_of_what_a_colleague_took_says_who_has_it_and_no_more(
    client: Client, taken: Handoff
) -> None:
    """It was the team's to take, so that its page may have been open before."""
    page = client.get(page_of(taken))
    assert page.status_code == 409
    assert FIRST in text_of(page)
    assert "Ipê" not in text_of(page)


def page_of(handoff: Handoff) -> str:
    return reverse("leads:detail", kwargs={"slug": "acme", "pk": handoff.lead_id})


def test_what_the_team_never_saw_is_not_told(
    client: Client, version: AgreementVersion, ana: User, bruno: User
) -> None:
    private = offer(version, "Bruno's own", NOW, holder=bruno)
    for deed, told in FORMS.items():
        assert beside(client, deed, private, **told).status_code == 404
    assert client.get(page_of(private)).status_code == 404


def test_who_still_may_read_it_is_told_and_keeps_the_note(
    client: Client, handoff: Handoff, version: AgreementVersion
) -> None:
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    handoffs.accept(handoff=handoff, by=rafael, now=NOW)
    said = "Rafael was first: this handoff is accepted already."

    assert said in text_of(client.post(url("accept", handoff), follow=True))
    given_back = client.post(url("accept", handoff), NOTE)
    assert_given_back(given_back)
    assert said in text_of(given_back)
    rejected = beside(client, "reject", handoff, **FORMS["reject"])
    assert said in text_of(rejected)
    assert "No such company." in text_of(rejected)
    assert f'href="/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}"' in (
        rejected.content.decode()
    )
