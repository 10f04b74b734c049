"""Leads by call: tell of one or of many, and read one."""

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agreements.api.views import ApiView
from leads.api.calls import TellingView, status_of
from leads.calls.shapes import LeadsTold, LeadTold
from leads.calls.shown import DeliveryShown, LeadShown, LeadsTaken, LeadTaken, shown_lead
from leads.models import Delivery, Lead
from leads.registry.leads import leads_visible_to

PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, enum=["respond-async"],
    description="With `respond-async` the call is answered 202 at once, with the address at "
    "which to ask what became of it.",
)  # fmt: skip


class OneLead(TellingView):
    """A lead, by the name a source has for it."""

    can_wait = True

    @extend_schema(
        operation_id="tell_lead",
        parameters=[PREFER],
        request=LeadTold,
        responses={200: LeadTaken, 201: LeadTaken, 202: DeliveryShown},
        tags=["leads"],
    )
    def put(self, request: Request, source: str, external_id: str) -> Response:
        """Tell what is known of a lead, and which stages it has reached.

        The same again is a repeat and changes nothing. What is not told stays as it is.
        """
        return self.tell(request, "lead", source=source, external_id=external_id)

    @extend_schema(operation_id="read_lead", responses=LeadShown, tags=["leads"])
    def get(self, _request: Request, source: str, external_id: str) -> Response:
        """Read a lead: attributes, names, and under each agreement stage, owner, open handoff."""
        leads = leads_visible_to(self.reader)
        named = leads.filter(identities__source=source, identities__external_id=external_id)
        lead: Lead = get_object_or_404(named.select_related("merged_into"))
        return Response(shown_lead(lead, self.reader))


class ManyLeads(TellingView):
    """Leads, up to a thousand at a time."""

    can_wait = True

    @extend_schema(
        operation_id="tell_leads",
        parameters=[PREFER],
        request=LeadsTold,
        responses={200: LeadsTaken, 202: DeliveryShown},
        tags=["leads"],
    )
    def post(self, request: Request) -> Response:
        """Tell of up to 1,000 leads; the answer says of each whether it was taken, and why not."""
        return self.tell(request, "leads")


class OneDelivery(ApiView):
    """What became of a call that was answered 202."""

    @extend_schema(operation_id="read_delivery", responses=DeliveryShown, tags=["leads"])
    def get(self, _request: Request, pk: int) -> Response:
        """Read whether a call was taken in by now, with its answer or why it was refused."""
        calls = Delivery.objects.filter(kind=Delivery.Kind.CALL)
        own = calls if self.reader.is_admin else calls.filter(received_by=self.reader)
        return Response(status_of(get_object_or_404(own, pk=pk)))


urlpatterns = [
    path("leads/", ManyLeads.as_view(), name="leads"),
    path("leads/<str:source>/<path:external_id>/", OneLead.as_view(), name="lead"),
    path("deliveries/<int:pk>/", OneDelivery.as_view(), name="delivery"),
]
