"""From the instant at which leads were found to be one, what is told of one is told of all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agreements.clock import Grade, MarkKind
from leads.families import ChangeRow, Families, MergeRow, share, share_changes
from leads.fold import EventRow, FollowUpRow, OfferRow, Standing, ToldOfLead, fold_family

START = datetime(2026, 9, 4, 12, tzinfo=UTC)
A, B, C = 1, 2, 3


class Lenient:
    """Rules under which everything counts."""

    def is_in_time(self, row: FollowUpRow, offered_at: datetime) -> bool:
        return True

    def gives_up(self, reason: str, offered_at: datetime) -> bool:
        return False


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def merged(lead: int, kept: int, hours: float) -> tuple[int, MergeRow]:
    return lead, MergeRow(at(hours), "portal", f"{lead}>{kept}", kept)


def told(lead: int, hours: float, **attributes: Any) -> ChangeRow:
    return ChangeRow(at(hours), "crm", f"{lead}-{hours}", at(hours), attributes)


def call(hours: float, grade: str = "attempt") -> FollowUpRow:
    name = f"call-{hours}"
    return FollowUpRow(at(hours), at(hours), "crm", name, "call", Grade(grade), False, False)


def event(handoff: int, kind: str, hours: float, *, overturned: bool = False) -> EventRow:
    name = f"{handoff}-{kind}-{hours}"
    return EventRow(
        handoff, kind, at(hours), at(hours), "crm", name, None, False, "", overturned, None
    )


def standings(
    families: Families,
    events: dict[int, list[EventRow]],
    follow_ups: dict[int, list[FollowUpRow]] | None = None,
) -> dict[int, Standing]:
    """Fold the handoffs of leads; each event says its handoff, whose offers come in order."""
    shared = {(lead, 1): list(rows) for lead, rows in (follow_ups or {}).items()}
    share(shared, families)
    facts = {
        lead: ToldOfLead(
            [OfferRow(pk, "crm", str(pk)) for pk in {each.handoff_id for each in rows}],
            rows,
            shared.get((lead, 1), []),
        )
        for lead, rows in events.items()
    }
    return {one.pk: one for _, one in fold_family(facts, families, Lenient())}


def test_it_works() -> None:
    families = Families(dict([merged(B, A, 10)]))
    found = standings(
        families,
        {A: [event(1, "offered", 2)], B: [event(2, "offered", 5)]},
        {B: [call(6), call(12, "contact")]},
    )
    assert (found[1].status, found[1].decided_at) == ("accepted", at(12))
    assert (found[2].status, found[2].closed_at, found[2].decided_at) == ("merged", at(10), None)
    assert [mark.kind for mark in found[2].marks][-1] is MarkKind.MERGED


def test_the_one_offered_first_goes_on_whichever_lead_is_kept() -> None:
    families = Families(dict([merged(A, B, 10)]))
    found = standings(families, {A: [event(1, "offered", 2)], B: [event(2, "offered", 5)]})
    assert {pk: one.status for pk, one in found.items()} == {1: "offered", 2: "merged"}


@pytest.mark.parametrize("accepted", [1, 2])
def test_of_two_offered_at_one_instant_the_accepted_one_goes_on(accepted: int) -> None:
    """Whichever name comes first, and whatever is told of the other one once it ended."""
    families, ended = Families(dict([merged(B, A, 10)])), 3 - accepted
    events = {
        each: [event(each, "offered", 2), event(each, "accepted", hours)]
        for each, hours in ((accepted, 10), (ended, 11))
    }
    found = standings(families, events)
    assert (found[accepted].status, found[ended].status) == ("accepted", "merged")


def test_of_two_offered_at_one_instant_and_undecided_the_first_by_name_goes_on() -> None:
    families = Families(dict([merged(A, B, 10)]))
    events = {lead: [event(lead, "offered", 2), event(lead, "accepted", 11)] for lead in (A, B)}
    found = standings(families, events)
    assert {pk: one.status for pk, one in found.items()} == {1: "accepted", 2: "merged"}


def test_the_only_open_one_goes_on_and_the_closed_one_reopens_no_more() -> None:
    families = Families(dict([merged(B, A, 10)]))
    closed = [event(1, "offered", 2), event(1, "rejected", 3)]
    overturned = event(1, "decided", 11, overturned=True)
    found = standings(families, {A: [*closed, overturned], B: [event(2, "offered", 5)]})
    assert {pk: one.status for pk, one in found.items()} == {1: "rejected", 2: "offered"}


def test_of_two_closed_ones_the_later_may_be_reopened() -> None:
    families = Families(dict([merged(B, A, 10)]))
    events = {
        lead: [
            event(lead, "offered", lead),
            event(lead, "rejected", 3),
            event(lead, "decided", 11, overturned=True),
        ]
        for lead in (A, B)
    }
    found = standings(families, events)
    assert {pk: one.status for pk, one in found.items()} == {1: "rejected", 2: "accepted"}


def test_an_offer_of_either_while_one_is_open_opens_nothing() -> None:
    families = Families(dict([merged(B, A, 1)]))
    later = [event(2, "offered", 5), event(2, "accepted", 6)]
    found = standings(families, {A: [event(1, "offered", 2)], B: later})
    assert {pk: one.status for pk, one in found.items()} == {1: "accepted", 2: "repeated"}


def test_before_the_merge_nothing_is_shared() -> None:
    families = Families(dict([merged(B, A, 10)]))
    found = standings(families, {A: [event(1, "offered", 2)]}, {B: [call(9, "contact")]})
    assert found[1].status == "offered"


def test_what_happened_at_its_instant_came_before_the_merge() -> None:
    changes = {A: [told(A, 0, name="Ana")], B: [told(B, 10, name="Ana S.", city="Santos")]}
    share_changes(changes, Families(dict([merged(B, A, 10)])))
    assert known(changes, A, 11) == {"name": "Ana", "city": "Santos"}


def test_leads_are_one_over_others_from_the_later_merge_on() -> None:
    families = Families(dict([merged(C, B, 10), merged(B, A, 20)]))
    assert families.all([C]) == families.all([A]) == {A, B, C}
    rows = {(lead, 1): [call(hours)] for lead, hours in ((A, 15), (B, 12), (C, 25))}
    share(rows, families)
    assert {lead: [row.occurred_at for row in found] for (lead, _), found in rows.items()} == {
        A: [at(15), at(25)],
        B: [at(12), at(25)],
        C: [at(25), at(12)],
    }


def test_leads_that_are_one_already_are_joined_once() -> None:
    circle = Families(dict([merged(A, B, 1), merged(B, A, 2)]))
    assert len(list(circle.joinings())) == 1
    assert list(Families(dict([merged(A, A, 1)])).joinings()) == []


def known(changes: dict[int, list[ChangeRow]], lead: int, hours: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for change in changes[lead]:
        if change.occurred_at <= at(hours):
            found |= change.attributes
    return found


def test_the_kept_lead_learns_what_it_lacks_and_the_merged_one_what_differs() -> None:
    changes = {
        A: [told(A, 0, name="Ana", phone="n/a", size=3)],
        B: [told(B, 1, name="Ana S.", phone="+55 11", city="Santos"), told(B, 12, size=9)],
    }
    share_changes(changes, Families(dict([merged(B, A, 10)])))
    joint = {"name": "Ana", "phone": "+55 11", "size": 3, "city": "Santos"}
    assert known(changes, A, 9) == {"name": "Ana", "phone": "n/a", "size": 3}
    assert known(changes, A, 11) == known(changes, B, 11) == joint
    assert known(changes, A, 13) == known(changes, B, 13) == joint | {"size": 9}


def test_who_must_not_be_contacted_under_one_name_must_not_under_the_other() -> None:
    changes = {A: [told(A, 0, do_not_contact=False)], B: [told(B, 1, do_not_contact=True)]}
    share_changes(changes, Families(dict([merged(B, A, 10)])))
    assert known(changes, A, 11) == {"do_not_contact": True}


def test_an_address_is_not_verified_by_another_one() -> None:
    verified = told(B, 1, email="ana@b.example", email_verified=True)
    changes = {A: [told(A, 0, email="ana@a.example")], B: [verified]}
    share_changes(changes, Families(dict([merged(B, A, 10)])))
    assert known(changes, A, 11) == {"email": "ana@a.example"}

    changes = {A: [told(A, 0, name="Ana")], B: [verified]}
    share_changes(changes, Families(dict([merged(B, A, 10)])))
    assert known(changes, A, 11)["email_verified"] is True
