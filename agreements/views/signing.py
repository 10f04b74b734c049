"""From a draft to a version in force: propose, sign, decline, take back, renew, end."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from agreements.actions import drafts, signing
from agreements.actions.drafts import UnableToSave, UnableToStart
from agreements.actions.signing import UnableToSign
from agreements.document import document_of, period_words
from agreements.models import Agreement, AgreementVersion
from agreements.negotiation_forms import DeclineForm, EndForm, ProposeForm, SignForm, WithdrawForm
from agreements.permissions import (
    check_user_can_edit,
    check_user_can_end,
    check_user_can_sign,
    parties_led_by,
)
from agreements.proposal import summary_of
from agreements.requests import SignedInRequest
from agreements.typed_before import keeps_what_was_typed, typed_before
from agreements.version_deeds import (
    proposing_party,
    unsigned_parties,
    why_not_decline,
    why_not_sign,
    why_not_withdraw,
)

Status = AgreementVersion.Status


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is proposed, from when until when, and put it before both parties."""
    request = cast("SignedInRequest", request)
    agreement = _agreement(request, slug)
    check_user_can_edit(agreement, request.user)
    version = agreement.versions.filter(status=Status.DRAFT).select_related("agreement").first()
    if version is None:
        return redirect("agreements:draft", slug=slug)
    form = ProposeForm(_typed(request), initial=_wanted(version) | _before(request))
    if request.method == "POST" and form.is_valid():
        done = _propose(request, version, form)
        if done is not None:
            return done
    status = 422 if form.errors else 200
    version = agreement.versions.select_related("agreement").get(pk=version.pk)
    context = summary_of(version, now=timezone.now()) | {"form": form, "agreement": agreement}
    return render(request, "agreements/negotiation/propose.html", context, status=status)


def _wanted(version: AgreementVersion) -> dict[str, Any]:
    return {
        "from_date": version.wanted_from_date,
        "to_date": version.wanted_to_date,
        "seen": version.terms_hash,
    }


def _propose(
    request: SignedInRequest, version: AgreementVersion, form: ProposeForm
) -> HttpResponse | None:
    """Keep the dates and, if that is asked for, propose; None where the page is to be shown."""
    told, now, by = form.cleaned_data, timezone.now(), request.user
    dates = {"from_date": told["from_date"], "to_date": told["to_date"]}
    try:
        drafts.set_wanted_period(version=version, by=by, now=now, **dates)
        if request.POST.get("do") != "propose":
            messages.success(request, _("Saved."))
            return None
        led = parties_led_by(version.agreement, by)
        signing.propose(
            version=version,
            party=led[0] if led else None,
            by=by,
            now=now,
            note=told["note"],
            seen_hash=told["seen"],
        )
    except (UnableToSave, UnableToSign) as error:
        form.add_error(None, str(error))
        return None
    messages.success(
        request,
        _("Proposed. The text stays as it is now; the leads of both parties sign or decline it."),
    )
    return _to(version)


@sensitive_post_parameters("password", "code")
@login_required
@require_http_methods(["GET", "POST"])
def sign(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Show the exact text that is signed, and sign it with a password or a second factor."""
    version = _version(request, slug, number)
    gone = _if_not_proposed(request, version)
    if gone is not None:
        return gone
    parties = unsigned_parties(version, request.user)
    if not parties:
        why_not = why_not_sign(version, request.user)
        if not parties_led_by(version.agreement, request.user):
            raise PermissionDenied(why_not)
        return _told(request, version, why_not)
    form = SignForm(
        _typed(request),
        user=request.user,
        parties=parties,
        initial={"seen": version.terms_hash},
    )
    status = 200
    if request.method == "POST":
        done = _sign(request, version, form)
        if done is not None:
            return done
        status = 429 if form.is_slowed_down else 422
    context = {
        "agreement": version.agreement,
        "version": version,
        "form": form,
        "sections": document_of(version),
        "coming": summary_of(version, now=timezone.now())["coming"],
    }
    return render(request, "agreements/negotiation/sign.html", context, status=status)


@transaction.atomic
def _sign(
    request: SignedInRequest, version: AgreementVersion, form: SignForm
) -> HttpResponse | None:
    """Sign, or say next to the form why not; a code with which nothing was signed stays good."""
    if not form.is_valid():
        return None
    check_user_can_sign(version.agreement, request.user, form.cleaned_data["party"])
    try:
        signing.sign(
            version=version,
            party=form.cleaned_data["party"],
            seen_hash=form.cleaned_data["seen"],
            method=form.cleaned_data["method"],
            by=request.user,
            now=timezone.now(),
        )
    except UnableToSign as error:
        transaction.set_rollback(True)
        form.add_error(None, str(error))
        return None
    version.refresh_from_db()
    messages.success(request, _what_signing_did(version))
    return _to(version)


def _what_signing_did(version: AgreementVersion) -> str:
    if version.status != Status.SIGNED:
        return _("Signed. It comes into force once the other party has signed too.")
    return _(
        "Both parties have signed. %(period)s Handoffs stay under the version of their offer."
    ) % {"period": period_words(version)}


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Refuse a proposed text with a reason; its copy is the new draft."""
    request = cast("SignedInRequest", request)
    version = _version(request, slug, number)
    gone = _if_not_proposed(request, version)
    if gone is not None:
        return gone
    why_not = why_not_decline(version, request.user)
    if why_not:
        raise PermissionDenied(why_not)
    form = DeclineForm(_typed(request), initial=_before(request))
    if request.method == "POST" and form.is_valid():
        party = parties_led_by(version.agreement, request.user)[0]
        check_user_can_sign(version.agreement, request.user, party)
        try:
            signing.decline(
                version=version,
                party=party,
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=timezone.now(),
            )
        except UnableToSign as error:
            return _told(request, version, str(error))
        messages.success(request, _("Declined. The copy of the text is the new draft: change it."))
        return redirect("agreements:draft", slug=slug)
    return _step_page(request, version.agreement, form, "decline", version)


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take one's own proposal back; its copy is the new draft."""
    request = cast("SignedInRequest", request)
    version = _version(request, slug, number)
    gone = _if_not_proposed(request, version)
    if gone is not None:
        return gone
    why_not = why_not_withdraw(version, request.user)
    if why_not:
        raise PermissionDenied(why_not)
    form = WithdrawForm(_typed(request), initial=_before(request))
    if request.method == "POST" and form.is_valid():
        try:
            signing.withdraw(
                version=version,
                party=proposing_party(version),
                note=form.cleaned_data["note"],
                by=request.user,
                now=timezone.now(),
            )
        except UnableToSign as error:
            return _told(request, version, str(error))
        messages.success(request, _("Taken back. The copy of the text is the new draft."))
        return redirect("agreements:draft", slug=slug)
    return _step_page(request, version.agreement, form, "withdraw", version)


@login_required
@require_http_methods(["GET", "POST"])
def discard(request: SignedInRequest, slug: str) -> HttpResponse:
    """Withdraw a draft that nobody wants any more; it stays readable."""
    agreement = _agreement(request, slug)
    check_user_can_edit(agreement, request.user)
    version = agreement.versions.filter(status=Status.DRAFT).select_related("agreement").first()
    if version is None:
        return redirect("agreements:draft", slug=slug)
    form = Form(_typed(request))
    if request.method != "POST":
        return _step_page(request, agreement, form, "discard", version)
    try:
        drafts.discard(version=version, by=request.user, now=timezone.now())
    except UnableToSave as error:
        return _told(request, version, str(error))
    messages.success(request, _("Discarded. The text stays here to be read, or copied."))
    return _to(version)


@login_required
@require_http_methods(["GET", "POST"])
def renew(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Begin the draft that follows a version from its end on; its page has the button for it."""
    version = _version(request, slug, number)
    if request.method == "GET":
        return _to(version)
    check_user_can_edit(version.agreement, request.user)
    try:
        signing.renew(version=version, by=request.user, now=timezone.now())
    except (UnableToStart, UnableToSign) as error:
        return _told(request, version, str(error))
    messages.success(
        request, _("A draft with the same text has begun: look through it, then propose it.")
    )
    return redirect("agreements:draft", slug=slug)


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """End an agreement from a coming day on; it is asked for by its name."""
    request = cast("SignedInRequest", request)
    agreement = _agreement(request, slug)
    check_user_can_end(agreement, request.user)
    form = EndForm(_typed(request), agreement=agreement, initial=_before(request))
    if request.method == "POST" and form.is_valid():
        try:
            signing.end(
                agreement=agreement,
                to_date=form.cleaned_data["to_date"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=timezone.now(),
            )
        except UnableToSign as error:
            form.add_error("to_date", str(error))
        else:
            messages.success(request, _("The agreement ends as you said; both leads are told."))
            return redirect("agreements:document", slug=slug)
    return _step_page(request, agreement, form, "end")


def _typed(request: SignedInRequest) -> QueryDict | None:
    """Return what was sent, even where nothing was typed."""
    return request.POST if request.method == "POST" else None


def _before(request: SignedInRequest) -> dict[str, Any]:
    """Return what was typed before the session ended, which a password never is."""
    kept = typed_before(request)
    return kept.dict() if kept else {}


def _step_page(
    request: SignedInRequest,
    agreement: Agreement,
    form: Form,
    step: str,
    version: AgreementVersion | None = None,
) -> HttpResponse:
    """Ask before a step that others notice."""
    context = {"agreement": agreement, "version": version, "form": form}
    status = 422 if form.errors else 200
    return render(request, f"agreements/negotiation/{step}.html", context, status=status)


def _agreement(request: SignedInRequest, slug: str) -> Agreement:
    return get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("marketing_team", "sales_team"),
        slug=slug,
    )


def _version(request: SignedInRequest, slug: str, number: int) -> AgreementVersion:
    """Return a version of an agreement the person may read. Raises Http404."""
    agreement = _agreement(request, slug)
    version = agreement.versions.filter(number=number).prefetch_related("signatures").first()
    if version is None:
        raise Http404
    version.agreement = agreement
    return version


def _if_not_proposed(request: SignedInRequest, version: AgreementVersion) -> HttpResponse | None:
    """Lead back to a version on which nothing waits for a signature."""
    if version.status == Status.PROPOSED:
        return None
    why_not = _("Version %(number)d is %(status)s: open it to see what can be done now.") % {
        "number": version.number,
        "status": version.get_status_display().lower(),
    }
    return _told(request, version, why_not)


def _told(request: SignedInRequest, version: AgreementVersion, why_not: str) -> HttpResponse:
    """Lead back to the version, and say why nothing was done."""
    messages.warning(request, why_not)
    return _to(version)


def _to(version: AgreementVersion) -> HttpResponse:
    return redirect("agreements:version", slug=version.agreement.slug, number=version.number)
