"""The sales team: who holds how much, who is away, and giving handoffs from one to another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from agreements import formats
from agreements.models import Agreement, User
from agreements.requests import SignedInRequest
from agreements.whole_numbers import whole_number, whole_numbers
from leads.assignment.candidates import Choosing
from leads.assignment.handing_over import HandedOver, hand_over
from leads.models import Handoff
from leads.models.leads import HandoffQuerySet
from leads.queue.handoffs import acting_clocks
from leads.views.assignment import organised_agreement

MOST = 200
BY_RULES = "rules"

AWAY, OVERDUE = "away", "overdue"
"""What of the handoffs is listed: what runs out while its holder is away, or what has run out."""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """Somebody of the team: how much they hold, how much of it is overdue, when they are away.

    ``elsewhere`` is how much they hold under other agreements, ``left`` how much runs out before
    they are back.
    """

    user: User
    is_lead: bool
    load: int
    elsewhere: int
    overdue: int
    away: str
    left: int


@login_required
@require_GET
def team(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what everybody holds, and what runs out while its holder is away."""
    now = timezone.now()
    agreement = organised_agreement(request, slug)
    choosing = Choosing(agreement, now)
    left = _left_alone(agreement, choosing)
    overdue = _overdue(agreement, now)
    rows = [
        TeamRow(
            user=user,
            is_lead=key in choosing.team.leads,
            load=choosing.team.here.get(key, 0),
            elsewhere=choosing.team.staff[key].load - choosing.team.here.get(key, 0),
            overdue=overdue.get(key, 0),
            away=choosing.away(key),
            left=left.get(key, 0),
        )
        for key, user in choosing.team.people.items()
    ]
    context = {
        "agreement": agreement,
        "rows": sorted(rows, key=lambda row: (-row.left, row.user.name)),
        "waiting": agreement.handoffs.open().filter(holder__isnull=True).count(),
        "left": sum(left.values()),
        "now": now,
    }
    return render(request, "leads/team.html", context)


def _overdue(agreement: Agreement, now: datetime) -> dict[int, int]:
    late = Exists(acting_clocks().filter(handoff=OuterRef("pk"), due_at__lt=now))
    held = agreement.handoffs.open().filter(late, holder__isnull=False)
    return dict(held.order_by().values_list("holder").annotate(number=Count("pk")))


def _left_alone(agreement: Agreement, choosing: Choosing) -> dict[int, int]:
    """Count by holder what runs out while they are away; five queries."""
    away = [key for key, person in choosing.team.staff.items() if person.away]
    held = agreement.handoffs.open().filter(holder__in=away)
    handoffs = list(held.select_related("lead__merged_into", "agreement"))
    found: dict[int, int] = {}
    for waiting in choosing.waiting(handoffs).values():
        if waiting.holder is not None and choosing.runs_out_while_away(waiting):
            found[waiting.holder] = found.get(waiting.holder, 0) + 1
    return found


@login_required
@require_http_methods(["GET", "POST"])
def held(
    request: SignedInRequest, slug: str, pk: int | None = None, only: str = ""
) -> HttpResponse:
    """Show what somebody holds, waits in the queue or runs out while its holder is away.

    The chosen ones are given away.
    """
    now = timezone.now()
    agreement = organised_agreement(request, slug)
    choosing = Choosing(agreement, now)
    person = None if pk is None else _holder_or_404(agreement, choosing, pk)
    of_all, only = bool(only), only or request.GET.get("only", "")
    handoffs = _left_by(agreement, choosing) if of_all else _held_by(agreement, person)
    if request.method == "POST":
        refused = _given(request, choosing, handoffs, now)
        if not refused:
            return redirect(request.get_full_path())
        messages.warning(request, refused)
    shown = list(handoffs[:MOST])
    rows = _rows(shown, choosing, person, only)
    context = {
        "agreement": agreement,
        "person": person,
        "away": choosing.away(person.pk) if person else "",
        "of_all": of_all,
        "only": only,
        "rows": rows,
        "total": handoffs.count() if len(shown) == MOST and not only else len(rows),
        "people": [(user, words) for user, words in choosing.described() if user != person],
        "has_rules": bool(choosing.rules),
        "now": now,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "leads/team_held.html", context, status=status)


def _holder_or_404(agreement: Agreement, choosing: Choosing, pk: int) -> User:
    """Return somebody of the team, or who has left it and holds something still."""
    known = choosing.team.people.get(pk)
    left = User.objects.filter(pk=pk, handoffs__agreement=agreement)
    person = known or left.filter(handoffs__status__in=Handoff.OPEN).first()
    if person is None:
        raise Http404
    return person


def _held_by(agreement: Agreement, person: User | None) -> HandoffQuerySet:
    """Return open handoffs, what runs out first on top."""
    return _by_due(
        agreement.handoffs.open().filter(Q(holder=person) if person else Q(holder__isnull=True))
    )


def _by_due(found: HandoffQuerySet) -> HandoffQuerySet:
    clocks = acting_clocks().filter(handoff=OuterRef("pk")).order_by("due_at")
    return (
        found.select_related("lead__merged_into", "agreement", "holder")
        .annotate(due_at=Subquery(clocks.values("due_at")[:1]))
        .order_by(F("due_at").asc(nulls_last=True), "pk")
    )


def _left_by(agreement: Agreement, choosing: Choosing) -> HandoffQuerySet:
    """Return what those hold who are away, or will be; what runs out first on top."""
    away = [key for key, person in choosing.team.staff.items() if person.away]
    return _by_due(agreement.handoffs.open().filter(holder__in=away))


def _rows(
    handoffs: list[Handoff], choosing: Choosing, person: User | None, only: str
) -> list[dict[str, Any]]:
    """Say of each what runs out when, and whom the rules would choose.

    Of what a person holds that is chosen at first which they leave behind, of all else everything.
    """
    asked = choosing.waiting(handoffs)
    if only == AWAY:
        handoffs = [each for each in handoffs if choosing.runs_out_while_away(asked[each.pk])]
    elif only == OVERDUE:
        handoffs = [each for each in handoffs if choosing.is_overdue(asked[each.pk])]
    ordered = [asked[each.pk] for each in handoffs]
    return [
        {
            "handoff": each,
            "due_at": asked[each.pk].due_at,
            "is_left": choosing.runs_out_while_away(asked[each.pk]),
            "is_overdue": choosing.is_overdue(asked[each.pk]),
            "is_chosen": person is None or choosing.is_left_behind(asked[each.pk]),
            "suggestion": suggestion,
        }
        for each, suggestion in zip(handoffs, choosing.suggestions(ordered), strict=True)
    ]


def _given(
    request: SignedInRequest, choosing: Choosing, handoffs: HandoffQuerySet, now: datetime
) -> str:
    """Give the chosen handoffs away; return what is wrong with the choice, if anything is."""
    keys = whole_numbers(request.POST.getlist("handoff"))
    chosen = list(handoffs.filter(pk__in=keys))
    if not chosen:
        return _("Choose at least one handoff that is still here.")
    to = request.POST.get("to", "")
    person = choosing.team.people.get(whole_number(to) or 0)
    if person is None and (to != BY_RULES or not choosing.rules):
        return _("Choose who gets them.")
    done = hand_over(chosen, to=person, by=request.user, now=now)
    if done.total:
        messages.success(request, _told(done))
    if done.left:
        messages.warning(request, _left(done.left))
    return ""


def _told(done: HandedOver) -> str:
    shares = ", ".join(
        _("%(person)s %(number)s") % {"person": person, "number": formats.figure(number)}
        for person, number in done.by_person.most_common()
    )
    return ngettext(
        "%(number)s handoff given away: %(shares)s. No due time moves.",
        "%(number)s handoffs given away: %(shares)s. No due time moves.",
        done.total,
    ) % {"number": formats.figure(done.total), "shares": shares}


def _left(number: int) -> str:
    return ngettext(
        "%(number)s stays where it is: nobody it is for is there, or somebody was quicker.",
        "%(number)s stay where they are: nobody they are for is there, or somebody was quicker.",
        number,
    ) % {"number": formats.figure(number)}
