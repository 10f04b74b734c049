"""Handoffs and follow-ups by call."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agreements.api.paging import CURSOR, choice_asked, number_asked, page_of
from agreements.api.views import ApiView
from leads.api.calls import TellingView
from leads.calls.handoffs import handoff_of
from leads.calls.shapes import DeedTold, FollowUpTold, OfferTold
from leads.calls.shown import (
    FollowUpShown,
    HandoffPage,
    HandoffShown,
    handoffs_to_show,
    shown_handoff,
)
from leads.models import Handoff

_FILTERS = [
    OpenApiParameter("status", str, enum=[str(each) for each in Handoff.Status.values]),
    OpenApiParameter("lead", int, description="The id of a lead."),
    *CURSOR,
]


class Handoffs(TellingView):
    """The handoffs of an agreement."""

    @extend_schema(
        operation_id="offer",
        request=OfferTold,
        responses={200: HandoffShown, 201: HandoffShown},
        tags=["handoffs"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Offer a lead to sales. The same offer again is a repeat and restarts nothing."""
        return self.tell(request, "offer", slug=slug)

    @extend_schema(
        operation_id="list_handoffs", parameters=_FILTERS, responses=HandoffPage, tags=["handoffs"]
    )
    def get(self, request: Request, slug: str) -> Response:
        """List the handoffs that who calls may read, the latest heard of first."""
        found = handoffs_to_show().visible_to(self.reader).filter(agreement=self.agreement(slug))
        if status := choice_asked(request, "status", Handoff.Status.values):
            found = found.filter(status=status)
        if lead := number_asked(request, "lead"):
            found = found.filter(lead=lead)
        return page_of(found, request, shown_handoff)


class OneHandoff(ApiView):
    """A handoff, by the name the source gave it."""

    @extend_schema(operation_id="read_handoff", responses=HandoffShown, tags=["handoffs"])
    def get(self, _request: Request, slug: str, source: str, external_id: str) -> Response:
        """Read where a handoff stands."""
        handoff = handoff_of(self.agreement(slug), source, external_id, self.reader)
        return Response(shown_handoff(handoff))


class Deeds(TellingView):
    """What is done about a handoff."""

    @extend_schema(
        operation_id="tell_deed",
        request=DeedTold,
        responses={200: HandoffShown, 201: HandoffShown},
        tags=["handoffs"],
    )
    def post(self, request: Request, **target: Any) -> Response:
        """Accept, reject or assign a handoff; an integration names who did it.

        Whoever comes second is told who was first, with 409.
        """
        return self.tell(request, "deed", **target)


class FollowUps(TellingView):
    """What was done to reach a lead."""

    @extend_schema(
        operation_id="log_follow_up",
        request=FollowUpTold,
        responses={200: FollowUpShown, 201: FollowUpShown},
        tags=["handoffs"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Log a follow-up. It counts for the handoff that was open when it happened."""
        return self.tell(request, "follow_up", slug=slug)


_ONE = "agreements/<slug:slug>/handoffs/<str:source>/<path:external_id>/"

urlpatterns = [
    path("agreements/<slug:slug>/handoffs/", Handoffs.as_view(), name="handoffs"),
    path(f"{_ONE}events/", Deeds.as_view(), name="deeds"),
    path(_ONE, OneHandoff.as_view(), name="handoff"),
    path("agreements/<slug:slug>/follow-ups/", FollowUps.as_view(), name="follow_ups"),
]
