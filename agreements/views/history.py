"""Who did what to the texts of an agreement, the latest first."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agreements.history import moments_of
from agreements.history_words import Teller
from agreements.lineage import Lineage
from agreements.models import Agreement, Audit, Calendar
from agreements.permissions import check_user_can_edit, refusal
from agreements.requests import SignedInRequest

PER_PAGE = 30


@login_required
@require_GET
def history(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show everything that happened to the agreement's texts, page by page."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), slug=slug)
    lineage = Lineage.of(agreement)
    page = Paginator(moments_of(agreement, lineage), PER_PAGE).get_page(request.GET.get("page"))
    teller = Teller(
        agreement,
        list(page),
        lineage,
        dict(Calendar.objects.values_list("key", "name")),
        changes_draft=not refusal(check_user_can_edit, agreement, request.user),
    )
    context = {
        "agreement": agreement,
        "now": timezone.now(),
        "page": page,
        "events": [teller.tell(moment) for moment in page],
        "started": None if page.paginator.count else _started(agreement),
    }
    return render(request, "agreements/differences/history.html", context)


def _started(agreement: Agreement) -> Audit | None:
    """Return who started the agreement and when, where that was done here."""
    return Audit.objects.filter(
        action="agreements.agreement.created",
        subject_type=agreement._meta.label_lower,
        subject_id=str(agreement.pk),
    ).first()
