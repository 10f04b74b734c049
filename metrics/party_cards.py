"""One card for each side of an agreement: score, verdict, commitments and projections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements import formats
from agreements.models import Agreement, Membership, Team
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
        self._judged = {party: list(self._judge(party)) for party in Party.values}

    def outcomes_of(self, party: str) -> list[Outcome]:
        """Return the commitments of a party."""
        return [each for each in self._month.outcomes if each.figures.party == party]

    def statuses(self) -> dict[str, Status]:
        """Return the status of each party that promised something."""
        return {
            party: worst_of(status for _outcome, status in self._judged[party])
            for party in Party.values
            if self.outcomes_of(party)
        }

    def card(
        self, party: str, rows: Iterable[CommitmentRow], outlooks: Iterable[OutlookTelling]
    ) -> PartyCard:
        """Write the card of a party."""
        judged = self._judged[party]
        raw, adjusted = (self._month.score(party, adjusted=each) for each in (False, True))
        return PartyCard(
            party=party,
            name=str(Party(party).label),
            people=self._people[party],
            score=score_text(adjusted if self._adjusted else raw),
            facts=tuple(self._facts(party, raw, adjusted)),
            score_parts=tuple(self._score_parts(party)),
            status=worst_of(status for _outcome, status in judged),
            verdict=party_verdict(judged, is_over=self._is_over),
            rows=tuple(rows),
            outlooks=tuple(outlooks),
        )

    def _judge(self, party: str) -> Iterator[tuple[Outcome, Status]]:
        """Give the commitments that count for a party, with the status that is shown."""
        for outcome in self.outcomes_of(party):
            if not outcome.exceeds_validity:
                yield outcome, figures_shown(outcome, adjusted=self._adjusted).status

    def _facts(self, party: str, raw: Fraction | None, adjusted: Fraction | None) -> Iterator[str]:
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
        known = [status for _outcome, status in self._judged[party] if status != Status.NO_DATA]
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
    leads = ArrayAgg(
        "memberships__user__name",
        filter=Q(memberships__role=Membership.Role.LEAD),
        order_by="memberships__user__name",
        default=[],
    )
    keys = {
        Party.MARKETING.value: agreement.marketing_team_id,
        Party.SALES.value: agreement.sales_team_id,
    }
    teams = Team.objects.filter(pk__in=keys.values()).annotate(leads=leads)
    rows = teams.values_list("pk", "name", "leads")
    named = {pk: " · ".join([name, *people]) for pk, name, people in rows}
    return {party: named[key] for party, key in keys.items()}
