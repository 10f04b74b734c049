"""A lead that was handed over more than once: one story, of which each reads what they may."""

from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.ingest import ingest
from leads.models import Handoff
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.pages import offer, stop_time, text_of
from tests.leads.story.test_timeline import entries, tell, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch, local("2026-10-01 09:00"))
    return make_version()


@pytest.fixture
def bruno(version: AgreementVersion, client: Client) -> User:
    """A rep, signed in."""
    agreement = version.agreement
    bruno = make_user("Bruno", team=agreement.sales_team, time_zone=agreement.time_zone)
    client.force_login(bruno)
    return bruno


def page(client: Client, handoff: Handoff, query: str = "") -> Any:
    return client.get(f"/agreements/acme/leads/{handoff.lead_id}/?{query}")


@pytest.fixture
def both(version: AgreementVersion) -> tuple[Handoff, Handoff]:
    """Recycled and offered anew, with an e-mail in between."""
    at = Teller()
    tell(
        version,
        at.stage("mql", local("2026-09-01 09:00")),
        at.event("offered", local("2026-09-01 10:00")),
        at.follow_up("conversation", local("2026-09-01 10:20")),
        at.event("recycled", local("2026-09-02 10:00"), reason="not_now"),
        at.follow_up("sent", local("2026-09-10 10:00"), channel="email"),
        at.event("offered", local("2026-09-20 10:00"), "H2"),
        at.follow_up("no_answer", local("2026-09-21 10:00")),
    )
    first, second = Handoff.objects.order_by("offered_at")
    return first, second


def test_each_handoff_tells_its_own_time(
    version: AgreementVersion, both: tuple[Handoff, Handoff]
) -> None:
    first, second = both
    assert "Somebody wrote an e-mail: sent" not in dict(told(entries(version, first)))
    assert [text for text, _ in told(entries(version, second))] == [
        "Somebody called: no answer",
        "M4 Routing was not met in time",
        "Offered to Acme sales",
        "Somebody wrote an e-mail: sent",
    ]


def test_all_are_told_as_one_story(
    version: AgreementVersion, both: tuple[Handoff, Handoff]
) -> None:
    first, second = both
    found = entries(version)

    # Nothing is left out, and nothing is told twice.
    assert told(found) == told([*entries(version, second), *entries(version, first)])
    assert {one.version_number for one in found if one.lines} == {version.number}
    touches = [one.details for one in found if one.is_follow_up]
    assert touches == [(), ("It counts for no clock.",), ()]


def test_several_handoffs(client: Client, version: AgreementVersion, bruno: User) -> None:
    first = offer(version, "Carla", local("2026-09-01 10:00"), holder=bruno)
    carla = Teller("Carla")
    end = carla.event(
        "rejected",
        local("2026-09-01 11:00"),
        reason="wrong_data",
        person_id=bruno.pk,
        external_id="end",
    )
    again = [
        carla.event("offered", local("2026-09-30 10:00"), "H2", external_id="again"),
        carla.event("assigned", local("2026-09-30 10:01"), "H2", to_queue=True, external_id="to"),
    ]
    ingest(agreement=version.agreement, facts=[end, *again], by=None, now=local("2026-09-30 10:01"))
    second = Handoff.objects.get(external_id="Carla-H2")

    response = page(client, first)

    assert response.context["handoff"] == second
    text = text_of(response)
    assert "handoff 2 of 2 of this lead" in text
    assert "Tue 1 Sep 10:00 : rejected, Wrong data" in text
    assert f"?handoff={first.pk}" in response.content.decode()
    earlier = page(client, first, f"handoff={first.pk}")
    assert "handoff 1 of 2 of this lead" in text_of(earlier)
    assert "This handoff is closed: it is rejected." in text_of(earlier)
    # Both are told in one, whichever is shown.
    assert "Bruno rejected the handoff: Wrong data" in text
    assert [entry.text for entry in earlier.context["entries"]] == [
        entry.text for entry in response.context["entries"]
    ]


def test_what_a_rep_may_not_read_is_not_told(
    client: Client, version: AgreementVersion, bruno: User
) -> None:
    first = offer(version, "Carla", local("2026-09-01 10:00"), holder=bruno)
    carla = Teller("Carla")
    ended = carla.event("recycled", local("2026-09-01 11:00"), reason="not_now")
    again = carla.event("offered", local("2026-09-30 10:00"), "H2")
    ingest(
        agreement=version.agreement, facts=[ended, again], by=None, now=local("2026-10-01 09:00")
    )

    client.force_login(make_rep("Diego", version.agreement))
    text = text_of(page(client, first))

    assert "handoff 2 of 2 of this lead" in text
    assert "Offered to" in text
    assert "recycled the lead" not in text
