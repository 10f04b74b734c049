"""Keep the rules still while somebody judges by them.

Judging reads versions, closures and blackouts, and writes clocks. Without a lock a clock that is
being written while a closure commits would be counted by the old hours, and nobody would look at
it again. So whoever judges shares this lock, and whoever changes the rules waits for them: what
they then settle again is all there is.
"""

from django.db import connection

# Any number that no other advisory lock of the portal has.
_RULES = 7_105_001


def judge_by_rules() -> None:
    """Hold the rules still until the transaction ends; take it before any row is locked."""
    _take("pg_advisory_xact_lock_shared")


def change_rules() -> None:
    """Wait for those who judge, and let nobody judge until the transaction ends."""
    _take("pg_advisory_xact_lock")


def _take(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_RULES])
