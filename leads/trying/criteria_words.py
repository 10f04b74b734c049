"""A test of criteria in words and in a picture: who is near the line, and what decided it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import formats
from agreements.criteria import REASON_MESSAGES, Reason, RuleResult, Verdict
from agreements.rule_words import field_words, rule_words
from agreements.terms.handoff import Handoff
from leads.models import Lead
from leads.queue.handoffs import Desk
from leads.registry.leads import readable_leads
from leads.trying.criteria import Bar, CriteriaTest, NearLead

WIDTH, HEIGHT = 400, 100
_GAP = 2


@dataclass(frozen=True, slots=True)
class NearRow:
    """A lead near the line: who it is, its points, whether it passes, and what decided."""

    name: str
    href: str
    points: int
    passes: bool
    decided: str


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """A bar in a picture of WIDTH × HEIGHT; ``look`` says which line it reaches."""

    x: float
    y: float
    width: float
    height: float
    look: str
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The points of all leads: bars, where the lines stand, and the ends of the scale."""

    bars: Sequence[DrawnBar]
    line_x: float | None
    former_x: float | None
    first: int
    last: int


def picture_of(bars: Sequence[Bar], test: CriteriaTest) -> Picture | None:
    """Lay the bars out; None where no points are given."""
    if not bars:
        return None
    line = test.handoff.threshold
    former = test.in_force.threshold if test.in_force else None
    first, last = bars[0].first, bars[-1].last
    step, most = WIDTH / len(bars), max(bar.number for bar in bars)

    def at(points: int | None) -> float | None:
        return None if points is None else WIDTH * (points - first) / (last + 1 - first)

    drawn = [
        DrawnBar(
            x=round(step * place + _GAP / 2, 2),
            y=round(HEIGHT * (1 - bar.number / most), 2),
            width=round(step - _GAP, 2),
            height=round(HEIGHT * bar.number / most, 2),
            look=_look(bar, line, former),
            title=_bar_words(bar),
        )
        for place, bar in enumerate(bars)
    ]
    return Picture(drawn, at(line), at(former) if former != line else None, first, last)


def _look(bar: Bar, line: int | None, former: int | None) -> str:
    if line is None or bar.first >= line:
        return "is-passing"
    return "is-between" if former is not None and bar.first >= former else ""


def _bar_words(bar: Bar) -> str:
    return _("%(first)s to %(last)s points: %(number)s") % {
        "first": formats.figure(bar.first),
        "last": formats.figure(bar.last),
        "number": formats.figure(bar.number),
    }


def table_of(bars: Sequence[Bar]) -> list[list[str]]:
    """Write the bars as rows of points and leads."""
    return [
        [f"{formats.figure(bar.first)}–{formats.figure(bar.last)}", formats.figure(bar.number)]
        for bar in bars
    ]


class NearRows:
    """Writes the leads near the line; names only those that the reader may read."""

    def __init__(self, desk: Desk, handoff: Handoff) -> None:
        self._desk, self._handoff = desk, handoff

    def rows(self, near: Sequence[NearLead]) -> Iterator[NearRow]:
        """Give a row for each; one query for all names."""
        leads = self._readable([each.lead_id for each in near])
        for each in near:
            lead = leads.get(each.lead_id)
            yield NearRow(
                name=(lead.company or str(lead)) if lead else _("A colleague's lead"),
                href=reverse("leads:detail", args=[self._desk.agreement.slug, lead.pk])
                if lead
                else "",
                points=each.verdict.score,
                passes=each.verdict.qualifies,
                decided=decided_by(each.verdict, self._handoff),
            )

    def _readable(self, keys: Sequence[int]) -> Mapping[int, Lead]:
        return readable_leads(self._desk).in_bulk(list(keys))


def decided_by(verdict: Verdict, handoff: Handoff) -> str:
    """Say what decided for or against a lead; empty where no single thing did."""
    against = verdict.reasons_against
    if against:
        return reason_words(against[0])
    if verdict.threshold is None:
        return ""
    margin = verdict.score - verdict.threshold
    results = zip(handoff.scoring, verdict.points, strict=True)
    if margin >= 0:
        won = [(n, entry) for entry, (n, result) in results if result.holds and n > margin]
        if not won:
            return ""
        points, entry = max(won, key=lambda pair: pair[0])
        return _("%(rule)s: %(points)s") % {
            "rule": rule_words(entry.when),
            "points": _signed(points),
        }
    return _what_lacks(verdict, -margin)


def _what_lacks(verdict: Verdict, needed: int) -> str:
    """Name the least that would have made the points: a rule that failed, or one that cost some."""
    lacking = [(n, result) for n, result in verdict.points if not result.holds and n >= needed]
    if lacking:
        points, result = min(lacking, key=lambda pair: pair[0])
        return _("%(reason)s Else %(points)s.") % {
            "reason": _first_failed(result),
            "points": _signed(points),
        }
    costing = [(n, result) for n, result in verdict.points if result.holds and -n >= needed]
    if not costing:
        return _("More than one rule is missing.")
    points, result = max(costing, key=lambda pair: pair[0])
    return _("%(reason)s That costs %(points)s.") % {
        "reason": reason_words(result.reasons[0]),
        "points": formats.figure(-points),
    }


def _first_failed(result: RuleResult) -> str:
    return reason_words(next(reason for reason in result.reasons if not reason.holds))


def reason_words(reason: Reason) -> str:
    """Say why a condition held or not: "Employees is 12, under 50."."""
    params = reason.params | {"field": field_words(reason.field)}
    sentence: str = _(REASON_MESSAGES[reason.code]).format(**params)
    return sentence[:1].upper() + sentence[1:]


def _signed(points: int) -> str:
    return f"+{formats.figure(points)}" if points > 0 else formats.figure(points)
