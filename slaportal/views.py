"""Pages of the project itself: the way in, and whether it is well."""

from typing import Any

from allauth.account.views import PasswordResetView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from agreements.models import Agreement
from agreements.permissions import check_user_can_start, refusal
from agreements.requests import SignedInRequest


@require_GET
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer 200 while the database can be asked, else 503, for those who watch the portal."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("no database", content_type="text/plain", status=503)
    return HttpResponse("ok", content_type="text/plain")


@login_required
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """Go to the reader's first agreement, or say that there is none yet."""
    agreement = Agreement.objects.visible_to(request.user).order_by("name", "pk").first()
    if agreement is None:
        may_start = not refusal(check_user_can_start, request.user)
        return render(request, "agreements/none.html", {"may_start": may_start})
    return redirect("metrics:dashboard", slug=agreement.slug)


class LostPassword(PasswordResetView):  # type: ignore[misc]
    """The way to another password: by mail, or where none is sent by an administrator."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether a link can come by mail."""
        return {**super().get_context_data(**kwargs), "sends_email": settings.SENDS_EMAIL}
