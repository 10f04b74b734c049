"""Marketing hears of a rejection while it can be contested: once, gathered, as it stands then."""

from datetime import timedelta

import pytest
from django.core import mail
from pytest_django.fixtures import Settings

from agreements.actions.messages import GATHERED
from agreements.models import AgreementVersion, Message, User
from agreements.outbox import send_messages
from leads.actions import contests, corrections, handoffs
from leads.actions.telling import Elsewhere
from leads.models import Handoff, HandoffEvent, Lead
from leads.story.messages_told import messages_about
from leads.told import Named
from tests.factories import make_rep, make_user, make_version
from tests.leads.before.test_readiness import READY, tell
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer, stop_time

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_sao_paulo")]

THEN = NOW + GATHERED


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> AgreementVersion:
    stop_time(monkeypatch)
    settings.SENDS_EMAIL, settings.PORTAL_URL = True, "https://sla.example.com"
    return make_version(dealing_terms())


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


@pytest.fixture
def helena(version: AgreementVersion) -> User:
    return make_user("Helena", team=version.agreement.marketing_team, role="lead")


@pytest.fixture
def julia(version: AgreementVersion) -> User:
    return make_user("Júlia", team=version.agreement.marketing_team, time_zone="America/Sao_Paulo")


def offered(version: AgreementVersion, name: str, by: User) -> Handoff:
    tell(version, name, NOW - timedelta(days=1), **READY)
    lead = Lead.objects.get(name=name)
    at = NOW - timedelta(minutes=22)
    return handoffs.offer(lead=lead, agreement=version.agreement, by=by, now=at, note="Good.")


def reject(handoff: Handoff, by: User, note: str = "") -> None:
    handoffs.reject(handoff=handoff, reason="wrong_data", note=note, by=by, now=NOW)


def told() -> list[str]:
    """Whom a notice waits for, or went to."""
    found = Message.objects.filter(kind="handoff_rejected")
    return sorted(each.recipient.name for each in found)


def test_it_works(version: AgreementVersion, ana: User, helena: User, julia: User) -> None:
    User.objects.filter(pk=helena.pk).update(language="pt-br")
    handoff = offered(version, "Paulo", by=julia)
    make_user("Ivo", team=version.agreement.marketing_team)
    reject(handoff, ana, note="No such number.")
    assert told() == ["Helena", "Júlia"]
    assert send_messages(now=THEN - timedelta(seconds=1)) == 0

    assert send_messages(now=THEN) == 2

    letter = next(each for each in mail.outbox if each.to == [julia.email])
    assert letter.subject == "Rejected: Paulo, Ipê"
    link = f"https://sla.example.com/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}"
    assert letter.body == (
        "Hello Júlia,\n\n"
        "sales rejected this handoff of Acme. Whoever finds that wrong contests it:\n\n"
        "* Paulo, Ipê: Wrong data\n"
        "  “No such number.”\n"
        "  Rejected by Ana, Tue 8 Sep 10:00.\n"
        "  It can be contested until Fri 11 Sep 18:00.\n"
        f"  {link}\n"
    )


def test_many_at_once_make_one_mail(version: AgreementVersion, ana: User, helena: User) -> None:
    for name in ("Paulo", "Rita", "Rui"):
        reject(offer(version, name, NOW - timedelta(minutes=22)), ana)
    assert send_messages(now=THEN) == 1
    assert mail.outbox[0].subject == "3 handoffs of Acme were rejected"
    assert "* Rita: Wrong data\n" in mail.outbox[0].body


def test_what_is_not_true_any_more_is_left_out(
    version: AgreementVersion, ana: User, helena: User
) -> None:
    paulo, rita = (offer(version, name, NOW - timedelta(hours=1)) for name in ("Paulo", "Rita"))
    reject(paulo, ana)
    reject(rita, ana)
    contests.contest(handoff=rita, note="It rings.", by=helena, now=NOW)
    name = HandoffEvent.objects.get(handoff=paulo, kind="rejected").external_id
    corrections.undo(handoff=paulo, name=name, by=ana, now=NOW + timedelta(seconds=8))

    assert send_messages(now=THEN) == 0

    for handoff in (paulo, rita):
        (fate,) = messages_about([handoff], THEN)
        assert fate.text == "Message to <strong>Helena</strong>: the handoff was rejected"
        assert fate.details == ("E-mail, not sent: it was out of date before it went out.",)


def test_who_was_told_hears_that_it_was_taken_back(
    version: AgreementVersion, ana: User, helena: User
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    reject(handoff, ana)
    send_messages(now=THEN)
    event = HandoffEvent.objects.get(kind="rejected")
    corrections.retract(fact=event, reason="Wrong lead.", by=ana, now=THEN)
    send_messages(now=THEN)
    assert [each.subject for each in mail.outbox] == [
        "Rejected: Paulo", "The rejection of Paulo was taken back",
    ]  # fmt: skip
    assert "Ana took back the rejection of Paulo under Acme." in mail.outbox[1].body


def test_what_another_system_tells_of_is_told_while_it_can_be_contested(
    version: AgreementVersion, ana: User, helena: User
) -> None:
    link = make_user("CRM", team=version.agreement.sales_team, role="integration")
    for number, days in enumerate((0, 0, 30)):
        at = NOW - timedelta(days=days)
        handoff = offer(version, f"Lead {number}", at - timedelta(minutes=5))
        name = Named("crm", f"R{number}")
        elsewhere = Elsewhere(name=name, person=ana, delivery=None, occurred_at=at)
        for _again in range(2):
            handoffs.reject(handoff=handoff, reason="wrong_data", by=link, now=NOW, told=elsewhere)
    assert told() == ["Helena", "Helena"]
