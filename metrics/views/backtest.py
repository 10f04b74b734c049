"""The back-test of the text on the table: what would have been kept and missed under it."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements.durations import Duration
from agreements.editing import value_at, with_value
from agreements.editing.places import NoSuchPlace
from agreements.models import Agreement, User
from agreements.permissions import user_can_see_figures_of_reps
from agreements.requests import SignedInRequest
from leads.addresses import plain
from leads.trying.drafts import OnTheTable, on_the_table, tryable
from leads.trying.offers import latest_days
from leads.trying.words import further_problems, instead_words, told_problems
from metrics.backtest_rows import RowWriter
from metrics.backtest_words import FindingWriter, within_text
from metrics.backtesting import BackTest, back_test
from metrics.views.asked import agreement_of

DAYS = (30, 90, 180)
USUAL_DAYS = 90


@login_required
@require_GET
@vary_on_headers("HX-Request")
def backtest(request: SignedInRequest, slug: str) -> HttpResponse:
    """Replay the latest handoffs under the draft, and under the version in force beside it."""
    agreement = agreement_of(request, slug)
    page = _Page(request, agreement)
    template = "metrics/backtest.html#test" if request.htmx else "metrics/backtest.html"
    return render(request, template, page.context())


def days_of(request: SignedInRequest) -> int:
    """Return how many days are asked for. Raises Http404 for what is not offered."""
    asked = plain(request.GET, "days") or str(USUAL_DAYS)
    if asked not in map(str, DAYS):
        raise Http404
    return int(asked)


class _Page:
    """One reader's back-test of an agreement's draft."""

    def __init__(self, request: SignedInRequest, agreement: Agreement) -> None:
        self._agreement, self._user, self._now = agreement, request.user, timezone.now()
        self._days = days_of(request)
        self._table = on_the_table(agreement, self._now)
        self._clause, self._within = _asked_try(request)

    def context(self) -> dict[str, Any]:
        """Return what the page shows."""
        table, window = self._table, latest_days(self._agreement, self._days, self._now)
        known: dict[str, Any] = {
            "agreement": self._agreement,
            "now": self._now,
            "days": self._days,
            "choices": self._choices(),
            "version": table.version,
            "in_force": table.in_force,
            "window": window,
            "tried": self._tried(),
        }
        if table.version is None:
            return known
        found = tryable(self._document(), table.in_force.terms if table.in_force else None)
        known |= {
            "problems": told_problems(table.version, found.problems),
            "further": further_problems(found.problems),
            "instead": instead_words(found, table.in_force),
        }
        if found.terms is None:
            return known | {"is_untestable": True}
        test = back_test(window, found.terms, table.in_force, self._now)
        return known | self._told(test, table)

    def _document(self) -> Mapping[str, Any]:
        """Return the text on the table, with the time that is asked to be tried."""
        version = self._table.version
        document: Mapping[str, Any] = version.terms if version else {}
        if self._within is None:
            return document
        path = f"commitments.{self._clause.replace('.', '~')}"
        try:
            clause = value_at(document, path)
        except NoSuchPlace as error:
            raise Http404 from error
        changed: Mapping[str, Any] = with_value(
            document, path, {**clause, "within": str(self._within)}
        )
        return changed

    def _told(self, test: BackTest, table: OnTheTable) -> dict[str, Any]:
        names = self._names(test)
        currency = self._agreement.currency
        number = table.version.number if table.version else 0
        writer = RowWriter(
            test,
            names,
            currency=currency,
            number=number,
            former=table.in_force.number if table.in_force else number,
        )
        return {
            "test": test,
            "seconds": max(round(test.seconds, 1), 0.1),
            "columns": writer.columns,
            "note_span": len(writer.columns) * (2 if table.in_force else 1) or 1,
            "rows": list(writer.rows()),
            "findings": [
                {"finding": each, "href": self._try_href(each.try_clause, each.try_within)}
                for each in FindingWriter(test, names, currency).findings()
            ],
        }

    def _names(self, test: BackTest) -> dict[int, str]:
        """Return the names of those whose figures the reader may see."""
        if not user_can_see_figures_of_reps(self._agreement, self._user):
            return {}
        sides = [side for line in test.lines for side in (line.before, line.after) if side]
        keys = {holder for side in sides for holder in side.by_holder}
        return dict(User.objects.filter(pk__in=keys).values_list("pk", "name"))

    def _choices(self) -> list[dict[str, Any]]:
        return [
            {
                "label": ngettext("%(number)s day", "%(number)s days", days) % {"number": days},
                "href": self._href(days),
                "is_current": days == self._days,
            }
            for days in DAYS
        ]

    def _href(self, days: int, tried: str = "") -> str:
        address = reverse("metrics:back-test", args=[self._agreement.slug])
        return f"{address}?days={days}{f'&try={tried}' if tried else ''}"

    def _try_href(self, clause: str, within: str) -> str:
        return self._href(self._days, f"{clause}:{within}") if clause else ""

    def _tried(self) -> dict[str, str] | None:
        """Say which time is tried in place of the draft's, and lead back."""
        if self._within is None:
            return None
        return {
            "text": _("%(clause)s is tried at %(within)s here; the draft is as it was.")
            % {"clause": self._clause, "within": within_text(self._within)},
            "href": self._href(self._days),
        }


def _asked_try(request: SignedInRequest) -> tuple[str, Duration | None]:
    """Return the clause and the time to try. Raises Http404 for what cannot be tried."""
    asked = plain(request.GET, "try")
    if not asked:
        return "", None
    clause, _colon, within = asked.partition(":")
    try:
        return clause, Duration.parse(within)
    except ValueError as error:
        raise Http404(str(error)) from error
