"""Imports of files: bring one, say what its columns are, try it, take it in, undo it."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path

import yaml
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from agreements.kick import kick
from agreements.permissions import refusal
from agreements.requests import SignedInRequest
from agreements.whole_numbers import whole_number
from leads import tasks
from leads.actions import file_imports
from leads.files.mapping import parse_mapping
from leads.files.mapping_problems import MappingError
from leads.guessing.drafts import Draft
from leads.importing.asked_for import asked_of
from leads.importing.corrected_files import asked_about, corrections_of
from leads.importing.draft_forms import UnableToMap, mapping_of, read_draft, wrong_in
from leads.importing.draft_page import draft_context, role_groups, roles_of
from leads.importing.drafts import columns_in, kept_draft, stages_of
from leads.importing.file_work import sentence_of
from leads.importing.page import page_context, question_of
from leads.importing.rejects import rejects_in_words
from leads.lead_pages import pages_about_leads
from leads.models import Delivery, FileImport
from leads.permissions import check_user_can_import, check_user_can_undo_import
from leads.queue.handoffs import Desk
from leads.uploads import MOST_BYTES, BoundedUploadHandler, bound_upload
from leads.views.lead_page import desk_or_404

PER_PAGE = 30
NO_IMPORT = "none"
State = FileImport.State
_TOLD_OF = ("received_by", "undone_by", "file_import__corrects__delivery")
Deed = Callable[[SignedInRequest, Desk, Delivery, datetime], None]


# The token is in the body, which may be read only once its file has somewhere to go.
@csrf_exempt
@login_required
@require_http_methods(["GET", "POST"])
def imports(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what was imported and take another file."""
    desk = desk_or_404(request.user, slug)
    check_user_can_import(desk.agreement, desk.user)
    if request.method == "GET":
        return _list(request, desk)
    bound = bound_upload(request)

    @csrf_protect
    def bring(asked: HttpRequest) -> HttpResponse:  # noqa: ARG001 - it is the request of the view
        return _bring(request, desk, bound)

    return bring(request)


def _bring(request: SignedInRequest, desk: Desk, bound: BoundedUploadHandler) -> HttpResponse:
    file = request.FILES.get("file")
    if bound.was_exceeded:
        return _list(request, desk, error=_too_large())
    if file is None:
        return _list(request, desk, error=_("Choose the file you want to import."))
    if not file.size:
        told = _("%(file)s is empty. Export it again.") % {"file": file.name}
        return _list(request, desk, error=told)
    brought = file_imports.bring(
        file=file,
        agreement=desk.agreement,
        by=request.user,
        now=timezone.now(),
        corrects=_corrected(desk, request.POST.get("corrects", "")),
    )
    kick(tasks.work_on_import, pk=brought.pk)
    return HttpResponseRedirect(_address(desk, brought.pk), status=303)


def _corrected(desk: Desk, told: str) -> FileImport | None:
    """Return the import on whose page a file was brought; None for none."""
    brought = FileImport.objects.filter(delivery__agreement=desk.agreement)
    return brought.filter(pk=whole_number(told) or 0).first()


def _too_large() -> str:
    return _(
        "The file is larger than %(most)d MB. Cut it into several files and import one after "
        "another."
    ) % {"most": MOST_BYTES >> 20}


def _list(request: SignedInRequest, desk: Desk, *, error: str = "") -> HttpResponse:
    files = Delivery.objects.filter(kind=Delivery.Kind.FILE, agreement=desk.agreement)
    newest = files.select_related(*_TOLD_OF).order_by("-pk")
    page = Paginator(newest, PER_PAGE).get_page(request.GET.get("page"))
    corrections = corrections_of(page.object_list)
    context = {
        "agreement": desk.agreement,
        "lead_pages": pages_about_leads(desk, "leads:imports"),
        "rows": [(each, corrections.get(each.pk)) for each in page.object_list],
        "page": page,
        "has_stages": bool(stages_of(desk.agreement)),
        "error": error,
        "most": MOST_BYTES >> 20,
        "now": timezone.now(),
    }
    return render(request, "leads/imports/list.html", context, status=422 if error else 200)


@login_required
@require_GET
@vary_on_headers("HX-Request")
def detail(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show how far a file has come, and what is to be done next."""
    desk, delivery = _delivery(request, slug, pk)
    return _detail(request, desk, delivery)


def _detail(
    request: SignedInRequest,
    desk: Desk,
    delivery: Delivery,
    *,
    error: str = "",
    said: Draft | None = None,
) -> HttpResponse:
    now = timezone.now()
    context = page_context(delivery, now) | {
        "agreement": desk.agreement,
        "now": now,
        "problem": error,
        "not_undone_because": refusal(check_user_can_undo_import, desk.agreement, desk.user),
        "most": MOST_BYTES >> 20,
    }
    if context["state"] == State.DRAFT:
        context |= draft_context(delivery.file_import, desk.agreement, now=now, draft=said)
        context["wrong"] = wrong_in(request.POST) if said else {}
    template = "leads/imports/detail.html#import" if request.htmx else "leads/imports/detail.html"
    return render(request, template, context, status=422 if error else 200)


@login_required
@require_POST
def columns(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Keep what is said of the columns; then look again, or have it tried."""
    desk, delivery = _delivery(request, slug, pk)
    file_import = _file_import(delivery)
    if wrong_in(request.POST) and file_import.state == State.DRAFT and file_import.found:
        told, said = _("Correct what is marked below."), _said(request, desk, file_import)
        return _detail(request, desk, delivery, error=told, said=said)
    try:
        error = _say(request, desk, file_import)
    except file_imports.UnableToGoOn as refused:
        error = str(refused)
    if error:
        return _detail(request, desk, _delivery(request, slug, pk)[1], error=error)
    kick(tasks.work_on_import, pk=pk)
    return HttpResponseRedirect(_address(desk, pk), status=303)


def _say(request: SignedInRequest, desk: Desk, file_import: FileImport) -> str:
    """Keep the draft and go on; return what is still wrong with it."""
    if file_import.state not in {State.DRAFT, State.CHECKED} or not file_import.found:
        raise file_imports.UnableToGoOn(_("The columns of this file can be changed no more."))
    was, found = Draft.read(file_import.draft), columns_in(file_import.found)
    draft = _said(request, desk, file_import)
    if (draft.encoding, draft.delimiter) != (was.encoding, was.delimiter):
        file_imports.look_again(file_import=file_import, draft=draft)
        return ""
    kept = file_imports.save_draft(file_import=file_import, draft=draft)
    if request.POST.get("go") != "check":
        return ""
    if not stages_of(desk.agreement):
        return _("Leads need a signed text first.")
    try:
        mapping = mapping_of(draft, found)
    except UnableToMap as error:
        return str(error)
    except MappingError as error:
        return sentence_of(error, str(file_import))
    file_imports.try_out(file_import=kept, mapping=mapping.mapping, document=mapping.document)
    return ""


def _said(request: SignedInRequest, desk: Desk, file_import: FileImport) -> Draft:
    """Return the draft that was sent."""
    stages, asked = stages_of(desk.agreement), asked_of(desk.agreement)
    was, found = kept_draft(file_import, stages, asked), columns_in(file_import.found or {})
    roles = roles_of(role_groups(stages, asked))
    return read_draft(request.POST, was, found, stages, roles)


def _deed(do: Deed) -> Callable[[SignedInRequest, str, int], HttpResponse]:
    """Make a view of a deed about a file, which then shows how far the file has come."""

    @login_required
    @require_POST
    @wraps(do)
    def view(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
        desk, delivery = _delivery(request, slug, pk)
        try:
            do(request, desk, delivery, timezone.now())
        except file_imports.UnableToGoOn as refused:
            messages.warning(request, str(refused))
        kick(tasks.work_on_import, pk=pk)
        return HttpResponseRedirect(_address(desk, pk), status=303)

    return view


@_deed
def sheet(request: SignedInRequest, _desk: Desk, delivery: Delivery, _now: datetime) -> None:
    """Have a sheet of a workbook read; without a name ask again which one is meant."""
    file_import, chosen = _file_import(delivery), request.POST.get("sheet", "")
    if chosen:
        file_imports.choose_sheet(file_import=file_import, sheet=chosen)
    else:
        file_imports.ask_for_sheet(file_import=file_import)


@_deed
def corrects(request: SignedInRequest, _desk: Desk, delivery: Delivery, _now: datetime) -> None:
    """Have a file read as one that brings rejected rows of an import again, or of none."""
    file_import, said = _file_import(delivery), request.POST.get("corrects", "")
    choices: dict[str, FileImport | None] = {
        str(each.pk): each for each in asked_about(file_import).imports
    }
    if said not in choices | {NO_IMPORT: None}:
        raise file_imports.UnableToGoOn(_("Choose the import that rejected the rows."))
    file_imports.say_corrected(file_import=file_import, corrects=choices.get(said))


@_deed
def take_in(request: SignedInRequest, _desk: Desk, delivery: Delivery, now: datetime) -> None:
    """Have the rows taken in, or go on with those of an import that was stopped."""
    file_imports.take_in(file_import=_file_import(delivery), by=request.user, now=now)


@_deed
def stop(_request: SignedInRequest, _desk: Desk, delivery: Delivery, _now: datetime) -> None:
    """Stop what is being done."""
    file_imports.stop(file_import=_file_import(delivery))


@_deed
def back(_request: SignedInRequest, _desk: Desk, delivery: Delivery, _now: datetime) -> None:
    """Go back from a dry run to the columns."""
    file_import = _file_import(delivery)
    file_imports.save_draft(file_import=file_import, draft=Draft.read(file_import.draft))


@login_required
@require_http_methods(["GET", "POST"])
def throw_away(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Ask whether a file is to be thrown away of which nothing was taken in, and do it."""
    desk, delivery = _delivery(request, slug, pk)
    file_import = _file_import(delivery)
    if request.method == "GET":
        can_be = file_imports.can_be_thrown_away(file_import)
        context = {"agreement": desk.agreement, "delivery": delivery, "can_be_thrown_away": can_be}
        return render(request, "leads/imports/throw_away_question.html", context)
    try:
        file_imports.throw_away(file_import=file_import, by=request.user, now=timezone.now())
    except file_imports.UnableToGoOn as refused:
        messages.warning(request, str(refused))
    return HttpResponseRedirect(_address(desk, pk), status=303)


@login_required
@require_http_methods(["GET", "POST"])
def undo(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Ask whether a whole import is to be undone, and undo it."""
    desk, delivery = _delivery(request, slug, pk)
    check_user_can_undo_import(desk.agreement, desk.user)
    if request.method == "GET":
        context = question_of(delivery) | {"agreement": desk.agreement, "now": timezone.now()}
        return render(request, "leads/imports/undo.html", context)
    try:
        file_imports.undo(delivery=delivery, by=request.user, now=timezone.now())
    except file_imports.UnableToGoOn as refused:
        messages.warning(request, str(refused))
    kick(tasks.work_on_import, pk=pk)
    return HttpResponseRedirect(_address(desk, pk), status=303)


@login_required
@require_GET
def rejects(request: SignedInRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """Give the rows that were rejected, to be corrected and sent again."""
    _desk, delivery = _delivery(request, slug, pk)
    kept = _file_import(delivery).rejects
    if not kept:
        raise Http404
    stem = delivery.file_name.rpartition(".")[0] or delivery.file_name
    disposition = content_disposition_header(as_attachment=True, filename=f"{stem}.rejects.csv")
    form = parse_mapping(delivery.mapping).file
    return StreamingHttpResponse(
        rejects_in_words(Path(kept.path), form, get_language() or "en"),
        content_type="text/csv",
        headers={"Content-Disposition": disposition or "attachment"},
    )


@login_required
@require_GET
def mapping(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Give the mapping of a file, for the next file of its source."""
    _desk, delivery = _delivery(request, slug, pk)
    if not delivery.mapping:
        raise Http404
    text: str = yaml.safe_dump(delivery.mapping, allow_unicode=True, sort_keys=False, width=100)
    name = delivery.source or "mapping"
    disposition = f'attachment; filename="{name.encode("ascii", "replace").decode()}.yaml"'
    return HttpResponse(
        text,
        content_type="application/yaml",
        headers={"Content-Disposition": disposition.replace("\n", " ")},
    )


def _delivery(request: SignedInRequest, slug: str, pk: int) -> tuple[Desk, Delivery]:
    """Return a file of the agreement. Raises Http404, and PermissionDenied."""
    desk = desk_or_404(request.user, slug)
    check_user_can_import(desk.agreement, desk.user)
    files = Delivery.objects.select_related(*_TOLD_OF)
    found = files.filter(pk=pk, kind=Delivery.Kind.FILE, agreement=desk.agreement).first()
    if found is None:
        raise Http404
    return desk, found


def _file_import(delivery: Delivery) -> FileImport:
    """Return what is known of a file that was brought in the browser. Raises Http404."""
    found = getattr(delivery, "file_import", None)
    if not isinstance(found, FileImport):
        raise Http404
    return found


def _address(desk: Desk, pk: int) -> str:
    return reverse("leads:import", kwargs={"slug": desk.agreement.slug, "pk": pk})
