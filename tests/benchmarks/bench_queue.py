"""A rep's queue and a search take few queries, and as many however many leads there are."""

from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from agreements.models import Agreement, Membership, User
from tests.benchmarks.report import Line
from tests.benchmarks.year import year_of
from tests.factories import make_user

FEW, MANY = 10_000, 1_000_000
ROUNDS = 15
# Twenty people share the few, and as many more share the many as there are more leads.
PEOPLE = 20

Deed = Callable[[], object]
Timed = tuple[int, float]


def measure(scale: float = 1.0) -> list[Line]:
    """Read a queue, and look for a lead, where there are few leads and where there are many."""
    now = timezone.now()
    many_leads = int(MANY * scale)
    many_people = PEOPLE * many_leads // FEW
    reps = _people(many_people)
    few = year_of("few", FEW, reps[0].pk, now, reps=PEOPLE)
    fay = make_user("Fay")
    searches_of_few = _searches(few, fay)
    alone = _registry(few, fay)
    many = year_of("many", many_leads, reps[0].pk, now, reps=many_people)
    page_of_few, page_of_many = (_page(agreement, reps[0]) for agreement in (few, many))
    queries = _queries(page_of_many)
    times = _times(page_of_few, page_of_many)
    against = f"{many_leads:,} leads against {FEW:,}"
    return [
        Line(
            f"queue page: queries, {many_leads:,} leads",
            queries,
            12,
            at_least=False,
            detail=f"every query of the request, with {_rows(many, reps[0]):,} open handoffs held",
        ),
        Line(
            f"queue page: queries, {against}",
            queries / _queries(page_of_few),
            1,
            at_least=False,
            detail=f"{queries} queries",
        ),
        Line(
            f"queue page: {against}",
            times[1] / times[0],
            1.3,
            at_least=False,
            detail=f"{times[1] * 1e3:.1f} ms against {times[0] * 1e3:.1f} ms, median of {ROUNDS}",
        ),
        Line(
            f"registry: {FEW:,} leads among {many_leads:,} of another agreement, × alone",
            (among := _registry(few, fay)) / alone,
            2,
            at_least=False,
            detail=f"{among * 1e3:.1f} ms against {alone * 1e3:.1f} ms, median of {ROUNDS}",
        ),
        *_search_lines(against, searches_of_few, _searches(many, make_user("Maya"))),
        *_search_times(against, many, reps[0]),
    ]


def _people(number: int) -> list[User]:
    """Make people who cannot sign in by themselves: to hash a password takes long on purpose."""
    names = (f"Rep {place}" for place in range(number))
    return User.objects.bulk_create(
        User(email=f"{slugify(name)}@example.com", name=name, password=make_password(None))
        for name in names
    )


def _searches(agreement: Agreement, marketer: User) -> dict[str, Timed]:
    """Look for one lead among all by each of what it is known by; count queries, take the time."""
    Membership.objects.create(team=agreement.marketing_team, user=marketer, role="member")
    client = Client(headers={"host": "localhost"})
    client.force_login(marketer)
    # Not the last one, whose company has no number that the index could know.
    lead = agreement.handoffs.select_related("lead").order_by("-pk")[1].lead
    asked = {
        "name": lead.name,
        "e-mail": lead.email,
        "id": f"C-{lead.pk}",
        "company": lead.company,
    }
    address = reverse("leads:list", args=[agreement.slug])
    return {
        known_by: _timed(partial(client.get, address, {"q": q})) for known_by, q in asked.items()
    }


def _registry(agreement: Agreement, marketer: User) -> float:
    """Return how long the first page of all leads takes, in seconds."""
    client = Client(headers={"host": "localhost"})
    client.force_login(marketer)
    return _timed(partial(client.get, reverse("leads:list", args=[agreement.slug])))[1]


def _timed(page: Deed) -> Timed:
    queries = _queries(page)
    return queries, median(_seconds(page) for _ in range(ROUNDS))


def _search_lines(against: str, few: dict[str, Timed], many: dict[str, Timed]) -> list[Line]:
    return [
        Line(
            f"search by {known_by}: queries, {against}",
            queries / few[known_by][0],
            1,
            at_least=False,
            detail=f"{queries} queries, {seconds * 1e3:.1f} ms against "
            f"{few[known_by][1] * 1e3:.1f} ms, median of {ROUNDS}",
        )
        for known_by, (queries, seconds) in many.items()
    ]


def _search_times(against: str, agreement: Agreement, rep: User) -> list[Line]:
    """Time searches of the registry and of queues against the same page that is not searched."""
    lead = agreement.handoffs.open().held_by(rep).select_related("lead").order_by("-pk")[1].lead
    boss = make_user("Boss")
    Membership.objects.create(team=agreement.sales_team, user=boss, role=Membership.Role.LEAD)
    queue = reverse("leads:queue", args=[agreement.slug])
    lists = {
        "registry": (boss, reverse("leads:list", args=[agreement.slug]), {}),
        "a rep's queue": (rep, queue, {"view": "mine"}),
        "the queue of all": (boss, queue, {"view": "all"}),
    }
    lines = []
    for name, (reader, address, asked) in lists.items():
        client = Client(headers={"host": "localhost"})
        client.force_login(reader)
        whole = partial(client.get, address, asked)
        for known_by, q in (("name", lead.name), ("e-mail", lead.email)):
            found = partial(client.get, address, asked | {"q": q})
            without, searched = _times(whole, found)
            lines.append(
                Line(
                    f"{name}: searched by {known_by}, × not searched",
                    searched / without,
                    3,
                    at_least=False,
                    detail=f"{searched * 1e3:.1f} ms against {without * 1e3:.1f} ms, {against}",
                )
            )
    return lines


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


def _times(page_of_few: Deed, page_of_many: Deed) -> tuple[float, float]:
    """Time both in turn, so that what else the machine does slows both alike."""
    times = [(_seconds(page_of_few), _seconds(page_of_many)) for _ in range(ROUNDS)]
    few, many = (median(each) for each in zip(*times, strict=True))
    return few, many


def _seconds(deed: Deed) -> float:
    start = perf_counter()
    deed()
    return perf_counter() - start
