"""Calls of the API against bare creates of one row, with the same authentication."""

from collections.abc import Callable
from functools import partial
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from leads.models import Delivery, Lead
from tests.benchmarks.report import Line
from tests.calls import Caller
from tests.factories import make_user, make_version

ROUNDS, BULKS, ROWS, BARES = 300, 9, 1000, 20
UNLIMITED = settings.REST_FRAMEWORK | {"CALLS_A_MINUTE": 10**9}
ATTRIBUTES = {"name": "Paula Reis", "company": "Reis Ltda", "email": "p@reis.example", "size": 40}
ROW = {
    "action": "bench", "subject_type": "leads.lead", "subject_id": "1", "subject_name": "Paula",
    "recorded_at": "2026-03-31T16:05:00Z", "data": ATTRIBUTES,
}  # fmt: skip

_numbers = count()


@override_settings(ROOT_URLCONF="tests.benchmarks.bare", REST_FRAMEWORK=UNLIMITED)
def measure(scale: float = 1.0) -> list[Line]:
    """Create a row, tell of a lead now and later, in turn; then tell of a thousand at once."""
    rounds = max(int(ROUNDS * scale), 30)
    version = make_version()
    user = make_user("CRM", team=version.agreement.sales_team, role="integration")
    caller = Caller(user)
    caller.client.defaults["HTTP_HOST"] = "localhost"
    deeds = (partial(_bare, caller.client), partial(_upsert, caller), partial(_later, caller))
    for deed in deeds:
        deed()
    _analyze()
    times = [[_seconds(deed) for deed in deeds] for _ in range(rounds)]
    bare, now, later = (median(column) for column in zip(*times, strict=True))
    _analyze()
    bulks = [_bulk(caller) for _ in range(BULKS)]
    _check(rounds)
    one, whole = (median(column) for column in zip(*bulks, strict=True))
    per_row = f"{whole * 1e3:.0f} ms for {ROWS:,} against {one * 1e3:.1f} ms for one"
    return [
        _line("API upsert, answered once it is settled", now, bare, rounds),
        _line("API upsert, answered at once (respond-async)", later, bare, rounds),
        Line(
            f"API bulk of {ROWS:,}: rows a second against bare creates",
            median(bare * ROWS / whole for bare, whole in bulks),
            25,
            at_least=True,
            detail=f"{per_row}, median of {BULKS}",
        ),
    ]


def _bulk(caller: Caller) -> tuple[float, float]:
    """Time a bulk amid bare creates, so that what else the machine does slows both alike."""
    bare = partial(_bare, caller.client)
    before = [_seconds(bare) for _ in range(BARES)]
    whole = _seconds(partial(_many, caller))
    return median([*before, *(_seconds(bare) for _ in range(BARES))]), whole


def _line(name: str, seconds: float, bare: float, rounds: int) -> Line:
    detail = f"{seconds * 1e3:.1f} ms against {bare * 1e3:.1f} ms, median of {rounds}"
    return Line(name, seconds / bare, 1.6, at_least=False, detail=detail)


def _bare(client: Client) -> None:
    _expect(client.post("/bare/", ROW, content_type="application/json"), 201)


def _upsert(caller: Caller) -> None:
    _expect(caller.put(f"/leads/bench/now-{next(_numbers)}/", {"attributes": ATTRIBUTES}), 201)


def _later(caller: Caller) -> None:
    address = f"/leads/bench/later-{next(_numbers)}/"
    _expect(caller.put(address, {"attributes": ATTRIBUTES}, prefer="respond-async"), 202)


def _many(caller: Caller) -> None:
    batch = next(_numbers)
    leads = [
        {"source": "bench", "external_id": f"many-{batch}-{row}", "attributes": ATTRIBUTES}
        for row in range(ROWS)
    ]
    answer = caller.post("/leads/", {"leads": leads})
    _expect(answer, 200)
    if answer.json()["taken"] != ROWS:
        raise ValueError(f"Only {answer.json()['taken']} of {ROWS} leads were taken.")


def _expect(response: Any, status: int) -> None:
    if response.status_code != status:
        raise ValueError(f"{response.status_code} instead of {status}: {response.content!r}")


def _analyze() -> None:
    """Tell the planner of the rows, as autovacuum does within a minute.

    Until then a connection checks foreign keys by plans it made when the tables were empty.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _check(rounds: int) -> None:
    """Every lead that was answered for is there, every other call waits."""
    leads, waiting = Lead.objects.count(), Delivery.objects.filter(processed_at=None).count()
    if (leads, waiting) != (rounds + 1 + BULKS * ROWS, rounds + 1):
        raise ValueError(f"{leads} leads and {waiting} calls that wait are not what was told.")


def _seconds(deed: Callable[[], object]) -> float:
    start = perf_counter()
    deed()
    return perf_counter() - start
