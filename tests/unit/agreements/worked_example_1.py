"""Example 1: one handoff from Friday evening over a holiday, with its calendar and promises."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agreements.business_time import Schedule
from agreements.clock import ClockKind, Grade, Mark, MarkKind, Promise
from agreements.durations import Duration

ZONE = ZoneInfo("America/Sao_Paulo")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
CLOSED = ("2026-09-07", "2026-10-12", "2026-11-02", "2026-11-20")
SCHEDULE = Schedule(
    time_zone="America/Sao_Paulo",
    week={day: [("09:00", "12:00"), ("13:00", "18:00")] for day in WEEKDAYS},
    closures={day: [] for day in CLOSED},
)


def local(text: str) -> datetime:
    """The instant of ``"09-08 14:20"`` or ``"09-08 14:20:01"`` of 2026 in São Paulo."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE).astimezone(UTC)


def promise(kind: str, within: str, **changes: object) -> Promise:
    fields = {"party": "sales", "max_pause": Duration.parse("10bd"), **changes}
    return Promise(
        clause_key=kind,
        kind=ClockKind(kind),
        within=Duration.parse(within),
        **fields,  # type: ignore[arg-type]
    )


def mark(when: str, kind: MarkKind, **fields: object) -> Mark:
    """A mark at a local time; its identity is its kind and time."""
    return Mark(local(when), kind, "crm", f"{kind} {when}", **fields)  # type: ignore[arg-type]


ROUTING = promise("routing", "5min", party="marketing")
ACCEPTANCE = promise("acceptance", "4h")
FIRST_FOLLOW_UP = promise("first_follow_up", "4h")
PERSISTENCE = promise("persistence", "10bd", count=6, channels=2)
DISPOSITION = promise("disposition", "15bd")
PROMISES = (ROUTING, ACCEPTANCE, FIRST_FOLLOW_UP, PERSISTENCE, DISPOSITION)

OFFERED = mark("09-04 17:40", MarkKind.OFFERED)
TO_ANA = mark("09-04 17:43", MarkKind.ASSIGNED, holder="Ana")
AUTOMATED = mark(
    "09-08 09:01", MarkKind.FOLLOW_UP, channel="email", grade=Grade.ATTEMPT, automated=True
)
ACCEPTED = mark("09-08 09:10", MarkKind.ACCEPTED)
PAUSED = mark(
    "09-08 10:00", MarkKind.PAUSED, until=local("09-08 11:30"), reason="asked by the customer"
)
TO_BRUNO = mark("09-08 11:45", MarkKind.ASSIGNED, holder="Bruno")
ATTEMPT = mark("09-08 14:20", MarkKind.FOLLOW_UP, channel="call", grade=Grade.ATTEMPT)
CONTACT = mark("09-09 10:05", MarkKind.FOLLOW_UP, channel="call", grade=Grade.CONTACT)
QUALIFIED = mark("09-17 16:00", MarkKind.QUALIFIED)
MARKS = (OFFERED, TO_ANA, AUTOMATED, ACCEPTED, PAUSED, TO_BRUNO, ATTEMPT, CONTACT, QUALIFIED)


def without(*absent: Mark, then: tuple[Mark, ...] = ()) -> tuple[Mark, ...]:
    """The marks of the example less some, with others after them."""
    return tuple(each for each in MARKS if each not in absent) + then
