"""Do again what the database broke off because two transactions waited for each other."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from psycopg2.errors import DeadlockDetected, SerializationFailure

Result = TypeVar("Result")

A_MOMENT = 0.1
"""Seconds in which the other transaction takes what it waited for."""


def retry_once(deed: Callable[[], Result]) -> Result:
    """Do a deed that is one transaction, and once more after a deadlock; for interfaces."""
    try:
        return deed()
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
            raise
    # Done again at once, it could come before the other, and both would wait for each other anew.
    time.sleep(A_MOMENT)
    return deed()
