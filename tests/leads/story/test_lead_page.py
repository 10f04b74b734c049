"""A lead's page: its clocks, the explanation of one, and what is known beside it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import Absence, AgreementVersion, Calendar, User
from leads.ingest import ingest
from leads.models import Handoff, LeadIdentity
from tests.factories import (
    Teller,
    example_terms,
    local,
    make_rep,
    make_user,
    make_version,
)
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

PAUSED = {"pause": [{"key": "asked", "name": "The customer asked for it"}]}


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch, local("2026-10-01 09:00"))
    terms = example_terms()
    return make_version(terms | {"reasons": terms["reasons"] | PAUSED})


@pytest.fixture
def bruno(version: AgreementVersion, client: Client) -> User:
    """The rep to whom the handoff comes in the end, signed in."""
    bruno = make_user(
        "Bruno", team=version.agreement.sales_team, time_zone=version.agreement.time_zone
    )
    client.force_login(bruno)
    return bruno


@pytest.fixture
def handoff(version: AgreementVersion, bruno: User) -> Handoff:
    """The first worked example."""
    ana, tell = make_rep("Ana", version.agreement), Teller("L1")
    facts = [
        tell.attributes(
            local("2026-09-04 17:39"),
            name="Paulo Vasconcelos",
            company="Mantiqueira",
            job_title="Operations manager",
            email="paulo@mantiqueira.example",
            founded=1987,
        ),
        tell.stage("mql", local("2026-09-04 17:40")),
        tell.event("offered", local("2026-09-04 17:40")),
        tell.event("assigned", local("2026-09-04 17:43"), person_id=ana.pk),
        tell.event("accepted", local("2026-09-08 09:10"), person_id=ana.pk),
        tell.event(
            "paused",
            local("2026-09-08 10:00"),
            until=local("2026-09-08 11:30"),
            reason="asked",
            person_id=ana.pk,
        ),
        tell.event("assigned", local("2026-09-08 11:45"), person_id=bruno.pk),
        tell.follow_up("no_answer", local("2026-09-08 14:20"), person_id=bruno.pk),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=local("2026-09-08 15:00"))
    return Handoff.objects.get()


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def page(client: Client, handoff: Handoff, query: str = "", slug: str = "acme") -> Any:
    return client.get(f"/agreements/{slug}/leads/{handoff.lead_id}/?{query}")


def test_it_works(client: Client, handoff: Handoff) -> None:
    response = page(client, handoff, "clock=S2.0")

    assert response.status_code == 200
    text = text_of(response)
    assert "the only handoff of this lead Paulo Vasconcelos Overdue" in text
    assert "Operations manager, Mantiqueira · held by Bruno · stage MQL · accepted" in text
    assert "S2 First follow-up Met 3 h 07 of 4 h Tue 8 Sep 14:20, was due Tue 8 Sep 15:13" in text
    assert "S3 Persistence Overdue 1 of 6 attempts" in text
    assert "S4 Disposition Overdue" in text
    assert "M4 Routing Met 3 min of 5 min" in text
    assert "Why Tue 8 Sep 15:13?" in text


def test_the_explanation_can_be_checked_by_hand(client: Client, handoff: Handoff) -> None:
    response = page(client, handoff, "clock=S2.0")

    assert (
        "A first follow-up is promised within 4 h. "
        "The clock began on Fri 4 Sep 17:43 , when sales received the handoff. "
        "It was met on Tue 8 Sep 14:20 , after 3 h 07 of working time. "
        "Not counted: Independence (Mon 7 Sep), one weekend, lunch 12:00–13:00 and the hours "
        "before 09:00 and after 18:00. "
        "It was paused from Tue 8 Sep 10:00 to Tue 8 Sep 11:30, which takes 1 h 30 out: "
        "The customer asked for it. "
        "Without the pause it would have been due on Tue 8 Sep 13:43 . "
        "Counted in the hours of the calendar “office”, revision 1, in local time of "
        "America/Sao Paulo, under clause S2 of version 1."
    ) in text_of(response).replace("4 h .", "4 h.")
    assert 'href="/agreements/acme/document/1/#S2"' in response.content.decode()
    assert 'data-copy="#explanation"' in response.content.decode()


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Not counted: Independence Day"), ("pt-br", "Independência do Brasil")],
)
def test_holidays_are_named_in_the_readers_language(
    client: Client, handoff: Handoff, language: str, name: str
) -> None:
    office = Calendar.objects.get()
    office.country = "BR"
    office.save()
    closures = {"2026-09-07": {"name": "Independência do Brasil", "hours": []}}
    office.revisions.create(number=2, closures=closures, recorded_at=NOW, settled_at=NOW)
    User.objects.update(language=language)

    response = page(client, handoff, "clock=S2.0")

    assert name in text_of(response)
    assert response.context["picture"].days[3].note in name


def test_the_picture_adds_up_to_the_words(client: Client, handoff: Handoff) -> None:
    picture = page(client, handoff, "clock=S2.0").context["picture"]

    assert [day.number for day in picture.days] == ["4", "5", "6", "7", "8"]
    assert [day.total for day in picture.days] == ["0:17", "–", "–", "–", "2:50"]
    assert picture.days[3].note == "Independence"
    assert [hour.label for hour in picture.hours] == ["09", "12", "13", "18"]
    tuesday = {block.kind for block in picture.days[4].blocks}
    assert tuesday == {"counted", "paused", "outside"}
    assert plain(picture.days[4].telling) == "Tue 8 Sep: 2 h 50 counted, 1 h 30 paused."
    assert [plain(item.label) for item in picture.legend[:2]] == ["counted 3 h 07", "paused 1 h 30"]
    assert picture.days[4].at == "met"
    assert [day.at_y is not None for day in picture.days] == [False] * 4 + [True]


def test_a_promise_of_days_takes_nothing_out_of_the_day_it_starts_on(
    client: Client, handoff: Handoff, version: AgreementVersion, bruno: User
) -> None:
    """Paused from its first day into its third; Bruno has it from then on."""
    named = handoff.external_id.removeprefix("L1-")
    tell = Teller("L1")
    start, until = local("2026-09-04 17:45"), local("2026-09-09 10:00")
    pause = tell.event("paused", start, named, until=until, reason="asked", external_id="p2")
    given = tell.event("assigned", until, named, person_id=bruno.pk, external_id="given")
    ingest(agreement=version.agreement, facts=[pause, given], by=None, now=until)

    response = page(client, handoff, "clock=S3.0")

    assert "It was paused from Fri 4 Sep 17:45 to Wed 9 Sep 10:00, which takes 9 h out" in text_of(
        response
    )
    legend = [plain(item.label) for item in response.context["picture"].legend]
    assert "paused 9 h" in legend
    held = {part.name: part.length for part in response.context["holders"]}
    assert held["Ana"] == timedelta(0)
    assert f"counted {held['Bruno'] // timedelta(hours=1)} h" in legend


def test_a_promise_of_days_ends_with_the_last_close(client: Client, handoff: Handoff) -> None:
    text = text_of(page(client, handoff, "clock=S3.0"))

    assert "Why Mon 21 Sep 18:00?" in text
    assert "The promise is 6 attempts over 2 channels within 10 working days" in text
    assert (
        "The day it starts on is not counted; it ends with the last close of working day 10."
        in text
    )
    assert "All of it is used, and 56 h of working time more has passed since." in text


def test_who_held_the_clock(client: Client, handoff: Handoff) -> None:
    holders = page(client, handoff, "clock=S2.0").context["holders"]

    assert [(part.name, part.length) for part in holders] == [
        ("Ana", timedelta(minutes=92)),
        ("Bruno", timedelta(minutes=95)),
    ]
    handed_over = local("2026-09-08 11:45")
    assert [[(span.start, span.end) for span in part.spans] for part in holders] == [
        [(local("2026-09-04 17:43"), handed_over)],
        [(handed_over, local("2026-09-08 14:20"))],
    ]


def test_who_was_away_while_holding_it_is_named(client: Client, handoff: Handoff) -> None:
    Absence.objects.create(
        user=User.objects.get(name="Ana"),
        starts_at=local("2026-09-08 00:00"),
        ends_at=local("2026-09-09 00:00"),
        recorded_at=local("2026-09-04 12:00"),
    )
    text = text_of(page(client, handoff, "clock=S2.0"))
    assert "Ana 17 min Fri 4 Sep 17:43 – Tue 8 Sep 00:00" in text
    assert "1 h 15 Tue 8 Sep 00:00 – 11:45 while Ana was away" in text


def test_a_clock_past_due_is_counted_until_its_handoff_is_closed(
    client: Client, version: AgreementVersion, bruno: User
) -> None:
    carla = offer(version, "Carla", local("2026-09-08 09:00"), holder=bruno)
    end = Teller("Carla").event(
        "rejected",
        local("2026-09-08 14:14"),
        reason="wrong_data",
        person_id=bruno.pk,
        external_id="end",
    )
    ingest(agreement=version.agreement, facts=[end], by=None, now=local("2026-09-08 14:14"))

    text = text_of(page(client, carla, "clock=S2.0"))

    assert "First follow-up Overdue 4 h 14 of 4 h" in text
    assert "14 min late, was due Tue 8 Sep 14:00" in text
    assert (
        "All of it was used, and 14 min of working time more, when the handoff was closed on "
        "Tue 8 Sep 14:14 ."
    ) in text
    breaches = text_of(client.get("/agreements/acme/breaches/?month=2026-09"))
    assert "Carla S2 14 min Tue 8 Sep 14:00" in breaches


def test_the_clock_that_runs_out_first_is_chosen(client: Client, handoff: Handoff) -> None:
    for query in ("", "clock=", "clock=S9.7"):
        assert page(client, handoff, query).context["selected"].name == "S3.0"


def test_a_zone_of_the_reader_changes_no_explanation(
    client: Client, handoff: Handoff, bruno: User
) -> None:
    User.objects.filter(pk=bruno.pk).update(time_zone="Asia/Tokyo")

    text = text_of(page(client, handoff, "clock=S2.0"))

    assert "Why Tue 8 Sep 15:13?" in text
    assert "S2 First follow-up Met 3 h 07 of 4 h Wed 9 Sep 02:20" in text


def test_every_language_has_the_page(client: Client, handoff: Handoff, bruno: User) -> None:
    for language in ("es", "pt-br"):
        User.objects.filter(pk=bruno.pk).update(language=language)
        assert page(client, handoff).status_code == 200


def test_swaps_get_what_they_replace(client: Client, handoff: Handoff) -> None:
    for target, start in {
        "clocks": '<div id="clocks"',
        "timeline": '<section id="timeline"',
        "deed": '<section id="deed"',
        "lead": '<div id="lead"',
    }.items():
        response = client.get(
            f"/agreements/acme/leads/{handoff.lead_id}/",
            headers={"HX-Request": "true", "HX-Target": target},
        )
        assert response.content.decode().lstrip().startswith(start)
        assert "HX-Target" in response.headers["Vary"]
    whole = client.get(f"/agreements/acme/leads/{handoff.lead_id}/", headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()


def test_the_form_to_reject_is_at_an_address(
    client: Client, version: AgreementVersion, bruno: User
) -> None:
    offered = offer(version, "Nova", local("2026-10-01 08:00"), holder=bruno)

    text = text_of(page(client, offered, "deed=reject"))

    assert "Reject the handoff of Nova?" in text
    assert "Wrong data" in text
    assert "Log a follow-up" not in text


def test_actions_that_are_closed_say_why(client: Client, handoff: Handoff) -> None:
    response = page(client, handoff)

    assert "Accepted Tue 8 Sep 09:10" in text_of(response)
    assert "A handoff is accepted or rejected once." in text_of(response)
    possible = {deed.key for deed in response.context["deeds"].all if deed.is_possible}
    assert possible == {"qualify", "recycle", "pause", "log"}


def test_criteria_as_they_were_when_it_was_offered(client: Client, bruno: User) -> None:
    rule = {"field": "employees", "operator": "at_least", "value": 50}
    asked = {"field": "request", "operator": "present"}
    scored = make_version(
        example_terms(
            handoff={
                "required_fields": ["company"],
                "rules": [
                    {"field": "country", "operator": "one_of", "value": ["BR", "AR"]},
                    {
                        "any": [
                            {"field": "phone", "operator": "present"},
                            {"field": "employees", "operator": "at_least", "value": 20},
                        ]
                    },
                ],
                "scoring": [{"when": rule, "points": 40}, {"when": asked, "points": 30}],
                "threshold": 65,
                "bypass": {"field": "request", "operator": "is", "value": "contact"},
            }
        ),
        slug="scored",
    )
    scored.agreement.sales_team.members.add(bruno)
    offered = offer(
        scored, "Big", local("2026-09-30 10:00"), holder=bruno, employees=80, phone="n/a"
    )
    later = Teller("Big").attributes(local("2026-09-30 12:00"), employees=8, country="BR")
    told = [replace(later, external_id="later")]
    ingest(agreement=scored.agreement, facts=told, by=None, now=local("2026-09-30 12:00"))

    text = text_of(page(client, offered, slug="scored"))

    assert "40 points, needs 65" in text
    assert "It did not meet the criteria when it was offered." in text
    assert "Not met: Country is one of BR, AR (missing)" in text
    assert "Met: Telephone is known or employees is at least 20 (80) Met:" in text
    assert "Met: Employees is at least 50 (80) +40" in text
    assert "Required, but missing: Company." in text
    assert "Country BR" in text


def test_names_and_ids(client: Client, handoff: Handoff, version: AgreementVersion) -> None:
    LeadIdentity.objects.create(lead=handoff.lead, source="hubspot", external_id="90 118 443")
    long = offer(version, "Long", NOW, name="N" * 300, company="C" * 300)

    text = text_of(page(client, handoff))

    assert "Known elsewhere as crm L1 hubspot 90 118 443" in text
    assert "E-mail address paulo@mantiqueira.example" in text
    assert "Founded 1987" in text
    assert page(client, long).status_code == 200


def test_what_a_rep_may_not_read_is_not_found(
    client: Client, version: AgreementVersion, handoff: Handoff
) -> None:
    anas = offer(version, "Anas", NOW, holder=make_rep("Aninha", version.agreement))
    assert page(client, anas).status_code == 404
    assert page(client, handoff, f"handoff={anas.pk}").status_code == 404
    assert page(client, handoff, "handoff=99999999999999999999999").status_code == 404
    assert client.get("/agreements/acme/leads/999999/").status_code == 404
    assert client.get("/agreements/acme/leads/99999999999999999999/").status_code == 404
    client.logout()
    assert page(client, handoff).status_code == 302


def test_of_another_agreement_is_not_found(client: Client, handoff: Handoff, bruno: User) -> None:
    other = make_version(slug="other")
    other.agreement.sales_team.members.add(bruno)
    assert page(client, handoff, slug="other").status_code == 404


def test_the_page_costs_the_same_however_much_happened(
    client: Client,
    version: AgreementVersion,
    handoff: Handoff,
    django_assert_max_num_queries: Any,
) -> None:
    page(client, handoff)
    with django_assert_max_num_queries(48) as few:
        page(client, handoff)
    tell, start = Teller("L1"), local("2026-09-09 10:00")
    calls = [
        tell.follow_up("no_answer", start + timedelta(minutes=number), external_id=f"call-{number}")
        for number in range(80)
    ]
    earlier = []
    for day in range(1, 8):
        name, at = f"H{day}-before", local(f"2026-08-{day:02} 10:00")
        end = tell.event("recycled", at + timedelta(hours=2), name, reason="not_now")
        earlier += [tell.event("offered", at, name), end]
    now = local("2026-09-10 10:00")
    ingest(agreement=version.agreement, facts=[*calls, *earlier], by=None, now=now)

    with django_assert_max_num_queries(48) as many:
        response = page(client, handoff)

    assert len(few) == len(many)
    assert len(response.context["entries"].object_list) == 50
    assert "51 to" in text_of(page(client, handoff, "page=2"))
    assert "handoff 8 of 8 of this lead" in text_of(response)
