"""The box in the editor that tries out when a lead would be due."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements.durations import Duration
from agreements.editing.readable import readable
from agreements.editor.due import (
    DueAnswer,
    UnableToTry,
    promises_to_try,
    try_length,
    try_promise,
)
from agreements.models import Agreement
from agreements.permissions import check_user_can_edit
from agreements.requests import SignedInRequest
from agreements.terms import Terms, parse_terms
from agreements.whole_numbers import whole_number

_LONGEST = 10_000
_OF_HOURS = ("time_zone", "calendar", "hours", "calendars")


@login_required
@require_GET
def due(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say when a lead would be due under the draft, for an arrival and a promise."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), slug=slug)
    check_user_can_edit(agreement, request.user)
    version = agreement.versions.open().first()
    if version is None:
        raise Http404
    asked = {
        "date": timezone.localdate().isoformat(),
        "time": "16:00",
        "promise": "",
        "amount": "4",
        "unit": "h",
    } | {key: str(value)[:40] for key, value in request.GET.items()}
    context: dict[str, Any] = {"agreement": agreement, "asked": asked, "promises": {}}
    found = readable(version.terms)
    if found is None or any(found.get(key) != version.terms.get(key) for key in _OF_HOURS):
        context["refused"] = _("Solve the problems of the hours first.")
    else:
        terms = parse_terms(found)
        context["promises"] = promises_to_try(terms)
        try:
            context["answer"] = _answer(terms, asked, context["promises"])
        except UnableToTry as error:
            context["refused"] = str(error)
    template = "agreements/editor/due.html"
    return render(request, f"{template}#box" if request.htmx else template, context)


def _answer(terms: Terms, asked: dict[str, str], promises: dict[str, str]) -> DueAnswer:
    """Tell the due time that is asked for. Raises UnableToTry."""
    try:
        arrived = datetime.fromisoformat(f"{asked['date']}T{asked['time']}")
    except ValueError as error:
        raise UnableToTry(_("Choose a date and a time, such as 2027-01-31 and 16:00.")) from error
    if asked["promise"] in promises:
        return try_promise(terms, arrived.replace(tzinfo=None), asked["promise"])
    amount = asked["amount"].strip()
    if not 0 < (whole_number(amount) or 0) <= _LONGEST:
        raise UnableToTry(
            _("Write the length of the promise as a whole number up to %(most)s.")
            % {"most": _LONGEST}
        )
    try:
        within = Duration.parse(f"{amount}{asked['unit']}")
    except ValueError as error:
        raise UnableToTry(_("Choose a unit for the length of the promise.")) from error
    return try_length(terms, arrived.replace(tzinfo=None), within)
