"""Both leads are warned ahead of an end that nothing follows, once for each distance."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from agreements.actions import drafts, messages, signing
from agreements.expiry import DAYS_AHEAD, warn_of_expiry
from agreements.models import AgreementVersion, Message, User
from agreements.outbox import send_messages
from agreements.tasks import warn_of_expiry as warn_of_expiry_daily
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, local, make_user, make_version

pytestmark = pytest.mark.django_db

END = date(2026, 7, 1)


@pytest.fixture
def former() -> AgreementVersion:
    return make_version()


@pytest.fixture
def helena(former: AgreementVersion) -> User:
    return make_user("Helena", team=former.agreement.marketing_team, role="lead")


@pytest.fixture
def rafael(former: AgreementVersion) -> User:
    return make_user("Rafael", team=former.agreement.sales_team, role="lead", language="pt-br")


@pytest.fixture
def ending(former: AgreementVersion, helena: User, rafael: User) -> AgreementVersion:
    return signed(former, date(2026, 2, 1), END, helena, rafael)


def signed(
    before: AgreementVersion, first: date, last: date | None, helena: User, rafael: User
) -> AgreementVersion:
    """A version that both signed on the first day of the year."""
    version = drafts.start(
        agreement=before.agreement,
        terms=example_terms(),
        by=helena,
        now=NOW,
        wanted_from_date=first,
    )
    drafts.set_wanted_period(version=version, from_date=first, to_date=last, by=helena, now=NOW)
    signing.propose(version=version, party="marketing", by=helena, now=NOW)
    for party, person in (("marketing", helena), ("sales", rafael)):
        signing.sign(
            version=version,
            party=party,
            seen_hash=version.terms_hash,
            method="password",
            by=person,
            now=NOW,
        )
    version.refresh_from_db()
    return version


def days_before(days: int, hour: int = 6) -> datetime:
    return local(f"2026-07-01 {hour:02}:00") - timedelta(days=days)


def warned() -> list[tuple[str, int]]:
    told = Message.objects.filter(kind="version_expires").order_by("pk")
    return [(each.recipient.name, each.parameters["days"]) for each in told]


def test_it_works(ending: AgreementVersion) -> None:
    for days in range(90, -3, -1):
        warn_of_expiry(now=days_before(days))

    both = ("Helena", "Rafael")
    assert sorted(warned()) == sorted((name, days) for days in DAYS_AHEAD for name in both)
    message = Message.objects.filter(kind="version_expires").first()
    assert message is not None
    assert message.subject_url == f"/agreements/acme/document/{ending.number}/"


def test_twice_a_day_warns_once(ending: AgreementVersion) -> None:
    assert warn_of_expiry(now=days_before(60)) == 1
    assert warn_of_expiry(now=days_before(60, hour=18)) == 1
    assert len(warned()) == 2


def test_a_day_is_a_day_of_the_agreement(ending: AgreementVersion) -> None:
    """23:30 in São Paulo is the next day in UTC already."""
    almost = local("2026-05-01 23:30")
    warn_of_expiry(now=almost)
    assert warned() == []
    warn_of_expiry(now=almost + timedelta(hours=1))
    assert {days for _, days in warned()} == {60}


def test_whoever_was_not_warned_in_time_is_warned_once(ending: AgreementVersion) -> None:
    """No beat ran for weeks: the nearest warning is enough."""
    warn_of_expiry(now=days_before(5))
    warn_of_expiry(now=days_before(4))
    assert {days for _, days in warned()} == {5}
    assert len(warned()) == 2


def test_nothing_to_warn_of(
    ending: AgreementVersion, former: AgreementVersion, helena: User, rafael: User
) -> None:
    """Version 1 ends too, but version 2 follows it; then version 3 follows that."""
    assert warn_of_expiry(now=days_before(61)) == 0
    signed(former, END, None, helena, rafael)
    assert warn_of_expiry(now=days_before(7)) == 0
    assert warned() == []


def test_a_gap_before_the_next_one_is_covered_by_it(
    ending: AgreementVersion, former: AgreementVersion, helena: User, rafael: User
) -> None:
    signed(former, date(2026, 9, 1), None, helena, rafael)
    assert warn_of_expiry(now=days_before(7)) == 0


def test_what_was_ended_on_purpose_needs_no_warning(ending: AgreementVersion, helena: User) -> None:
    last = date(2026, 6, 1)
    signing.end(agreement=ending.agreement, to_date=last, reason="", by=helena, now=NOW)
    assert warn_of_expiry(now=days_before(35)) == 0


def test_the_task_and_the_command_do_the_same(
    ending: AgreementVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    """Today is past its end, or not yet sixty days before: both only have to run."""
    call_command("warn_of_expiry")
    assert "end within 60 days" in capsys.readouterr().out
    warn_of_expiry_daily()


# -- what the document says


def test_the_document_says_when_it_ends(
    client: Client, ending: AgreementVersion, helena: User
) -> None:
    client.force_login(helena)
    page = client.get("/agreements/acme/document/2/").content.decode()
    assert "30 June 2026" in page


@pytest.mark.parametrize(("days", "shown"), [(61, False), (60, True), (1, True)])
def test_the_dashboard_says_when_it_ends(
    client: Client,
    ending: AgreementVersion,
    helena: User,
    days: int,
    shown: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: days_before(days))
    client.force_login(helena)
    page = client.get("/agreements/acme/").content.decode()
    assert ("The agreement ends on 30 June 2026." in page) == shown
    assert ("No other version follows it yet." in page) == shown


def test_the_dashboard_says_what_was_ended(
    client: Client, former: AgreementVersion, helena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing.end(agreement=former.agreement, to_date=END, reason="", by=helena, now=NOW)
    monkeypatch.setattr("django.utils.timezone.now", lambda: days_before(20))
    client.force_login(helena)
    page = client.get("/agreements/acme/").content.decode()
    assert "It was ended on purpose." in page


# -- mail

TOLD: dict[str, dict[str, Any]] = {
    "version_proposed": {"note": "As <agreed>"},
    "version_signed": {"is_complete": True, "from_date": "2026-07-01", "to_date": "2027-01-01"},
    "version_declined": {"note": "Too fast"},
    "version_withdrawn": {"note": ""},
    "version_expires": {"days": 30, "to_date": "2026-07-01"},
    "draft_discarded": {},
    "agreement_ended": {"note": "New teams", "to_date": "2026-07-01"},
}


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
@pytest.mark.parametrize("kind", list(TOLD))
def test_every_kind_has_a_mail(kind: str, language: str, settings: Settings) -> None:
    settings.SENDS_EMAIL = True
    version = make_version()
    reader = make_user("Zoe", language=language)
    about = {"agreement": "Acme & Sons", "slug": "acme", "number": 2, "author": "Helena"}
    messages.notify(
        kind=kind,
        recipients=[reader],
        subject=version,
        parameters=about | TOLD[kind],
        dedup_key=kind,
        now=NOW,
    )
    send_messages(now=NOW)

    sent = mail.outbox[0]
    assert "Acme & Sons" in sent.subject
    assert "\n" not in sent.subject
    assert "Acme & Sons" in sent.body
    assert "Zoe" in sent.body
    assert "{{" not in sent.body
    for note in ("As <agreed>", "Too fast", "New teams"):
        assert (note in sent.body) == (TOLD[kind].get("note") == note)
    if "to_date" in TOLD[kind]:
        assert "2026" in sent.body


def test_the_first_of_two_signatures_says_what_is_missing(settings: Settings) -> None:
    settings.SENDS_EMAIL = True
    reader = make_user("Zoe")
    messages.notify(
        kind="version_signed",
        recipients=[reader],
        subject=reader,
        parameters={"agreement": "Acme", "number": 2, "author": "Helena", "is_complete": False},
        dedup_key="one",
        now=NOW,
    )
    send_messages(now=NOW)
    assert mail.outbox[0].subject == "Helena has signed version 2 of Acme"
    assert "once the other party has signed too" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("portal_url", "link"),
    [("https://sla.example.com", "https://sla.example.com/agreements/acme/"), ("", "")],
)
def test_a_notice_links_to_what_it_is_about(settings: Settings, portal_url: str, link: str) -> None:
    settings.SENDS_EMAIL, settings.PORTAL_URL = True, portal_url
    reader = make_user("Zoe")
    messages.notify(
        kind="version_signed",
        recipients=[reader],
        subject=reader,
        parameters={"agreement": "Acme", "number": 2, "author": "Helena", "is_complete": True},
        dedup_key="one",
        now=NOW,
        url="/agreements/acme/",
    )
    send_messages(now=NOW)
    assert mail.outbox[0].body.endswith(f"{link}\n")
    assert ("http" in mail.outbox[0].body) == bool(link)
