"""Do again what the database broke off because two transactions waited for each other."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from psycopg2.errors import DeadlockDetected, SerializationFailure

Result = TypeVar("Result")


def retry_once(deed: Callable[[], Result]) -> Result:
    """Do a deed that is one transaction, and once more after a deadlock; for interfaces."""
    try:
        return deed()
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
            raise
    return deed()
