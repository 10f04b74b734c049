"""The demo shows a team at work: most of it in order, with some exceptions to look at."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agreements.models import Absence, Agreement, User
from leads.before.qualifying import is_below_criteria
from leads.models import (
    Breach,
    Clock,
    FollowUp,
    Handoff,
    HandoffEvent,
    Lead,
    TeamRules,
)
from leads.rebuild import rebuild
from slaportal.demo import DEMO_SLUG
from tests.leads.pages import NOW, stop_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command prints of a demo of three weeks."""
    stop_time(monkeypatch)
    out = StringIO()
    call_command("demo", days=21, stdout=out)
    return out.getvalue()


def test_it_works(told: str) -> None:
    agreement = Agreement.objects.get(slug=DEMO_SLUG)
    handoffs = list(Handoff.objects.filter(agreement=agreement))
    below = [each for each in handoffs if is_below_criteria(each)]
    assert 0 < len(below) < len(handoffs) / 8
    assert all(
        HandoffEvent.objects.get(handoff=each, kind="offered").note
        for each in below
        if each.meets_criteria is False
    )
    assert 0 < Breach.objects.count() < Clock.objects.count() / 8
    assert "rafael@acme.example" in told
    assert rebuild(now=NOW) == 0


def test_its_leads_are_heard_of_on_the_day_they_come(told: str) -> None:
    days = set()
    for lead in Lead.objects.prefetch_related("changes", "stage_entries"):
        facts = (*lead.changes.all(), *lead.stage_entries.all())
        came = min(fact.occurred_at for fact in facts).astimezone(NOW.tzinfo)
        heard = lead.first_heard_at.astimezone(NOW.tzinfo)
        assert came <= heard
        assert came.date() == heard.date()
        days.add(heard.date())
    assert len(days) > 14


def test_its_team_has_rules_and_absences(told: str) -> None:
    rules = TeamRules.objects.get()
    assert (rules.in_use_since, rules.entries.count()) == (NOW, 3)
    diego = User.objects.get(name="Diego Rocha")
    assert Absence.objects.get(starts_at__lte=NOW, ends_at__gt=NOW).user == diego
    assert Absence.objects.filter(ends_at__lte=NOW).count() == 1
    assert Absence.objects.filter(starts_at__gt=NOW).count() == 1
    for absence in Absence.objects.all():
        given = HandoffEvent.objects.filter(kind="assigned", person=absence.user)
        during = given.filter(handoff__offered_at__range=(absence.starts_at, absence.ends_at))
        assert not during.exists()


def test_it_is_filled_in_once(told: str) -> None:
    with pytest.raises(CommandError, match="already"):
        call_command("demo")


def test_some_of_it_is_to_be_talked_about(told: str) -> None:
    contests = set(Handoff.objects.exclude(contest="").values_list("contest", flat=True))
    assert "waiting" in contests
    assert contests & {"upheld", "overturned"}
    for decided in HandoffEvent.objects.filter(kind="decided").select_related("handoff"):
        contested = HandoffEvent.objects.get(handoff=decided.handoff, kind="contested")
        assert decided.occurred_at - contested.occurred_at < timedelta(days=14)
        touches = FollowUp.objects.filter(lead=decided.handoff.lead, is_automated=False)
        assert all(touch.occurred_at > decided.occurred_at for touch in touches)
    assert HandoffEvent.objects.filter(kind="paused").exists()
    marketing = Agreement.objects.get().marketing_team.memberships.values("user")
    assert HandoffEvent.objects.filter(kind="offered").exclude(person__in=marketing).count() == 0
    nurtured = FollowUp.objects.filter(is_automated=True).values("lead")
    assert 0 < nurtured.distinct().count() < Lead.objects.count() / 2
    addresses = Counter(Lead.objects.exclude(email="").values_list("email", flat=True))
    came_again = sum(times - 1 for times in addresses.values())
    assert came_again < Lead.objects.count() / 50


def test_who_was_not_reached_comes_back(told: str) -> None:
    again = Handoff.objects.filter(external_id__endswith="-H2").exclude(status="repeated")
    assert again.exists()
    for handoff in again:
        recycled = HandoffEvent.objects.get(
            kind="recycled", handoff__external_id=handoff.external_id.replace("-H2", "-H1")
        )
        assert recycled.until
        assert handoff.offered_at
        assert handoff.offered_at > recycled.until
    assert Handoff.objects.filter(status="recycled").exists()
