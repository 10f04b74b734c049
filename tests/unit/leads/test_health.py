"""How well a lead is, by when it last gave a sign of life."""

from datetime import datetime, timedelta

import pytest

from leads.before.health import Health, health_of

NOW = datetime.fromisoformat("2026-09-08T13:00Z")
MOMENT = timedelta(microseconds=1)


def test_it_works() -> None:
    assert health_of(can_be_reached=True, last_sign_at=NOW, now=NOW) is Health.FRESH


@pytest.mark.parametrize(
    ("age", "health"),
    [
        (timedelta(days=30), Health.FRESH),
        (timedelta(days=30) + MOMENT, Health.AGEING),
        (timedelta(days=90), Health.AGEING),
        (timedelta(days=90) + MOMENT, Health.COLD),
        (timedelta(days=900), Health.COLD),
    ],
)
def test_it_ages_after_30_days_and_is_cold_after_90(age: timedelta, health: Health) -> None:
    assert health_of(can_be_reached=True, last_sign_at=NOW - age, now=NOW) is health


@pytest.mark.parametrize("days", [0, 31, 91])
def test_whom_nobody_can_reach_is_neither_fresh_nor_cold(days: int) -> None:
    last_sign_at = NOW - timedelta(days=days)
    assert health_of(can_be_reached=False, last_sign_at=last_sign_at, now=NOW) is Health.UNREACHABLE
