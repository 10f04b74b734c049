"""Views that are told something: the body is kept before anybody reads it."""

from typing import ClassVar

from django.utils import timezone
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from agreements.api.views import ApiView
from agreements.kick import kick
from leads.calls import deliveries
from leads.models import Delivery
from leads.tasks import process_delivery

RESPOND_ASYNC = "respond-async"


class TellingView(ApiView):
    """A view that is told something, in JSON."""

    can_wait: ClassVar[bool] = False

    def tell(self, request: Request, kind: str, **target: str) -> Response:
        """Keep the call and take it in: now, or later where that is asked for and possible."""
        if not (request.content_type or "").startswith("application/json"):
            raise UnsupportedMediaType(request.content_type or "")
        now = timezone.now()
        delivery = deliveries.keep(
            kind=kind, target=target, body=request._request.body, by=self.reader, now=now
        )
        if self.can_wait and RESPOND_ASYNC in preferences(request):
            return self._later(request, delivery)
        answer = deliveries.take(delivery, now=now)
        return Response(answer.data, status=answer.status)

    def _later(self, request: Request, delivery: Delivery) -> Response:
        kick(process_delivery, pk=delivery.pk)
        address = reverse("api:delivery", kwargs={"pk": delivery.pk}, request=request)
        headers = {"Location": address, "Preference-Applied": RESPOND_ASYNC}
        return Response(status_of(delivery), status=202, headers=headers)


def preferences(request: Request) -> set[str]:
    """Return what the ``Prefer`` header asks for, as RFC 7240 writes it, less any values."""
    asked = request.headers.get("Prefer", "").lower().split(",")
    return {each.split(";")[0].split("=")[0].strip() for each in asked}


def status_of(delivery: Delivery) -> dict[str, object]:
    """Write how far a delivery is, and what became of it."""
    found: dict[str, object] = {
        "id": delivery.pk,
        "received_at": delivery.received_at,
        "processed_at": delivery.processed_at,
        "status": "waiting",
    }
    if delivery.processed_at is None:
        return found
    summary = delivery.summary or {}
    if "problem" in summary:
        return found | {"status": "refused", "problem": summary["problem"]}
    return found | {"status": "taken", "answer": summary.get("answer")}
