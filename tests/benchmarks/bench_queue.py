"""A rep's queue takes few queries, and as many however many leads there are."""

from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Membership, User
from tests.benchmarks.report import Line
from tests.benchmarks.year import year_of
from tests.factories import make_user

FEW, MANY = 1_000, 100_000
ROUNDS = 15

Deed = Callable[[], object]


def measure(scale: float = 1.0) -> list[Line]:
    """Read the queue of a rep under an agreement with few leads, and with many."""
    now = timezone.now()
    reps = [make_user(f"Rep {number}") for number in range(20)]
    # Two people share the few, so that a page is as long.
    few = year_of("few", FEW, reps[0].pk, now, reps=2)
    many_leads = int(MANY * scale)
    many = year_of("many", many_leads, reps[0].pk, now)
    page_of_few, page_of_many = (_page(agreement, reps[0]) for agreement in (few, many))
    queries = _queries(page_of_many)
    return [
        Line(
            f"queue page: queries, {many_leads:,} leads",
            queries,
            12,
            at_least=False,
            detail=f"every query of the request, with {_rows(many, reps[0]):,} open handoffs held",
        ),
        Line(
            f"queue page: queries, {many_leads:,} leads against {FEW:,}",
            queries / _queries(page_of_few),
            1,
            at_least=False,
            detail=_times(page_of_few, page_of_many),
        ),
    ]


def _page(agreement: Agreement, rep: User) -> Deed:
    Membership.objects.create(team=agreement.sales_team, user=rep, role=Membership.Role.MEMBER)
    client = Client(headers={"host": "localhost"})
    client.force_login(rep)
    address = reverse("leads:queue", args=[agreement.slug])
    response = client.get(address)
    if response.status_code != 200 or b"queue-row" not in response.content:
        raise ValueError(f"{address} answered {response.status_code}, without any handoff.")
    return partial(client.get, address)


def _rows(agreement: Agreement, rep: User) -> int:
    return agreement.handoffs.open().held_by(rep).count()


def _queries(page: Deed) -> int:
    with CaptureQueriesContext(connection) as queries:
        page()
    return len(queries)


def _times(page_of_few: Deed, page_of_many: Deed) -> str:
    """Time both in turn, so that what else the machine does slows both alike."""
    times = [(_seconds(page_of_few), _seconds(page_of_many)) for _ in range(ROUNDS)]
    few, many = (median(each) for each in zip(*times, strict=True))
    return (
        f"{many / few:.2f} times as long: {many * 1e3:.1f} ms against {few * 1e3:.1f} ms, "
        f"median of {ROUNDS}"
    )


def _seconds(deed: Deed) -> float:
    start = perf_counter()
    deed()
    return perf_counter() - start
