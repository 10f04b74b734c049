"""What the rates of a funnel were in the last months, beside what somebody is about to promise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from agreements.models import Agreement, AgreementVersion
from agreements.terms.funnel import DEFAULT_STAGES
from leads.trying.drafts import on_the_table
from metrics.attainment import ratio
from metrics.figure_words import exactly
from metrics.ledger import open_ledger, versions_of
from metrics.periods import Period, month_of
from metrics.realism import TooGood, planned_rates, too_good

MONTHS = 6
_OUTSIDE = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateHistory:
    """How many leads entered a stage in some whole months, and how many the stage after it.

    ``key`` is the stage that the rate leads away from. The range is of its months' own rates.
    """

    key: str
    from_name: str
    to_name: str
    entered: int
    reached: int
    lowest: Fraction | None
    highest: Fraction | None

    @property
    def share(self) -> Fraction | None:
        """What came out of what went in; more may come out than went in, from before."""
        return ratio(self.reached, self.entered)

    @property
    def rounded(self) -> Decimal | None:
        """The share as somebody would plan it: to 0.1 %, under 1 % to 0.01 %."""
        if self.share is None:
            return None
        step = Decimal("0.001") if self.share >= Fraction(1, 100) else Decimal("0.0001")
        return exactly(self.share).quantize(step, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelHistory:
    """The history of every rate of the funnel on the table, else of the one in force.

    The months are those that hold ``from_date`` to ``last_date``, both included. ``planned`` has
    the rates of the text, ``too_good`` those of them that no month reached, both by the stage they
    lead away from.
    """

    version: AgreementVersion | None
    from_date: date
    last_date: date
    rates: tuple[RateHistory, ...]
    planned: Mapping[str, Decimal]
    too_good: Mapping[str, TooGood]


def funnel_history(agreement: Agreement, now: datetime) -> FunnelHistory:
    """Read the rates of the last whole months; a constant number of queries.

    A stage that is new in the text on the table, and that nobody was told of, has no history.
    """
    table = on_the_table(agreement, now)
    version = table.version or table.in_force
    months = _months_before(month_of(now, agreement.time_zone))
    stages = list(_stages_of(version.terms)) if version else []
    entered = _entered(agreement, months, [key for key, _name in stages], now)
    told_of = {key for key, months_of in entered.items() if any(months_of)}
    if table.in_force:
        told_of |= {key for key, _name in _stages_of(table.in_force.terms)}
    rates = tuple(
        _rate(stage, following, entered, is_told=following[0] in told_of)
        for stage, following in pairwise(stages)
    )
    document = version.terms if version else {}
    return FunnelHistory(
        version=version,
        from_date=months[0].from_date,
        last_date=months[-1].from_date,
        rates=rates,
        planned=planned_rates(document),
        too_good=too_good(document, rates),
    )


def _months_before(period: Period) -> list[Period]:
    months = [period.previous()]
    while len(months) < MONTHS:
        months.insert(0, months[0].previous())
    return months


def _stages_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give key and name of the stages of a text, however much else is wrong with it."""
    funnel = document.get("funnel", {})
    if isinstance(funnel, Mapping) and "stages" not in funnel:
        yield from ((stage.key, stage.name) for stage in DEFAULT_STAGES)
        return
    stages = funnel["stages"] if isinstance(funnel, Mapping) else None
    for stage in stages if isinstance(stages, list) else ():
        if isinstance(stage, Mapping) and isinstance(stage.get("key"), str):
            yield stage["key"], str(stage.get("name") or stage["key"])


def _entered(
    agreement: Agreement, months: Sequence[Period], stages: Sequence[str], now: datetime
) -> dict[str, list[int]]:
    """Count first entries into each stage, month by month, under any version or none."""
    versions = versions_of(agreement)
    ledger = open_ledger(agreement, versions, months[0].from_date, months[-1].to_date, now)
    keys = [_OUTSIDE, *(version.key for version in versions)]
    return {
        stage: [
            sum(counts[0] for key in keys if (counts := ledger.sums("stages", key, stage, [month])))
            for month in months
        ]
        for stage in stages
    }


def _rate(
    stage: tuple[str, str],
    following: tuple[str, str],
    entered: Mapping[str, Sequence[int]],
    *,
    is_told: bool,
) -> RateHistory:
    went_in, came_out = entered[stage[0]] if is_told else [], entered[following[0]]
    months = zip(went_in, came_out, strict=is_told)
    shares = [Fraction(out, into) for into, out in months if into]
    return RateHistory(
        key=stage[0],
        from_name=stage[1],
        to_name=following[1],
        entered=sum(went_in),
        reached=sum(came_out),
        lowest=min(shares, default=None),
        highest=max(shares, default=None),
    )
