"""Where a handoff stands, whatever order its facts come in."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.clock import Grade
from leads.fold import EventRow, FollowUpRow, OfferRow, Standing, fold

START = datetime(2026, 9, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Lenient:
    """Rules under which everything counts that is not told otherwise."""

    late: frozenset[str] = frozenset()

    def is_in_time(self, row: FollowUpRow, offered_at: datetime) -> bool:
        return row.external_id not in self.late

    def gives_up(self, reason: str, offered_at: datetime) -> bool:
        return reason == "not_reached"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def event(
    kind: str,
    hours: float,
    *,
    handoff: int = 1,
    person: int | None = None,
    reason: str = "",
    overturned: bool | None = None,
) -> EventRow:
    return EventRow(
        handoff_id=handoff,
        kind=kind,
        occurred_at=at(hours),
        recorded_at=at(hours),
        source="crm",
        external_id=f"{kind}-{hours}-{handoff}",
        person_id=person,
        to_queue=False,
        reason=reason,
        is_overturned=overturned,
        until=None,
    )


def follow_up(grade: str, hours: float, name: str = "") -> FollowUpRow:
    return FollowUpRow(
        occurred_at=at(hours),
        recorded_at=at(hours),
        source="crm",
        external_id=name or f"f-{hours}",
        channel="call",
        grade=Grade(grade),
        is_automated=False,
        is_by_hand=False,
    )


def folded(
    events: list[EventRow],
    follow_ups: list[FollowUpRow] | None = None,
    rules: Lenient | None = None,
) -> dict[int, Standing]:
    pks = {each.handoff_id for each in events}
    offers = [OfferRow(pk, "crm", f"H{pk}") for pk in sorted(pks)]
    return {s.pk: s for s in fold(offers, events, follow_ups or [], rules or Lenient())}


def test_it_works() -> None:
    standing = folded(
        [
            event("offered", 0),
            event("assigned", 0.1, person=7),
            event("accepted", 1),
            event("qualified", 30),
        ]
    )[1]
    assert (standing.status, standing.holder_id) == ("qualified", 7)
    assert (standing.received_at, standing.decided_at, standing.closed_at) == (
        at(0.1),
        at(1),
        at(30),
    )


@pytest.mark.parametrize(
    ("grade", "status"),
    [("attempt", "offered"), ("contact", "accepted"), ("conversation", "accepted")],
)
def test_a_contact_accepts(grade: str, status: str) -> None:
    standing = folded([event("offered", 0)], [follow_up(grade, 2)])[1]
    assert standing.status == status


def test_a_follow_up_logged_too_late_accepts_nothing() -> None:
    rules = Lenient(late=frozenset({"late"}))
    standing = folded([event("offered", 0)], [follow_up("contact", 2, "late")], rules)[1]
    assert standing.status == "offered"


@pytest.mark.parametrize(("hours", "belongs"), [(-0.1, False), (0, True), (5, True), (5.1, False)])
def test_a_follow_up_belongs_to_the_handoff_open_at_its_instant(
    hours: float, belongs: bool
) -> None:
    events = [event("offered", 0), event("disqualified", 5, reason="no_need")]
    standing = folded(events, [follow_up("attempt", hours)])[1]
    assert any(mark.grade for mark in standing.marks) is belongs


def test_an_overturned_rejection_opens_again() -> None:
    rejected = [event("offered", 0), event("rejected", 1, reason="wrong_data")]
    contested = [*rejected, event("contested", 2)]
    assert folded(rejected)[1].closed_at == at(1)
    assert folded(contested)[1].contest == "waiting"

    upheld = folded([*contested, event("decided", 3, overturned=False)])[1]
    overturned = folded([*contested, event("decided", 3, overturned=True)])[1]

    assert (upheld.status, upheld.contest, upheld.reason) == ("rejected", "upheld", "wrong_data")
    assert (overturned.status, overturned.contest, overturned.closed_at) == (
        "accepted",
        "overturned",
        None,
    )
    assert overturned.was_open_at(at(0.5))
    assert not overturned.was_open_at(at(2))


def test_an_offer_while_another_is_open_opens_nothing() -> None:
    standings = folded(
        [
            event("offered", 0),
            event("offered", 3, handoff=2),
            event("accepted", 4, handoff=2),
        ]
    )
    assert standings[2].status == "repeated"
    assert standings[1].status == "accepted"


def test_a_repeat_becomes_a_handoff_when_the_first_was_closed_in_time() -> None:
    events = [event("offered", 0), event("offered", 3, handoff=2)]
    events.append(event("recycled", 2, reason="not_now"))
    standings = folded(events)
    assert (standings[1].status, standings[2].status) == ("recycled", "offered")


def test_a_decision_after_a_new_offer_reopens_nothing() -> None:
    standings = folded(
        [
            event("offered", 0),
            event("rejected", 1, reason="wrong_data"),
            event("contested", 2),
            event("offered", 3, handoff=2),
            event("decided", 4, overturned=True),
        ]
    )
    assert (standings[1].status, standings[2].status) == ("rejected", "offered")


def test_a_handoff_follows_the_end_of_the_one_before_it() -> None:
    events = [event("offered", 0), event("recycled", 2, reason="not_now")]
    events += [event("offered", hours, handoff=hours) for hours in (5, 6)]
    standings = folded([*events, event("withdrawn", 7, handoff=5), event("offered", 9, handoff=9)])
    assert [(pk, each.follows) for pk, each in standings.items()] == [
        (1, None), (5, at(2)), (6, None), (9, at(7))
    ]  # fmt: skip
    assert standings[6].status == "repeated"


def test_events_before_their_offer_wait() -> None:
    standing = folded([event("assigned", 1, person=7)])[1]
    assert (standing.status, standing.offered_at, standing.holder_id) == ("expected", None, None)


def test_nothing_stands_of_a_handoff_whose_events_were_all_taken_back() -> None:
    [standing] = fold([OfferRow(1, "crm", "H1")], [], [], Lenient())
    assert (standing.status, standing.offered_at) == ("taken_back", None)


def test_a_recycling_that_gives_up_is_marked() -> None:
    events = [event("offered", 0), event("recycled", 2, reason="not_reached")]
    assert folded(events)[1].marks[-1].not_reached


@pytest.mark.parametrize("seed", range(20))
def test_order_of_arrival_does_not_matter(seed: int) -> None:
    events = [
        event("offered", 0),
        event("assigned", 0, person=7),
        event("rejected", 1, reason="wrong_data"),
        event("contested", 2),
        event("decided", 3, overturned=True),
        event("recycled", 9, reason="not_now"),
        event("offered", 9, handoff=2),
        event("offered", 10, handoff=3),
        event("accepted", 11, handoff=3),
    ]
    touches = [follow_up("attempt", hours) for hours in (-1, 0, 1.5, 4, 9, 12)]
    expected = folded(events, touches)
    shuffler = random.Random(seed)
    shuffler.shuffle(events)
    shuffler.shuffle(touches)
    assert folded(events, touches) == expected


KINDS = (
    "offered", "assigned", "accepted", "rejected", "contested", "decided", "qualified",
    "disqualified", "recycled", "withdrawn",
)  # fmt: skip


@st.composite
def many_events(draw: st.DrawFn) -> list[EventRow]:
    """Events of up to three handoffs of a lead, several offers of one among them."""
    return [
        event(
            kind,
            draw(st.integers(0, 6)),
            handoff=draw(st.integers(1, 3)),
            person=draw(st.integers(1, 2)) if kind == "assigned" else None,
            overturned=draw(st.booleans()) if kind == "decided" else None,
        )._replace(external_id=f"e{place}")
        for place, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), max_size=10)))
    ]


@given(events=many_events(), order=st.randoms(use_true_random=False))
def test_no_order_of_any_events_matters(events: list[EventRow], order: random.Random) -> None:
    touches = [follow_up("attempt", hours) for hours in (0.5, 2.5, 4.5)]
    expected = folded(events, touches)
    order.shuffle(events)
    assert folded(events, touches) == expected


@given(events=many_events())
def test_at_most_one_handoff_is_open(events: list[EventRow]) -> None:
    standings = folded(events).values()
    assert sum(each.status in {"offered", "accepted"} for each in standings) <= 1
