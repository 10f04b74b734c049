"""A page is answered as ever while the broker is down."""

import logging

import pytest
from celery import Celery
from django.db import transaction

from agreements.kick import kick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lost() -> Celery:
    """An application whose broker is not there."""
    app = Celery("lost", broker="redis+socket:///nowhere/valkey.sock", set_as_current=False)
    app.conf.broker_transport_options = {"socket_timeout": 1, "socket_connect_timeout": 1}
    return app


def test_nothing_is_raised_and_the_log_says_why(
    lost: Celery, caplog: pytest.LogCaptureFixture
) -> None:
    @lost.task(name="leads.tasks.test")
    def task() -> None: ...

    with caplog.at_level(logging.WARNING), transaction.atomic():
        kick(task)
        assert not caplog.records

    assert "leads.tasks.test was not asked for" in caplog.text


def test_nothing_is_asked_for_when_the_transaction_is_rolled_back(
    lost: Celery, caplog: pytest.LogCaptureFixture
) -> None:
    @lost.task(name="leads.tasks.test")
    def task() -> None: ...

    with transaction.atomic():
        kick(task)
        transaction.set_rollback(True)

    assert not caplog.records
