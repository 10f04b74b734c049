"""The messages about a handoff in words: whom they went to, and whether they arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Message
from leads.models import Handoff


@dataclass(frozen=True, slots=True)
class ToldMessage:
    """What people were told at one instant: the sentence, and how each of them was reached."""

    at: datetime
    text: SafeString
    details: tuple[str, ...]


def messages_about(handoffs: Iterable[Handoff], now: datetime) -> list[ToldMessage]:
    """Return what was told of handoffs, the same to several people as one; one query."""
    found = Message.objects.filter(
        subject_type=Handoff._meta.label_lower,
        subject_id__in=[str(handoff.pk) for handoff in handoffs],
    )
    ordered = found.select_related("recipient").order_by(
        "recorded_at", "kind", "subject_id", "recipient__name", "pk"
    )
    groups = groupby(ordered, lambda each: (each.recorded_at, each.kind, each.subject_id))
    return [_told(at, kind, list(group), now) for (at, kind, _subject), group in groups]


def _told(at: datetime, kind: str, group: list[Message], now: datetime) -> ToldMessage:
    names = ", ".join(each.recipient.name for each in group)
    return ToldMessage(
        at=at,
        text=format_html(_pattern(kind), who=formats.strong(names)),
        details=tuple(_arrivals(group, now)),
    )


def _pattern(kind: str) -> str:
    patterns = {
        "handoff_assigned": _("Message to {who}: the handoff is theirs"),
        "handoff_rejected": _("Message to {who}: the handoff was rejected"),
        "rejection_contested": _("Message to {who}: decide about the rejection"),
        "rejection_overturned": _("Message to {who}: the rejection was overturned"),
        "rejection_upheld": _("Message to {who}: the rejection stands"),
        "rejection_taken_back": _("Message to {who}: the rejection was taken back"),
        "contest_taken_back": _("Message to {who}: the contest was taken back"),
        "decision_taken_back": _("Message to {who}: the decision was taken back"),
    }
    return patterns.get(kind, _("Message to {who}"))


def _arrivals(group: Iterable[Message], now: datetime) -> Iterable[str]:
    """Say how each message fared; of several people, with their names."""
    told = [(each.recipient.name, _arrival(each, now)) for each in group]
    if len({how for _name, how in told}) == 1:
        yield told[0][1]
        return
    for name, how in told:
        yield _("%(person)s: %(how)s") % {"person": name, "how": how}


def _arrival(message: Message, now: datetime) -> str:
    if message.sent_at is not None:
        return _("E-mail, sent %(when)s.") % {"when": formats.instant(message.sent_at, now)}
    if message.next_attempt_at is None and not message.error:
        return _("E-mail, not sent: it was out of date before it went out.")
    if message.next_attempt_at is None:
        return _("E-mail, given up after %(number)s attempts.") % {
            "number": formats.figure(message.attempts)
        }
    if message.attempts:
        return _("E-mail, could not be sent yet; tried again %(when)s.") % {
            "when": formats.instant(message.next_attempt_at, now)
        }
    return _("E-mail, waits to be sent.")
