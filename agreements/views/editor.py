"""Edit the draft of an agreement, section by section."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    QueryDict,
)
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
from agreements.editor.said import former_version
from agreements.editor.table import Table
from agreements.history import edits_behind, undoable
from agreements.models import Agreement, AgreementVersion, SectionEdit
from agreements.permissions import check_user_can_edit
from agreements.requests import SignedInRequest
from agreements.terms import TermsError
from agreements.typed_before import keeps_what_was_typed, typed_before
from agreements.whole_numbers import whole_number


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
    nav = Table(version, FORMS[0], timezone.now()).nav()
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
        return _page(request, Table(version, form, timezone.now()))
    return _typed_before(request, version, form, before)


def _typed_before(
    request: SignedInRequest, version: AgreementVersion, form: SectionForm, typed: QueryDict
) -> HttpResponse:
    """Show what was typed before signing in again, on what was seen then: others went on."""
    messages.warning(
        request,
        _("You were signed out before this was saved. What you typed is here: look, then save."),
    )
    part = form.read(version.terms, typed)
    beside = Beside({name: str(value) for name, value in typed.items()})
    table = Table(version, form, timezone.now(), part, beside=beside)
    table.seen = typed.get("seen", table.seen)
    return _page(request, table, is_unsaved=True)


def _save(request: SignedInRequest, version: AgreementVersion, form: SectionForm) -> HttpResponse:
    deed = request.POST.get("do", "")
    part = form.read(version.terms, request.POST)
    if deed:
        part = form.changed_in(version.terms, part, deed)
    now = timezone.now()
    beside = form.keep_beside(version, request.POST, by=request.user, now=now)
    is_quiet = "quiet" in request.POST and not deed
    is_quiet = is_quiet and not form.is_reshaped(part_of(version.terms, form.section), part)
    seen = request.POST.get("seen", "")
    saves = [partial(drafts.save_section, section=form.section, part=part, seen_hash=seen)]
    if deed.startswith("undo "):
        edit = _edit(version, form, deed.removeprefix("undo "))
        saves.append(partial(drafts.put_back, first=edit, last=edit))
    typed = Table(version, form, now, part, beside=beside)
    return _keep(request, typed, saves, is_quiet=is_quiet)


def _keep(
    request: SignedInRequest,
    typed: Table,
    saves: Iterable[Callable[..., drafts.Saved]],
    *,
    is_quiet: bool = False,
) -> HttpResponse:
    """Save one thing after the other; what was typed is shown again where that is refused."""
    version, form = typed.version, typed.form
    try:
        done = [save(version=version, by=request.user, now=typed.now) for save in saves]
    except drafts.Conflict as conflict:
        return ask(request, version, form, conflict)
    except TermsError as error:
        table = Table(version, form, typed.now, typed.part, tuple(error.problems), typed.beside)
        return _page(request, table, status=422)
    except drafts.UnableToSave as error:
        messages.error(request, str(error))
        return _page(request, typed, status=409)
    version.refresh_from_db()
    table = Table(version, form, typed.now, beside=typed.beside)
    was_merged = done[0].was_merged
    if was_merged:
        messages.info(request, _("Somebody else changed this section too; both changes are in."))
    if is_quiet and request.htmx and not was_merged:
        return _told(request, table)
    if request.htmx or table.beside.errors:
        is_kept = not table.beside.errors
        return _page(request, table, status=200 if is_kept else 422, saved_now=is_kept)
    messages.success(request, _("Saved."))
    return redirect("agreements:editor", slug=version.agreement.slug, section=form.name)


def _edit(version: AgreementVersion, form: SectionForm, key: str) -> SectionEdit:
    """Return an edit of this section that a form names. Raises Http404."""
    edits = edits_behind(version).filter(section=form.name)
    return get_object_or_404(edits, pk=whole_number(key) or 0)


@login_required
@require_POST
def put_back(request: SignedInRequest, slug: str, section: str) -> HttpResponse:
    """Undo an edit that the history tells of; what was changed since stays."""
    form, version = form_named(section), _draft(request, slug)
    if form is None or version is None:
        return redirect("agreements:draft", slug=slug)
    first, last = (_edit(version, form, request.POST.get(name, "")) for name in ("first", "last"))
    try:
        saved = drafts.put_back(
            version=version, first=first, last=last, by=request.user, now=timezone.now()
        )
    except drafts.Conflict as conflict:
        return ask(request, version, form, conflict)
    except drafts.UnableToSave as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _what_was_put_back(saved))
    return redirect("agreements:history", slug=slug)


def _what_was_put_back(saved: drafts.Saved) -> str:
    if saved.edit is None:
        return _("Nothing had to be put back: it stands like that already.")
    if saved.was_merged:
        return _("What stood before is back, as a new change; what was changed since stays.")
    return _("What stood before is back, as a new change.")


@login_required
@require_POST
def merge(request: SignedInRequest, slug: str, section: str) -> HttpResponse:
    """Keep a section after somebody chose, place by place, between two people's changes."""
    form, version = form_named(section), _draft(request, slug)
    if form is None or version is None:
        return redirect("agreements:draft", slug=slug)
    try:
        part = json.loads(request.POST.get("part", ""))
    except ValueError:
        return HttpResponseBadRequest()
    if not isinstance(part, dict) or part.keys() - set(form.section.keys):
        return HttpResponseBadRequest()
    puts_back = request.POST.get("puts_back", "")
    save = partial(
        drafts.save_section,
        section=form.section,
        part=part,
        seen_hash=request.POST.get("seen", ""),
        chosen=_chosen(request.POST),
        puts_back=_edit(version, form, puts_back) if puts_back else None,
    )
    return _keep(request, Table(version, form, timezone.now(), part), [save])


def _chosen(data: QueryDict) -> drafts.Chosen:
    """Return what was chosen for which place; a place without an answer is asked for again."""
    answers = {place: data.get(f"hold.{place}", "") for place in data.getlist("place")}
    holds = {place: hold for place, hold in answers.items() if hold in {"mine", "theirs"}}
    return drafts.Chosen(holds, data.get("asked", ""))


def ask(
    request: SignedInRequest,
    version: AgreementVersion,
    form: SectionForm,
    conflict: drafts.Conflict,
) -> HttpResponse:
    """Show both texts side by side, and ask which shall hold."""
    version.refresh_from_db()
    table, change = Table(version, form, timezone.now()), conflict.change
    context = table.context() | {
        "conflict": conflict,
        "rows": conflict_rows(conflict, part_of(version.terms, form.section)),
        "part": json.dumps(change.part),
        "seen": change.seen_hash,
        "asked": table.seen,
        "undoes": change.puts_back,
        "is_again": change.chosen is not None,
    }
    response = render(request, "agreements/editor/conflict.html", context, status=409)
    return reselect(_as_whole(response), "#editor") if request.htmx else response


def _page(
    request: SignedInRequest,
    table: Table,
    status: int = 200,
    *,
    saved_now: bool = False,
    is_unsaved: bool = False,
) -> HttpResponse:
    template = "agreements/editor/section.html"
    context = _context(request, table) | {"saved_now": saved_now, "is_unsaved": is_unsaved}
    response = render(
        request, f"{template}#whole" if request.htmx else template, context, status=status
    )
    return _as_whole(response) if request.htmx else response


def _told(request: SignedInRequest, table: Table) -> HttpResponse:
    """Answer what saved itself: what is around the fields, and what is wrong with each."""
    is_kept = not table.beside.errors
    context = _context(request, table) | {"saved_now": is_kept}
    status = 200 if is_kept else 422
    return render(request, "agreements/editor/saved.html", context, status=status)


def _context(request: SignedInRequest, table: Table) -> dict[str, Any]:
    undo = undoable(table.version, table.form.section, by=request.user, now=table.now)
    return table.context() | {"undo": undo}


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
    before = former_version(version, timezone.now())
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
