"""What became of what was offered: held against a recount with the simplest means."""

import random
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from agreements.models import Agreement, AgreementVersion, User
from leads.actions import contests, handoffs, merges
from leads.became.cohort import GROUPS, OUTCOMES, Cohort
from leads.became.groups import Group, became
from leads.became.offered_in import OfferedIn, offered_in
from leads.ingest import ingest
from leads.models import Deal, Delivery, Handoff, HandoffEvent, Lead
from leads.queue.handoffs import Desk, desk_of
from leads.registry.filters import RegistryFilters
from leads.registry.leads import found_in, leads_in
from metrics.drilldown import leads_behind
from metrics.periods import month as month_named
from metrics.rollup import roll_up
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.became.recounting import recount
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of
from tests.metrics.told_at_random import random_facts

pytestmark = pytest.mark.django_db

PAGE = "/agreements/acme/leads/became/"
LEADS = "/agreements/acme/leads/"
SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))
LATER = local("2026-12-01 10:00")


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch, LATER)
    return make_version(dealing_terms(exchange_rates={"USD": "5"}))


def in_september(agreement: Agreement) -> list[Handoff]:
    return [
        each
        for each in agreement.handoffs.exclude(status__in=["expected", "repeated", "taken_back"])
        if each.offered_at and f"{each.offered_at.astimezone(NOW.tzinfo):%Y-%m}" == "2026-09"
    ]


def assert_equal(group: Group, counted: list[dict[str, Any]]) -> None:
    for outcome in OUTCOMES:
        assert group.counts[outcome] == sum(one[outcome] for one in counted), outcome
    assert group.amount == sum((one["amount"] for one in counted), Decimal(0))
    for step in ("received", "decided", "followed_up", "contacted", "qualified", "won"):
        took = [one["steps"][step] for one in counted if step in one["steps"]]
        told = group.time_of(step)
        assert told.number == len(took), step
        if took:
            exact = median(length / timedelta(microseconds=1) for length in took)
            assert told.median is not None
            assert abs(told.median / timedelta(microseconds=1) - exact) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_a_recount(version: AgreementVersion, seed: int) -> None:
    agreement = version.agreement
    ingest(agreement=agreement, facts=random_facts(seed, 60), by=None, now=LATER)
    Deal.objects.filter(currency="BRL").update(amount=Decimal("100.50"))
    Deal.objects.filter(currency="").update(amount=Decimal(10), currency="USD")
    counted = {each.pk: recount(version, each) for each in in_september(agreement)}
    assert len(counted) > 5

    for by in ("origin", "tier", "campaign"):
        found = became(Cohort(agreement, *SEPTEMBER), by)
        assert_equal(found.total, list(counted.values()))
    found = became(Cohort(agreement, *SEPTEMBER), "origin")
    for group in found.groups:
        own = [each.pk for each in in_september(agreement) if (each.origin or "") == group.key]
        assert_equal(group, [counted[pk] for pk in own])
    sizes = [group.offered for group in found.groups]
    assert all(earlier >= later for earlier, later in pairwise(sizes))


@pytest.mark.parametrize("seed", [4, 5])
def test_it_agrees_with_a_recount_where_leads_are_one(
    version: AgreementVersion, marta: User, seed: int
) -> None:
    agreement = version.agreement
    ingest(agreement=agreement, facts=random_facts(seed, 60), by=None, now=LATER)
    Deal.objects.filter(currency="").update(amount=Decimal(10), currency="USD")
    alone = became(Cohort(agreement, *SEPTEMBER), "origin").total.counts
    chance = random.Random(seed)
    leads = list(Lead.objects.order_by("pk"))
    chance.shuffle(leads)
    # Two by two, and then some of those that were kept.
    pairs = [*zip(leads[:20], leads[20:40], strict=True), *zip(leads[:5], leads[5:10], strict=True)]
    for kept, merged in pairs:
        at = local("2026-09-10 10:00") + timedelta(minutes=chance.randrange(30 * 24 * 60))
        merges.merge(kept=kept, merged=merged, by=marta, now=at)
    counted = {each.pk: recount(version, each) for each in in_september(agreement)}

    found = became(Cohort(agreement, *SEPTEMBER), "origin")
    assert_equal(found.total, list(counted.values()))
    assert found.total.counts != alone
    for outcome in OUTCOMES:
        fit = Handoff.objects.filter(Cohort(agreement, *SEPTEMBER).condition(outcome))
        assert {each.pk for each in fit} == {pk for pk, one in counted.items() if one[outcome]}


def test_every_handoff_is_accepted_rejected_waiting_or_ended(version: AgreementVersion) -> None:
    ingest(agreement=version.agreement, facts=random_facts(7, 60), by=None, now=LATER)
    counts = became(Cohort(version.agreement), "origin").total.counts
    parts = [counts[name] for name in ("accepted", "rejected", "waiting", "ended")]
    assert sum(parts) == counts["offered"] > 20
    assert all(parts)


def test_it_agrees_with_the_dashboard(version: AgreementVersion) -> None:
    agreement = version.agreement
    ingest(agreement=agreement, facts=random_facts(1, 60), by=None, now=LATER)
    roll_up(now=LATER)
    counts = became(Cohort(agreement, *SEPTEMBER), "tier").total.counts
    september = month_named("2026-09", agreement.time_zone)

    def shown(part: str) -> int:
        return leads_behind(agreement, september, "handoffs", now=LATER, part=part).count()

    assert counts["offered"] == shown("")
    # The dashboard counts overturned rejections beside the accepted ones.
    assert counts["accepted"] == shown("accepted") + shown("overturned")
    assert counts["rejected"] == shown("rejected") - shown("overturned")
    assert counts["waiting"] == shown("undecided")
    assert counts["ended"] == shown("withdrawn") + shown("recycled")


def found_leads(client: Client, href: str) -> int:
    return int(client.get(href).context["paginator"].count)


def leads_found(desk: Desk, href: str) -> int:
    """What the page would find, without the page."""
    filters = RegistryFilters.read(QueryDict(urlsplit(href).query).dict())
    return len(leads_in(found_in(desk, filters, LATER)))


def test_every_number_leads_to_its_leads(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    agreement = version.agreement
    ingest(agreement=agreement, facts=random_facts(7, 60), by=None, now=LATER)
    desk = desk_of(marta, "acme")

    for by in GROUPS:
        page = client.get(PAGE, {"by": by, "period": "2026-09"})
        for row in [*page.context["rows"], page.context["total"]]:
            numbers = [*row.numbers.values(), *(number for _name, number in row.reasons)]
            # The groups are told apart by words of their own, the numbers by the same in each.
            for number in numbers if by == "batch" else numbers[:2]:
                # No lead was offered twice.
                assert leads_found(desk, number.href) == number.count, number.href
    rejected = page.context["total"].numbers["rejected"]
    assert found_leads(client, rejected.href) == rejected.count > 0


def together(version: AgreementVersion, by: User, *names: str) -> list[Handoff]:
    """Leads that somebody offered at one go."""
    made = []
    for name in names:
        facts = [Teller(name).attributes(NOW, name=name, campaign="Spring")]
        ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
        lead = Lead.objects.get(name=name)
        made.append(handoffs.offer(lead=lead, agreement=version.agreement, by=by, now=NOW))
    return made


def test_batches(client: Client, version: AgreementVersion, marta: User) -> None:
    agreement = version.agreement
    together(version, marta, "Paulo", "Carla")
    offer(version, "Rita", NOW)
    imported = offer(version, "Rui", NOW)
    file = Delivery.objects.create(
        kind="file", source="crm", agreement=agreement, received_at=NOW, file_name="leads.csv"
    )
    HandoffEvent.objects.filter(handoff=imported).update(delivery=file)

    page = client.get(PAGE, {"period": "2026-09"})

    assert [(row.name, row.numbers["offered"].count) for row in page.context["rows"]] == [
        ("Offered together Tue 8 Sep 13:00, Marta", 2),
        ("One by one, or by another system", 1),
        ("leads.csv", 1),
    ]
    for row, leads in zip(
        page.context["rows"], (["Carla", "Paulo"], ["Rita"], ["Rui"]), strict=True
    ):
        shown = client.get(row.numbers["offered"].href)
        assert [str(each.lead) for each in shown.context["rows"]] == leads
        assert row.name in [chip["value"] for chip in shown.context["chips"]]
    unknown = client.get("/agreements/acme/leads/", {"batch": "i999"}).context["chips"]
    assert [chip["value"] for chip in unknown] == ["A batch that is not known"]


def test_batches_of_one_minute_are_told_apart(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    """By how their note begins, else by the second."""
    note = "From the fair in Recife, where they stood at our booth for an hour."
    for second, words, names in ((0, note, "AB"), (10, "", "CD"), (20, "", "EF")):
        at = NOW + timedelta(seconds=second)
        for name in names:
            facts = [Teller(name).attributes(NOW, name=name)]
            ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
            lead = Lead.objects.get(name=name)
            handoffs.offer(lead=lead, agreement=version.agreement, by=marta, now=at, note=words)
    rows = client.get(PAGE, {"period": "2026-09"}).context["rows"]
    assert [row.name for row in rows] == [
        "Offered together Tue 8 Sep 13:00, Marta: “From the fair in Recife, where they sto…”",
        "Offered together Tue 8 Sep 13:00, Marta · 8 September 2026, 13:00:10 UTC",
        "Offered together Tue 8 Sep 13:00, Marta · 8 September 2026, 13:00:20 UTC",
    ]


def test_a_member_sees_their_own_offers_first(client: Client, version: AgreementVersion) -> None:
    team = version.agreement.marketing_team
    bia = make_user("Bia", team=team)
    together(version, bia, "Paulo")
    together(version, make_user("Caio", team=team), "Carla", "Rita")
    client.force_login(bia)

    own = client.get(PAGE, {"by": "offered_by", "period": "2026-09"})
    assert [row.name for row in own.context["rows"]] == ["Bia"]
    everybodys = client.get(PAGE, {"by": "offered_by", "period": "2026-09", "whose": "all"})
    assert [row.name for row in everybodys.context["rows"]] == ["Caio", "Bia"]
    number = own.context["total"].numbers["offered"]
    assert found_leads(client, number.href) == number.count == 1


def test_campaigns_and_money(client: Client, version: AgreementVersion, marta: User) -> None:
    (paulo,) = together(version, marta, "Paulo")
    Deal.objects.create(
        agreement=version.agreement, lead=paulo.lead, status="won", amount=200, currency="USD",
        source="crm", external_id="d", occurred_at=NOW + timedelta(days=1), recorded_at=NOW,
    )  # fmt: skip
    text = text_of(client.get(PAGE, {"by": "campaign", "period": "2026"}))
    assert re.search(r"Spring 1 0 0 1 0 0 0 1\s+R\$\W1,000", text), text


def test_a_number_leads_to_those_alone_whose_campaign_is_written_so(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    for name, campaign in (("Ana", "fair"), ("Bia", "Fair"), ("Rui", "Fair"), ("Zoe", "Fairs")):
        offer(version, name, NOW, campaign=campaign)
    client.force_login(marta)
    rows = client.get(PAGE, {"by": "campaign", "period": "2026"}).context["rows"]
    counts = {row.name: row.numbers["offered"].count for row in rows}
    assert counts == {"fair": 1, "Fair": 2, "Fairs": 1}
    for row in rows:
        assert found_leads(client, row.numbers["offered"].href) == counts[row.name]


def test_contests_lead_to_their_leads(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    for handoff in together(version, marta, "Overturned", "Upheld", "Waiting", "Rejected"):
        name = handoff.lead.name
        handoffs.reject(handoff=handoff, reason="wrong_data", by=marta, now=NOW)
        if name != "Rejected":
            contests.contest(handoff=handoff, note="It rings.", by=marta, now=NOW)
        if name in ("Overturned", "Upheld"):
            is_overturned = name == "Overturned"
            contests.decide(handoff=handoff, is_overturned=is_overturned, by=marta, now=NOW)

    page = client.get(PAGE, {"by": "tier", "period": "2026-09"})

    told = "why Wrong data 3 Of 4 rejections 3 were contested : Upheld 1 Overturned 1 With the"
    assert f"{told} arbiter 1" in text_of(page)
    for outcome in ("upheld", "overturned"):
        shown = client.get(page.context["total"].numbers[outcome].href)
        assert [str(each.lead) for each in shown.context["rows"]] == [outcome.title()]
        assert outcome.title() in [chip["value"] for chip in shown.context["chips"]]


def test_a_lead_offered_twice_counts_twice_and_is_listed_once(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    (first,) = together(version, marta, "Paulo")
    handoffs.reject(handoff=first, reason="wrong_data", by=marta, now=NOW)
    later = NOW + timedelta(days=1)
    handoffs.offer(lead=first.lead, agreement=version.agreement, by=marta, now=later)
    page = client.get(PAGE, {"by": "tier", "period": "2026-09"})
    number = page.context["total"].numbers["offered"]
    assert (number.count, found_leads(client, number.href)) == (2, 1)
    assert "counts twice, and stands once in the list behind a number." in text_of(page)


def test_what_goes_on_under_the_name_that_was_merged_away_counts_once(
    version: AgreementVersion, marta: User
) -> None:
    """Carla is kept; what sales goes on with was offered as Paul, before she was."""
    handoff = offer(version, "Paul", local("2026-09-01 10:00"))
    offer(version, "Carla", local("2026-09-02 10:00"))
    carla, paul = (Lead.objects.get(name=name) for name in ("Carla", "Paul"))
    merges.merge(kept=carla, merged=paul, by=marta, now=local("2026-09-03 10:00"))
    reached = Teller("Carla").follow_up("conversation", local("2026-09-04 10:00"))
    ingest(agreement=version.agreement, facts=[reached], by=None, now=LATER)
    for lead in (carla, paul):
        Deal.objects.create(
            agreement=version.agreement, lead=lead, status="won", amount=200, currency="BRL",
            source="crm", external_id=lead.name, occurred_at=local("2026-09-20 10:00"),
            recorded_at=LATER,
        )  # fmt: skip

    cohort = Cohort(version.agreement, *SEPTEMBER)
    assert Handoff.objects.filter(cohort.condition("contacted")).get() == handoff
    assert Handoff.objects.filter(cohort.condition("won")).get() == handoff
    assert became(cohort, "origin").total.amount == 400


def test_nothing_was_offered(client: Client, version: AgreementVersion, marta: User) -> None:
    assert "Nothing was offered in this period" in text_of(client.get(PAGE, {"period": "2026-05"}))
    assert client.get(PAGE, {"period": "soon"}).status_code == 404
    assert client.get(PAGE, {"period": "2026-13"}).status_code == 404


def test_who_may_see_it(client: Client, version: AgreementVersion) -> None:
    client.force_login(make_rep("Ana", version.agreement))
    assert client.get(PAGE).status_code == 403
    client.force_login(make_user("Stranger"))
    assert client.get(PAGE).status_code == 404


def test_queries_do_not_grow(
    client: Client, version: AgreementVersion, marta: User, django_assert_max_num_queries: Any
) -> None:
    ingest(agreement=version.agreement, facts=random_facts(2, 5), by=None, now=LATER)
    with django_assert_max_num_queries(12) as few:
        client.get(PAGE, {"by": "origin", "period": "2026"})
    ingest(agreement=version.agreement, facts=random_facts(3, 30), by=None, now=LATER)
    with django_assert_max_num_queries(12) as many:
        client.get(PAGE, {"by": "origin", "period": "2026"})
    assert len(few) == len(many)


def test_periods() -> None:
    today = date(2026, 1, 15)
    assert offered_in("", today) == OfferedIn(2026, 1)
    january = offered_in("2026-01", today)
    assert (january.first_day, january.last_day) == (date(2026, 1, 1), date(2026, 1, 31))
    assert (january.earlier.text, january.later.text) == ("2025-12", "2026-02")
    year = offered_in("2024", today)
    assert (year.first_day, year.last_day) == (date(2024, 1, 1), date(2024, 12, 31))
    assert year.earlier.text == "2023"
