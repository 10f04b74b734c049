"""What became of the leads that marketing offered."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import formats
from agreements.models import Membership
from agreements.requests import SignedInRequest
from leads.addresses import plain
from leads.became.cohort import GROUPS, Cohort
from leads.became.groups import became as count
from leads.became.offered_in import OfferedIn, offered_in
from leads.became.rows import ENOUGH, MOST, RowsOf, step_names
from leads.became.words import kind_names
from leads.lead_pages import pages_about_leads
from leads.queue.handoffs import Desk
from leads.views.lead_page import desk_or_404, latest_terms


@login_required
@require_GET
def became(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what became of what was offered in a period, put together as one likes."""
    now = timezone.now()
    desk = _desk(request, slug)
    period = _period(request, desk, now)
    by = plain(request.GET, "by")
    by = by if by in GROUPS else next(iter(GROUPS))
    role = _role_in_marketing(desk)
    is_mine = _asks_for_own(request, role)
    own = request.user.pk if is_mine else None
    cohort = Cohort(desk.agreement, period.first_day, period.last_day, own)
    found = count(cohort, by)
    terms = latest_terms(desk.agreement)
    writer = RowsOf(cohort, by, terms)
    context: dict[str, Any] = {
        "agreement": desk.agreement,
        "lead_pages": pages_about_leads(desk, "leads:became"),
        "stepper": _stepper(request, period, desk.today(now)),
        "spans": _spans(request, period, desk.today(now)),
        "kinds": _options(request, "by", kind_names(), by),
        "whose": _whose(request, is_mine=is_mine) if role else None,
        "kind": kind_names()[by],
        "rows": writer.rows(found),
        "total": writer.total(found),
        "is_bounded": len(found.groups) > MOST,
        "most": MOST,
        "enough": ENOUGH,
        "steps": step_names().values(),
    }
    return render(request, "leads/became.html", context)


def _desk(request: SignedInRequest, slug: str) -> Desk:
    desk = desk_or_404(request.user, slug)
    if not desk.sees_all:
        raise PermissionDenied(
            _("What became of offers is for marketing, the leads of both teams and directors.")
        )
    return desk


def _period(request: SignedInRequest, desk: Desk, now: datetime) -> OfferedIn:
    try:
        return offered_in(plain(request.GET, "period"), desk.today(now))
    except ValueError as error:
        raise Http404(str(error)) from error


def _role_in_marketing(desk: Desk) -> str:
    """Return the reader's role in the marketing team; empty for none."""
    team = Membership.objects.filter(team=desk.agreement.marketing_team_id, user=desk.user)
    return team.values_list("role", flat=True).first() or ""


def _asks_for_own(request: SignedInRequest, role: str) -> bool:
    """Whether only the reader's own offers are asked for, as a member does at first."""
    asked = plain(request.GET, "whose")
    return asked == "mine" if asked in ("mine", "all") else role == Membership.Role.MEMBER


def _stepper(request: SignedInRequest, period: OfferedIn, today: date) -> dict[str, str]:
    return {
        "label": formats.month(period.first_day) if period.month else str(period.year),
        "previous_href": _href(request, "period", period.earlier.text),
        "next_href": _href(request, "period", period.later.text) if period.last_day < today else "",
    }


def _spans(request: SignedInRequest, period: OfferedIn, today: date) -> list[dict[str, Any]]:
    """Return a month or a year as a choice."""
    month = period.month or (today.month if today.year == period.year else 12)
    months, years = OfferedIn(period.year, month), OfferedIn(period.year, None)
    return [
        {"label": label, "href": _href(request, "period", to.text), "is_current": to == period}
        for label, to in ((_("Month"), months), (_("Year"), years))
    ]


def _whose(request: SignedInRequest, *, is_mine: bool) -> list[dict[str, Any]]:
    names = {"mine": _("My offers"), "all": _("Everybody's")}
    return _options(request, "whose", names, "mine" if is_mine else "all")


def _options(
    request: SignedInRequest, name: str, names: dict[str, str], current: str
) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": _href(request, name, key), "is_current": key == current}
        for key, label in names.items()
    ]


def _href(request: SignedInRequest, name: str, value: str) -> str:
    asked = request.GET.copy()
    asked[name] = value
    return f"?{asked.urlencode()}"
