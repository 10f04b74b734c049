"""What every view of the API does first: answer in the language and the zone of who calls."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from agreements.models import Agreement, User
from agreements.refusals import Refused


class ApiView(APIView):
    """A view of the API."""

    @property
    def reader(self) -> User:
        """Who calls."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - nobody else gets past the permission
        return user

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find nothing under a name that nothing can have."""
        super().initial(request, *args, **kwargs)
        if any("\0" in str(part) for part in kwargs.values()):
            raise Http404

    def perform_authentication(self, request: Request) -> None:
        """Find out who calls, and speak to them from now on; the middleware ends it."""
        super().perform_authentication(request)
        if isinstance(request.user, User):
            translation.activate(request.user.language)
            timezone.activate(ZoneInfo(request.user.time_zone))

    def agreement(self, slug: str) -> Agreement:
        """Return an agreement that who calls may read. Raises Http404 for a stranger."""
        readable = Agreement.objects.visible_to(self.reader)
        return get_object_or_404(readable.select_related("marketing_team", "sales_team"), slug=slug)


class NothingHere(ApiView):
    """Every address below the API's that is none."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find nothing, whatever was asked; to a stranger that is not told."""
        super().initial(request, *args, **kwargs)
        raise Refused(
            "not_found", _("No call has this address; the addresses of calls end with “/”.")
        )
