"""Talk about the text on the table: comments, and changes that the other party takes or refuses."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from agreements.actions import comments as talking
from agreements.actions import drafts, suggestions
from agreements.actions.comments import UnableToComment
from agreements.actions.suggestions import UnableToDecide, UnableToSuggest
from agreements.editing import SECTIONS, has_clause, section_named
from agreements.models import Agreement, AgreementVersion, Comment, Suggestion
from agreements.models.contracts import Party
from agreements.permissions import (
    check_user_can_comment,
    check_user_can_correct_comment,
    check_user_can_decide_suggestion,
    check_user_can_suggest,
    check_user_can_take_back_suggestion,
    parties_led_by,
    refusal,
)
from agreements.requests import SignedInRequest
from agreements.suggesting import NotAPart, Suggesting
from agreements.talk import Places, talk_about
from agreements.typed_before import keeps_what_was_typed, typed_before
from agreements.whole_numbers import whole_number

SECTION_NAMES = [section.name for section in SECTIONS]
_DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Failed:
    """A form that could not be kept: which one, what was typed in it, and what is wrong."""

    do: str
    typed: QueryDict
    error: str = ""


@keeps_what_was_typed
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
def comments(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all that is said about the text on the table, or do something about it."""
    request = cast("SignedInRequest", request)
    version = _version(request, slug)
    section = request.GET.get("section", "")
    if section and section_named(section) is None:
        raise Http404
    if request.method == "POST":
        return _do(request, version, section)
    before = typed_before(request)
    failed = Failed(before.get("do", ""), before) if before else None
    return _page(request, version, section, failed)


def _do(request: SignedInRequest, version: AgreementVersion, section: str) -> HttpResponse:
    verb, _space, number = request.POST.get("do", "").partition(" ")
    deed = _DEEDS.get(verb)
    if deed is None:
        return HttpResponseBadRequest()
    try:
        done = deed(request, version, whole_number(number) or 0)
    except (UnableToComment, UnableToDecide, UnableToSuggest, drafts.UnableToSave) as error:
        failed = Failed(request.POST["do"], request.POST, str(error))
        return _page(request, _version(request, version.agreement.slug), section, failed, 422)
    if isinstance(done, HttpResponse):
        return done
    if request.htmx:
        return _page(request, version, section, acted=done)
    return redirect(_address(version, section))


Deed = Callable[[SignedInRequest, AgreementVersion, int], HttpResponse | str]
"""Does something and answers, or names by its id what of the page has the focus then."""


def _write(request: SignedInRequest, version: AgreementVersion, _number: int) -> str:
    check_user_can_comment(version.agreement, request.user)
    written = talking.write(
        version=version,
        path=request.POST.get("path", ""),
        text=request.POST.get("text", ""),
        by=request.user,
        now=timezone.now(),
    )
    return f"said-{written.pk}"


def _answer(request: SignedInRequest, version: AgreementVersion, number: int) -> str:
    comment = _comment(request, version, number)
    text = request.POST.get("text", "")
    written = talking.answer(comment=comment, text=text, by=request.user, now=timezone.now())
    return f"said-{written.pk}"


def _correct(request: SignedInRequest, version: AgreementVersion, number: int) -> str:
    comment = get_object_or_404(version.comments.select_related("version", "author"), pk=number)
    check_user_can_correct_comment(version.agreement, request.user, comment.author)
    text = request.POST.get("text", "")
    talking.correct(comment=comment, text=text, by=request.user, now=timezone.now())
    return f"said-{number}"


def _resolve(request: SignedInRequest, version: AgreementVersion, number: int) -> str:
    comment = _comment(request, version, number)
    talking.resolve(comment=comment, by=request.user, now=timezone.now())
    return f"said-{number}"


def _reopen(request: SignedInRequest, version: AgreementVersion, number: int) -> str:
    comment = _comment(request, version, number)
    talking.reopen(comment=comment, by=request.user, now=timezone.now())
    return f"said-{number}"


def _comment(request: SignedInRequest, version: AgreementVersion, number: int) -> Comment:
    check_user_can_comment(version.agreement, request.user)
    return get_object_or_404(version.comments.select_related("version"), pk=number)


def _take(request: SignedInRequest, version: AgreementVersion, number: int) -> HttpResponse | str:
    suggestion = _suggestion(request, version, number)
    suggestions.take(suggestion=suggestion, by=request.user, now=timezone.now())
    messages.success(request, _("Taken: the draft says so now."))
    if not request.htmx:
        return _DECIDED
    # The fields of the section show the former value: the whole page is read again.
    return HttpResponseClientRedirect(request.htmx.current_url or _address(version))


def _refuse(request: SignedInRequest, version: AgreementVersion, number: int) -> str:
    suggestion = _suggestion(request, version, number)
    reason = request.POST.get("text", "")
    suggestions.refuse(suggestion=suggestion, reason=reason, by=request.user, now=timezone.now())
    return _DECIDED


def _suggestion(request: SignedInRequest, version: AgreementVersion, number: int) -> Suggestion:
    suggestion = get_object_or_404(version.suggestions, pk=number)
    check_user_can_decide_suggestion(version.agreement, request.user, suggestion.party)
    return suggestion


def _take_back(request: SignedInRequest, version: AgreementVersion, number: int) -> str:
    suggestion = get_object_or_404(version.suggestions, pk=number)
    check_user_can_take_back_suggestion(version.agreement, request.user, suggestion.party)
    suggestions.take_back(suggestion=suggestion, by=request.user, now=timezone.now())
    return _DECIDED


def _choose(request: SignedInRequest, version: AgreementVersion, _number: int) -> HttpResponse:
    """Go to where other values for the chosen clause are typed."""
    address = reverse("agreements:draft-suggest", args=[version.agreement.slug])
    address = f"{address}?{urlencode({'clause': request.POST.get('path', '')})}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


_DEEDS: dict[str, Deed] = {
    "write": _write,
    "answer": _answer,
    "correct": _correct,
    "resolve": _resolve,
    "reopen": _reopen,
    "take": _take,
    "refuse": _refuse,
    "withdraw": _take_back,
    "suggest": _choose,
}


def _page(
    request: SignedInRequest,
    version: AgreementVersion,
    section: str,
    failed: Failed | None = None,
    status: int = 200,
    *,
    acted: str = "",
) -> HttpResponse:
    version.refresh_from_db(fields=["terms", "terms_hash", "status"])
    places = Places(version.terms)
    is_open = version.status in AgreementVersion.OPEN
    why_not = refusal(check_user_can_comment, version.agreement, request.user)
    context = {
        "agreement": version.agreement,
        "version": version,
        "talk": talk_about(version, request.user, section=section),
        "section": section,
        "section_title": places.section_title(section) if section else "",
        "filters": [(each, places.section_title(each)) for each in SECTION_NAMES],
        "groups": places.groups(section),
        "chosen": request.GET.get("clause", ""),
        "is_open": is_open,
        "is_draft": version.status == AgreementVersion.Status.DRAFT,
        "why_not": why_not,
        "can_write": is_open and not why_not,
        "can_suggest": is_open and bool(parties_led_by(version.agreement, request.user)),
        "address": _address(version, section),
        "failed": failed,
        "acted": acted,
    }
    template = "agreements/negotiation/comments.html"
    name = f"{template}#talk" if request.htmx else template
    return render(request, name, context, status=status)


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def suggest(request: HttpRequest, slug: str) -> HttpResponse:
    """Type other values for a clause; whatever differs becomes suggestions to the other side."""
    request = cast("SignedInRequest", request)
    version = _version(request, slug)
    check_user_can_suggest(version.agreement, request.user)
    clause = request.GET.get("clause", "")
    if not has_clause(version.terms, clause):
        messages.warning(request, _("The clause is no longer in the text: choose another one."))
        return redirect(_address(version))
    if request.method == "POST":
        return _suggest(request, version, clause)
    before = typed_before(request)
    if before is None:
        return _suggest_page(request, Suggesting.begin(version, clause))
    return _suggest_page(request, Suggesting.read(version, clause, before), Failed("", before))


def _suggest(request: SignedInRequest, version: AgreementVersion, clause: str) -> HttpResponse:
    led = parties_led_by(version.agreement, request.user)
    party = request.POST.get("party", led[0])
    if party not in led:
        raise PermissionDenied
    deed = request.POST.get("do", "suggest")
    try:
        suggesting = Suggesting.read(version, clause, request.POST)
    except NotAPart:
        return HttpResponseBadRequest()
    typed = Failed(deed, request.POST)
    if deed != "suggest":
        return _suggest_page(request, suggesting.after(deed), typed)
    changes = suggesting.changes()
    if not changes:
        error = _("Nothing differs yet: type another value, then suggest it.")
        return _suggest_page(request, suggesting, replace(typed, error=error), 422)
    try:
        made = suggestions.suggest_all(
            version=version,
            changes=changes,
            party=party,
            note=request.POST.get("note", ""),
            by=request.user,
            now=timezone.now(),
        )
    except UnableToSuggest as refused:
        return _suggest_page(request, suggesting, replace(typed, error=str(refused)), 422)
    return _suggested(request, suggesting, len(made))


def _suggested(request: SignedInRequest, suggesting: Suggesting, number: int) -> HttpResponse:
    told = ngettext(
        "%(number)d change is suggested; the other party takes or refuses it.",
        "%(number)d changes are suggested; the other party takes or refuses them.",
        number,
    )
    messages.success(request, told % {"number": number})
    address = _address(suggesting.version, suggesting.form.name)
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _suggest_page(
    request: SignedInRequest,
    suggesting: Suggesting,
    failed: Failed | None = None,
    status: int = 200,
) -> HttpResponse:
    version = suggesting.version
    led = parties_led_by(version.agreement, request.user)
    context = suggesting.context(now=timezone.now()) | {
        "place": Places(version.terms).at(suggesting.clause),
        "sides": [(party, Party(party).label) for party in led] if len(led) > 1 else [],
        "address": _address(version, suggesting.form.name),
        "failed": failed,
    }
    return render(request, "agreements/negotiation/suggest.html", context, status=status)


def _version(request: SignedInRequest, slug: str) -> AgreementVersion:
    """Return the text on the table, else the latest. Raises Http404."""
    agreement = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("marketing_team", "sales_team"),
        slug=slug,
    )
    version = agreement.versions.open().first() or agreement.versions.order_by("number").last()
    if version is None:
        raise Http404
    version.agreement = agreement
    return version


def _address(version: AgreementVersion, section: str = "") -> str:
    address = reverse("agreements:draft-comments", args=[version.agreement.slug])
    return f"{address}?{urlencode({'section': section})}" if section else address
