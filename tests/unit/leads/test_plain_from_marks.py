"""Clocks by arrays are the very rows that replaying each handoff alone gives."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from agreements.clock import Absence, Grade
from agreements.rulebook import Rulebook
from agreements.terms import parse_terms
from leads.families import ChangeRow, Families, MergeRow
from leads.fold import EventRow, FollowUpRow, OfferRow, Row
from leads.plain import from_marks
from leads.plain.from_marks import Settled, rows_of_plain
from leads.records import InForce, Records, StageRow, Versions
from leads.replaying import clock_row, clock_states
from leads.standings import standings_of
from tests.factories import example_terms

START = datetime(2026, 9, 4, 12, tzinfo=UTC)
ANA, BRUNO = 7, 8


def _commitment(key: str, measure: str, **promise: Any) -> dict[str, Any]:
    party = "marketing" if measure in ("handover", "routing") else "sales"
    return {"key": key, "party": party, "measure": measure, "target": "0.9"} | promise


CLOCKS = [
    _commitment("M1", "handover", within="2h"),
    _commitment("S1", "acceptance", within="4h"),
    _commitment("S2", "first_follow_up", within="4h", evidence="contact"),
    _commitment("S3", "persistence", within="5bd", count=3, channels=2),
    _commitment("S4", "disposition", within="9d"),
]
ROUTED = [*CLOCKS, _commitment("M2", "routing", within="30min")]
AGED = [*CLOCKS, _commitment("S5", "stage_age", within="2d", stage="mql")]


def rulebook(commitments: Sequence[dict[str, Any]]) -> Rulebook:
    terms = parse_terms(example_terms(commitments=list(commitments), calendar="office"))
    return Rulebook(terms, {"office": {"2026-09-07": []}})


RULEBOOKS = {"routed": rulebook(ROUTED), "offered": rulebook(CLOCKS), "aged": rulebook(AGED)}

EVENTS = (
    "assigned", "assigned", "assigned", "accepted", "rejected", "qualified", "disqualified",
    "recycled", "withdrawn", "paused", "contested", "decided",
)  # fmt: skip


class Chance(Random):
    """Makes the records of leads: events, follow-ups and stages at few instants, many equal."""

    def instant(self) -> datetime:
        return START + timedelta(minutes=15 * self.randrange(self.choice([40, 900])))

    def is_one_in(self, count: int) -> bool:
        return self.randrange(count) == 0

    def lead(self, pk: int) -> dict[str, Any]:
        kinds = [self.choice(EVENTS) for _ in range(self.randrange(4))]
        offered = [] if self.is_one_in(9) else ["offered"]
        barred = self.is_one_in(8)
        return {
            "events": [self.event(pk, each, n) for n, each in enumerate(offered + kinds)],
            "follow_ups": [self.follow_up(f"{pk}-{n}") for n in range(self.randrange(5))],
            "stages": [
                StageRow(self.instant(), "crm", f"{pk}-{n}", self.choice(["lead", "mql"]))
                for n in range(self.randrange(3))
            ],
            "changes": [
                ChangeRow(self.instant(), "crm", f"{pk}", START, {"do_not_contact": barred})
            ],
            "merge": MergeRow(self.instant(), "crm", f"{pk}", 1) if self.is_one_in(9) else None,
        }

    def event(self, pk: int, kind: str, number: int) -> EventRow:
        at = self.instant()
        source = "portal" if self.is_one_in(9) else "crm"
        person = self.choice([ANA, BRUNO, None]) if kind == "assigned" else None
        to_queue = kind == "assigned" and person is None and self.is_one_in(2)
        reason = self.choice(["not_reached", ""]) if kind == "recycled" else ""
        until = at + timedelta(hours=5) if kind == "paused" else None
        return EventRow(
            pk, kind, at, at + timedelta(hours=number), source, f"{pk}-{kind}-{number}", person,
            to_queue, reason, True, until,
        )  # fmt: skip

    def follow_up(self, name: str) -> FollowUpRow:
        at, grade = self.instant(), self.choice([Grade.ATTEMPT, Grade.ATTEMPT, *Grade])
        channel, late = self.choice(["call", "email"]), timedelta(hours=self.randrange(2))
        return FollowUpRow(
            at, at + late, "crm", name, channel, grade, self.is_one_in(6), self.is_one_in(8)
        )


def records_of(told: Sequence[dict[str, Any]], book: Rulebook, **more: Any) -> Records:
    merges = {pk: lead["merge"] for pk, lead in enumerate(told) if lead["merge"]}
    about: dict[str, Any] = {
        "lead_ids": range(len(told)),
        "offers": {(pk, 1): [OfferRow(pk, "crm", f"{pk}")] for pk in range(len(told))},
        "events": {pk: lead["events"] for pk, lead in enumerate(told)},
        "follow_ups": {(pk, 1): lead["follow_ups"] for pk, lead in enumerate(told)},
        "stages": {(pk, 1): lead["stages"] for pk, lead in enumerate(told)},
        "changes": {pk: lead["changes"] for pk, lead in enumerate(told)},
        "families": Families(merges),
        "versions": Versions({1: [InForce(datetime(2026, 1, 1, tzinfo=UTC), None, 3, book)]}),
        "blackouts": {},
        "absences": {},
        "approved": set(),
    }
    return Records(**(about | more))


def one_by_one(records: Records, settled: Sequence[Settled], now: datetime) -> list[Row]:
    return [
        clock_row(key, standing, state, twin, version_id, now)
        for key, standing in settled
        for state, twin, version_id in clock_states(records, key, standing)
    ]


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_marks, "FEWEST", 1)


@pytest.mark.parametrize("book", sorted(RULEBOOKS))
@pytest.mark.parametrize("seed", range(4))
def test_the_same_rows(seed: int, book: str) -> None:
    chance = Chance(f"{seed} {book}")
    away = Absence(BRUNO, START, START + timedelta(days=2), START)
    told = [chance.lead(pk) for pk in range(400)]
    records = records_of(told, RULEBOOKS[book], absences={BRUNO: [away]} if seed == 0 else {})
    settled, now = standings_of(records), chance.instant() + timedelta(hours=3)

    rows, others = rows_of_plain(records, settled, now)

    assert sorted([*rows, *one_by_one(records, others, now)], key=_key) == sorted(
        one_by_one(records, settled, now), key=_key
    )
    assert bool(rows) is (book != "aged")


def _key(row: Row) -> tuple[Any, ...]:
    return row[:3]


def test_most_handoffs_are_plain() -> None:
    at = START + timedelta(hours=2)
    event = EventRow(0, "offered", START, START, "crm", "0", None, False, "", None, None)
    lead = {
        "events": [event, event._replace(kind="assigned", occurred_at=at, person_id=ANA)],
        "follow_ups": [FollowUpRow(at, at, "crm", "0", "call", Grade.ATTEMPT, False, False)],
        "stages": [StageRow(START, "crm", "0", "mql")],
        "changes": [],
        "merge": None,
    }
    records = records_of([lead], RULEBOOKS["routed"])
    rows, others = rows_of_plain(records, standings_of(records), at)
    assert others == []
    assert Counter(row[1] for row in rows) == Counter(["M1", "M2", "S1", "S2", "S3", "S4"])


@pytest.mark.parametrize(
    "more",
    [
        {"blackouts": {1: [(START, START + timedelta(hours=1))]}},
        {"absences": {ANA: [Absence(ANA, START, START + timedelta(days=2), START)]}},
    ],
)
def test_blackouts_and_absences_are_left_to_the_other_way(more: dict[str, Any]) -> None:
    event = EventRow(0, "offered", START, START, "crm", "0", None, False, "", None, None)
    lead = {
        "events": [event, event._replace(kind="assigned", person_id=ANA)],
        "follow_ups": [], "stages": [], "changes": [], "merge": None,
    }  # fmt: skip
    records = records_of([lead], RULEBOOKS["routed"], **more)
    settled = standings_of(records)
    assert rows_of_plain(records, settled, START) == ([], settled)
