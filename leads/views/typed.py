"""What somebody typed in a form about a handoff and did not save: it is shown to them again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.requests import SignedInRequest
from agreements.typed_before import address_of_typed, said_of_typed, typed_before
from leads.deed_forms import FORMS, DeedForm
from leads.forms import LogForm
from leads.models import Handoff
from leads.snoozing import SnoozeForm

WrittenForm = LogForm | DeedForm
PageForm = WrittenForm | SnoozeForm
_WRITTEN: dict[str, type[WrittenForm]] = {**FORMS, LogForm.key: LogForm}
_ALL: dict[str, type[PageForm]] = {**_WRITTEN, SnoozeForm.key: SnoozeForm}
_LAST_CHANNEL = "leads.channel"


def empty_form(
    request: SignedInRequest, key: str, handoff: Handoff, now: datetime, **options: Any
) -> PageForm:
    """Return the form of a deed, that of a follow-up with the channel that was logged last."""
    if key == LogForm.key:
        options["preset"] = str(request.session.get(_LAST_CHANNEL, ""))
    return _ALL[key](handoff=handoff, now=now, **options)


def remember_channel(request: SignedInRequest, channel: str) -> None:
    """Choose a channel at first from now on."""
    request.session[_LAST_CHANNEL] = channel


def form_typed_signed_out(
    request: SignedInRequest, handoff: Handoff, now: datetime
) -> tuple[PageForm | None, str]:
    """Return the form as it was sent after the session had ended, and the words that say so."""
    address = address_of_typed(request)
    place = {"slug": handoff.agreement.slug, "pk": handoff.pk}
    for key, form_class in _ALL.items():
        if address and address == reverse(f"leads:{key}", kwargs=place):
            form = form_class(typed_before(request, address), handoff=handoff, now=now)
            return form, said_of_typed()
    return None, ""


def form_sent(request: SignedInRequest, handoff: Handoff, now: datetime) -> WrittenForm | None:
    """Return the form of the deed as it was sent; None for a deed in which nothing is written."""
    match = request.resolver_match
    form_class = _WRITTEN.get(match.url_name or "") if match else None
    if request.method != "POST" or form_class is None:
        return None
    return form_class(request.POST, handoff=handoff, now=now)


def form_brought_along(
    request: SignedInRequest, handoff: Handoff, now: datetime
) -> WrittenForm | None:
    """Return the form that stood beside a deed without one, as it was filled in.

    Without scripts it is sent along. None where nothing was filled in.
    """
    if form_sent(request, handoff, now):
        return None
    for key, form_class in _WRITTEN.items():
        names = [name for name in request.POST if name.startswith(f"{key}-")]
        if names:
            typed = {name.removeprefix(f"{key}-"): request.POST[name] for name in names}
            is_empty = _is_as_shown(empty_form(request, key, handoff, now), typed)
            return None if is_empty else form_class(handoff=handoff, now=now, initial=typed)
    return None


def _is_as_shown(form: PageForm, typed: Mapping[str, str]) -> bool:
    """Whether a form was left as it was shown."""
    return not any(
        each.field.has_changed(each.initial, typed.get(each.name)) for each in form.visible_fields()
    )


def said_of_brought_along() -> str:
    """Say that what was typed is there, and not saved."""
    return _("What you filled in before is here again, not saved yet.")
