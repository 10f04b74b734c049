"""Do things at the same time, each over a connection of its own."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, connections


def run_together(*deeds: Callable[[], Any]) -> list[Exception]:
    """Run each deed in a thread with a connection of its own; return what they raised."""
    raised: list[Exception] = []
    start = threading.Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            deed()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return raised


def wait_until_somebody_waits_for_this() -> None:
    """Wait until another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
            time.sleep(0.01)


def wait_until_changes_are_settled() -> None:
    """Wait for what the server itself does meanwhile, as it looks after its tables.

    A roll-up takes changes of transactions older than all that run, those of the server included.
    """
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT count(*) FROM leads_change "
                "WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())"
            )
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.05)
