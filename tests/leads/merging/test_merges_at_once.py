"""Two who merge leads at the same instant, and what is told of the leads meanwhile."""

import pytest

from leads.actions import follow_ups, merges
from leads.models import Handoff, LeadMerge
from leads.rebuild import rebuild
from tests.at_once import run_together
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.merging.doubles import MERGED_AT, NOW, status, tell, two_leads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_turned", [False, True])
def test_of_two_who_merge_one_is_told_who_was_first(*, is_turned: bool) -> None:
    agreement = make_version().agreement
    helena = make_user("Helena", team=agreement.marketing_team, role="lead")
    rafael = make_user("Rafael", team=agreement.sales_team, role="lead")
    one, other = two_leads(agreement)
    pair = (other, one) if is_turned else (one, other)

    raised = run_together(
        lambda: merges.merge(kept=one, merged=other, by=helena, now=NOW),
        lambda: merges.merge(kept=pair[0], merged=pair[1], by=rafael, now=NOW),
    )

    assert [type(error) for error in raised] == [merges.AlreadyMerged]
    first = LeadMerge.objects.get().recorded_by
    assert first is not None
    assert first.name in str(raised[0])
    assert rebuild(now=NOW) == 0


def test_nothing_told_during_a_merge_is_lost() -> None:
    agreement = make_version().agreement
    rafael = make_user("Rafael", team=agreement.sales_team, role="lead")
    ana = make_rep("Ana", agreement)
    kept, merged = two_leads(agreement)
    touched = Handoff.objects.get(external_id="L2-H2")
    again = [
        Teller(name).event("offered", NOW, f"again-{name}", external_id=f"again-{name}")
        for name in ("L1", "L2")
    ]

    raised = run_together(
        lambda: merges.merge(kept=kept, merged=merged, by=rafael, now=MERGED_AT),
        lambda: follow_ups.log(
            handoff=touched,
            channel="call",
            outcome="answered",
            occurred_at=local("2026-09-04 11:30"),
            by=ana,
            now=NOW,
        ),
        lambda: tell(agreement, again[0]),
        lambda: tell(agreement, again[1]),
    )

    assert raised == []
    assert status("H1") == "accepted"
    assert agreement.handoffs.open().count() == 1
    assert rebuild(now=NOW) == 0
