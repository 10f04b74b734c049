"""Two leads are found to be one, and parted again: nothing is lost, and nothing is left over."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.clock import Grade
from agreements.models import Agreement, AgreementVersion, Audit, User
from leads.actions import follow_ups, handoffs, merges
from leads.actions.forgetting import forget, lift
from leads.actions.telling import AlreadyDecided
from leads.deeds.reached import was_reached
from leads.fold import FollowUpRow
from leads.follow_ups import GRADES
from leads.ingest import ingest
from leads.models import Clock, Forgetting, Handoff, Lead, LeadIdentity, LeadMerge
from leads.rebuild import rebuild
from leads.story.case import Case, read_case
from tests.factories import Teller, example_terms, local, make_rep, make_version
from tests.leads.merging.doubles import MERGED_AT, NOW, lead, named, status, tell, two_leads
from tests.leads.state import state
from tests.leads.test_incremental import facts_of, forget_all, histories

pytestmark = pytest.mark.django_db


def test_it_works(agreement: Agreement, rafael: User) -> None:
    kept, merged = two_leads(agreement)

    fact = merges.merge(kept=kept, merged=merged, by=rafael, now=MERGED_AT, reason="Same person")

    kept, merged = lead("L1"), lead("L2")
    assert merged.merged_into == kept
    assert (kept.name, kept.phone) == ("Ana Silva", "+55 11 5555-0101")
    assert (merged.name, merged.email) == ("Ana", "")
    assert (status("H1"), status("H2")) == ("offered", "merged")
    ran = Clock.objects.filter(handoff__external_id="L2-H2", kind="first_follow_up").get()
    goes_on = Clock.objects.filter(handoff__external_id="L1-H1", kind="first_follow_up").get()
    assert ran.void_at == MERGED_AT
    assert goes_on.void_at is None
    assert (fact.kept, fact.recorded_by, fact.correction_reason) == (kept, rafael, "Same person")
    assert set(Audit.objects.values_list("action", "subject_id")) >= {
        ("leads.lead.merged", str(kept.pk)),
        ("leads.lead.merged", str(merged.pk)),
    }
    assert rebuild(now=MERGED_AT) == 0


def test_parted_again_they_are_as_they_were(agreement: Agreement, rafael: User) -> None:
    kept, merged = two_leads(agreement)
    before = state()

    fact = merges.merge(kept=kept, merged=merged, by=rafael, now=MERGED_AT)
    assert state() != before
    gone = merges.undo(merge=fact, by=rafael, now=MERGED_AT, reason="Two persons")

    assert state() == before
    assert rebuild(now=MERGED_AT) == 0
    assert (gone.is_retracted, gone.correction_reason) == (True, "Two persons")
    assert LeadMerge.objects.count() == 2
    again = merges.merge(kept=merged, merged=kept, by=rafael, now=NOW)
    assert again.external_id != fact.external_id


def test_whoever_was_merged_points_at_the_lead_that_is_kept_in_the_end(
    agreement: Agreement, rafael: User
) -> None:
    for name in ("L1", "L2", "L3"):
        tell(agreement, Teller(name).attributes(local("2026-09-04 08:00"), name=name))
    one, other, last = lead("L1"), lead("L2"), lead("L3")
    merges.merge(kept=other, merged=one, by=rafael, now=MERGED_AT)
    fact = merges.merge(kept=last, merged=other, by=rafael, now=NOW)
    assert [lead("L1").merged_into, lead("L2").merged_into] == [last, last]
    assert rebuild(now=NOW) == 0

    merges.undo(merge=fact, by=rafael, now=NOW)
    assert [lead("L1").merged_into, lead("L2").merged_into] == [other, None]
    assert rebuild(now=NOW) == 0


def test_what_is_done_under_either_name_counts_for_the_one_handoff(
    agreement: Agreement, rafael: User
) -> None:
    kept, merged = two_leads(agreement)
    merges.merge(kept=kept, merged=merged, by=rafael, now=MERGED_AT)

    tell(
        agreement, Teller("L2").follow_up("answered", local("2026-09-04 11:30"), external_id="call")
    )

    clock = Clock.objects.get(handoff__external_id="L1-H1", kind="first_follow_up")
    assert clock.stopped_at == local("2026-09-04 11:30")
    assert status("H1") == "accepted"
    assert rebuild(now=NOW) == 0

    merges.undo(merge=LeadMerge.objects.get(), by=rafael, now=NOW)
    assert (status("H1"), status("H2")) == ("offered", "accepted")
    assert rebuild(now=NOW) == 0


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_contact_under_either_name_since_the_merge_is_one(
    agreement: Agreement, rafael: User, *, is_kept: bool
) -> None:
    """What stops the clocks also decides between rejecting and disqualifying."""
    one, other = two_leads(agreement)
    kept, merged = (one, other) if is_kept else (other, one)
    before = Teller("L2").follow_up("answered", local("2026-09-04 10:30"), external_id="before")
    tell(agreement, before, now=MERGED_AT)
    merges.merge(kept=kept, merged=merged, by=rafael, now=MERGED_AT)
    handoff = Handoff.objects.get(external_id="L1-H1")
    assert not was_reached(handoff), "a merge meets no promise of the past"

    tell(agreement, Teller("L2").follow_up("answered", NOW, external_id="after"))

    assert was_reached(handoff)
    with pytest.raises(AlreadyDecided):
        handoffs.reject(handoff=handoff, reason="wrong_data", by=rafael, now=NOW)


def clocks_in(case: Case) -> list[tuple[object, ...]]:
    return [
        (handoff.external_id, each.clause_key, each.stopped_at, each.void_at, each.attempts)
        for handoff in Handoff.objects.order_by("external_id")
        for each in case.states(handoff)
    ]


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("name", ["L1-H1", "L2-H2"])
@pytest.mark.parametrize("at", ["2026-09-04 10:30", "2026-09-04 12:30"])
def test_what_is_foreseen_of_merged_leads_is_what_happens(
    agreement: Agreement, rafael: User, at: str, name: str, *, is_kept: bool
) -> None:
    one, other = two_leads(agreement)
    kept, merged = (one, other) if is_kept else (other, one)
    merges.merge(kept=kept, merged=merged, by=rafael, now=MERGED_AT)
    every, handoff = list(Handoff.objects.all()), Handoff.objects.get(external_id=name)
    case = read_case(kept, agreement, every)
    grade = Grade(GRADES["answered"])
    row = FollowUpRow(local(at), NOW, "portal", "x", "call", grade, False, True)

    foreseen = clocks_in(case.with_follow_up(handoff, row))

    follow_ups.log(
        handoff=handoff, channel="call", outcome="answered", occurred_at=local(at), by=rafael,
        now=NOW,
    )  # fmt: skip
    assert clocks_in(read_case(kept, agreement, every)) == foreseen != clocks_in(case)


def test_a_promise_is_not_dodged_by_keeping_the_other_lead(
    agreement: Agreement, rafael: User
) -> None:
    kept, merged = two_leads(agreement)
    merges.merge(kept=merged, merged=kept, by=rafael, now=MERGED_AT)
    assert (status("H1"), status("H2")) == ("offered", "merged")


def test_a_lead_that_is_with_sales_under_its_other_name_is_not_offered(
    agreement: Agreement, rafael: User
) -> None:
    one, other = Teller("L1"), Teller("L2")
    tell(
        agreement,
        one.attributes(local("2026-09-04 08:00"), name="Ana"),
        other.event("offered", local("2026-09-04 10:00"), "H2"),
        now=MERGED_AT,
    )
    merges.merge(kept=lead("L1"), merged=lead("L2"), by=rafael, now=MERGED_AT)

    with pytest.raises(handoffs.AlreadyOpen):
        handoffs.offer(lead=lead("L1"), agreement=agreement, by=rafael, now=NOW)
    tell(agreement, one.event("offered", local("2026-09-04 12:00"), "H1"))

    assert (status("H1"), status("H2")) == ("repeated", "offered")
    assert rebuild(now=NOW) == 0


def test_who_must_not_be_contacted_stays_so(agreement: Agreement, rafael: User) -> None:
    two_leads(agreement)
    tell(agreement, named("barred", Teller("L2").attributes(MERGED_AT, do_not_contact=True)))
    merges.merge(
        kept=lead("L1"), merged=lead("L2"), by=rafael, now=MERGED_AT + timedelta(minutes=1)
    )
    assert lead("L1").is_contact_barred
    assert not Clock.objects.filter(void_at=None, stopped_at=None).exists()
    assert rebuild(now=NOW) == 0


def test_merges_go_over_others_and_come_back_one_by_one(agreement: Agreement, rafael: User) -> None:
    two_leads(agreement)
    third = Teller("L3")
    tell(agreement, third.event("offered", local("2026-09-04 08:30"), "H3"), now=MERGED_AT)
    first = merges.merge(kept=lead("L1"), merged=lead("L2"), by=rafael, now=MERGED_AT)
    between = state()
    second = merges.merge(kept=lead("L3"), merged=lead("L1"), by=rafael, now=NOW)

    assert [status(name) for name in ("H1", "H2", "H3")] == ["merged", "merged", "offered"]
    assert rebuild(now=NOW) == 0

    merges.undo(merge=second, by=rafael, now=NOW)
    assert rebuild(now=MERGED_AT) >= 0
    assert state() == between
    merges.undo(merge=first, by=rafael, now=NOW)
    assert set(Lead.objects.values_list("merged_into", flat=True)) == {None}


def test_a_lead_is_not_merged_with_itself_nor_twice(agreement: Agreement, rafael: User) -> None:
    kept, merged = two_leads(agreement)
    with pytest.raises(merges.UnableToMerge, match="the same lead"):
        merges.merge(kept=kept, merged=kept, by=rafael, now=NOW)

    fact = merges.merge(kept=kept, merged=merged, by=rafael, now=NOW)
    for one, other in ((kept, merged), (merged, kept)):
        with pytest.raises(merges.AlreadyMerged, match="Rafael merged Ana into Ana Silva before"):
            merges.merge(kept=one, merged=other, by=rafael, now=NOW)

    merges.undo(merge=fact, by=rafael, now=NOW)
    with pytest.raises(merges.AlreadyUndone, match="Rafael undid"):
        merges.undo(merge=fact, by=rafael, now=NOW)


def test_whom_the_portal_forgot_is_merged_with_nobody(agreement: Agreement, rafael: User) -> None:
    facts = [
        Teller(name).attributes(local("2026-09-04 08:00"), city="Rio")
        for name in ("L1", "L2", "L3")
    ]
    tell(agreement, *facts)
    for name, cause in (("L2", Forgetting.Cause.REQUEST), ("L3", Forgetting.Cause.RULE)):
        found = forget(lead=lead(name), reason="Asked.", by=rafael, now=NOW, cause=cause)
        for kept, merged in (("L1", name), (name, "L1")):
            with pytest.raises(merges.UnableToMerge, match=r"person of #\d+ was forgotten"):
                merges.merge(kept=lead(kept), merged=lead(merged), by=rafael, now=NOW)
    assert not LeadMerge.objects.exists()

    lift(forgetting=found, by=rafael, now=NOW)
    merges.merge(kept=lead("L1"), merged=lead("L3"), by=rafael, now=NOW)


def test_whoever_joins_by_the_address_of_a_merged_lead_stays_with_it(
    agreement: Agreement, rafael: User
) -> None:
    two_leads(agreement)
    verified = {"email": "ana@home.example", "email_verified": True}
    tell(
        agreement,
        named("form", Teller("L2").attributes(local("2026-09-04 10:30"), **verified)),
    )
    merges.merge(kept=lead("L1"), merged=lead("L2"), by=rafael, now=MERGED_AT)

    tell(agreement, Teller("L9", "form").attributes(NOW, **verified))

    assert lead("L9") == lead("L2")
    assert rebuild(now=NOW) == 0


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    history=histories(),
    later=histories(),
    day=st.integers(0, 20),
    is_turned=st.booleans(),
)
def test_whatever_happened_undoing_brings_back_what_would_be(
    history: list[tuple[str, str, datetime, dict[str, object]]],
    later: list[tuple[str, str, datetime, dict[str, object]]],
    day: int,
    *,
    is_turned: bool,
) -> None:
    now = local("2026-10-01 09:00")
    version = AgreementVersion.objects.first() or make_version(example_terms(late_logging="60d"))
    reps = list(User.objects.order_by("pk")) or [
        make_rep(name, version.agreement) for name in ("Ana", "Bruno")
    ]
    first = facts_of(history, reps)
    heard_at = local("2026-08-30 09:00")
    heard = [named(f"heard-{name}", Teller(name).attributes(heard_at)) for name in ("L1", "L2")]
    LeadMerge.objects.all().delete()
    forget_all()
    ingest(agreement=version.agreement, facts=[*heard, *first], by=None, now=now)
    since = [
        replace(each, external_id=f"later-{each.external_id}") for each in facts_of(later, reps)
    ]
    ingest(agreement=version.agreement, facts=since, by=None, now=now)
    expected = state()

    LeadMerge.objects.all().delete()
    forget_all()
    ingest(agreement=version.agreement, facts=[*heard, *first], by=None, now=now)
    one, other = (
        LeadIdentity.objects.get(source="crm", external_id=name).lead for name in ("L1", "L2")
    )
    kept, merged = (other, one) if is_turned else (one, other)
    at = local("2026-09-01 08:00") + timedelta(days=day)
    fact = merges.merge(kept=kept, merged=merged, by=reps[0], now=at)
    assert rebuild(now=now) >= 0
    ingest(agreement=version.agreement, facts=since, by=None, now=now)
    assert rebuild(now=now) == 0

    merges.undo(merge=fact, by=reps[0], now=now)
    assert rebuild(now=now) == 0
    assert state() == expected
