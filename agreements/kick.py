"""Make a background job quick: ask for it now, without ever depending on the broker."""

import logging
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction

logger = logging.getLogger(__name__)


def kick(task: "Task[..., Any]", **arguments: Any) -> None:
    """Ask for a task once the transaction is committed.

    The row that says what is owed is already written, so a broker that is down costs only time:
    the next beat finds the row. Nothing is retried and nothing is raised.
    """
    transaction.on_commit(partial(_send, task, arguments), robust=True)


def _send(task: "Task[..., Any]", arguments: dict[str, Any]) -> None:
    try:
        task.apply_async(kwargs=arguments, retry=False, expires=60)
    except Exception as error:
        logger.warning("%s was not asked for and waits for the next beat: %s", task.name, error)
