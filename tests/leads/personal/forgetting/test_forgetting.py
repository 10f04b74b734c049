"""Forgetting a person: nothing of them is left anywhere, and nothing that counts changes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.models import Agreement, AgreementVersion, Audit, Message, User
from leads.actions import exceptions, follow_ups, forgetting, handoffs, merges
from leads.actions.forgetting import AlreadyForgotten, AlreadyLifted, UnableToForget
from leads.ingest import ingest
from leads.models import (
    Breach,
    Forgetting,
    Handoff,
    Lead,
    LeadChange,
    LeadIdentity,
    RetentionRules,
    SavedView,
)
from leads.personal.blanking import FORGOTTEN
from leads.rebuild import rebuild
from leads.told import Told
from metrics.models import CELLS
from metrics.rollup import roll_up
from tests.factories import Teller
from tests.leads.pages import NOW, offer
from tests.leads.personal.forgetting.people import PERSON, PERSONAL, forget, lines_with, told

pytestmark = pytest.mark.django_db


def cells() -> dict[str, list[Any]]:
    """What the dashboards count."""
    return {
        model.__name__: sorted(map(str, model._default_manager.values_list(*_columns(model))))
        for model in CELLS
    }


def _columns(model: Any) -> list[str]:
    return [field.name for field in model._meta.fields if field.name != "id"]


def test_nothing_of_the_person_is_left(agreement: Agreement, rep: User, admin: User) -> None:
    handoff = told(agreement, rep)
    breach = Breach.objects.filter(handoff=handoff)[0]
    Audit.objects.record("leads.lead.seen", handoff.lead, by=admin, now=NOW, note="Ximenandra")
    Audit.objects.record(
        "x.y", agreement, by=admin, now=NOW, found=["Ximenandra Qwertzuiop", "Rui"]
    )
    Message.objects.create(
        recipient=rep, kind="k", parameters={"lead": "Ximenandra Qwertzuiop"},
        subject_type="handoff", subject_id=str(handoff.pk), dedup_key="k:1", recorded_at=NOW,
    )  # fmt: skip
    SavedView.objects.create(
        user=rep, agreement=agreement, name="hers", address="q=Ximenandra+Qwertzuiop"
    )
    exceptions.ask(breach=breach, reason="outage", by=rep, now=NOW, note="Ximenandra was ill")
    assert lines_with(PERSONAL)
    forget(handoff, admin)
    assert lines_with(PERSONAL) == []
    assert Audit.objects.get(action="x.y").data["found"] == [FORGOTTEN, "Rui"]


def test_nothing_that_counts_changes(agreement: Agreement, rep: User, admin: User) -> None:
    handoff = told(agreement, rep)
    roll_up(now=NOW)
    before, verdict = cells(), (handoff.tier, handoff.is_complete, handoff.meets_criteria)
    assert any(before.values())
    assert verdict[1:] == (True, True)
    forget(handoff, admin)
    assert rebuild(now=NOW) == 0
    roll_up(now=NOW)
    handoff.refresh_from_db()
    assert cells() == before
    assert (handoff.tier, handoff.is_complete, handoff.meets_criteria) == verdict


def test_what_is_no_person_stays(agreement: Agreement, rep: User, admin: User) -> None:
    handoff = told(agreement, rep)
    forget(handoff, admin)
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.phone, lead.company) == ("", "", "", "")
    assert str(lead) == f"#{lead.pk}"
    assert lead.attributes["employees"] == 120
    assert (lead.attributes["country"], lead.attributes["name"]) == ("BR", FORGOTTEN)
    assert lead.attributes["job_title"] == "jefa"
    assert lead.is_contact_barred


def test_what_says_who_it_is_never_stays(agreement: Agreement, rep: User, admin: User) -> None:
    """Rules of before it was refused may have kept it."""
    kept = ["name", "email", "phone", "company"]
    RetentionRules.objects.create(kept_attributes=kept, changed_at=NOW, changed_by=admin)
    handoff = told(agreement, rep)
    before = Lead.objects.get().attributes
    forget(handoff, admin)
    after = Lead.objects.get().attributes
    assert after["company"] == before["company"]
    assert not {before[key] for key in ("name", "email", "phone")} & {*map(str, after.values())}


def test_told_again_nobody_is_born_anew_and_nothing_comes_back(
    agreement: Agreement, rep: User, admin: User
) -> None:
    handoff = told(agreement, rep)
    forget(handoff, admin)
    facts = LeadChange.objects.count()
    told(agreement, rep)
    assert LeadChange.objects.count() == facts
    tell = Teller("ximenandra.qwertzuiop@zyxwvutsrq.example")
    later = tell.attributes(NOW, **PERSON | {"name": "Ximenandra Q."})
    ingest(agreement=agreement, facts=[later], by=None, now=NOW)
    assert Lead.objects.count() == Handoff.objects.count() == 1
    assert lines_with(PERSONAL) == []
    assert Forgetting.objects.get().told_again_at == NOW
    assert rebuild(now=NOW) == 0


def test_another_name_with_the_same_address_is_born_forgotten(
    agreement: Agreement, rep: User, admin: User
) -> None:
    forget(told(agreement, rep), admin)
    fresh = Teller("4711", "hubspot").attributes(NOW, **PERSON)
    ingest(agreement=agreement, facts=[fresh], by=None, now=NOW)
    assert lines_with(PERSONAL) == []
    assert Forgetting.objects.get(cause="address").lead.identities.get().external_id == "4711"
    assert Lead.objects.count() == 2


def test_who_was_kept_long_enough_may_come_back(
    agreement: Agreement, rep: User, admin: User
) -> None:
    forget(told(agreement, rep), None, cause=Forgetting.Cause.RULE)
    assert lines_with(PERSONAL) == []
    fresh = Teller("4711", "hubspot").attributes(NOW, **PERSON)
    ingest(agreement=agreement, facts=[fresh], by=None, now=NOW)
    assert Lead.objects.get(name=PERSON["name"]).identities.get().external_id == "4711"


@pytest.mark.parametrize("is_kept", [True, False])
def test_leads_that_are_one_are_forgotten_together(
    agreement: Agreement, rep: User, admin: User, *, is_kept: bool
) -> None:
    kept = told(agreement, rep).lead
    ingest(
        agreement=agreement,
        facts=[Teller("99", "form").attributes(NOW, name="Ximenandra Zyxwvutsrqa")],
        by=None,
        now=NOW,
    )
    other = LeadIdentity.objects.get(source="form").lead
    fact = merges.merge(kept=kept, merged=other, by=admin, now=NOW, reason="Ximenandra twice")
    forgetting.forget(lead=kept if is_kept else other, reason="Asked.", by=admin, now=NOW)
    assert lines_with(PERSONAL) == []
    assert {each.lead_id for each in Forgetting.objects.all()} == {kept.pk, other.pk}
    assert rebuild(now=NOW) == 0

    merges.undo(merge=fact, by=admin, now=NOW)
    again = Teller("99", "form").attributes(NOW + timedelta(hours=1), name="Ximenandra Zyxwvutsrqa")
    ingest(agreement=agreement, facts=[again], by=None, now=NOW + timedelta(hours=1))
    assert lines_with(PERSONAL) == []
    assert rebuild(now=NOW) == 0


def test_lifted_it_is_kept_what_is_told(agreement: Agreement, rep: User, admin: User) -> None:
    found = forget(told(agreement, rep), admin)
    forgetting.lift(forgetting=found, by=admin, now=NOW)
    tell = Teller("ximenandra.qwertzuiop@zyxwvutsrq.example")
    ingest(agreement=agreement, facts=[tell.attributes(NOW, name="Ximenandra")], by=None, now=NOW)
    assert Lead.objects.get().name == "Ximenandra"
    with pytest.raises(AlreadyLifted, match="kept again already"):
        forgetting.lift(forgetting=found, by=admin, now=NOW)


def test_it_takes_a_reason(agreement: Agreement, rep: User, admin: User) -> None:
    handoff = told(agreement, rep)
    with pytest.raises(UnableToForget, match="Say why"):
        forgetting.forget(lead=handoff.lead, reason=" ", by=admin, now=NOW)


def test_an_open_handoff_is_ended_first(agreement: Agreement, rep: User, admin: User) -> None:
    version: AgreementVersion = agreement.versions.get()
    handoff = offer(version, "Paulo", NOW - timedelta(hours=1), holder=rep)
    with pytest.raises(UnableToForget, match="is open, with Bruno"):
        forget(handoff, admin)
    follow_ups.log(
        handoff=handoff, channel="call", outcome="no_answer", occurred_at=NOW, by=rep, now=NOW
    )
    handoffs.reject(handoff=handoff, reason="wrong_data", by=rep, now=NOW)
    forget(handoff, admin)


def test_nobody_is_forgotten_twice(agreement: Agreement, rep: User, admin: User) -> None:
    handoff = told(agreement, rep)
    forget(handoff, admin)
    with pytest.raises(AlreadyForgotten, match="forgotten before"):
        forget(handoff, admin)


WORDS = {
    "name": "Ximenandra Qwertzuiop",
    "email": "qwertzuiop@zyxwvutsrq.example",
    "phone": "+55 11 98765-4321",
    "job_title": "Jefa zyxwvutsrq",
    "employees": 77,
    "notes": "Likes zyxwvutsrq",
}
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(["told", "told", "call", "mql", "offered", "rejected"]),
        st.integers(0, 6 * 24),
        st.sampled_from(sorted(WORDS)),
    ),
    max_size=9,
)


@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(HISTORIES)
def test_whatever_was_told_counts_as_before(
    agreement: Agreement, rep: User, admin: User, history: list[tuple[str, int, str]]
) -> None:
    tell = Teller("ximenandra.qwertzuiop@zyxwvutsrq.example")
    facts: list[Told] = [tell.attributes(NOW - timedelta(days=7), name="Ximenandra")]
    facts += [a_fact(tell, rep, *each) for each in history]
    with transaction.atomic():
        ingest(agreement=agreement, facts=facts, by=None, now=NOW)
        for handoff in Handoff.objects.open():
            ending = Teller(tell.lead.external_id).event(
                "recycled", NOW, handoff.external_id.rpartition("-")[2], reason="not_now",
                external_id=f"end-{handoff.pk}",
            )  # fmt: skip
            ingest(agreement=agreement, facts=[ending], by=None, now=NOW)
        roll_up(now=NOW)
        before, judged = cells(), verdicts()
        forgetting.forget(lead=Lead.objects.get(), reason="Asked.", by=admin, now=NOW)
        assert lines_with(PERSONAL) == []
        assert rebuild(now=NOW) == 0
        roll_up(now=NOW)
        assert (cells(), verdicts()) == (before, judged)
        ingest(agreement=agreement, facts=facts, by=None, now=NOW)
        assert lines_with(PERSONAL) == []
        assert verdicts() == judged
        transaction.set_rollback(True)


def a_fact(tell: Teller, rep: User, kind: str, hours: int, key: str) -> Told:
    at = NOW - timedelta(hours=hours)
    match kind:
        case "told":
            return tell.attributes(at, **{key: WORDS[key]})
        case "call":
            return tell.follow_up("answered", at, person_id=rep.pk, note="Ximenandra Qwertzuiop")
        case "mql":
            return tell.stage("mql", at)
        case _:
            details = {"reason": "wrong_data"} if kind == "rejected" else {}
            return tell.event(kind, at, note="Ximenandra", **details)


def verdicts() -> list[tuple[Any, ...]]:
    """What was found of each handoff, and where it stands."""
    return list(
        Handoff.objects.order_by("pk").values_list(
            "status", "tier", "is_complete", "meets_criteria", "reason", "decided_at"
        )
    )
