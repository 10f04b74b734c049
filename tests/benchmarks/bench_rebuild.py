"""The rebuild of all clocks and breaches beside a COPY of the same rows."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from tests.benchmarks.bench_import import MAPPING, copy, empty, import_leads, take_out
from tests.benchmarks.report import Line

COUNT = 50_000
TABLES = ("clock", "breach")


def measure(scale: float = 1.0) -> list[Line]:
    """Rebuild clocks and breaches that are gone, then once more with nothing to change."""
    from leads.rebuild import rebuild

    count, now = int(COUNT * scale), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        (folder / "map.yaml").write_text(MAPPING)
        import_leads(folder, count)
        empty(TABLES)
        anew, written = _timed(lambda: rebuild(now=now))
        nothing, written_again = _timed(lambda: rebuild(now=now))
        if written_again or not written:
            raise ValueError(f"{written} rows, then {written_again} were written.")
        take_out(folder, TABLES)
        empty(TABLES)
        copied = copy(folder, TABLES)
    detail = f"{count:,} leads, {written:,} rows, COPY {copied:.1f} s"
    return [
        Line("rebuild: × COPY of the same rows", anew / copied, 2, at_least=False, detail=detail),
        Line("rebuild: nothing changed", nothing / copied, 0.7, at_least=False, detail=detail),
    ]


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    start = perf_counter()
    result = work()
    return perf_counter() - start, result
