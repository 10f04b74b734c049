"""The rows of a back-test: each commitment, all and rep by rep, before and after."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext as _

from agreements import formats
from agreements.terms import Terms
from agreements.wording import promise_sentence, target_text
from metrics.addresses import clause_href
from metrics.backtest import FEWEST, Line, Side, whole
from metrics.backtest_words import (
    actual_text,
    line_name,
    note_of,
    period_words,
    side_text,
    within_text,
)
from metrics.backtesting import BackTest
from metrics.figure_words import percent_text
from metrics.rates import Rate

_MOST_COLUMNS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure as in force judged and as the text tried would; ``trend`` is up, down or empty.

    The figures are ``under`` where they miss the promise. A cell ``loses`` a promise that was
    kept, or ``gains`` one that was missed.
    """

    before: str = ""
    after: str = ""
    trend: str = ""
    is_before_under: bool = False
    is_after_under: bool = False
    is_lost: bool = False
    is_gained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A commitment: its name, what it promises and promised, and its cells or a note."""

    key: str
    href: str
    name: str
    promise: str
    period: str
    changes: Sequence[str]
    total: Cell
    cells: Sequence[Cell] = field(default_factory=tuple)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A rep's, or all others': whose clocks it counts."""

    name: str
    holders: frozenset[int]


class RowWriter:
    """Writes the rows; ``names`` are the people whose figures the reader may see, by key.

    ``number`` is that of the version tried, ``former`` that of the one in force.
    """

    def __init__(
        self,
        test: BackTest,
        names: Mapping[int, str],
        *,
        currency: str,
        number: int,
        former: int,
    ) -> None:
        self._test, self._names, self._currency = test, names, currency
        self._number, self._former = number, former
        self.columns = self._columns()

    def _columns(self) -> list[Column]:
        """Return a column for each rep with most clocks of sales, and one for all others."""
        if not self._names:
            return []
        counts: Counter[int] = Counter()
        for line in self._test.lines:
            for side in (line.before, line.after):
                if side and line.commitment.party == "sales":
                    counts.update({pk: rate.denominator for pk, rate in side.by_holder.items()})
        known = [pk for pk, _n in counts.most_common() if pk in self._names]
        shown = sorted(known[:_MOST_COLUMNS], key=lambda pk: self._names[pk])
        columns = [Column(self._names[pk], frozenset([pk])) for pk in shown]
        others = frozenset(counts) - set(shown)
        return [*columns, Column(_("Others"), others)] if others else columns

    def rows(self) -> Iterator[Row]:
        """Give a row for each commitment of either text."""
        for line in self._test.lines:
            is_by_rep = (
                bool(self.columns)
                and line.commitment.is_clock
                and line.commitment.party == "sales"
                and line.after_commitment is not None
            )
            yield Row(
                key=line.key,
                href=self._href(line),
                name=line_name(line.commitment, self._terms(line)),
                promise=self._promise(line),
                period=period_words(line.commitment),
                changes=list(self._changes(line)),
                total=self._total(line),
                cells=[_cell(line, column) for column in self.columns] if is_by_rep else (),
                note="" if is_by_rep else note_of(line, self._test),
            )

    def _terms(self, line: Line) -> Terms:
        before = self._test.before
        return before if before and line.after_commitment is None else self._test.after

    def _href(self, line: Line) -> str:
        number = self._number if line.after_commitment else self._former
        return clause_href(self._test.window.agreement, number, line.key)

    def _promise(self, line: Line) -> str:
        """Write the target; of what is counted, the one of these days."""
        side = line.after or line.before
        if line.commitment.definition.has_pace and side and side.target is not None:
            return actual_text(line.commitment, side.target, self._currency)
        return target_text(line.commitment, self._terms(line))

    def _changes(self, line: Line) -> Iterator[str]:
        """Write what the version in force says otherwise."""
        old, new, before = line.before_commitment, line.after_commitment, self._test.before
        if old is None or new is None or before is None:
            return
        after = self._test.after
        told = [
            (within_text(old.within), within_text(new.within)),
            (target_text(old, before), target_text(new, after)),
        ]
        changed = [former for former, latter in told if former and former != latter]
        if not changed and promise_sentence(old, before) != promise_sentence(new, after):
            changed = [promise_sentence(old, before)]
        for promise in changed:
            yield _("Version %(number)s: %(promise)s") % {
                "number": self._former,
                "promise": promise,
            }

    def _total(self, line: Line) -> Cell:
        return Cell(
            before=side_text(line.commitment, line.before, self._currency),
            after=side_text(line.commitment, line.after, self._currency),
            trend=_trend(
                line.before.actual if line.before else None,
                line.after.actual if line.after else None,
            ),
            is_before_under=line.before is not None and line.before.is_kept is False,
            is_after_under=line.after is not None and line.after.is_kept is False,
            is_lost=line.is_lost,
            is_gained=line.is_gained,
        )


def _cell(line: Line, column: Column) -> Cell:
    before, after = (
        whole({pk: rate for pk, rate in side.by_holder.items() if pk in column.holders})
        if side
        else Rate(0, 0)
        for side in (line.before, line.after)
    )
    kept = _judged(line.before, before), _judged(line.after, after)
    return Cell(
        before=_rate_text(before),
        after=_rate_text(after),
        trend=_trend(before.value, after.value),
        is_before_under=kept[0] is False,
        is_after_under=kept[1] is False,
        is_lost=kept == (True, False),
        is_gained=kept == (False, True),
    )


def _judged(side: Side | None, rate: Rate) -> bool | None:
    """Whether a promise is kept by enough items to tell."""
    if side is None or rate.denominator < FEWEST:
        return None
    return side.verdict_on(rate.value)


def _rate_text(rate: Rate) -> str:
    if not rate.denominator:
        return formats.NO_VALUE
    if rate.denominator < FEWEST:
        return f"{rate.numerator}/{rate.denominator}"
    return percent_text(rate.value)


def _trend(before: Fraction | None, after: Fraction | None) -> str:
    if before is None or after is None or before == after:
        return ""
    return "up" if after > before else "down"
