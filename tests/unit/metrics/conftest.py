import pytest

from agreements.business_time import Schedule

OFFICE_DAY = [("09:00", "12:00"), ("13:00", "18:00")]


@pytest.fixture(scope="session")
def schedule() -> Schedule:
    """The calendar of the worked examples: 8 hours a day, Monday to Friday."""
    return Schedule(
        time_zone="America/Sao_Paulo",
        week=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE_DAY),
        closures={"2026-09-07": [], "2026-10-12": [], "2026-11-02": [], "2026-11-20": []},
    )


@pytest.fixture(scope="session")
def always() -> Schedule:
    """Around the clock: what counting calendar days comes to."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return Schedule(time_zone="America/Sao_Paulo", week={day: [("00:00", "24:00")] for day in days})
