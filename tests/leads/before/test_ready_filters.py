"""What narrows the lists before the handoff: words, origin, campaign, health, and days."""

from datetime import timedelta

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import merges, outcomes
from leads.before.readiness import judge_leads
from leads.ingest import ingest
from leads.models import Lead
from tests.factories import Teller, make_rep, make_version
from tests.leads.before.judged import OFFER, PAGE, judged
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

FAR: dict[str, object] = {"country": "PT"}


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(handoff=CRITERIA))


def names(client: Client, **asked: str) -> set[str]:
    return {str(row.lead) for row in client.get(PAGE, asked).context["rows"]}


def test_it_works(client: Client, version: AgreementVersion, marta: User) -> None:
    told = {"email": "a@b.example", "origin": "fair", "campaign": "spring"}
    judged(version, Sérgio=READY | told, Maria=READY, Mário=FAR | {"origin": "fair"})

    page = client.get(PAGE, {"q": "sergio", "origin": "fair", "campaign": "spring"})

    assert [str(row.lead) for row in page.context["rows"]] == ["Sérgio"]
    assert "Ready 1 Near 0 Far 0 Coming back 0" in text_of(page)
    assert "Search: sergio" in text_of(page)
    assert "Offer all that fit the filters…" in text_of(page)
    ready = client.get(OFFER, {"which": "ready", "origin": "fair"})
    assert [str(lead) for lead in ready.context["leads"]] == ["Sérgio"]
    assert names(client, origin="fair") == {"Sérgio"}
    assert names(client, origin="fair", view="far") == {"Mário"}
    far = text_of(client.get(PAGE, {"view": "far", "origin": "fair"}))
    assert "Ready Near Far 1 Coming back" in far
    assert "No lead of this list fits these filters" in text_of(client.get(PAGE, {"q": "mario"}))


def test_what_asks_nothing_leaves_the_address(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    asked = {"view": "far", "q": "", "origin": "", "campaign": "x", "health": ""}
    assert client.get(PAGE, asked)["Location"] == f"{PAGE}?view=far&campaign=x"
    assert client.get(PAGE, {"health": "none", "over": "yes"}).context["filters"].asked == {}


@pytest.mark.parametrize(
    ("days", "health"), [(30, "fresh"), (31, "ageing"), (90, "ageing"), (91, "cold")]
)
def test_health_is_what_the_rows_say(
    client: Client,
    version: AgreementVersion,
    marta: User,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    health: str,
) -> None:
    at = NOW + timedelta(days=days)
    reached = READY | {"email": "a@b.example"}
    for name in ("Silent", "Mailed", "Kept"):
        tell(version, name, NOW, **reached)
    tell(version, "Nowhere", NOW, **READY)
    tell(version, "Merged", at - timedelta(hours=1), job_title="Buyer")
    mail = Teller("Mailed").follow_up("sent", at, channel="email", is_automated=True)
    ingest(agreement=version.agreement, facts=[mail], by=None, now=at)
    kept, merged = (Lead.objects.get(name=name) for name in ("Kept", "Merged"))
    merges.merge(kept=kept, merged=merged, by=marta, now=at)
    judge_leads(now=at)
    stop_time(monkeypatch, at)
    client.force_login(marta)
    every = {str(row.lead): str(row.health) for row in client.get(PAGE).context["rows"]}
    assert every == {
        "Silent": health, "Mailed": "fresh", "Kept": "fresh", "Nowhere": "unreachable",
    }  # fmt: skip
    for each in ("fresh", "ageing", "cold", "unreachable"):
        assert names(client, health=each) == {name for name in every if every[name] == each}


def test_of_those_who_come_back_the_day_is_asked_for(
    client: Client, version: AgreementVersion, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = make_rep("Ana", version.agreement)
    for name, days in (("Late", 80), ("Today", 9), ("Over", 8)):
        handoff, day = offer(version, name, NOW, holder=ana), (NOW + timedelta(days=days)).date()
        outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    stop_time(monkeypatch, NOW + timedelta(days=9))
    for asked, found in (({"over": "yes"}, ["Over"]), ({"q": "late"}, ["Late"])):
        page = client.get(PAGE, {"view": "returning"} | asked)
        assert [str(each.lead) for each, _by_itself in page.context["rows"]] == found
    over = text_of(client.get(PAGE, {"view": "returning", "over": "yes"}))
    assert "Comes back: its day is over" in over
