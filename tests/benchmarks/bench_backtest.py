"""The back-test of a draft over many handoffs: what is computed, and the reading besides.

Computed is everything between what was read and the findings, in time of the processor: both
texts judge every lead and replay every promise, counts are made by commitment and rep, and times
to try next are looked for. One handoff of a hundred was paused, so it is replayed by itself.
"""

import tempfile
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection

from tests.benchmarks.bench_import import MAPPING, import_leads
from tests.benchmarks.report import Line

COUNT = 100_000
ROUNDS = 3

_PAUSES = """
INSERT INTO leads_handoffevent (handoff_id, kind, occurred_at, recorded_at, source, external_id,
    until, reason, note, to_queue, content_hash, is_current, is_retracted, correction_reason)
SELECT id, 'paused', offered_at + interval '1 minute', offered_at, 'bench', 'pause/' || id,
    offered_at + interval '3 hours', 'asked', '', false, '', true, false, ''
FROM leads_handoff WHERE id % 100 = 0
"""


def measure(scale: float = 1.0) -> list[Line]:
    """Back-test a draft over a year of handoffs."""
    from leads.trying.drafts import rulebook_of_terms
    from leads.trying.past import read_past
    from metrics.backtesting import computed
    from metrics.recorded import Recorded

    count, now = int(COUNT * scale), datetime.now(UTC)
    window = _year_of(count)
    former, tried = (rulebook_of_terms(each) for each in _texts())
    reading, computing = [], []
    for _ in range(ROUNDS):
        # Read anew, because what is remembered of it makes a second test cheaper than the first.
        start = perf_counter()
        past = read_past(window, [tried, former])
        recorded = Recorded(window, now)
        reading.append(perf_counter() - start)
        test = computed(past, recorded, tried, former, now)
        if not test.tries:
            raise ValueError("Nothing was lost under the draft, so that no other time was tried.")
        computing.append(test.seconds)
    by_marks = past.offers.handoff_ids.size - past.plain.rows.size
    return [
        Line(
            f"back-test: seconds to compute {past.offers.handoff_ids.size:,} handoffs",
            median(computing),
            2,
            at_least=False,
            detail=f"median of {ROUNDS}, both texts, {by_marks:,} of them not by arrays; "
            f"reading {median(reading):.1f} s besides",
        )
    ]


def _year_of(count: int) -> Any:
    from agreements.models import Agreement
    from leads.trying.offers import Window

    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        (folder / "map.yaml").write_text(MAPPING)
        import_leads(folder, count)
    with connection.cursor() as cursor:
        cursor.execute(_PAUSES)
        cursor.execute("VACUUM ANALYZE")
    return Window(Agreement.objects.get(slug="bench"), date(2026, 1, 1), date(2027, 1, 1))


def _texts() -> tuple[Any, Any]:
    """Return the terms in force, and a draft with shorter times and stricter criteria."""
    from agreements.terms import parse_terms
    from tests.factories import example_terms

    terms = example_terms(
        tiers=[
            {"key": "first", "name": "First", "when": _origin("social", "referral")},
            {"key": "rest", "name": "Rest"},
        ],
        handoff={
            "required_fields": ["email", "phone", "company"],
            "scoring": [
                {"when": {"field": "phone", "operator": "present"}, "points": 30},
                {"when": _origin("social", "paid_search"), "points": 30},
                {"when": _contains("Software"), "points": 40},
            ],
            "threshold": 30,
        },
    )
    rates = [("M1", "acceptance_rate"), ("M2", "completeness_rate")]
    terms["commitments"] += [
        {"key": key, "party": "marketing", "measure": measure, "target": "0.9"}
        for key, measure in rates
    ]
    for commitment in terms["commitments"]:
        commitment["target"] = "0.7"
    draft = deepcopy(terms)
    draft["handoff"]["threshold"] = 60
    for commitment in draft["commitments"]:
        if commitment["measure"] in ("acceptance", "first_follow_up"):
            commitment["within"] = "20min"
    return parse_terms(terms), parse_terms(draft)


def _origin(*values: str) -> dict[str, Any]:
    return {"field": "origin", "operator": "one_of", "value": list(values)}


def _contains(part: str) -> dict[str, Any]:
    return {"field": "company", "operator": "contains", "value": part}
