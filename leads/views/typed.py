"""What somebody typed in a form about a handoff and did not save: it is shown to them again."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import formats
from agreements.requests import SignedInRequest
from agreements.typed_before import address_of_typed, said_of_typed, typed_before
from leads.deeds.forms import FORMS, DeedForm
from leads.deeds.log_forms import LogForm
from leads.models import Handoff
from leads.queue.snoozing import SnoozeForm

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
    form_class = _WRITTEN.get(_deed_sent(request))
    if request.method != "POST" or form_class is None:
        return None
    return form_class(request.POST, handoff=handoff, now=now)


def _deed_sent(request: SignedInRequest) -> str:
    match = request.resolver_match
    return (match.url_name or "") if match else ""


def forms_brought_along(
    request: SignedInRequest, handoff: Handoff, now: datetime
) -> list[PageForm]:
    """Return the forms that stood beside a deed without one, those that were filled in.

    Without scripts they are sent along: that of the page, and what it kept of another one.
    """
    if _deed_sent(request) in _ALL:
        return []
    found = []
    for key, form_class in _ALL.items():
        names = [name for name in request.POST if name.startswith(f"{key}-")]
        typed = {name.removeprefix(f"{key}-"): request.POST[name] for name in names}
        if typed and not _is_as_shown(empty_form(request, key, handoff, now), typed):
            found.append(form_class(handoff=handoff, now=now, initial=typed))
    return found


def sent_again(form: PageForm) -> list[tuple[str, str]]:
    """Return under which names what a form brought along is brought along once more."""
    return [(form.add_prefix(name), value) for name, value in form.initial.items()]


def _is_as_shown(form: PageForm, typed: Mapping[str, str]) -> bool:
    """Whether a form was left as it was shown."""
    return not any(
        each.field.has_changed(each.initial, typed.get(each.name)) for each in form.visible_fields()
    )


def said_of_brought_along() -> str:
    """Say that what was typed is there, and not saved."""
    return _("What you filled in before is here again, not saved yet.")


def words_filled_in(form: PageForm, now: datetime) -> list[tuple[str, str]]:
    """Return what a form was filled in with, in its words; of when to be back nothing."""
    if isinstance(form, SnoozeForm):
        return []
    told = [(str(field.label), _words(field, now)) for field in form.visible_fields()]
    return [(label, words) for label, words in told if words]


def _words(field: BoundField, now: datetime) -> str:
    told = str(field.value() or "").strip()
    choices = getattr(field.field, "choices", None)
    if choices is not None:
        return next((str(name) for value, name in choices if str(value) == told), "")
    match _value(field, told):
        case datetime() as at:
            return formats.instant(at, now)
        case date() as on:
            return formats.day(on, now)
    return told


def _value(field: BoundField, told: str) -> object:
    """Return what was typed as its field reads it; None for what it cannot read."""
    try:
        return field.field.to_python(told)
    except ValidationError:
        return None
