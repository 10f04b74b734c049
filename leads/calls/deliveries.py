"""Calls that tell of something: kept as they came, then taken in, at once or soon after.

A delivery is written by itself before anybody reads it, so that it outlives its refusal. One
that nobody has taken in is the queue of record: a task asks for it at once, and every beat looks
for those that were left, because the broker was down or the process was killed half-way.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import User
from agreements.refusals import Refused, problem
from leads.calls.leads import Telling
from leads.calls.reading import refusal_of
from leads.calls.takings import Answer, take_call
from leads.deadlocks import retry_once
from leads.models import Delivery
from leads.personal.refused_calls import empty_of_forgotten

logger = logging.getLogger(__name__)

# In its first moments a call is being taken in by the process that answers it.
_LEFT_ALONE = timedelta(minutes=1)
# The database went away or ended a deadlock: nothing is wrong with the call.
_BROKEN_OFF = (OperationalError, InterfaceError)


def keep(*, kind: str, target: Mapping[str, str], body: bytes, by: User, now: datetime) -> Delivery:
    """Keep a call as it came: of which kind it is, what it is about, and its body as text."""
    text = body.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return Delivery.objects.create(
        kind=Delivery.Kind.CALL,
        source=target.get("source", "")[:64],
        received_at=now,
        received_by=by,
        payload={"call": kind, "target": dict(target), "body": text},
    )


def take(delivery: Delivery, *, now: datetime) -> Answer:
    """Take in a call that was kept; raises why it was refused, after that is kept with it.

    What the database broke off is left to the next beat.
    """
    try:
        return retry_once(partial(_take, delivery, now, keeps_answer=False))
    except _BROKEN_OFF:
        raise
    except Exception as error:
        _keep_refusal(delivery, error, now)
        raise


@transaction.atomic
def _take(delivery: Delivery, now: datetime, *, keeps_answer: bool) -> Answer:
    payload, by = delivery.payload, delivery.received_by
    if payload is None or by is None:
        raise Refused("bad_request", _("What came, or who sent it, is no longer known here."))
    telling = Telling(by, delivery.received_at, now, delivery)
    answer = take_call(payload["call"], payload["target"], payload["body"], telling)
    summary: dict[str, Any] = {"status": answer.status}
    if keeps_answer:
        summary["answer"] = answer.data
    _finish(delivery, now, summary=summary)
    if keeps_answer or answer.data.get("rejected"):
        empty_of_forgotten(delivery.pk)
    return answer


def process(pk: int, *, now: datetime) -> bool:
    """Take in a call unless somebody else does or did; tell whether it is done with now."""
    try:
        return retry_once(partial(_process, pk, now))
    except _BROKEN_OFF:
        logger.exception("Delivery %s waits for the next beat.", pk)
        return False
    except DatabaseError as error:
        # What is refused only at the commit would be refused then every time.
        _keep_refusal(Delivery.objects.get(pk=pk), error, now)
        return True


@transaction.atomic
def _process(pk: int, now: datetime) -> bool:
    waiting = Delivery.objects.filter(pk=pk, kind=Delivery.Kind.CALL, processed_at=None)
    claimed = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",))
    delivery = claimed.select_related("received_by").first()
    if delivery is None:
        return False
    with translation.override(delivery.received_by.language if delivery.received_by else "en"):
        try:
            _take(delivery, now, keeps_answer=True)
        except _BROKEN_OFF:
            raise
        except Exception as error:
            _keep_refusal(delivery, error, now)
    return True


def process_waiting(*, now: datetime) -> int:
    """Take in the calls that were left, in the order they came; return how many."""
    waiting = Delivery.objects.filter(
        kind=Delivery.Kind.CALL, processed_at=None, received_at__lt=now - _LEFT_ALONE
    )
    pks = waiting.order_by("received_at", "pk").values_list("pk", flat=True)
    return sum(process(pk, now=now) for pk in list(pks))


def take_again(delivery: Delivery, *, now: datetime) -> bool:
    """Take in once more a call that was refused, after its reason was mended."""
    _finish(delivery, None, summary=None, error="")
    return process(delivery.pk, now=now)


def _finish(delivery: Delivery, now: datetime | None, **found: Any) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(processed_at=now, **found)


def _keep_refusal(delivery: Delivery, error: Exception, now: datetime) -> None:
    if not isinstance(error, Refused | PermissionDenied | Http404):
        logger.error("Delivery %s could not be taken in.", delivery.pk, exc_info=error)
    refused = refusal_of(error)
    written = problem(refused.kind, refused.detail, refused.errors)
    summary = {"status": written["status"], "problem": written}
    _finish(delivery, now, summary=summary, error=written["detail"])
    empty_of_forgotten(delivery.pk)
