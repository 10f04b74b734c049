"""Rejections: what waits for the arbiter, what can be contested, and what the lead's page tells."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agreements.actions import messages
from agreements.models import AgreementVersion, Message, User
from leads.actions import contests, handoffs
from leads.actions.telling import Deed
from leads.deeds import rejections
from leads.ingest import ingest
from leads.models import Handoff, HandoffEvent, Lead
from leads.rebuild import rebuild
from leads.told import Named
from tests.factories import Teller, local, make_user, make_version
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, stop_time, text_of

pytestmark = pytest.mark.django_db

PAGE = "/agreements/acme/leads/rejections/"


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(handoff=CRITERIA))


@pytest.fixture
def marina(version: AgreementVersion) -> User:
    return make_user("Marina", is_director=True)


@pytest.fixture
def rejected(version: AgreementVersion, marta: User, marina: User) -> Handoff:
    """Offered below the criteria by Marta, and rejected by Rafael."""
    tell(version, "Paulo", NOW - timedelta(days=1), **(READY | {"visits": 0}))
    lead = Lead.objects.get(name="Paulo")
    handoff = handoffs.offer(
        lead=lead, agreement=version.agreement, by=marta, now=NOW, note="Met at the fair."
    )
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    handoffs.reject(
        handoff=handoff, reason="wrong_data", by=rafael, now=NOW, note="No such number."
    )
    handoff.refresh_from_db()
    return handoff


def test_it_works(client: Client, rejected: Handoff, marta: User, marina: User) -> None:
    text = text_of(client.get(PAGE))
    assert "Can still be contested 1" in text
    assert "Wrong data No such number. Rafael," in text
    assert f"handoff={rejected.pk}&amp;deed=contest" in client.get(PAGE).content.decode()

    contests.contest(handoff=rejected, note="It rings.", by=marta, now=NOW)

    text = text_of(client.get(PAGE))
    assert "Waiting for the arbiter 1" in text
    assert "It rings. Marta," in text
    assert "You contested it yourself: somebody else decides." in text
    assert "1 contested rejection waits for the arbiter." in text_of(
        client.get("/agreements/acme/leads/before/")
    )
    client.force_login(marina)
    assert f"handoff={rejected.pk}&amp;deed=decide" in client.get(PAGE).content.decode()


def test_who_decides_reads_both_sides_where_they_decide(
    client: Client, rejected: Handoff, marta: User, marina: User
) -> None:
    contests.contest(handoff=rejected, by=marta, now=NOW, note="She answers at noon.")
    client.force_login(marina)
    lead = f"/agreements/acme/leads/{rejected.lead_id}/"
    page = client.get(f"{lead}?handoff={rejected.pk}&deed=decide")
    form = text_of(page).partition("Does the rejection of Paulo stand?")[2].partition("Decide ")[0]
    assert "No such number. Rafael," in form
    assert "Contested because: She answers at noon. Marta," in form
    reason = client.get(PAGE).context["waiting"][0].reason
    assert f"Rejected because: {reason} No such number." in form


def test_the_page_asks_no_more_for_more_of_them(
    client: Client, rejected: Handoff, version: AgreementVersion, django_assert_max_num_queries: Any
) -> None:
    marta = make_user("Jules", team=version.agreement.marketing_team, role="member")
    rafael = User.objects.get(name="Rafael")
    client.force_login(marta)
    texts = []
    for names in ((), ("Rita", "Rui", "Rosa", "Remo")):
        for name in names:
            tell(version, name, NOW - timedelta(days=1), **READY)
            lead = Lead.objects.get(name=name)
            told = handoffs.offer(lead=lead, agreement=version.agreement, by=marta, now=NOW)
            handoffs.reject(handoff=told, reason="wrong_data", by=rafael, now=NOW)
        for told in Handoff.objects.filter(lead__name__in=names[:2]):
            contests.contest(handoff=told, by=marta, now=NOW, note="It is right.")
        with django_assert_max_num_queries(13):
            texts.append(text_of(client.get(PAGE)))
    assert "Waiting for the arbiter 2" in texts[1]
    assert "Can still be contested 3" in texts[1]
    assert texts[1].count("You contested it yourself") == 2
    assert texts[1].count("Contest…") == 2


def test_what_is_too_old_is_left_out(
    client: Client, rejected: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: local("2026-09-14 12:00"))
    text = text_of(client.get(PAGE))
    assert "No rejection is young enough to be contested" in text
    assert "No contested rejection waits for a decision." in text


def test_what_was_offered_anew_is_left_out(
    client: Client, version: AgreementVersion, rejected: Handoff, marta: User
) -> None:
    """Also once that was rejected, which then can be contested alone."""
    later = NOW + timedelta(minutes=5)
    anew = handoffs.offer(
        lead=rejected.lead, agreement=version.agreement, by=marta, now=later, note="A new number."
    )
    assert not client.get(PAGE).context["contestable"]
    rafael = User.objects.get(name="Rafael")
    handoffs.reject(handoff=anew, reason="wrong_data", by=rafael, now=later)
    assert [row.handoff for row in client.get(PAGE).context["contestable"]] == [anew]


def test_an_overturning_that_came_too_late_counts_for_nothing(
    client: Client, version: AgreementVersion, rejected: Handoff, marta: User, marina: User
) -> None:
    """Another system tells of it after the lead was offered anew there, and rejected."""
    agreement = version.agreement
    contests.contest(handoff=rejected, note="It rings.", by=marta, now=NOW)
    at = NOW + timedelta(minutes=5)
    anew = Teller("Paulo").event("offered", at, "H2", external_id="anew")
    ended = Teller("Paulo").event("rejected", at, "H2", reason="wrong_data", external_id="ended")
    ingest(agreement=agreement, facts=[anew, ended], by=None, now=at)
    late = at + timedelta(minutes=1)
    so = Deed("decided", marina, late).event(
        rejected.lead, Named(rejected.source, rejected.external_id), None, is_overturned=True
    )
    ingest(agreement=agreement, facts=[so], by=marina, now=late)
    client.force_login(marina)
    page = f"/agreements/acme/leads/{rejected.lead_id}/?handoff={rejected.pk}"
    assert "It counts for nothing: the lead was offered anew before." in text_of(client.get(page))
    assert "uphold this rejection." in text_of(client.get(f"{page}&deed=decide"))
    assert client.get(PAGE).context["page"].paginator.count == 0
    assert decide_by_page(client, rejected, "yes").status_code == 422

    decide_by_page(client, rejected, "no")
    found = client.get(PAGE).context
    assert not found["waiting"]
    (row,) = found["decided"]
    assert (row.handoff, row.decided.note) == (rejected, "Asked them myself.")
    assert (found["page"].paginator.count, rebuild(now=late)) == (1, 0)


def test_others_read_why_they_may_not(client: Client, rejected: Handoff) -> None:
    client.force_login(make_user("Ivo", team=rejected.agreement.marketing_team))
    text = text_of(client.get(PAGE))
    assert "A rejection is contested by who offered, the marketing lead" in text


def test_reps_may_not(client: Client, version: AgreementVersion) -> None:
    client.force_login(make_user("Ana", team=version.agreement.sales_team))
    assert client.get(PAGE).status_code == 403


def test_the_lead_tells_that_it_was_below_the_criteria(client: Client, rejected: Handoff) -> None:
    text = text_of(client.get(f"/agreements/acme/leads/{rejected.lead_id}/"))
    assert "Paulo Offered below the criteria" in text
    assert "Offered below the criteria, it lacked: 25 points." in text
    assert "Why it was offered all the same: Met at the fair." in text


def test_one_that_was_never_offered(client: Client, version: AgreementVersion, marta: User) -> None:
    tell(version, "Rita", NOW, **READY)
    lead = Lead.objects.get(name="Rita")
    assert "It meets the criteria." in text_of(client.get(f"/agreements/acme/leads/{lead.pk}/"))


def test_messages_are_told(client: Client, rejected: Handoff, marta: User, marina: User) -> None:
    make_user("Otto", is_director=True)
    contests.contest(handoff=rejected, note="It rings.", by=marta, now=NOW)
    address = f"/agreements/acme/leads/{rejected.lead_id}/?show=messages"
    text = text_of(client.get(address))
    assert "Message to Marina, Otto : decide about the rejection E-mail, waits to be sent." in text
    assert "Marta contested the rejection" not in text

    asked = Message.objects.filter(kind="rejection_contested")
    first, second = asked.order_by("recipient__name")
    messages.note_sent(first, now=NOW)
    messages.note_failed(second, "Connection refused", now=NOW)
    text = text_of(client.get(address))
    assert "Marina: E-mail, sent" in text
    assert "Otto: E-mail, could not be sent yet; tried again" in text
    assert "Connection refused" not in text

    for _attempt in range(9):
        messages.note_failed(second, "Connection refused", now=NOW)
    assert "Otto: E-mail, given up after 10 attempts." in text_of(client.get(address))


def decide_by_page(client: Client, handoff: Handoff, answer: str, **more: Any) -> Any:
    told = {"decide-is_overturned": answer, "decide-note": "Asked them myself."}
    return client.post(f"/agreements/acme/handoffs/{handoff.pk}/decide/", told, **more)


@pytest.mark.parametrize(
    ("answer", "decided", "said"),
    [
        ("yes", "Overturned", "Overturned the rejection of Paulo."),
        ("no", "Upheld", "Upheld the rejection of Paulo."),
    ],
)
def test_who_decided_comes_back_and_reads_what(
    client: Client, rejected: Handoff, marta: User, marina: User, answer: str, decided: str,
    said: str,
) -> None:  # fmt: skip
    contests.contest(handoff=rejected, note="It rings.", by=marta, now=NOW)
    client.force_login(marina)

    assert decide_by_page(client, rejected, answer).headers["Location"] == PAGE

    page = client.get(PAGE)
    text = text_of(page)
    assert "No contested rejection waits for a decision." in text
    (row,) = page.context["decided"]
    assert (row.handoff, row.reason, row.cannot) == (rejected, "Wrong data", "")
    assert "Decided by the arbiter 1" in text
    assert f"{decided} Asked them myself. Marina," in text
    assert text.count(said) == 1  # by the message, not beside the undo
    (message,) = page.context["messages"]
    assert str(message).startswith(said)

    undone = {"name": page.context["undoable"].name, "back": PAGE}
    back = client.post(f"/agreements/acme/handoffs/{rejected.pk}/undo/", undone)
    assert back.headers["Location"] == PAGE
    assert "Waiting for the arbiter 1" in text_of(client.get(PAGE))


@pytest.mark.parametrize(("answer", "so"), [("yes", "overturned"), ("no", "upheld")])
def test_who_decides_second_is_told_who_was_first(
    client: Client, rejected: Handoff, marta: User, marina: User, answer: str, so: str
) -> None:
    contests.contest(handoff=rejected, note="It rings.", by=marta, now=NOW)
    client.force_login(marina)
    decide_by_page(client, rejected, answer)
    client.force_login(make_user("Otto", is_director=True))

    second = decide_by_page(client, rejected, "yes")

    assert second.status_code == 409
    assert f"Marina was first: the rejection was {so}." in text_of(second)
    assert "Asked them myself." in text_of(second)
    assert HandoffEvent.objects.filter(kind="decided").count() == 1


def test_a_script_opens_the_page_of_rejections(
    client: Client, rejected: Handoff, marta: User, marina: User
) -> None:
    contests.contest(handoff=rejected, note="It rings.", by=marta, now=NOW)
    client.force_login(marina)
    assert decide_by_page(client, rejected, "no", HTTP_HX_REQUEST="true")["HX-Redirect"] == PAGE


def test_what_was_decided_is_paged(
    client: Client, version: AgreementVersion, rejected: Handoff, marta: User, marina: User,
    django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(rejections, "PER_PAGE", 2)
    rafael = User.objects.get(name="Rafael")
    told = [rejected]
    for name in ("Rita", "Rui"):
        tell(version, name, NOW - timedelta(days=1), **READY)
        lead = Lead.objects.get(name=name)
        told.append(handoffs.offer(lead=lead, agreement=version.agreement, by=marta, now=NOW))
        handoffs.reject(handoff=told[-1], reason="wrong_data", by=rafael, now=NOW)
    for minute, each in enumerate(told):
        at = NOW + timedelta(minutes=minute)
        contests.contest(handoff=each, note="It rings.", by=marta, now=at)
        contests.decide(handoff=each, is_overturned=False, by=marina, now=at)
    with django_assert_max_num_queries(14):
        page = client.get(PAGE)
    assert [row.handoff for row in page.context["decided"]] == [told[2], told[1]]
    assert "Decided by the arbiter 3" in text_of(page)
    (last,) = client.get(f"{PAGE}?page=2").context["decided"]
    assert last.handoff == rejected
