"""The sweep must not care how many clocks are open, only how many are due."""

from datetime import timedelta
from statistics import median
from time import perf_counter

from django.db import connection
from django.utils import timezone

from agreements.models import AgreementVersion
from leads.models import Breach, Change, Clock
from leads.sweep import record_breaches
from tests.benchmarks.report import Line
from tests.factories import make_version

DUE = 1000
ROUNDS = 9

_OPEN_CLOCKS = """
WITH handoff AS (
    INSERT INTO leads_handoff (agreement_id, lead_id, source, external_id, status, tier, contest,
        reason, version_id, offered_at)
    SELECT %(agreement)s, lead.id, 'bench', 'H' || lead.id, 'offered', '', '', '', %(version)s,
        %(now)s
    FROM leads_lead AS lead
    RETURNING id
)
INSERT INTO leads_clock (handoff_id, agreement_id, version_id, clause_key, occurrence, kind, party,
    started_at, due_at, gave_up, is_back_dated, attempts)
SELECT handoff.id, %(agreement)s, %(version)s, 'S' || clause, 0, 'first_follow_up', 'sales',
    %(now)s - interval '9 hours', %(now)s + (row_number() OVER () || ' seconds')::interval + interval '1 hour',
    false, false, 0
FROM handoff, generate_series(1, 4) AS clause
"""  # noqa: E501


def measure(scale: float = 1.0) -> list[Line]:
    """Sweep 1,000 due clocks among few and among many, and among many with nothing due."""
    version = make_version()
    few = _median_of_sweeps(version, 10_000)
    many_open = int(1_000_000 * scale)
    many = _median_of_sweeps(version, many_open)
    nothing = median(_seconds(due=0) for _ in range(ROUNDS))
    return [
        Line(
            "sweep: 1,000 due among many open",
            many / few,
            1.3,
            at_least=False,
            detail=f"{many * 1e3:.1f} ms among {many_open:,} against {few * 1e3:.1f} ms among "
            f"10,000, median of {ROUNDS}",
        ),
        Line(
            "sweep: nothing due, ms",
            nothing * 1e3,
            5,
            at_least=False,
            detail=f"among {many_open:,} open, median of {ROUNDS}",
        ),
    ]


def _median_of_sweeps(version: AgreementVersion, open_clocks: int) -> float:
    _fill(version, open_clocks)
    return median(_seconds(due=DUE) for _ in range(ROUNDS))


def _fill(version: AgreementVersion, open_clocks: int) -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE leads_lead CASCADE")
        cursor.execute(
            "INSERT INTO leads_lead (name, company, email, phone, attributes, is_email_verified, "
            "is_contact_barred, first_heard_at) SELECT '', '', '', '', '{}', false, false, %s "
            "FROM generate_series(1, %s)",
            [now, open_clocks // 4],
        )
        cursor.execute(
            _OPEN_CLOCKS, {"agreement": version.agreement_id, "version": version.pk, "now": now}
        )
        cursor.execute("VACUUM ANALYZE")


def _seconds(*, due: int) -> float:
    """Time a sweep at the instant when so many are due; afterwards all is as before."""
    Change.objects.all().delete()
    dues = Clock.objects.running().order_by("due_at").values_list("due_at", flat=True)
    now = dues[due] if due else dues[0] - timedelta(minutes=1)
    start = perf_counter()
    recorded = record_breaches(now=now)
    seconds = perf_counter() - start
    if recorded != due:
        raise ValueError(f"{recorded} breaches were recorded instead of {due}.")
    Breach.objects.all().delete()
    return seconds
