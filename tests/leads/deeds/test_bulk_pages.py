"""One deed to many leads: what it would do to each, doing it, and what was done."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, Audit
from leads.actions import handoffs
from leads.ingest import ingest
from leads.models import Handoff
from tests.factories import Teller, make_rep, make_version
from tests.leads.assignment.assigning import away
from tests.leads.dealing import call, dealing_terms
from tests.leads.deeds.bulk_pages import BULK, do, offered, preview, shown_on, sign_in, statuses
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

LEADS = "/agreements/acme/leads/"


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms())


def test_recycle_many(client: Client, version: AgreementVersion) -> None:
    rafael = sign_in(client, version, "sales")
    first, second, gone = offered(version, "Paulo", "Carla", "Rita")
    handoffs.reject(handoff=gone, reason="wrong_data", by=rafael, now=NOW)

    text = text_of(preview(client, "recycle", first, second, gone))
    assert "It is done to 2 leads" in text
    assert "1 lead is left as it is This handoff is closed: it is rejected. 1 Rita" in text

    told = {"recycle-reason": "not_now", "recycle-returns_date": "2026-10-01"}
    done = do(client, "recycle", first, second, gone, **told)
    assert done.status_code == 303
    assert statuses(first, second, gone) == ["recycled", "recycled", "rejected"]
    assert first.returns_date == date(2026, 10, 1)
    text = text_of(client.get(done["Location"]))
    assert "Recycled: 2 leads" in text
    assert "Not done Rita This handoff is closed: it is rejected." in text


def test_recycling_many_says_before_which_promise_it_breaks(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    ana = make_rep("Ana", version.agreement)
    tried, met, *others = offered(version, "Paulo", "Rita", "Carla", "Davi", "Eva", holder=ana)
    call(tried, ana)
    call(met, ana, "conversation")

    text = text_of(preview(client, "recycle", tried, met))
    said = "“Not reached” breaks S3 of 1 handoff: it is given up for Paulo after 1 of 6 attempts."
    assert said in text
    text = text_of(preview(client, "recycle", tried, met, *others))
    said = (
        "“Not reached” breaks S3 of 4 handoffs: it is given up for Paulo after 1 of 6 attempts, "
        "for Carla after 0 of 6 attempts, for Davi after 0 of 6 attempts and for 1 more."
    )
    assert said in text
    assert "breaks S3" not in text_of(preview(client, "recycle", met))


def test_what_is_missing_is_said_beside_its_field(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    (paulo,) = offered(version, "Paulo")

    refused = do(client, "recycle", paulo, **{"recycle-returns_date": "2026-10-01"})

    assert refused.status_code == 422
    assert "Choose the reason." in text_of(refused)
    assert statuses(paulo) == ["offered"]


def test_a_day_the_terms_do_not_allow_is_refused_for_each(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    (paulo,) = offered(version, "Paulo")
    told = {"recycle-reason": "not_now", "recycle-returns_date": "2036-10-01"}

    done = do(client, "recycle", paulo, **told)

    assert statuses(paulo) == ["offered"]
    text = text_of(client.get(done["Location"]))
    assert "Recycled: 0 leads" in text
    assert "By the agreement a lead comes back until" in text


def test_give_many_to_somebody(client: Client, version: AgreementVersion) -> None:
    rafael = sign_in(client, version, "sales")
    ana, bruno = make_rep("Ana", version.agreement), make_rep("Bruno", version.agreement)
    first, second = offered(version, "Paulo", "Carla", holder=ana)
    page = preview(client, "reassign", first, second)
    assert "Who gets them?" in text_of(page)
    handoffs.assign(handoff=second, holder=rafael, by=rafael, now=NOW)

    done = do(client, "reassign", handoff=shown_on(page), to=str(bruno.pk))

    statuses(first, second)
    assert (first.holder, second.holder) == (bruno, rafael)
    text = text_of(client.get(done["Location"]))
    assert "Given away: 1 lead" in text
    assert f"{rafael.name} has it meanwhile: look again." in text


def test_giving_many_says_who_is_away_and_how_much_they_hold(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    ana, bruno = make_rep("Ana", version.agreement), make_rep("Bruno", version.agreement)
    carla = make_rep("Carla", version.agreement)
    away(bruno, "2026-09-08 08:00", "2026-09-09 00:00")
    given, *others = offered(version, "Paulo", "Carla", "Rita", holder=ana)
    page = text_of(preview(client, "reassign", given, *others))
    assert "Ana, 3 open handoffs Bruno, away, back on Wed 9 Sep, 0 open handoffs" in page

    done = do(client, "reassign", *others, to=str(bruno.pk))
    text = text_of(client.get(done["Location"]))
    said = "Bruno: away, back on Wed 9 Sep. 2 of these handoffs run out meanwhile, or are overdue."
    assert said in text
    there = do(client, "reassign", given, to=str(carla.pk))
    assert "run out meanwhile" not in text_of(client.get(there["Location"]))


def test_give_many_to_the_queue(client: Client, version: AgreementVersion) -> None:
    sign_in(client, version, "sales")
    (paulo,) = offered(version, "Paulo", holder=make_rep("Ana", version.agreement))
    do(client, "reassign", paulo, to="queue")
    statuses(paulo)
    assert paulo.holder is None


def test_withdraw_only_what_one_offered(client: Client, version: AgreementVersion) -> None:
    julia = sign_in(client, version, "marketing", "member")
    (anothers,) = offered(version, "Paulo")
    (mine,) = offered(version, "Carla")
    handoffs.withdraw(handoff=mine, by=julia, now=NOW)
    mine = handoffs.offer(lead=mine.lead, agreement=version.agreement, by=julia, now=NOW)

    text = text_of(preview(client, "withdraw", anothers, mine))
    assert "It is done to 1 lead Carla" in text
    assert re.search(r"An offer is withdrawn by who made it.* 1 Paulo", text)

    # Whoever sends more than the page showed withdraws no more.
    do(client, "withdraw", anothers, mine)
    assert statuses(anothers, mine) == ["offered", "withdrawn"]


def test_who_is_not_to_be_contacted_is_marked_before_a_deed_and_after_it(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    barred = offer(version, "Paulo", NOW - timedelta(hours=1), do_not_contact=True)
    gone = offer(version, "Rita", NOW - timedelta(hours=1), do_not_contact=True)
    handoffs.withdraw(handoff=gone, by=make_rep("Ana", version.agreement), now=NOW)
    (carla,) = offered(version, "Carla")

    text = text_of(preview(client, "reassign", barred, carla, gone))
    assert "Carla Offered Paulo Offered not to be contacted" in text
    assert "1 Rita not to be contacted" in text
    done = do(client, "reassign", barred, carla, gone, to="queue")
    assert text_of(client.get(done["Location"])).count("not to be contacted") == 2


def test_cancel_leads_back_to_the_page_of_the_list(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    (paulo,) = offered(version, "Paulo")
    came_from = f"{LEADS}?tier=basic&page=2"
    page = preview(client, "reassign", paulo, tier="basic", back=came_from)
    again = do(client, "reassign", paulo, tier="basic", back=page.context["back"])
    for shown in (page, again):
        assert f'href="{LEADS}?tier=basic&amp;page=2">Cancel</a>' in shown.text
    elsewhere = preview(client, "reassign", paulo, tier="basic", back="https://x.example/")
    assert f'href="{LEADS}?tier=basic">Cancel</a>' in elsewhere.text


@pytest.mark.parametrize("deed", ["recycle", "withdraw"])
def test_what_changed_after_the_page_was_shown_is_left_and_named(
    client: Client, version: AgreementVersion, deed: str
) -> None:
    side = "sales" if deed == "recycle" else "marketing"
    sign_in(client, version, side)
    ana, bruno = make_rep("Ana", version.agreement), make_rep("Bruno", version.agreement)
    rang, given, same = offered(version, "Paulo", "Carla", "Rita", holder=ana)
    page = preview(client, deed, rang, given, same)
    call(rang, ana)
    handoffs.assign(handoff=given, holder=bruno, by=ana, now=NOW)

    told = {"recycle-reason": "not_now", "recycle-returns_date": "2026-10-01"}
    done = do(client, deed, handoff=shown_on(page), **told)

    assert statuses(rang, given) == ["offered", "offered"]
    assert statuses(same) != ["offered"]
    text = text_of(client.get(done["Location"]))
    assert "Paulo Something was done about it meanwhile: look again." in text
    assert "Carla Bruno has it meanwhile: look again." in text


def test_a_form_that_is_shown_again_says_what_changed_meanwhile(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    ana, bruno = make_rep("Ana", version.agreement), make_rep("Bruno", version.agreement)
    rang, given, same = offered(version, "Paulo", "Carla", "Rita", holder=ana)
    page = preview(client, "recycle", rang, given, same)
    call(rang, ana)
    handoffs.assign(handoff=given, holder=bruno, by=ana, now=NOW)
    page = do(client, "recycle", handoff=shown_on(page), **{"recycle-reason": ""})
    assert page.status_code == 422
    text = text_of(page)
    assert "It is done to 1 lead Rita" in text
    assert "2 leads are left as they are Bruno has it meanwhile: look again. 1 Carla" in text
    assert "Something was done about it meanwhile: look again. 1 Paulo" in text

    told = {"recycle-reason": "not_now", "recycle-returns_date": "2026-10-01"}
    do(client, "recycle", handoff=shown_on(page), **told)

    assert statuses(rang, given, same) == ["offered", "offered", "recycled"]


def test_a_form_that_does_not_say_what_was_seen_changes_nothing(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    (paulo,) = offered(version, "Paulo")
    for shown in (f"{paulo.pk}.", f"{paulo.pk}.0.0.x", "x", "", "1.2.3.4.5", "9" * 5000):
        do(client, "reassign", handoff=[shown], to="queue")
    assert statuses(paulo) == ["offered"]


def test_an_accepted_offer_is_not_withdrawn(client: Client, version: AgreementVersion) -> None:
    sign_in(client, version, "marketing")
    (paulo,) = offered(version, "Paulo")
    handoffs.accept(handoff=paulo, by=make_rep("Ana", version.agreement), now=NOW)
    text = text_of(preview(client, "withdraw", paulo))
    assert "It can be done to none of them" in text
    assert "A handoff is accepted or rejected once." in text


def test_all_that_fit_the_filters(
    client: Client, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, version, "sales")
    ana = make_rep("Ana", version.agreement)
    offered(version, "Paulo", "Carla", holder=ana)
    offered(version, "Rita")

    shown = client.get(BULK, {"deed": "recycle", "which": "all", "holder": str(ana.pk)})
    assert [str(each.lead) for each in shown.context["possible"]] == ["Carla", "Paulo"]

    monkeypatch.setattr("leads.views.bulk.MOST", 2)
    shown = client.get(BULK, {"deed": "recycle", "which": "all"})
    assert len(shown.context["possible"]) == 2
    assert "At most 2 leads at once" in text_of(shown)


def test_chosen_leads_are_offered_on_the_page_of_offers(
    client: Client, version: AgreementVersion
) -> None:
    julia = sign_in(client, version, "marketing")
    gone = offered(version, "Paulo", "Carla")
    for each in gone:
        handoffs.withdraw(handoff=each, by=julia, now=NOW)

    for page in (preview(client, "offer", *gone), preview(client, "offer", which="all")):
        assert page.status_code == 200
        assert "Offer 2 leads to sales?" in text_of(page)
        html = page.content.decode()
        assert 'action="/agreements/acme/leads/offer/"' in html
        for each in gone:
            assert f'name="lead" value="{each.lead_id}"' in html
    assert not Handoff.objects.open().exists()
    sign_in(client, version, "sales")
    assert preview(client, "offer", *gone).status_code == 403


def test_as_many_as_one_deed_is_done_to_are_offered_by_a_short_address(
    client: Client, version: AgreementVersion
) -> None:
    """However long the list of keys is, it travels in the body, and stays on the page."""
    sign_in(client, version, "marketing")
    tell = [Teller(f"Lead {number}") for number in range(500)]
    told = [each.stage("lead", NOW) for each in tell]
    ingest(agreement=version.agreement, facts=told, by=None, now=NOW)

    page = preview(client, "offer", which="all")

    assert page.request["QUERY_STRING"] == ""
    assert page.content.decode().count('name="lead"') == 500


def test_the_address_alone_leads_to_the_list(client: Client, version: AgreementVersion) -> None:
    """As after signing in again, or by the address line."""
    sign_in(client, version, "sales")
    assert client.get(BULK)["Location"] == LEADS
    assert client.get(BULK, {"tier": "vip"})["Location"] == f"{LEADS}?tier=vip"


def test_who_may_do_what(client: Client, version: AgreementVersion) -> None:
    (paulo,) = offered(version, "Paulo")
    allowed = {
        ("sales", "lead"): {"reassign", "recycle"},
        ("sales", "member"): set(),
        ("marketing", "lead"): {"withdraw"},
        ("marketing", "member"): {"withdraw"},
    }
    for (side, role), deeds in allowed.items():
        sign_in(client, version, side, role)
        page = client.get(LEADS)
        bulk = page.context["bulk"]
        assert {deed.key for deed in bulk["deeds"]} == deeds if bulk else not deeds
        for deed in ("reassign", "recycle", "withdraw"):
            expected = 200 if deed in deeds else 403
            assert preview(client, deed, paulo).status_code == expected
            if deed not in deeds:
                assert do(client, deed, paulo).status_code == 403
    assert statuses(paulo) == ["offered"]


def test_what_was_done_is_read_by_who_did_it(client: Client, version: AgreementVersion) -> None:
    sign_in(client, version, "sales")
    (paulo,) = offered(version, "Paulo", holder=make_rep("Ana", version.agreement))
    done = do(client, "reassign", paulo, to="queue")
    row = Audit.objects.get(action="leads.bulk.done")
    assert row.data == {"deed": "reassign", "done": [paulo.pk], "refused": []}
    sign_in(client, version, "marketing")
    assert client.get(done["Location"]).status_code == 404
    assert client.get(BULK, {"deed": "nonsense"}).status_code == 404


@pytest.mark.parametrize(
    ("deed", "side", "role"),
    [("recycle", "sales", "lead"), ("withdraw", "marketing", "lead"),
     ("withdraw", "marketing", "member")],
)  # fmt: skip
def test_a_preview_costs_the_same_however_many(
    client: Client,
    version: AgreementVersion,
    django_assert_max_num_queries: Any,
    deed: str,
    side: str,
    role: str,
) -> None:
    sign_in(client, version, side, role)
    many = offered(version, *(f"L{number}" for number in range(8)))
    with django_assert_max_num_queries(23) as few:
        preview(client, deed, *many[:2])
    with django_assert_max_num_queries(23) as all_of_them:
        preview(client, deed, *many)
    assert len(few) == len(all_of_them)
