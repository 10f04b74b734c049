"""What leads from one status of a version to another, and who may."""

from datetime import UTC, datetime, timedelta

import pytest

from agreements.lifecycle import (
    DERIVED,
    STORED,
    TRANSITIONS,
    Status,
    Step,
    UnableToStep,
    Who,
    next_status,
    state_diagram,
    status_at,
    steps_from,
)

START = datetime(2026, 1, 1, 3, tzinfo=UTC)
END = datetime(2026, 7, 1, 3, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def test_it_works() -> None:
    assert next_status("draft", Step.PROPOSE, party="marketing") is Status.PROPOSED
    assert next_status("proposed", Step.SIGN, party="marketing") is Status.PROPOSED
    second = next_status("proposed", Step.SIGN, party="sales", signed_by=["marketing"])
    assert second is Status.SIGNED


@pytest.mark.parametrize(
    ("status", "step", "party", "target"),
    [
        ("draft", Step.PROPOSE, "sales", "proposed"),
        ("draft", Step.PROPOSE, None, "proposed"),
        ("draft", Step.DISCARD, "sales", "withdrawn"),
        ("draft", Step.DISCARD, None, "withdrawn"),
        ("draft", Step.ADOPT, None, "signed"),
        ("proposed", Step.DECLINE, "sales", "declined"),
        ("proposed", Step.DECLINE, "marketing", "declined"),
        ("proposed", Step.WITHDRAW, "marketing", "withdrawn"),
    ],
)
def test_step(status: str, step: Step, party: str | None, target: str) -> None:
    assert next_status(status, step, party=party, proposed_by="marketing") == target


@pytest.mark.parametrize(
    ("status", "step", "party", "message"),
    [
        ("draft", Step.SIGN, "sales", "possible are propose, discard, adopt"),
        ("draft", Step.WITHDRAW, "sales", "possible are propose, discard, adopt"),
        ("proposed", Step.DISCARD, "sales", "possible are sign, decline, withdraw"),
        ("signed", Step.WITHDRAW, "sales", "possible are no further steps"),
        ("declined", Step.PROPOSE, "sales", "possible are no further steps"),
        ("proposed", Step.SIGN, "marketing", "that is for a party that has not signed"),
        ("proposed", Step.SIGN, None, "that is for a party that has not signed"),
        ("proposed", Step.WITHDRAW, "sales", "that is for the party that proposed"),
        ("draft", Step.ADOPT, "sales", "that is for an administrator"),
    ],
)
def test_step_refused(status: str, step: Step, party: str | None, message: str) -> None:
    with pytest.raises(UnableToStep, match=message) as refused:
        next_status(status, step, party=party, proposed_by="marketing", signed_by=["marketing"])
    assert refused.value.code == ("not_yours" if "that is for" in message else "wrong_status")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (START - MOMENT, Status.SCHEDULED),
        (START, Status.IN_FORCE),
        (END - MOMENT, Status.IN_FORCE),
        (END, Status.EXPIRED),
        (END + timedelta(days=400), Status.EXPIRED),
    ],
)
def test_signed_version_shows_where_now_lies(now: datetime, expected: Status) -> None:
    assert status_at("signed", effective_from=START, effective_to=END, now=now) is expected


def test_version_is_superseded_when_the_next_begins_as_it_ends() -> None:
    def shown(next_from: datetime) -> Status:
        return status_at(
            "signed", effective_from=START, effective_to=END, now=END, next_from=next_from
        )

    assert shown(END) is Status.SUPERSEDED
    assert shown(END + MOMENT) is Status.EXPIRED


def test_version_without_an_end_stays_in_force() -> None:
    now = START + timedelta(days=9999)
    shown = status_at("signed", effective_from=START, effective_to=None, now=now)
    assert shown is Status.IN_FORCE


@pytest.mark.parametrize("stored", [status for status in STORED if status is not Status.SIGNED])
def test_other_statuses_show_as_stored(stored: Status) -> None:
    assert status_at(stored, effective_from=START, effective_to=END, now=START) is stored


def test_signed_version_needs_a_start() -> None:
    with pytest.raises(ValueError, match="needs the instant it comes into force"):
        status_at("signed", effective_from=None, effective_to=None, now=START)


def test_every_status_is_either_stored_or_derived_and_can_be_reached() -> None:
    assert set(STORED) | set(DERIVED) == set(Status)
    assert not set(STORED) & set(DERIVED)
    assert {t.target for t in TRANSITIONS} | {Status.DRAFT} == set(STORED)
    assert {t.who for t in TRANSITIONS} == set(Who)
    assert steps_from("proposed") == (Step.SIGN, Step.DECLINE, Step.WITHDRAW)


def test_diagram_draws_the_whole_table() -> None:
    diagram = state_diagram()

    assert diagram.startswith("stateDiagram-v2\n    [*] --> draft\n")
    assert "proposed --> signed: sign second (a party that has not signed)" in diagram
    for status in Status:
        assert status in diagram
    assert diagram.count(": sign ") == 2
