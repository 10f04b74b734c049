"""The agreement as a document that reads and prints like a contract."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agreements.document import document_of, period_words
from agreements.editing import problems_of
from agreements.models import Agreement, AgreementVersion
from agreements.permissions import check_user_can_edit, refusal
from agreements.requests import SignedInRequest
from agreements.version_deeds import deeds_on
from agreements.version_statuses import statuses_at


@login_required
@require_GET
def document(request: SignedInRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Show a version; without a number the one in force, else the latest."""
    now = timezone.now()
    agreement = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("marketing_team", "sales_team"),
        slug=slug,
    )
    versions = list(agreement.versions.order_by("-number").prefetch_related("signatures"))
    statuses = statuses_at(versions, now)
    shown = _shown(versions, number, now)
    if shown is None:
        why_not = refusal(check_user_can_edit, agreement, request.user)
        context = {"agreement": agreement, "why_not": why_not}
        return render(request, "agreements/no_version.html", context)
    has_open = any(each.status in AgreementVersion.OPEN for each in versions)
    shown.agreement = agreement
    is_signed = shown.status == AgreementVersion.Status.SIGNED
    return render(
        request,
        "agreements/document.html",
        {
            "agreement": agreement,
            "version": shown,
            "sections": document_of(shown),
            "problems": 0 if is_signed else len(problems_of(shown.terms)),
            "versions": statuses.items(),
            "period": period_words(shown),
            "status": statuses[shown],
            "now": now,
            "may_begin": not has_open and not refusal(check_user_can_edit, agreement, request.user),
            "deeds": deeds_on(shown, request.user, now=now),
        },
    )


def _shown(
    versions: list[AgreementVersion], number: int | None, now: datetime
) -> AgreementVersion | None:
    """Choose the version to show. Raises Http404 for a number there is none of."""
    if number is not None:
        found = next((each for each in versions if each.number == number), None)
        if found is None:
            raise Http404
        return found
    in_force = next((each for each in versions if each.status_at(now) == "in_force"), None)
    return in_force or next(iter(versions), None)
