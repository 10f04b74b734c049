"""The timeline: every fact in words, and what each did to the clocks."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from agreements.models import AgreementVersion, User
from leads.actions.telling import SOURCE
from leads.ingest import ingest
from leads.models import Breach, Handoff
from leads.story.case import read_case
from leads.story.corrected import Corrector
from leads.story.entries import Entry, Story
from leads.story.facts_told import Surroundings
from leads.story.timeline import by_day, timeline_of
from leads.told import Told, ToldDeal
from tests.factories import Teller, example_terms, local, make_rep, make_version
from tests.leads.test_ingest import example_facts

pytestmark = pytest.mark.django_db

NOW = local("2026-10-01 09:00")


@pytest.fixture
def version() -> AgreementVersion:
    return make_version()


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


def tell(version: AgreementVersion, *facts: Told, now: datetime = NOW) -> None:
    ingest(agreement=version.agreement, facts=facts, by=None, now=now)


def entries(
    version: AgreementVersion, handoff: Handoff | None = None, show: str = "everything"
) -> list[Entry]:
    """What is told of a handoff, else of all that its lead had."""
    shown = handoff
    handoff = handoff or Handoff.objects.order_by("offered_at")[0]
    handoffs = list(Handoff.objects.filter(lead=handoff.lead).order_by("offered_at"))
    story = Story(
        lead=handoff.lead,
        case=read_case(handoff.lead, version.agreement, handoffs),
        handoff=handoff,
        handoffs=handoffs,
        told=[shown] if shown else [one for one in handoffs if one.status != "repeated"],
        whole=shown is None,
        around=Surroundings(version.agreement, version.parsed_terms(), NOW),
        people={user.pk: user for user in User.objects.all()},
        corrector=Corrector(version.agreement, User(), set()),
        numbers={version.pk: version.number},
    )
    return timeline_of(story, show)


def plain(text: str) -> str:
    words = text.replace("\N{NO-BREAK SPACE}", " ")
    return words.replace("<strong>", "").replace("</strong>", "")


def told(found: list[Entry]) -> list[tuple[str, list[str]]]:
    """The sentence of each entry, and what it did: the clauses and the words."""
    return [
        (plain(one.text), [f"{' '.join(line.keys)} {plain(line.text)}" for line in one.lines])
        for one in found
    ]


def test_it_works(version: AgreementVersion, ana: User) -> None:
    bruno = make_rep("Bruno", version.agreement)
    tell(version, *example_facts(ana, bruno))

    assert told(entries(version)) == [
        ("Somebody qualified the lead", ["S4 met, working day 8 of 15"]),
        ("Somebody called: somebody answered", ["S3 met, working day 2 of 10"]),
        ("Somebody called: no answer", ["S2 met, 3 h 07 of 4 h used", "S3 attempt 1 of 6"]),
        ("Assigned to Bruno", []),
        ("The pause ended by itself", []),
        (
            "Somebody paused the clocks until Tue 8 Sep 14:30",
            ["S2 due time moved to Tue 8 Sep 18:13"],
        ),
        ("Somebody accepted the handoff", ["S1 met, 27 min of 4 h used"]),
        ("An automatic touch went out (e-mail): it stops no clock.", []),
        ("Assigned to Ana", ["M4 met, 3 min of 5 min used", "S1 S2 S3 S4 clock started"]),
        ("Offered to Acme sales", ["M4 clock started"]),
        ("Reached the stage MQL", []),
        ("First heard of by crm", []),
    ]


def test_people_are_told_from_the_system(version: AgreementVersion, ana: User) -> None:
    at = Teller()
    tell(
        version,
        at.event("offered", local("2026-09-08 10:00")),
        at.event("assigned", local("2026-09-08 10:01"), person_id=ana.pk),
        at.event("accepted", local("2026-09-08 10:02"), person_id=ana.pk),
        at.follow_up("sent", local("2026-09-08 10:03"), channel="email", is_automated=True),
        at.follow_up("sent", local("2026-09-08 10:04"), channel="email", person_id=ana.pk),
        now=local("2026-09-08 11:00"),
    )
    found = entries(version)[::-1]
    people = [(plain(one.text), one.is_person) for one in found if one.tone != "bad"]
    assert people == [
        ("Offered to Acme sales", False),
        ("Assigned to Ana", False),
        ("Ana accepted the handoff", True),
        ("An automatic touch went out (e-mail): it stops no clock.", False),
        ("Ana wrote an e-mail: sent", True),
    ]


def test_a_breach_stands_where_it_happened(version: AgreementVersion, ana: User) -> None:
    at = Teller()
    tell(
        version,
        at.event("offered", local("2026-09-08 10:00")),
        at.event("assigned", local("2026-09-08 10:01"), person_id=ana.pk),
        now=local("2026-09-08 11:00"),
    )
    assert not Breach.objects.exists()

    breach = next(one for one in entries(version) if "S2" in one.text)

    assert breach.at == local("2026-09-08 15:01")
    assert plain(breach.text) == "S2 First follow-up was not met in time"
    assert breach.details == ("Breach, charged to Sales: Ana.",)
    assert breach.tone == "bad"


def test_a_breach_that_a_late_fact_undid_is_shown_as_withdrawn(
    version: AgreementVersion, ana: User
) -> None:
    at = Teller()
    tell(
        version,
        at.event("offered", local("2026-09-08 10:00")),
        at.event("assigned", local("2026-09-08 10:01"), person_id=ana.pk),
        now=local("2026-09-08 16:00"),
    )
    assert Breach.objects.filter(clause_key="S2").exists()
    tell(version, at.follow_up("no_answer", local("2026-09-08 12:00")))

    found = [plain(one.text) for one in entries(version)]

    assert "The breach of S2 was withdrawn: a fact told later undid it" in found
    assert "S2 First follow-up was not met in time" not in found


def test_giving_up_is_a_breach_at_that_instant(version: AgreementVersion, ana: User) -> None:
    at = Teller()
    tell(
        version,
        at.event("offered", local("2026-09-08 10:00")),
        at.event("assigned", local("2026-09-08 10:01"), person_id=ana.pk),
        at.follow_up("no_answer", local("2026-09-08 10:30"), person_id=ana.pk),
        at.event(
            "recycled",
            local("2026-09-08 11:00"),
            person_id=ana.pk,
            reason="not_reached",
            until=local("2026-12-01 00:00"),
        ),
    )
    with timezone.override("America/Los_Angeles"):
        found = entries(version)
    assert plain(found[0].text) == "S3 Persistence was given up before it was met"
    assert found[0].at == local("2026-09-08 11:00")
    assert plain(found[1].text) == "Ana recycled the lead: Not reached"
    assert found[1].details == ("It comes back on Tue 1 Dec.",)
    assert "S3 given up before it was met" in told(found)[1][1]


def test_a_contested_rejection(version: AgreementVersion, ana: User) -> None:
    at = Teller()
    tell(
        version,
        at.event("offered", local("2026-09-08 10:00")),
        at.event("assigned", local("2026-09-08 10:01"), person_id=ana.pk),
        at.event(
            "rejected",
            local("2026-09-08 10:30"),
            reason="wrong_data",
            person_id=ana.pk,
            note="No number.",
        ),
        at.event("contested", local("2026-09-09 10:00")),
        at.event("decided", local("2026-09-11 11:00"), is_overturned=True),
        now=local("2026-09-11 12:00"),
    )
    found = dict(told(entries(version)))
    assert found["Ana rejected the handoff: Wrong data"] == [
        "S1 met, 29 min of 4 h used",
        "S2 S3 S4 ended without a verdict",
    ]
    assert found["The rejection was overturned"] == ["S2 S3 S4 clock started"]
    rejected = next(one for one in entries(version) if "rejected" in one.text)
    assert rejected.details == ("“No number.”",)


@pytest.mark.parametrize(
    ("is_overturned", "nobody_told", "by_somebody"),
    [
        (True, "The rejection was overturned", "Ana overturned the rejection"),
        (False, "The rejection was upheld", "Ana upheld the rejection"),
    ],
)
def test_who_decided_a_contest_is_named(
    version: AgreementVersion, ana: User, is_overturned: bool, nobody_told: str, by_somebody: str
) -> None:
    for person_id, sentence in ((None, nobody_told), (ana.pk, by_somebody)):
        at = Teller(sentence)
        tell(
            version,
            at.event("offered", local("2026-09-08 10:00")),
            at.event("rejected", local("2026-09-08 10:30"), reason="wrong_data"),
            at.event("contested", local("2026-09-09 10:00")),
            at.event(
                "decided",
                local("2026-09-11 11:00"),
                is_overturned=is_overturned,
                person_id=person_id,
            ),
            now=local("2026-09-11 12:00"),
        )
        handoff = Handoff.objects.get(external_id=f"{sentence}-H1")
        assert sentence in dict(told(entries(version, handoff)))


def test_who_assigned_is_named(version: AgreementVersion, ana: User) -> None:
    """A person where it was done here, the source where it was told; nobody without either."""
    rafa, at = make_rep("Rafa", version.agreement), Teller()
    tell(version, at.event("offered", local("2026-09-08 10:00")))
    moves: list[tuple[User | None, dict[str, Any]]] = [
        (rafa, {"source": SOURCE, "to_queue": True}),
        (rafa, {"source": SOURCE, "person_id": ana.pk}),
        (rafa, {"to_queue": True}),
        (rafa, {"person_id": ana.pk}),
        (None, {"to_queue": True}),
        (rafa, {"source": SOURCE, "person_id": rafa.pk}),
    ]
    for minute, (by, how) in enumerate(moves, start=1):
        fact = replace(at.event("assigned", local(f"2026-09-08 10:0{minute}")), **how)
        ingest(agreement=version.agreement, facts=[fact], by=by, now=NOW)

    found = [sentence for sentence, _did in told(entries(version))[::-1]]
    assert [each for each in found if "ssigned" in each or "queue" in each] == [
        "Rafa put it into the queue of Acme sales",
        "Rafa assigned it to Ana",
        "crm put it into the queue of Acme sales",
        "crm assigned it to Ana",
        "Put into the queue of Acme sales",
        "Assigned to Rafa",
    ]


def test_what_else_happens_to_a_lead(version: AgreementVersion, ana: User) -> None:
    at = Teller()
    offered = [
        at.attributes(local("2026-09-08 09:00"), name="Paulo", phone="n/a"),
        at.event("offered", local("2026-09-08 10:00")),
        at.event("assigned", local("2026-09-08 10:01"), to_queue=True),
        at.follow_up(
            "inbound_reply", local("2026-09-08 10:30"), channel="email", direction="inbound"
        ),
        at.attributes(local("2026-09-08 11:00"), do_not_contact=True),
        at.stage("customer", local("2026-09-09 10:00")),
        at.event("offered", local("2026-09-09 10:30"), "H2"),
    ]
    deal = ToldDeal(
        lead=at.lead,
        source="crm",
        external_id="deal",
        occurred_at=local("2026-09-09 10:00"),
        status="won",
        amount=25000,  # type: ignore[arg-type]
    )
    tell(version, *offered, deal)

    found = dict(told(entries(version)))

    assert found["The lead wrote an e-mail to Somebody: the lead replied"]
    assert "crm told more of the lead" in found
    assert found["crm told more of the lead"] == ["S4 ended without a verdict"]
    told_more = next(one for one in entries(version) if "told more" in one.text)
    assert told_more.details == ("Do not contact: yes",)
    assert "Reached the stage Customer" in found
    assert "Deal won, R$ 25,000" in found
    assert "Asked for again while the handoff was open; it restarts nothing." in found
    first = next(one for one in entries(version) if "First heard" in one.text)
    assert first.details == ("Name Paulo",)


def test_only_follow_ups_or_only_what_moved_clocks(version: AgreementVersion, ana: User) -> None:
    tell(version, *example_facts(ana, ana))
    assert {one.is_follow_up for one in entries(version, show="follow_ups")} == {True}
    assert len(entries(version, show="follow_ups")) == 3
    assert all(one.is_about_clocks for one in entries(version, show="clocks"))


def test_days_are_named(version: AgreementVersion, ana: User) -> None:
    at = Teller()
    tell(
        version,
        at.stage("lead", local("2025-12-31 10:00")),
        at.stage("mql", local("2026-09-30 10:00")),
        at.event("offered", NOW),
    )
    days = by_day(entries(version), NOW)
    assert [day.label for day in days] == ["Today", "Yesterday", "Wednesday 31 December 2025"]


def test_a_follow_up_with_all_there_is_to_say(version: AgreementVersion, ana: User) -> None:
    at = Teller()
    call = at.follow_up(
        "no_answer",
        local("2026-09-08 10:30"),
        person_id=ana.pk,
        evidence="by_hand",
        note="Rang twice.",
        next_step="Call",
        next_step_date=local("2026-09-10 00:00").date(),
    )
    tell(version, at.event("offered", local("2026-09-08 10:00")))
    tell(version, call, replace(call, external_id="x"), now=local("2026-09-08 13:10"))
    found = next(one for one in entries(version) if one.is_follow_up)
    assert [plain(line) for line in found.details] == [
        "“Rang twice.”",
        "Next step: Call, Thu 10 Sep.",
        "Back-dated: typed in Tue 8 Sep 16:10, 2 h 40 later by the calendar.",
    ]


def test_a_correction_leaves_a_follow_up_told_when_it_was(
    version: AgreementVersion, ana: User
) -> None:
    at, late = Teller(), local("2026-09-09 10:00")
    call = at.follow_up("no_answer", local("2026-09-08 10:30"), evidence="by_hand", note="Once.")
    told_late = replace(call, external_id="late")
    tell(version, at.event("offered", local("2026-09-08 10:00")))
    tell(version, call, now=local("2026-09-08 10:30"))
    tell(version, told_late, now=local("2026-09-08 13:10"))
    again: dict[str, Any] = {
        "note": "Twice.",
        "revised_at": late,
        "correction_reason": "Miscounted.",
    }
    tell(version, replace(call, **again), replace(told_late, **again), now=late)

    found = [one for one in entries(version) if one.is_follow_up]
    back_dated = [
        [plain(line) for line in one.details if line.startswith("Back-dated")] for one in found
    ]
    assert [plain(one.details[0]) for one in found] == ["“Twice.”", "“Twice.”"]
    assert sorted(back_dated) == [
        [],
        ["Back-dated: typed in Tue 8 Sep 16:10, 2 h 40 later by the calendar."],
    ]


def test_reasons_and_stages_have_their_names(version: AgreementVersion) -> None:
    around = Surroundings(version.agreement, None, NOW)
    assert around.stage_name("mql") == "mql"
    named = Surroundings(version.agreement, version.parsed_terms(), NOW)
    assert named.stage_name("mql") == "MQL"
    assert example_terms()["funnel"]["stages"][1]["name"] == "MQL"
