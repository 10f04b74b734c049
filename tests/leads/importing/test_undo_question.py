"""What stays of an import that is undone, and with whom; the page of a lead says why."""

from datetime import timedelta

import pytest
from django.test import Client

from agreements import formats
from agreements.models import Agreement, AgreementVersion, User
from leads.actions import follow_ups, handoffs
from leads.ingest import ingest
from leads.models import FileImport, Handoff, Lead
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.leads.importing.file_imports import (
    JOAO,
    NOW,
    PAULO,
    bring,
    table,
    take_in,
    take_in_whole,
    try_out,
    work,
)
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=5)
OFFERED = b"id,name,offered at,owner\n1,Paulo,2026-09-04 17:40,Bruno\n"


@pytest.fixture
def bruno(agreement: Agreement) -> User:
    return make_user("Bruno", team=agreement.sales_team)


def question(client: Client, imported: FileImport) -> str:
    return text_of(client.get(f"/agreements/acme/imports/{imported.pk}/undo/"))


def undo(client: Client, imported: FileImport) -> None:
    client.post(f"/agreements/acme/imports/{imported.pk}/undo/")
    work(imported, now=LATER)


def offer_here(agreement: Agreement, holder: User) -> Handoff:
    lead = Lead.objects.get()
    handoff = handoffs.offer(lead=lead, agreement=agreement, by=holder, now=LATER)
    handoffs.assign(handoff=handoff, holder=holder, by=holder, now=LATER)
    return handoff


def test_it_works(client: Client, agreement: Agreement, marta: User, bruno: User) -> None:
    done = take_in_whole(agreement, marta, table(PAULO))
    assert "worked on here since" not in question(client, done)
    offer_here(agreement, bruno)

    asked = question(client, done)
    assert "1 of its leads was worked on here since." in asked
    assert "Paulo Souza: the handoff stays with Bruno, and its clocks run on." in asked
    undo(client, done)

    lead = Lead.objects.get()
    shown = text_of(client.get(f"/agreements/acme/leads/{lead.pk}/"))
    assert str(lead) == f"#{lead.pk}"
    assert "The import of leads.csv, which told of this lead, was undone on" in shown


def test_it_says_when_the_file_came_in(client: Client, agreement: Agreement, marta: User) -> None:
    """That is when it was taken in, not when it was brought."""
    checked = try_out(bring(agreement, marta, table(PAULO)))
    done = take_in(checked, marta, now=NOW + timedelta(days=1))
    assert formats.instant(NOW + timedelta(days=1), NOW) in question(client, done)


def test_a_follow_up_counts_as_work(
    client: Client, agreement: Agreement, marta: User, bruno: User
) -> None:
    done = take_in_whole(agreement, marta, OFFERED)
    handoff = Handoff.objects.get()
    follow_ups.log(
        handoff=handoff, channel="call", outcome="answered", occurred_at=NOW, by=bruno, now=LATER
    )
    asked = question(client, done)
    assert "1 of its leads was worked on here since." in asked
    assert "Paulo: what people did stays on record." in asked
    undo(client, done)

    shown = text_of(client.get(f"/agreements/acme/leads/{handoff.lead_id}/"))
    assert "The handoff was offered outside any version of the agreement." not in shown


def test_who_can_be_contacted_again_is_named(
    client: Client, agreement: Agreement, marta: User
) -> None:
    """Who is known otherwise, too, and of whom nothing else says that they are not to be."""
    crm = b"Id,Last Name,Do Not Call,Created\n1,Souza,no,2026-09-01\n2,Lima,no,2026-09-01\n"
    crm += b"3,Reis,yes,2026-09-01\n"
    take_in_whole(agreement, marta, crm)
    barred = b"Id,Unsubscribed,Created\n1,yes,2026-09-01\n2,no,2026-09-01\n3,yes,2026-09-01\n"
    done = take_in_whole(agreement, marta, barred + b"4,yes,2026-09-01\n", now=LATER)
    assert Lead.objects.filter(is_contact_barred=True).count() == 3

    asked = question(client, done)
    assert "1 lead that others tell of as well can be contacted again." in asked
    assert "This file alone says that they are not to be contacted. Souza" in asked
    undo(client, done)
    assert [*Lead.objects.filter(is_contact_barred=True)] == [Lead.objects.get(name="Reis")]


def test_who_was_barred_by_what_the_file_replaced_stays_so(
    client: Client, agreement: Agreement, marta: User
) -> None:
    crm = b"Id,Last Name,Do Not Call,Created\n1,Souza,yes,2026-09-01\n"
    take_in_whole(agreement, marta, crm)
    done = take_in_whole(agreement, marta, crm.replace(b"Souza", b"Sousa"), now=LATER)
    assert "can be contacted again" not in question(client, done)
    undo(client, done)
    assert Lead.objects.get().is_contact_barred


def test_who_leaves_the_lists_though_a_later_file_told_of_them_is_named(
    client: Client, agreement: Agreement, marta: User
) -> None:
    """The later file repeated the stage; brought once more, it tells it."""
    done = take_in_whole(agreement, marta, table(PAULO, JOAO))
    later = table([*PAULO[:2], "Lima", *PAULO[3:]])
    again = take_in_whole(agreement, marta, later, now=LATER)
    page = f"/agreements/acme/imports/{again.pk}/"
    assert "was undone since" not in text_of(client.get(page))

    asked = question(client, done)
    assert "1 lead that others tell of as well is in no list afterwards." in asked
    assert "or tell of them anew from where they come. Paulo Lima" in asked
    undo(client, done)
    assert not Lead.objects.filter(stages__stage="mql").exists()
    said = "leads.csv, which came before, was undone since."
    assert said in text_of(client.get(page))
    since = LATER + timedelta(hours=1)
    take_in(try_out(bring(agreement, marta, later, now=since)), marta, now=since)
    assert Lead.objects.get(stages__stage="mql").name == "Paulo Lima"
    assert said not in text_of(client.get(page))


def test_a_later_file_that_left_the_stage_to_the_earlier_one_says_so(
    client: Client, agreement: Agreement, marta: User
) -> None:
    """Its form says a stage for leads of which none is known: that repeats nothing."""
    told = b"Id,Name,Company\n1,Ana,Old\n"
    done = take_in_whole(agreement, marta, told)
    again = take_in_whole(agreement, marta, told.replace(b"Old", b"New"), now=LATER)
    undo(client, done)
    page = text_of(client.get(f"/agreements/acme/imports/{again.pk}/"))
    assert "leads.csv, which came before, was undone since." in page


def test_what_was_done_before_the_file_came_is_no_work_on_it(
    client: Client, agreement: Agreement, marta: User, bruno: User
) -> None:
    take_in_whole(agreement, marta, OFFERED)
    handoffs.accept(handoff=Handoff.objects.get(), by=bruno, now=LATER)
    more = OFFERED.replace(b"Paulo,", b"Paulo Souza,")
    done = take_in_whole(agreement, marta, more, now=LATER + timedelta(minutes=5))
    assert "worked on here since" not in question(client, done)


def test_the_pages_of_leads_that_others_tell_of_say_nothing_of_it(
    client: Client, agreement: Agreement, marta: User
) -> None:
    take_in_whole(agreement, marta, table(PAULO))
    later = take_in_whole(agreement, marta, table([*PAULO[:5], "05/09/2026 09:00", "Rui"]))
    undo(client, later)
    shown = text_of(client.get(f"/agreements/acme/leads/{Lead.objects.get().pk}/"))
    assert "was undone on" not in shown


def test_without_a_known_offer_no_page_says_that_criteria_were_met(
    client: Client, version: AgreementVersion
) -> None:
    rule = {"field": "employees", "operator": "at_least", "value": 50}
    handoff = {"scoring": [{"when": rule, "points": 70}], "threshold": 65}
    scored = make_version(example_terms(handoff=handoff), slug="scored")
    tell, at = Teller(), local("2026-09-04 10:00")
    accepted = tell.event("accepted", at)
    ingest(agreement=scored.agreement, facts=[accepted], by=None, now=at)
    client.force_login(make_user("Julia", team=scored.agreement.marketing_team))
    lead = Lead.objects.get()
    assert lead.handoffs.get().status == Handoff.Status.EXPECTED

    shown = text_of(client.get(f"/agreements/scored/leads/{lead.pk}/"))

    assert "No offer of it is known, so that nothing was judged by the criteria." in shown
    assert "No offer of the handoff is known: it was taken back or undone" in shown
    assert "met the criteria" not in shown
    assert "was offered outside any version" not in shown
