"""Stored files that cannot be searched for forgotten people: taken along, or thrown away."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from agreements.requests import SignedInRequest
from leads.actions import file_imports
from leads.models import Delivery
from leads.personal.permissions import check_user_can_forget


@login_required
@require_POST
@never_cache
def file(request: SignedInRequest, pk: int) -> FileResponse:
    """Give a file as it came."""
    check_user_can_forget(request.user)
    delivery = get_object_or_404(Delivery.objects.unsearched(), pk=pk)
    try:
        content = delivery.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    file_imports.hand_out(delivery=delivery, by=request.user, now=timezone.now())
    return FileResponse(
        content,
        as_attachment=True,
        filename=delivery.file_name or "file",
        content_type="application/octet-stream",
    )


@login_required
@require_POST
def throw_away(request: SignedInRequest, pk: int) -> HttpResponse:
    """Throw a file away, wherever it was brought; what it told stays."""
    check_user_can_forget(request.user)
    delivery = get_object_or_404(Delivery.objects.unsearched(), pk=pk)
    try:
        file_imports.throw_away_unsearched(delivery=delivery, by=request.user, now=timezone.now())
    except file_imports.UnableToGoOn as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(
            request, _("%(file)s was thrown away.") % {"file": delivery.file_name or _("The file")}
        )
    return HttpResponseRedirect(reverse("personal:data"), status=303)
