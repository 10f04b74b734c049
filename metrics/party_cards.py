"""One card for each side of an agreement: score, verdict, commitments and projections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements import formats
from agreements.models import Agreement, Membership
from agreements.models.contracts import Party
from metrics.attainment import Status
from metrics.commitment_rows import CommitmentRow, figures_shown
from metrics.figure_words import percent_text, score_text
from metrics.figures import Outcome
from metrics.findings import party_verdict, worst_of
from metrics.month_figures import MonthFigures
from metrics.outlook_words import OutlookTelling
from metrics.trends import Trends

_ONE = Fraction(1)
_WELL = (Status.ON_TRACK, Status.KEPT)


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one commitment brings to the score of its party."""

    key: str
    weight: str
    brings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyCard:
    """One side of the agreement; ``facts`` stand beside its score."""

    party: str
    name: str
    people: str
    score: str
    facts: tuple[str, ...]
    score_parts: tuple[ScorePart, ...]
    status: Status
    verdict: str
    rows: tuple[CommitmentRow, ...]
    outlooks: tuple[OutlookTelling, ...]


class PartyWriter:
    """Writes the card of each side that promised something for a month."""

    def __init__(self, month: MonthFigures, trends: Trends, *, adjusted: bool) -> None:
        self._month, self._trends, self._adjusted = month, trends, adjusted
        self._is_over = month.now >= month.period.ends_at
        self._people = people_of(month.agreement)

    def outcomes_of(self, party: str) -> list[Outcome]:
        """Return the commitments of a party."""
        return [each for each in self._month.outcomes if each.figures.party == party]

    def statuses(self) -> dict[str, Status]:
        """Return the status of each party that promised something."""
        return {
            party: worst_of(status for _outcome, status in self._judged(party))
            for party in Party.values
            if self.outcomes_of(party)
        }

    def card(
        self, party: str, rows: Iterable[CommitmentRow], outlooks: Iterable[OutlookTelling]
    ) -> PartyCard:
        """Write the card of a party."""
        judged = self._judged(party)
        return PartyCard(
            party=party,
            name=str(Party(party).label),
            people=self._people[party],
            score=score_text(self._month.score(party, adjusted=self._adjusted)),
            facts=tuple(self._facts(party)),
            score_parts=tuple(self._score_parts(party)),
            status=worst_of(status for _outcome, status in judged),
            verdict=party_verdict(judged, is_over=self._is_over),
            rows=tuple(rows),
            outlooks=tuple(outlooks),
        )

    def _judged(self, party: str) -> list[tuple[Outcome, Status]]:
        """Return the commitments that count for a party, with the status that is shown."""
        return [
            (outcome, figures_shown(outcome, adjusted=self._adjusted).status)
            for outcome in self.outcomes_of(party)
            if not outcome.exceeds_validity
        ]

    def _facts(self, party: str) -> Iterator[str]:
        raw, adjusted = (self._month.score(party, adjusted=each) for each in (False, True))
        previous = self._trends.previous_scores.get(party)
        if previous is not None:
            month = formats.month(self._month.period.previous().from_date)
            yield _("%(month)s %(score)s") % {"month": month, "score": score_text(previous)}
        if self._adjusted:
            yield _("Raw %(score)s") % {"score": score_text(raw)}
        else:
            yield _("Adjusted %(score)s") % {"score": score_text(adjusted)}
        yield from self._as_closed(party)
        yield self._kept(party)

    def _as_closed(self, party: str) -> Iterator[str]:
        closed = self._month.closed
        value = closed.report["scores"].get(party) if closed else None
        if value is not None:
            score = score_text(Fraction(Decimal(str(value))))
            yield _("As closed %(score)s") % {"score": score}

    def _kept(self, party: str) -> str:
        known = [status for _outcome, status in self._judged(party) if status != Status.NO_DATA]
        parts = {
            "number": formats.figure(sum(status in _WELL for status in known)),
            "all": formats.figure(len(known)),
        }
        if self._is_over:
            return _("%(number)s of %(all)s kept") % parts
        return _("%(number)s of %(all)s on track") % parts

    def _score_parts(self, party: str) -> Iterator[ScorePart]:
        for outcome in self.outcomes_of(party):
            figures = figures_shown(outcome, adjusted=self._adjusted)
            credit = None if outcome.exceeds_validity else figures.credit
            brings = pgettext("to the score", "nothing") if credit is None else percent_text(credit)
            yield ScorePart(figures.key, formats.figure(float(figures.weight)), brings)


def people_of(agreement: Agreement) -> dict[str, str]:
    """Name the team of each party and who leads it; one query."""
    leaders = Membership.objects.filter(
        team__in=[agreement.marketing_team_id, agreement.sales_team_id], role=Membership.Role.LEAD
    )
    named = list(leaders.order_by("user__name").values_list("team_id", "user__name"))
    found = {}
    for party in Party.values:
        team = agreement.team_of(party)
        found[party] = " · ".join([team.name, *(name for key, name in named if key == team.pk)])
    return found
