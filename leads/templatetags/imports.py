"""How far imports have come, in templates."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django import template
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from leads.importing.page import progress_of, state_of, whole_of
from leads.models import Delivery, FileImport

register = template.Library()

State = FileImport.State


class StateLook(NamedTuple):
    """A state as word, icon and colour together."""

    name: str
    tone: str
    icon: str


_LOOKS = {
    State.READING: ("accent", "refresh"),
    State.SHEET: ("warn", "table"),
    State.REFUSED: ("bad", "circle-x"),
    State.DRAFT: ("warn", "pencil"),
    State.CHECKING: ("accent", "refresh"),
    State.CHECKED: ("warn", "player-play"),
    State.IMPORTING: ("accent", "refresh"),
    State.STOPPED: ("bad", "player-pause"),
    State.IMPORTED: ("ok", "circle-check"),
    State.UNDOING: ("accent", "refresh"),
    State.UNDONE: ("mute", "arrow-back-up"),
    State.DISCARDED: ("mute", "trash"),
}


@register.simple_tag
def unsearched_files() -> int:
    """Return how many stored files cannot be searched for people who were forgotten."""
    return Delivery.objects.with_unsearched_files().count()


@register.simple_tag
def import_state(delivery: Delivery) -> StateLook:
    """Return how the state of a file looks."""
    state = State(state_of(delivery))
    return StateLook(str(state.label), *_LOOKS[state])


@register.simple_tag
def import_progress(delivery: Delivery, now: datetime) -> dict[str, Any] | None:
    """Return how far the work on a file is; None where nobody works on it."""
    return progress_of(getattr(delivery, "file_import", None), now)


@register.simple_tag
def import_whole(delivery: Delivery) -> int | None:
    """Return of how many rows those are that came in until a stop; None where of all."""
    return whole_of(delivery.summary, getattr(delivery, "file_import", None))


@register.filter
def file_names(files: Iterable[FileImport]) -> str:
    """Name files in a row, each in quotation marks."""
    return get_text_list([f"“{each}”" for each in files], _("and"))
