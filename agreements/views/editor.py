"""Edit the draft of an agreement, section by section."""

import json
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reselect, reswap, retarget

from agreements.actions import drafts
from agreements.document import document_of
from agreements.editing import part_of
from agreements.editing.readable import readable
from agreements.editor.beside import Beside
from agreements.editor.conflicts import conflict_rows
from agreements.editor.forms import SectionForm
from agreements.editor.registry import FORMS, form_named
from agreements.editor.table import Table
from agreements.models import Agreement, AgreementVersion
from agreements.permissions import check_user_can_edit
from agreements.requests import SignedInRequest
from agreements.terms import TermsError
from agreements.typed_before import keeps_what_was_typed, typed_before


@login_required
@require_GET
def draft(request: SignedInRequest, slug: str) -> HttpResponse:
    """Lead to the first section with a problem, else the first one; or to where a draft begins."""
    agreement = _agreement(request, slug)
    version = agreement.versions.open().first()
    if version is None:
        return redirect("agreements:draft-new", slug=slug)
    if version.status != AgreementVersion.Status.DRAFT:
        return redirect("agreements:version", slug=slug, number=version.number)
    nav = Table(version, FORMS[0]).nav()
    first = next((each for each in nav if each.problems), nav[0])
    return redirect("agreements:editor", slug=slug, section=first.form.name)


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, slug: str, section: str) -> HttpResponse:
    """Show a section of the draft, or keep what was typed in it."""
    request = cast("SignedInRequest", request)
    form = form_named(section)
    if form is None:
        raise Http404
    version = _draft(request, slug)
    if version is None:
        return redirect("agreements:draft", slug=slug)
    if request.method == "POST":
        return _save(request, version, form)
    before = typed_before(request)
    if before is None:
        return _page(request, Table(version, form))
    messages.warning(
        request,
        _("You were signed out before this was saved. What you typed is here: look, then save."),
    )
    part, beside = (
        form.read(version.terms, before),
        Beside({name: str(value) for name, value in before.items()}),
    )
    return _page(request, Table(version, form, part, beside=beside))


def _save(request: SignedInRequest, version: AgreementVersion, form: SectionForm) -> HttpResponse:
    deed = request.POST.get("do", "")
    part = form.read(version.terms, request.POST)
    if deed:
        part = form.changed_in(version.terms, part, deed)
    beside = form.keep_beside(version, request.POST, by=request.user, now=timezone.now())
    is_quiet = "quiet" in request.POST and not deed
    return _keep(request, version, form, part, is_quiet=is_quiet, beside=beside)


def _keep(
    request: SignedInRequest,
    version: AgreementVersion,
    form: SectionForm,
    part: dict[str, Any],
    *,
    is_quiet: bool = False,
    beside: Beside | None = None,
    resolved: dict[str, str] | None = None,
) -> HttpResponse:
    seen = request.POST.get("seen", "")
    try:
        saved = drafts.save_section(
            version=version,
            section=form.section,
            part=part,
            seen_hash=seen,
            by=request.user,
            now=timezone.now(),
            resolved=resolved,
        )
    except drafts.Conflict as conflict:
        return _ask(request, version, form, conflict, seen)
    except TermsError as error:
        table = Table(version, form, part, tuple(error.problems), beside)
        return _page(request, table, status=422)
    except drafts.UnableToSave as error:
        messages.error(request, str(error))
        return _page(request, Table(version, form, part, beside=beside), status=409)
    version.refresh_from_db()
    table = Table(version, form, beside=beside)
    if saved.was_merged:
        messages.info(request, _("Somebody else changed this section too; both changes are in."))
    if is_quiet and request.htmx and not saved.was_merged:
        return render(request, "agreements/editor/saved.html", table.context())
    if request.htmx or table.beside.errors:
        is_kept = not table.beside.errors
        return _page(request, table, status=200 if is_kept else 422, saved_now=is_kept)
    messages.success(request, _("Saved."))
    return redirect("agreements:editor", slug=version.agreement.slug, section=form.name)


@keeps_what_was_typed
@require_POST
def merge(request: HttpRequest, slug: str, section: str) -> HttpResponse:
    """Keep a section after somebody chose, place by place, between two people's changes."""
    request = cast("SignedInRequest", request)
    form, version = form_named(section), _draft(request, slug)
    if form is None or version is None:
        return redirect("agreements:draft", slug=slug)
    try:
        part = json.loads(request.POST.get("part", ""))
    except ValueError:
        return HttpResponseBadRequest()
    if not isinstance(part, dict) or part.keys() - set(form.section.keys):
        return HttpResponseBadRequest()
    places = request.POST.getlist("place")
    resolved = {place: request.POST.get(f"hold.{place}", "") for place in places}
    return _keep(request, version, form, part, resolved=resolved)


def _ask(
    request: SignedInRequest,
    version: AgreementVersion,
    form: SectionForm,
    conflict: drafts.Conflict,
    seen: str,
) -> HttpResponse:
    """Show both texts side by side, and ask which shall hold."""
    version.refresh_from_db()
    context = Table(version, form).context() | {
        "conflict": conflict,
        "rows": conflict_rows(conflict, part_of(version.terms, form.section)),
        "part": json.dumps(conflict.mine),
        "seen": seen,
    }
    response = render(request, "agreements/editor/conflict.html", context, status=409)
    return reselect(_as_whole(response), "#editor") if request.htmx else response


def _page(
    request: SignedInRequest, table: Table, status: int = 200, *, saved_now: bool = False
) -> HttpResponse:
    template = "agreements/editor/section.html"
    context = table.context() | {"saved_now": saved_now}
    response = render(
        request, f"{template}#whole" if request.htmx else template, context, status=status
    )
    return _as_whole(response) if request.htmx else response


def _as_whole(response: HttpResponse) -> HttpResponse:
    return reswap(retarget(response, "#editor"), "outerHTML")


@login_required
@require_GET
def preview(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the text of the draft as far as it can be read, what differs from before marked."""
    agreement = _agreement(request, slug)
    version = agreement.versions.open().first()
    if version is None:
        raise Http404
    found = readable(version.terms)
    before = _before(agreement, version)
    sections, known = [], set[str]()
    if found is not None:
        version.terms = found
        sections = document_of(version)
        known = _texts(document_of(before)) if before else set()
    return render(
        request,
        "agreements/editor/preview.html" if request.htmx else "agreements/editor/preview_page.html",
        {"sections": sections, "known": known, "before": before, "agreement": agreement},
    )


def _before(agreement: Agreement, version: AgreementVersion) -> AgreementVersion | None:
    """Return the version in force, with which a draft is compared."""
    return (
        agreement.versions.in_force(timezone.now())
        .exclude(pk=version.pk)
        .select_related("agreement")
        .first()
    )


def _texts(sections: list[Any]) -> set[str]:
    paragraphs = {text for section in sections for text in section.paragraphs}
    return paragraphs | {clause.sentence for section in sections for clause in section.clauses}


def _agreement(request: SignedInRequest, slug: str) -> Agreement:
    return get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("marketing_team", "sales_team"),
        slug=slug,
    )


def _draft(request: SignedInRequest, slug: str) -> AgreementVersion | None:
    """Return the draft, if the text on the table is one. Raises Http404, PermissionDenied."""
    agreement = _agreement(request, slug)
    check_user_can_edit(agreement, request.user)
    versions = agreement.versions.filter(status=AgreementVersion.Status.DRAFT)
    return versions.select_related(
        "agreement__marketing_team", "agreement__sales_team", "copied_from"
    ).first()
