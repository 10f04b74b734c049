"""What the database breaks off because two wait for each other is done once more."""

import threading

import pytest
from django.db import DatabaseError, OperationalError, connections, transaction

from leads.deadlocks import retry_once
from leads.locking import lock_leads
from leads.models import Lead, LeadMerge
from tests.at_once import run_together, wait_until_somebody_waits_for_this
from tests.factories import RECORDED_AT


@pytest.mark.django_db(transaction=True)
def test_two_who_wait_for_each_other_both_come_to_an_end() -> None:
    first, second = (Lead.objects.create(first_heard_at=RECORDED_AT) for _ in range(2))
    both_hold_one = threading.Barrier(2)
    tries: list[int] = []
    raised: list[DatabaseError] = []

    @transaction.atomic
    def lock(*leads: Lead) -> None:
        tries.append(leads[0].pk)
        for lead in leads:
            Lead.objects.select_for_update().get(pk=lead.pk)
            if tries.count(leads[0].pk) == 1 and lead is leads[0]:
                both_hold_one.wait(timeout=20)

    def run(*leads: Lead) -> None:
        try:
            retry_once(lambda: lock(*leads))
        except DatabaseError as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=leads) for leads in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert raised == []
    assert len(tries) == 3


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_a_merge_holds_no_lead_while_waiting_for_one_before_it() -> None:
    kept, merged = (Lead.objects.create(first_heard_at=RECORDED_AT) for _ in range(2))
    both_are_locked = threading.Barrier(3)

    @transaction.atomic
    def merge() -> None:
        Lead.objects.select_for_update(no_key=True).get(pk=merged.pk)
        both_are_locked.wait(timeout=20)
        wait_until_somebody_waits_for_this()
        LeadMerge.objects.create(
            kept=kept, merged=merged, external_id="M1", occurred_at=RECORDED_AT,
            recorded_at=RECORDED_AT,
        )  # fmt: skip

    @transaction.atomic
    def lock_the_first_and_then_the_other() -> None:
        Lead.objects.select_for_update(no_key=True).get(pk=kept.pk)
        both_are_locked.wait(timeout=20)
        wait_until_somebody_waits_for_this()
        Lead.objects.select_for_update(no_key=True).get(pk=merged.pk)

    @transaction.atomic
    def lock_the_merged_one() -> None:
        both_are_locked.wait(timeout=20)
        assert lock_leads([merged.pk]).all([merged.pk]) == {kept.pk, merged.pk}

    assert run_together(merge, lock_the_first_and_then_the_other, lock_the_merged_one) == []


def test_any_other_failure_is_not_tried_again() -> None:
    tries = []

    def fail() -> None:
        tries.append(1)
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        retry_once(fail)
    assert len(tries) == 1
