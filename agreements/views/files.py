"""A version's text to take along: as YAML, as JSON, as PDF."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from agreements.brought import to_json
from agreements.models import Agreement, AgreementVersion
from agreements.pdf import UnableToPrint, pdf_of
from agreements.requests import SignedInRequest
from agreements.terms import terms_to_yaml
from agreements.version_statuses import status_at


@login_required
@require_GET
def as_yaml(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Give a version's text as YAML, from which the same hash can be computed."""
    version = _version(request, slug, number)
    return _file(version, "yaml", terms_to_yaml(version.terms), "application/yaml")


@login_required
@require_GET
def as_json(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Give a version's text as JSON, from which the same hash can be computed."""
    version = _version(request, slug, number)
    return _file(version, "json", to_json(version.terms), "application/json")


@login_required
@require_GET
def as_pdf(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Give a version as PDF in the reader's language, with its status of now on each page."""
    version, now = _version(request, slug, number), timezone.now()
    try:
        content = pdf_of(version, status=status_at(version, now), now=now)
    except UnableToPrint as error:
        messages.error(request, str(error))
        return redirect("agreements:version", slug=slug, number=number)
    return _file(version, "pdf", content, "application/pdf")


def _version(request: SignedInRequest, slug: str, number: int) -> AgreementVersion:
    agreement = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("marketing_team", "sales_team"),
        slug=slug,
    )
    version = get_object_or_404(agreement.versions.prefetch_related("signatures"), number=number)
    version.agreement = agreement
    return version


def _file(
    version: AgreementVersion, ending: str, content: str | bytes, content_type: str
) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    name = f"{version.agreement.slug}-v{version.number}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
