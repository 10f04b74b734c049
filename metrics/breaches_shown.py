"""The shapes in which breaches are answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from agreements.models import User
from leads.calls.clocks_shown import HandoffName
from leads.calls.shown import PersonShown, instant_text, shown_person
from leads.models import Handoff
from metrics.breach_list import BreachRow


class BreachShown(BaseModel):
    """A breach; `late_s` is working time from due to the stop, else to the close of its
    handoff, or to now.

    `charged_to` is for those who may see the figures of single reps.
    """

    handoff: HandoffName
    lead_name: str
    clock: int | None
    clause: str
    occurrence: int
    party: str
    status: str = Field(json_schema_extra={"enum": ["overdue", "breached", "excused", "withdrawn"]})
    breached_at: datetime
    due_at: datetime | None
    late_s: int | None
    gave_up: bool
    charged_to: PersonShown | None


class BreachPage(BaseModel):
    """Some of the breaches of a month, and how many there are; `next` is an address."""

    count: int
    next: str | None
    results: list[BreachShown]


def shown_breaches(
    rows: Sequence[BreachRow], now: datetime, *, sees_reps: bool
) -> list[dict[str, Any]]:
    """Show a page of breaches; two queries."""
    handoffs = Handoff.objects.in_bulk({row.handoff.pk for row in rows})
    charged = {row.clock.holder_id for row in rows if row.clock} if sees_reps else set()
    people = User.objects.in_bulk([pk for pk in charged if pk is not None])
    return [_shown(row, handoffs[row.handoff.pk], people, now) for row in rows]


def _shown(
    row: BreachRow, handoff: Handoff, people: Mapping[int, User], now: datetime
) -> dict[str, Any]:
    found, clock = row.found, row.clock
    charged = people.get(clock.holder_id or 0) if clock else None
    return {
        "handoff": {
            "id": handoff.pk,
            "source": handoff.source,
            "external_id": handoff.external_id,
            "lead": handoff.lead_id,
        },
        "lead_name": str(row.handoff.lead),
        "clock": clock.pk if clock else None,
        "clause": found.clause_key,
        "occurrence": found.occurrence,
        "party": found.party,
        "status": row.status,
        "breached_at": instant_text(found.at),
        "due_at": instant_text(clock.due_at) if clock else None,
        "late_s": _late(row, now),
        "gave_up": bool(clock and clock.gave_up),
        "charged_to": shown_person(charged),
    }


def _late(row: BreachRow, now: datetime) -> int | None:
    clock, version = row.clock, row.version
    if clock is None or version is None:
        return None
    late = row.late(version.rulebook.schedule_of(clock.clause_key, row.handoff.tier), now)
    return None if late is None else int(late.total_seconds())
