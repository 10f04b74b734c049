"""Clocks by call, each with its explanation."""

from functools import partial
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agreements.api.paging import CURSOR, choice_asked, number_asked, page_of
from agreements.api.views import ApiView
from agreements.models import Agreement
from agreements.permissions import user_can_see_figures_of_reps
from leads.addresses import plain
from leads.calls.clocks_shown import ClockExplained, ClockPage, shown_clock, shown_explanation
from leads.clock_statuses import STATUSES, having
from leads.models import Clock, Handoff
from leads.models.clocks import ClockQuerySet
from leads.story.explained import explained

_FILTERS = [
    OpenApiParameter("handoff", int, description="The id of a handoff."),
    OpenApiParameter("lead", int, description="The id of a lead."),
    OpenApiParameter("clause", str, description="The key of a clause, such as S2."),
    OpenApiParameter("status", str, enum=[*STATUSES]),
    *CURSOR,
]


class ClockView(ApiView):
    """A view of the clocks of handoffs that who calls may read."""

    def clocks(self, agreement: Agreement) -> ClockQuerySet:
        """Return the clocks of the agreement they may read."""
        clocks = Clock.objects.filter(agreement=agreement)
        if not (self.reader.is_admin or self.reader.is_director):
            clocks = clocks.filter(handoff__in=Handoff.objects.visible_to(self.reader))
        return clocks


class Clocks(ClockView):
    """The clocks of an agreement."""

    @extend_schema(
        operation_id="list_clocks", parameters=_FILTERS, responses=ClockPage, tags=["clocks"]
    )
    def get(self, request: Request, slug: str) -> Response:
        """List clocks as they stand now, the latest started first."""
        now, agreement = timezone.now(), self.agreement(slug)
        clocks = self.clocks(agreement).select_related("handoff", "holder")
        if handoff := number_asked(request, "handoff"):
            clocks = clocks.filter(handoff=handoff)
        if lead := number_asked(request, "lead"):
            clocks = clocks.filter(handoff__lead=lead)
        if clause := plain(request.query_params, "clause"):
            clocks = clocks.filter(clause_key=clause)
        if status := choice_asked(request, "status", [*STATUSES]):
            clocks = clocks.filter(having(status, now))
        sees_reps = user_can_see_figures_of_reps(agreement, self.reader)
        show = partial(shown_clock, now=now, for_=self.reader, sees_reps=sees_reps)
        return page_of(clocks, request, show, latest_by="started_at")


class OneClock(ClockView):
    """A clock."""

    @extend_schema(operation_id="read_clock", responses=ClockExplained, tags=["clocks"])
    def get(self, _request: Request, slug: str, pk: int) -> Response:
        """Read a clock and why it is due when it is: in words, and day by day.

        The figures are those of the lead's page.
        """
        now, agreement = timezone.now(), self.agreement(slug)
        related = ("handoff__lead", "handoff__version", "holder")
        clock: Clock = get_object_or_404(self.clocks(agreement).select_related(*related), pk=pk)
        sees_reps = user_can_see_figures_of_reps(agreement, self.reader)
        shown: dict[str, Any] = shown_clock(clock, now, for_=self.reader, sees_reps=sees_reps)
        found = explained(agreement, clock, now)
        shown["explanation"] = shown_explanation(*found) if found else None
        return Response(shown)


urlpatterns = [
    path("agreements/<slug:slug>/clocks/", Clocks.as_view(), name="clocks"),
    path("agreements/<slug:slug>/clocks/<int:pk>/", OneClock.as_view(), name="clock"),
]
