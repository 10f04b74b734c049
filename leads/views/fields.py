"""What is known of an agreement's leads: the names of their attributes, for rules to ask about."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agreements.editor.lead_fields import fields_shown
from agreements.models import Agreement
from agreements.requests import SignedInRequest
from leads.models import Lead
from leads.views.lead_page import desk_or_404

_LATEST = 500
_COLUMNS = ("name", "company", "email", "phone", "origin")


@login_required
@require_GET
def lead_fields(request: SignedInRequest, slug: str) -> HttpResponse:
    """Give the attributes of the leads heard of last, and those the address names, as choices."""
    agreement = desk_or_404(request.user, slug).agreement
    names = {*request.GET.getlist("known"), *_COLUMNS, *_attribute_names(agreement)} - {""}
    return render(
        request,
        "agreements/editor/sections/rule_field_options.html",
        {"lead_fields": fields_shown(names)},
    )


def _attribute_names(agreement: Agreement) -> set[str]:
    latest = Lead.objects.of_agreement(agreement).order_by("-pk")[:_LATEST]
    return {name for told in latest.values_list("attributes", flat=True) for name in told}
