"""Which stage a lead is in: the one it entered last, by what was told or by what was done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import merges
from leads.ingest import ingest
from leads.models import Handoff, Lead, LeadStage
from leads.rebuild import rebuild
from leads.stages import write_stages
from leads.told import Told, ToldDeal
from tests.factories import Teller, example_terms, make_version
from tests.leads.pages import NOW, offer, stop_time, text_of
from tests.leads.registry.listing import LEADS, arrive, found

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
Tell = Callable[..., None]
Enter = Callable[[str, str, datetime], None]


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    """An agreement with the usual stages, from lead to customer."""
    stop_time(monkeypatch)
    return make_version(example_terms(funnel={}))


@pytest.fixture
def tell(version: AgreementVersion) -> Tell:
    def tell(*facts: Told) -> None:
        ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)

    return tell


@pytest.fixture
def enter(tell: Tell) -> Enter:
    def enter(lead: str, stage: str, at: datetime) -> None:
        tell(
            Teller(lead).attributes(at, name=lead),
            Teller(lead).stage(stage, at, external_id=f"{lead} {stage}"),
        )

    return enter


def stage_of(lead: str) -> str | None:
    row = LeadStage.objects.filter(lead__name=lead).first()
    return None if row is None else f"{row.stage} {row.entered_at.astimezone(NOW.tzinfo):%H:%M}"


def test_it_works(version: AgreementVersion, tell: Tell) -> None:
    carla = Teller("Carla")
    tell(carla.attributes(NOW, name="Carla"))
    assert stage_of("Carla") is None
    tell(carla.stage("lead", NOW - 5 * HOUR))
    assert stage_of("Carla") == "lead 05:00"
    tell(carla.event("offered", NOW - 4 * HOUR))
    assert stage_of("Carla") == "mql 06:00"
    tell(carla.event("accepted", NOW - 3 * HOUR))
    assert stage_of("Carla") == "sal 07:00"
    tell(carla.event("qualified", NOW - 2 * HOUR))
    assert stage_of("Carla") == "sql 08:00"
    won = ToldDeal(
        lead=carla.lead, source="crm", external_id="won", occurred_at=NOW - HOUR, status="won"
    )
    tell(won)
    assert stage_of("Carla") == "customer 09:00"
    assert rebuild(now=NOW) == write_stages([Lead.objects.get().pk]) == 0
    LeadStage.objects.update(stage="lead")
    assert rebuild(now=NOW) == 1
    assert stage_of("Carla") == "customer 09:00"


def test_what_was_done_in_the_portal_is_found_in_the_registry(
    client: Client, version: AgreementVersion, rafael: User, tell: Tell
) -> None:
    offer(version, "Carla", NOW - 4 * HOUR)
    accepting = Teller("Carla").event("accepted", NOW - HOUR, external_id="yes")
    tell(accepting)
    assert found(client, "stage=sal") == ["Carla"]
    assert found(client, "stage=mql") == []
    assert "SAL" in text_of(client.get(f"{LEADS}?q=carla"))
    assert "SAL" in text_of(client.get(f"{LEADS}{Lead.objects.get().pk}/"))


def test_a_rejected_lead_stays_where_it_was_until_it_is_overturned(
    version: AgreementVersion, tell: Tell
) -> None:
    offer(version, "Carla", NOW - 4 * HOUR)
    carla = Teller("Carla")
    no = carla.event("rejected", NOW - 3 * HOUR, reason="wrong_data", external_id="no")
    tell(no)
    assert stage_of("Carla") == "mql 06:00"
    tell(carla.event("contested", NOW - 2 * HOUR, external_id="but"))
    tell(carla.event("decided", NOW - HOUR, is_overturned=True, external_id="so"))
    assert Handoff.objects.get().contest == "overturned"
    assert stage_of("Carla") == "sal 09:00"


def test_offered_again_it_is_an_mql_again(version: AgreementVersion, tell: Tell) -> None:
    offer(version, "Carla", NOW - 5 * HOUR)
    carla = Teller("Carla")
    tell(
        carla.event("accepted", NOW - 4 * HOUR, external_id="yes"),
        carla.event("withdrawn", NOW - 3 * HOUR, external_id="gone"),
    )
    assert stage_of("Carla") == "sal 06:00"
    tell(carla.event("offered", NOW - HOUR, "H2", external_id="again"))
    assert stage_of("Carla") == "mql 09:00"


def test_at_one_instant_the_later_stage_counts(tell: Tell) -> None:
    carla = Teller("Carla")
    tell(
        carla.attributes(NOW, name="Carla"), carla.event("offered", NOW),
        carla.event("accepted", NOW), carla.stage("mql", NOW), carla.stage("unheard_of", NOW),
    )  # fmt: skip
    assert stage_of("Carla") == "sal 10:00"


def test_what_is_taken_back_is_left_again(tell: Tell) -> None:
    carla = Teller("Carla")
    told = carla.stage("sql", NOW)
    tell(carla.attributes(NOW, name="Carla"), told)
    assert stage_of("Carla") == "sql 10:00"
    tell(replace(told, is_retracted=True, revised_at=NOW))
    assert not LeadStage.objects.exists()


def test_leads_that_are_one_are_in_one_stage(
    version: AgreementVersion, rafael: User, tell: Tell
) -> None:
    arrive(version, "Paulo", "lead")
    offer(version, "Paul", NOW + HOUR)
    paulo, paul = (Lead.objects.get(name=name) for name in ("Paulo", "Paul"))
    merge = merges.merge(kept=paulo, merged=paul, by=rafael, now=NOW + HOUR)
    assert (stage_of("Paulo"), stage_of("Paul")) == ("mql 11:00", None)
    accepting = Teller("Paul").event("accepted", NOW + 2 * HOUR, external_id="yes")
    tell(accepting)
    assert (stage_of("Paulo"), stage_of("Paul")) == ("sal 12:00", None)
    assert rebuild(now=NOW) == 0
    merges.undo(merge=merge, by=rafael, now=NOW + 3 * HOUR)
    assert (stage_of("Paulo"), stage_of("Paul")) == ("lead 10:00", "sal 12:00")


def test_a_merge_throws_nobody_back(
    client: Client, version: AgreementVersion, rafael: User, tell: Tell, enter: Enter
) -> None:
    """Whichever came further when they were merged, and whichever was heard of last."""
    offer(version, "Carla", NOW - 5 * HOUR)
    accepting = Teller("Carla").event("accepted", NOW - 4 * HOUR, external_id="yes")
    tell(accepting)
    enter("Carlinha", "lead", NOW - HOUR)
    carla, double = (Lead.objects.get(name=name) for name in ("Carla", "Carlinha"))
    for kept, merged in ((carla, double), (double, carla)):
        merge = merges.merge(kept=kept, merged=merged, by=rafael, now=NOW)
        assert stage_of(kept.name) == "sal 06:00"
        assert found(client, "stage=sal") == [kept.name]
        assert rebuild(now=NOW) == 0
        merges.undo(merge=merge, by=rafael, now=NOW)
        assert (stage_of("Carla"), stage_of("Carlinha")) == ("sal 06:00", "lead 09:00")


def test_since_a_merge_what_either_enters_last_counts(
    rafael: User, tell: Tell, enter: Enter
) -> None:
    """As for one lead: who is set back on purpose, or offered again, is there."""
    for name, stage in (("Carla", "sql"), ("Carlinha", "lead"), ("Karla", "customer")):
        enter(name, stage, NOW - HOUR)
    carla, double, third = (Lead.objects.get(name=each) for each in ("Carla", "Carlinha", "Karla"))
    merges.merge(kept=carla, merged=double, by=rafael, now=NOW)
    assert stage_of("Carla") == "sql 09:00"
    back = Teller("Carlinha").stage("mql", NOW + HOUR, external_id="back")
    tell(back)
    assert stage_of("Carla") == "mql 11:00"
    assert rebuild(now=NOW) == 0

    merges.merge(kept=third, merged=carla, by=rafael, now=NOW + 2 * HOUR)
    assert stage_of("Karla") == "customer 09:00"
    again = Teller("Carlinha").stage("sal", NOW + 3 * HOUR, external_id="again")
    tell(again)
    assert stage_of("Karla") == "sal 13:00"
    assert rebuild(now=NOW) == 0


def test_of_stages_that_no_terms_know_the_last_counts(rafael: User, enter: Enter) -> None:
    for name, stage, at in (
        ("Carla", "once", NOW - HOUR), ("Carlinha", "then", NOW), ("Karla", "lead", NOW - 2 * HOUR)
    ):  # fmt: skip
        enter(name, stage, at)
    carla, double, third = (Lead.objects.get(name=each) for each in ("Carla", "Carlinha", "Karla"))
    merges.merge(kept=carla, merged=double, by=rafael, now=NOW)
    assert stage_of("Carla") == "then 10:00"
    merges.merge(kept=third, merged=carla, by=rafael, now=NOW)
    assert stage_of("Karla") == "lead 08:00"
