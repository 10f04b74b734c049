"""Who withdraws, contests, decides and corrects: by role, as a table.

Beside `test_permissions`, whose rules and people these are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from agreements.models import User
from leads.actions import contests, follow_ups, handoffs
from leads.ingest import ingest
from leads.models import FollowUp, Handoff, HandoffEvent, Lead
from leads.permissions import (
    check_user_can_contest,
    check_user_can_correct,
    check_user_can_decide_contest,
    check_user_can_put_aside,
    check_user_can_take,
    check_user_can_turn_offer_rule,
    check_user_can_withdraw,
)
from tests.factories import Teller, example_terms, make_rep, make_user, make_version
from tests.leads.pages import NOW, offer, stop_time
from tests.roles import columns_of, may, person_in

pytestmark = pytest.mark.django_db

RULES = """
                            | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
turn offering by rule on    | yes   | –        | yes            | –          | –                | –   | –           | –
withdraw an offer           | yes   | –        | yes            | –          | –                | –   | –           | –
withdraw one's own          | yes   | –        | yes            | –          | yes              | –   | –           | –
contest a rejection         | yes   | –        | yes            | –          | –                | –   | –           | –
contest that of one's offer | yes   | –        | yes            | –          | yes              | –   | –           | –
decide as a director        | –     | yes      | –              | –          | –                | –   | –           | –
decide as the sales lead    | –     | –        | –              | yes        | –                | –   | –           | –
take what nobody holds      | –     | –        | –              | yes        | –                | yes | –           | –
put aside what one holds    | yes   | yes      | yes            | yes        | yes              | yes | yes         | yes
put aside what others hold  | –     | –        | –              | –          | –                | –   | –           | –
correct one's own           | yes   | –        | yes            | yes        | yes              | yes | yes         | –
correct another's follow-up | yes   | –        | –              | yes        | –                | –   | –           | –
take another's contest back | yes   | –        | yes            | –          | –                | –   | –           | –
take a decision back        | yes   | –        | –              | –          | –                | –   | –           | –
take one's own one back     | yes   | yes      | yes            | yes        | yes              | yes | yes         | –
"""  # noqa: E501 - it is read as a table

RULES_OF = columns_of(RULES)
REASONS = {"rejection": [{"key": "wrong_data", "name": "Wrong data"}]}


@dataclass(frozen=True)
class Scene:
    """What marketing offered and somebody logged, under a director and under a sales lead."""

    person: User
    offered: Handoff
    own_offer: Handoff
    for_director: Handoff
    for_sales_lead: Handoff
    own: FollowUp
    anothers: FollowUp


def contested(slug: str, arbiter: str, by: User) -> Handoff:
    """A rejection that marketing contests, under terms that name this arbiter."""
    terms = example_terms(reasons=REASONS, contest={"days": 3, "arbiter": arbiter})
    version = make_version(terms, slug=slug)
    handoff = offer(version, f"Lead of {slug}", NOW - timedelta(hours=1))
    handoffs.reject(handoff=handoff, reason="wrong_data", by=by, now=NOW)
    contests.contest(handoff=handoff, note="The address is right.", by=by, now=NOW)
    return handoff


@pytest.fixture
def scene(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The scene as somebody of the role asked for enters it."""
    stop_time(monkeypatch)
    somebody = make_user("Somebody")
    for_director = contested("acme", "the director", somebody)
    agreement = for_director.agreement
    person = person_in(request.param, agreement)
    for_sales_lead = contested("other", "Sales  lead", somebody)
    sides = {"marketing_team": agreement.marketing_team, "sales_team": agreement.sales_team}
    type(agreement).objects.filter(slug="other").update(**sides)
    for_sales_lead.refresh_from_db()
    offered = offer(agreement.versions.get(), "Paulo", NOW - timedelta(hours=1))
    own = follow_ups.log(
        handoff=offered, channel="call", outcome="no_answer", occurred_at=NOW, by=person, now=NOW
    )
    return Scene(
        person=person,
        offered=offered,
        own_offer=handoffs.offer(
            lead=a_lead(offered), agreement=agreement, by=person, now=NOW, note="A good one."
        ),
        for_director=for_director,
        for_sales_lead=for_sales_lead,
        own=own,
        anothers=follow_ups.log(
            handoff=offered,
            channel="email",
            outcome="sent",
            occurred_at=NOW,
            by=make_rep("Bruno", agreement),
            now=NOW,
        ),
    )


def a_lead(like: Handoff) -> Lead:
    """A lead that is not offered yet."""
    ingest(
        agreement=like.agreement,
        facts=[Teller("Rita").attributes(NOW, name="Rita")],
        by=None,
        now=NOW,
    )
    return Lead.objects.get(name="Rita")


def event_of(handoff: Handoff, kind: str, by: User | None = None) -> HandoffEvent:
    """Something done about a handoff, told by somebody, else by another one."""
    return HandoffEvent(handoff=handoff, kind=kind, recorded_by=by or User(pk=0))


ASKED: dict[str, Callable[[Scene], bool]] = {
    "turn offering by rule on": lambda s: may(check_user_can_turn_offer_rule)(
        s.offered.agreement, s.person
    ),
    "withdraw an offer": lambda s: may(check_user_can_withdraw)(s.offered, s.person),
    "withdraw one's own": lambda s: may(check_user_can_withdraw)(s.own_offer, s.person),
    "contest a rejection": lambda s: may(check_user_can_contest)(s.offered, s.person),
    "contest that of one's offer": lambda s: may(check_user_can_contest)(s.own_offer, s.person),
    "decide as a director": lambda s: may(check_user_can_decide_contest)(s.for_director, s.person),
    "decide as the sales lead": lambda s: may(check_user_can_decide_contest)(
        s.for_sales_lead, s.person
    ),
    "take what nobody holds": lambda s: may(check_user_can_take)(s.offered, s.person),
    "put aside what one holds": lambda s: may(check_user_can_put_aside)(
        Handoff(holder=s.person), s.person
    ),
    "put aside what others hold": lambda s: may(check_user_can_put_aside)(s.offered, s.person),
    "correct one's own": lambda s: may(check_user_can_correct)(s.own, s.person),
    "correct another's follow-up": lambda s: may(check_user_can_correct)(s.anothers, s.person),
    "take another's contest back": lambda s: may(check_user_can_correct)(
        event_of(s.for_director, "contested"), s.person
    ),
    "take a decision back": lambda s: may(check_user_can_correct)(
        event_of(s.for_director, "decided"), s.person
    ),
    "take one's own one back": lambda s: may(check_user_can_correct)(
        event_of(s.for_director, "decided", by=s.person), s.person
    ),
}


@pytest.mark.parametrize(("scene", "role"), [(role, role) for role in RULES_OF], indirect=["scene"])
def test_every_rule(scene: Scene, role: str) -> None:
    found = {row: "yes" if asked(scene) else "–" for row, asked in ASKED.items()}
    assert found == RULES_OF[role]


@pytest.mark.parametrize("scene", ["director"], indirect=True)
def test_nobody_decides_what_they_contested(scene: Scene) -> None:
    handoff = scene.own_offer
    handoffs.reject(handoff=handoff, reason="wrong_data", by=scene.person, now=NOW)
    contests.contest(handoff=handoff, note="It is right.", by=scene.person, now=NOW)
    assert not may(check_user_can_decide_contest)(handoff, scene.person)
