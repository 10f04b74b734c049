"""Begin an agreement, and its next draft: from a starter, a copy, a file, or by the interview."""

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements.actions import drafts, starting
from agreements.actions.drafts import UnableToStart
from agreements.brought import LARGEST_FILE, Brought, Found, bring, text_of
from agreements.document import sections_of
from agreements.interview import first_answers, fitted
from agreements.models import Agreement, AgreementVersion, Calendar, Interview
from agreements.permissions import check_user_can_edit, check_user_can_start
from agreements.requests import SignedInRequest
from agreements.starters import Starter, load_starter, starter_text
from agreements.starting_forms import AgreementForm, StarterForm, versions_to_copy
from agreements.terms import TermsError, parse_terms
from agreements.terms.problems import problem
from agreements.typed_before import keeps_what_was_typed, typed_before
from agreements.whole_numbers import whole_number
from agreements.wording import problem_sentence


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def agreement_new(request: HttpRequest) -> HttpResponse:
    """Ask who agrees; the text comes next."""
    request = cast("SignedInRequest", request)
    check_user_can_start(request.user)
    typed = request.POST if request.method == "POST" else typed_before(request)
    form = AgreementForm(typed or None, user=request.user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                agreement = _started(form, request)
            except UnableToStart as error:
                form.add_error(None, str(error))
            else:
                return redirect("agreements:draft-new", slug=agreement.slug)
    return render(request, "agreements/start/agreement.html", {"form": form}, status=status)


def _started(form: AgreementForm, request: SignedInRequest) -> Agreement:
    return starting.start_agreement(
        name=form.cleaned_data["name"],
        marketing=form.side("marketing"),
        sales=form.side("sales"),
        time_zone=form.cleaned_data["time_zone"],
        currency=form.cleaned_data["currency"],
        by=request.user,
        now=timezone.now(),
    )


@dataclass(slots=True)
class _Typed:
    """What somebody typed or brought on the page where a draft begins."""

    text: str = ""
    brought: Brought | None = None
    error: str = ""


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def draft_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer the ways in which a draft can begin, and begin it."""
    request = cast("SignedInRequest", request)
    agreement = agreement_to_write(request, slug)
    if request.method == "POST":
        ways = {
            "starter": _from_starter,
            "interview": _from_interview,
            "copy": _from_copy,
            "file": _from_file,
        }
        way = ways.get(request.POST.get("do", ""))
        if way is None:
            raise Http404
        try:
            return way(request, agreement)
        except UnableToStart as error:
            return _page(request, agreement, _Typed(error=str(error)), status=409)
    before = typed_before(request)
    text = before.get("text", "") if before else ""
    return _page(request, agreement, _Typed(text=text))


def agreement_to_write(request: SignedInRequest, slug: str) -> Agreement:
    """Return an agreement whose text the person writes. Raises Http404, PermissionDenied."""
    agreement = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("marketing_team", "sales_team"),
        slug=slug,
    )
    check_user_can_edit(agreement, request.user)
    return agreement


def starter_for(agreement: Agreement, name: str) -> dict[str, Any]:
    """Return a starter in the agreement's zone and currency."""
    keys = list(Calendar.objects.values_list("key", flat=True))
    return fitted(
        load_starter(name),
        time_zone=agreement.time_zone,
        currency=agreement.currency,
        calendars=keys,
    )


def _begin(
    request: SignedInRequest,
    agreement: Agreement,
    terms: dict[str, Any],
    copied_from: AgreementVersion | None = None,
) -> HttpResponse:
    version = drafts.start(
        agreement=agreement,
        terms=terms,
        by=request.user,
        now=timezone.now(),
        copied_from=copied_from,
    )
    messages.success(
        request, _("Version %(number)d is begun, as a draft.") % {"number": version.number}
    )
    return redirect("agreements:draft", slug=agreement.slug)


def _chosen_starter(request: SignedInRequest) -> Starter:
    form = StarterForm.of(request.POST)
    form.full_clean()
    return form.starter


def _from_starter(request: SignedInRequest, agreement: Agreement) -> HttpResponse:
    name = _chosen_starter(request).name
    return _begin(request, agreement, starter_for(agreement, name))


def _from_interview(request: SignedInRequest, agreement: Agreement) -> HttpResponse:
    _refuse_while_open(agreement)
    starter = _chosen_starter(request)
    document = starter_for(agreement, starter.name)
    interview = starting.begin_interview(
        agreement=agreement,
        starter=starter.name,
        answers=first_answers(document, starter.language),
        by=request.user,
        now=timezone.now(),
    )
    return redirect("agreements:interview", slug=agreement.slug, step=interview.step)


def _refuse_while_open(agreement: Agreement) -> None:
    """Raise UnableToStart before somebody answers questions for nothing."""
    version = agreement.versions.open().first()
    if version is not None:
        raise UnableToStart(
            _("Version %(number)d is on the table already: go on with it, or withdraw it first.")
            % {"number": version.number}
        )


def _from_copy(request: SignedInRequest, agreement: Agreement) -> HttpResponse:
    number = request.POST.get("version", "")
    visible = Agreement.objects.visible_to(request.user)
    versions = AgreementVersion.objects.filter(agreement__in=visible)
    version = get_object_or_404(versions, pk=whole_number(number) or 0)
    is_own = version.agreement_id == agreement.pk
    terms = dict(version.terms)
    if not is_own:
        terms |= {"time_zone": agreement.time_zone, "currency": agreement.currency}
    return _begin(request, agreement, terms, version if is_own else None)


def _from_file(request: SignedInRequest, agreement: Agreement) -> HttpResponse:
    """Read a file or a pasted text; with problems, only who says so begins with it."""
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    if file is not None and (file.size or 0) > LARGEST_FILE:
        too_big = Brought(None, (Found(problem("", "yaml_too_big")),))
        return _page(request, agreement, _Typed(brought=too_big), status=422)
    content: bytes | str = file.read() if file is not None else text.replace("\r\n", "\n")
    if not content:
        error = _("Choose a file, or paste its text.")
        return _page(request, agreement, _Typed(error=error), status=422)
    brought = bring(content)
    if brought.document is not None and (not brought.found or "anyway" in request.POST):
        try:
            return _begin(request, agreement, brought.document)
        except TermsError as error:
            brought = Brought(None, tuple(Found(each) for each in error.problems))
    shown = text_of(content) if isinstance(content, bytes) else content
    return _page(request, agreement, _Typed(text=shown, brought=brought), status=422)


def _page(
    request: SignedInRequest, agreement: Agreement, typed: _Typed, status: int = 200
) -> HttpResponse:
    form = StarterForm.of(request.POST if request.method == "POST" else request.GET)
    form.full_clean()
    name = form.starter.name
    found = typed.brought.found if typed.brought else ()
    copies = versions_to_copy(agreement, request.user, timezone.now())
    return render(
        request,
        "agreements/start/draft.html",
        {
            "agreement": agreement,
            "open_version": agreement.versions.open().first(),
            "interview": Interview.objects.filter(agreement=agreement, person=request.user).first(),
            "form": form,
            "starter_text": starter_text(name),
            "sections": sections_of(parse_terms(starter_for(agreement, name)), agreement),
            "copies": copies,
            "has_own": any(copy.is_own for copy in copies),
            "typed": typed,
            "problems": [
                (each.line, each.problem.path, problem_sentence(each.problem)) for each in found
            ],
        },
        status=status,
    )
