"""What became of what was offered in a period: counts, reasons, money and the time of each step."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from agreements.business_time import Schedule
from agreements.business_time.arrays import business_between_many
from agreements.models import AgreementVersion
from leads.became.cohort import GROUPS, OUTCOMES, Cohort
from leads.rulebooks import rulebooks_of

STEPS: Mapping[str, tuple[str, str]] = {
    "received": ("handoff.offered_at", "handoff.received_at"),
    "decided": ("handoff.received_at", "handoff.decided_at"),
    "followed_up": ("handoff.received_at", "touch.first_at"),
    "contacted": ("touch.first_at", "touch.contact_at"),
    "qualified": ("touch.contact_at", "qualified_at"),
    "won": ("qualified_at", "deal.won_at"),
}
"""Each step, from what it is counted on and to what; both have to be known, in this order."""

_INSTANTS = {
    "handoff.offered_at": "handoff.offered_at",
    "handoff.received_at": "handoff.received_at",
    "handoff.decided_at": "handoff.decided_at",
    "touch.first_at": "touch.first_at",
    "touch.contact_at": "touch.contact_at",
    "qualified_at": "CASE WHEN handoff.status = 'qualified' THEN handoff.closed_at END",
    "deal.won_at": "deal.won_at",
}
# From which PostgreSQL counts; its least instant is written as what NumPy does not know.
_EPOCH = np.datetime64("2000-01-01", "us")
Instants = npt.NDArray[np.datetime64]
Lengths = npt.NDArray[np.timedelta64]


@dataclass(frozen=True, slots=True)
class StepTime:
    """The median working time of a step, and of how many handoffs it is."""

    median: timedelta | None
    number: int


@dataclass(slots=True)
class Group:
    """Handoffs that belong together; ``counts`` are by the outcomes of ``leads.became.cohort``.

    ``amount`` is what was won, in the currency of the agreement.
    """

    key: str
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    amount: Decimal = Decimal(0)
    lengths: defaultdict[str, list[Lengths]] = field(default_factory=lambda: defaultdict(list))

    def add(self, other: "Group") -> None:
        """Count the handoffs of another group too."""
        self.counts.update(other.counts)
        self.reasons.update(other.reasons)
        self.amount += other.amount
        for step, lengths in other.lengths.items():
            self.lengths[step] += lengths

    @property
    def offered(self) -> int:
        """How many were offered."""
        return self.counts["offered"]

    def time_of(self, step: str) -> StepTime:
        """Return how long a step took."""
        found = np.concatenate(self.lengths[step]) if self.lengths[step] else np.array([])
        if not found.size:
            return StepTime(None, 0)
        median = float(np.median(found.astype(np.int64)))
        return StepTime(timedelta(microseconds=round(median)), found.size)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of handoffs, group by group, the largest first, and of all of them."""

    groups: Sequence[Group]
    total: Group


def became(cohort: Cohort, by: str) -> Became:
    """Count a cohort by one of the kinds of groups; three queries, however many handoffs."""
    versions = list(AgreementVersion.objects.signed().filter(agreement=cohort.agreement))
    schedules = {pk: book.schedule for pk, book in rulebooks_of(versions).items()}
    outside = Schedule.always(cohort.agreement.time_zone)
    cohort = replace(cohort, rates=_rates(versions))
    groups: dict[str, Group] = {}
    total = Group("")
    for row in _read(cohort, by):
        part = _group_of(row, schedules.get(row["version_id"], outside))
        groups.setdefault(part.key, Group(part.key)).add(part)
        total.add(part)
    return Became(sorted(groups.values(), key=lambda one: (-one.offered, one.key)), total)


def _read(cohort: Cohort, by: str) -> Iterable[dict[str, Any]]:
    """Give one row for each group and version."""
    names = {name: f"at_{place}" for place, name in enumerate(_INSTANTS)}
    handoffs = cohort.statement(
        key=GROUPS[by],
        version_id="handoff.version_id",
        reason="handoff.reason",
        amount="deal.amount",
        **{f"is_{name}": said for name, said in OUTCOMES.items()},
        **{names[name]: said for name, said in _INSTANTS.items()},
    )
    counts = ", ".join(f"count(*) FILTER (WHERE is_{name}) AS is_{name}" for name in OUTCOMES)
    instants = ", ".join(
        f"string_agg(timestamptz_send(COALESCE({name}, '-infinity')), ''::bytea) AS {name}"
        for name in names.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT key, version_id, {counts}, {instants}, COALESCE(sum(amount), 0) AS amount,
                array_agg(reason) FILTER (WHERE is_rejected) AS reasons
            FROM ({handoffs}) AS offered GROUP BY key, version_id
            """,  # noqa: S608 - composed of constants
            cohort.asked,
        )
        columns = [each.name for each in cursor.description]
        for row in cursor:
            told = dict(zip(columns, row, strict=True))
            yield told | {name: told[column] for name, column in names.items()}


def _group_of(row: Mapping[str, Any], schedule: Schedule) -> Group:
    at = {name: _instants(row[name]) for name in _INSTANTS}
    group = Group(
        key=row["key"],
        counts=Counter({name: row[f"is_{name}"] for name in OUTCOMES}),
        reasons=Counter(row["reasons"] or ()),
        amount=row["amount"],
    )
    for step, (start, end) in STEPS.items():
        group.lengths[step].append(_between(schedule, at[start], at[end]))
    return group


def _instants(sent: memoryview) -> Instants:
    """Read instants as PostgreSQL sends them."""
    since = np.frombuffer(sent, ">i8").astype(np.int64).view("timedelta64[us]")
    return _EPOCH + since


def _between(schedule: Schedule, starts: Instants, ends: Instants) -> Lengths:
    """Return the working time of each step that was taken; a comparison with NaT is false."""
    taken = starts <= ends
    return business_between_many(schedule, starts[taken], ends[taken])


def _rates(versions: Iterable[AgreementVersion]) -> str:
    """Write the exchange rates of versions, each for the time in which it is in force."""
    told = []
    for version in versions:
        terms = version.parsed_terms()
        known = {currency: str(rate) for currency, rate in terms.exchange_rates.items()}
        if terms.currency:
            known[terms.currency] = "1"
        told += [
            {
                "from_at": version.effective_from and version.effective_from.isoformat(),
                "to_at": version.effective_to and version.effective_to.isoformat(),
                "currency": currency,
                "rate": rate,
            }
            for currency, rate in known.items()
        ]
    return json.dumps(told)
