"""Do things at the same time, each over a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


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
