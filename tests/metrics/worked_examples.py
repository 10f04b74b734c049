"""The facts behind worked examples 2 and 5: a September told lead by lead."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from agreements.models import AgreementVersion
from leads.told import Told, ToldDeal
from tests.factories import Teller, example_terms, local, make_version

REASONS = {
    "rejection": [
        {"key": "wrong_territory", "name": "Wrong territory", "charged_to": "routing"},
        *({"key": key, "name": key} for key in ("duplicate", "wrong_data", "outside", "below")),
    ]
}


def promise(key: str, party: str, measure: str, target: Any, **more: Any) -> dict[str, Any]:
    """A commitment of the terms."""
    return {"key": key, "party": party, "measure": measure, "target": target, **more}


# -- worked example 2: a new version on the 16th


def versions_of_example_2() -> list[AgreementVersion]:
    """The later version first, as an agreement is adopted up to the one that follows."""
    amounts = {
        date(2026, 9, 16): (310, "0.85", "2h", 560_000),
        date(2026, 1, 1): (400, "0.90", "4h", 500_000),
    }
    return [
        make_version(
            example_terms(
                reasons=REASONS,
                commitments=[
                    promise("M1", "marketing", "stage_volume", mqls, stage="mql", weight=3),
                    promise("M2", "marketing", "acceptance_rate", "0.90", weight=2),
                    promise("M4", "marketing", "routing", "0.90", within="5min", weight=0),
                    promise("S2", "sales", "first_follow_up", share, within=within, weight=2),
                    promise("S5", "sales", "revenue", revenue, weight=3),
                ],
            ),
            effective_date=day,
        )
        for day, (mqls, share, within, revenue) in amounts.items()
    ]


class September:
    """Tells handoffs that end in one way or another, each about a lead of its own."""

    def __init__(self) -> None:
        self.facts: list[Told] = []
        self._numbers = count(1)

    def lead(self) -> Teller:
        return Teller(f"L{next(self._numbers)}")

    def mqls(self, number: int, at: str) -> None:
        """Leads that become MQL and nothing more."""
        self.facts += [self.lead().stage("mql", local(at)) for _ in range(number)]

    def handoffs(
        self,
        number: int,
        offered: str,
        *then: tuple[Any, ...],
        received: str | None = None,
    ) -> None:
        """Offer so many, assign them to the queue, and tell of each what came then.

        What came is (event, at, details) or, for a follow-up, (outcome, at).
        """
        for _ in range(number):
            tell = self.lead()
            self.facts += [
                tell.event("offered", local(offered)),
                tell.event("assigned", local(received or offered), to_queue=True),
                *self._then(tell, then),
            ]

    def _then(self, tell: Teller, then: tuple[tuple[Any, ...], ...]) -> Iterator[Told]:
        for name, at, *details in then:
            if name in ("no_answer", "answered"):
                yield tell.follow_up(name, local(at))
            else:
                yield tell.event(name, local(at), **(details[0] if details else {}))

    def deals(self, at: str, *amounts: str, **fields: Any) -> None:
        """Won deals, each under a lead of its own."""
        for amount in amounts:
            lead = self.lead().lead
            self.facts.append(
                ToldDeal(
                    lead=lead,
                    source="crm",
                    external_id=f"deal-{lead.external_id}",
                    occurred_at=local(at),
                    status="won",
                    amount=Decimal(amount),
                    **({"currency": "BRL"} | fields),
                )
            )


def facts_of_example_2() -> list[Told]:
    """What happened in September 2026, seen on 1 October at 09:00."""
    told = September()
    rejected = {"reason": "duplicate"}
    # Under version 1: 150 met, 14 breached, 4 pending, 2 void; 131 of 146 accepted.
    told.mqls(10, "2026-09-03 10:00")
    told.handoffs(2, "2026-09-02 09:00", ("rejected", "2026-09-02 10:00", rejected))
    told.handoffs(
        13,
        "2026-09-03 09:00",
        ("no_answer", "2026-09-03 10:00"),
        ("rejected", "2026-09-03 11:00", rejected),
    )
    told.handoffs(
        130, "2026-09-08 09:00", ("accepted", "2026-09-08 09:30"), ("no_answer", "2026-09-08 10:00")
    )
    told.handoffs(
        1,
        "2026-09-15 17:58",
        ("accepted", "2026-09-16 09:30"),
        ("no_answer", "2026-09-16 12:00"),
        received="2026-09-16 09:01",
    )
    told.handoffs(6, "2026-09-10 09:00", ("no_answer", "2026-09-10 10:00"))
    told.handoffs(14, "2026-09-11 09:00")
    paused = {"until": local("2026-10-02 09:00")}
    told.handoffs(4, "2026-09-14 09:00", ("paused", "2026-09-14 10:00", paused))
    # Under version 2: 128 met, 22 breached, 10 pending; 139 of 152 accepted.
    told.mqls(11, "2026-09-22 10:00")
    told.handoffs(
        13,
        "2026-09-17 09:00",
        ("no_answer", "2026-09-17 10:00"),
        ("rejected", "2026-09-17 11:00", rejected),
    )
    told.handoffs(
        115, "2026-09-18 09:00", ("accepted", "2026-09-18 09:30"), ("no_answer", "2026-09-18 10:00")
    )
    told.handoffs(22, "2026-09-21 09:00", ("accepted", "2026-09-21 09:30"))
    told.handoffs(2, "2026-09-30 17:50", ("accepted", "2026-09-30 17:55"))
    told.handoffs(8, "2026-09-30 17:59")
    return told.facts


# -- worked example 5: contested rejections, a blackout and exceptions


def version_of_example_5(charged_to: str = "routing") -> AgreementVersion:
    """Four hours to follow up, three to accept; who a wrong territory is charged to differs."""
    reasons = [dict(reason) for reason in REASONS["rejection"]]
    reasons[0]["charged_to"] = charged_to
    return make_version(
        example_terms(
            reasons={"rejection": reasons},
            commitments=[
                promise("M2", "marketing", "acceptance_rate", "0.90"),
                promise("S1", "sales", "acceptance", "0.90", within="3h"),
                promise("S2", "sales", "first_follow_up", "0.90", within="4h"),
            ],
        )
    )


def facts_of_example_5() -> list[Told]:
    """120 handoffs of September 2026, seen on the 30th at 18:00."""
    told = September()
    # 16 rejected: 13 before any follow-up, 3 after an attempt in time.
    told.handoffs(1, "2026-09-01 09:00", _rejected("wrong_territory"))
    told.handoffs(
        3, "2026-09-01 09:00", ("no_answer", "2026-09-01 09:30"), _rejected("wrong_territory")
    )
    told.handoffs(3, "2026-09-01 09:00", _rejected("duplicate"))
    told.handoffs(2, "2026-09-01 09:00", _rejected("duplicate"), *_contested(overturned=False))
    told.handoffs(2, "2026-09-01 09:00", _rejected("wrong_data"))
    contested = ("contested", "2026-09-02 09:00")
    told.handoffs(2, "2026-09-01 09:00", _rejected("wrong_data"), contested)
    met_anew = ("no_answer", "2026-09-21 10:00")
    told.handoffs(
        2, "2026-09-01 09:00", _rejected("outside"), *_contested(overturned=True), met_anew
    )
    late = ("decided", "2026-09-30 17:00", {"is_overturned": True})
    told.handoffs(1, "2026-09-01 09:00", _rejected("below"), contested, late)
    # 96 accepted: 81 in time, 11 late, of these five in the blackout, 4 not followed up.
    told.handoffs(
        81, "2026-09-03 09:00", ("accepted", "2026-09-03 09:30"), ("no_answer", "2026-09-03 10:00")
    )
    for start, followed_up in (
        ("2026-09-10 09:30", "2026-09-10 15:10"),
        ("2026-09-09 16:00", "2026-09-10 15:30"),
        ("2026-09-10 11:00", "2026-09-10 16:20"),
        ("2026-09-10 13:15", "2026-09-10 17:40"),
        ("2026-09-10 09:00", "2026-09-10 16:30"),
    ):
        told.handoffs(1, start, ("accepted", start), ("no_answer", followed_up))
    told.handoffs(
        6, "2026-09-14 09:00", ("accepted", "2026-09-14 09:30"), ("no_answer", "2026-09-14 14:10")
    )
    told.handoffs(4, "2026-09-15 09:00", ("accepted", "2026-09-15 09:30"))
    # 8 undecided: 3 past their time to accept, of these 2 past their time to follow up.
    told.handoffs(2, "2026-09-16 09:00")
    told.handoffs(1, "2026-09-30 14:30")
    told.handoffs(5, "2026-09-30 17:00")
    return told.facts


def _rejected(reason: str) -> tuple[Any, ...]:
    return ("rejected", "2026-09-01 10:00", {"reason": reason})


def _contested(*, overturned: bool) -> tuple[tuple[Any, ...], ...]:
    return (
        ("contested", "2026-09-02 09:00"),
        ("decided", "2026-09-21 09:00", {"is_overturned": overturned}),
    )
