"""What somebody may do about a handoff now, and the sentence that tells why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements import formats
from agreements.clock import Grade
from agreements.models import User
from agreements.permissions import refusal
from agreements.rulebook import Rulebook
from leads.actions.contests import why_not_contested
from leads.actions.outcomes import why_not_disqualified, why_not_qualified
from leads.actions.snoozes import why_not_snoozed
from leads.models import Handoff
from leads.permissions import (
    check_user_can_contest,
    check_user_can_decide_contest,
    check_user_can_put_aside,
    check_user_can_withdraw,
    refusal_to_work,
    takes,
)
from leads.queue.events import overturned_at

Status = Handoff.Status


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do; ``reason`` is why it cannot be done, and empty where it can.

    ``shortcut`` is the letter that presses it, empty for none.
    """

    key: str
    label: str
    icon: str
    reason: str = ""
    shortcut: str = ""

    @property
    def is_possible(self) -> bool:
        """Whether it may and can be done."""
        return not self.reason

    @property
    def asks_nothing(self) -> bool:
        """Whether it is done at once, without a form."""
        return self.key in ("take", "accept", "resume", "wake")


@dataclass(frozen=True, slots=True)
class Deeds:
    """What can be done about a handoff, in the order in which it stands on the page."""

    all: tuple[Deed, ...]

    def is_possible(self, key: str) -> bool:
        """Whether a deed may and can be done."""
        return any(deed.key == key and deed.is_possible for deed in self.all)

    @property
    def log(self) -> Deed:
        """Logging a follow-up, which is always there."""
        return next(deed for deed in self.all if deed.key == "log")

    @property
    def deciding(self) -> "Deeds":
        """What decides about the handoff and can be done now: it stands before the log."""
        return Deeds(tuple(each for each in self.all if _is_deciding(each)))

    @property
    def others(self) -> "Deeds":
        """What stands after the log, with what cannot be done."""
        return Deeds(tuple(each for each in self.all if not _is_deciding(each)))

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The sentences of what cannot be done, each once, with the key of its first deed."""
        first: dict[str, str] = {}
        for deed in self.all:
            if deed.reason:
                first.setdefault(deed.reason, deed.key)
        return [(key, reason) for reason, key in first.items()]

    @property
    def explained(self) -> list[tuple[Deed, str]]:
        """Every deed with the key under which the page says why it cannot be done."""
        keys = {reason: key for key, reason in self.reasons}
        return [(deed, keys.get(deed.reason, "")) for deed in self.all]


def _is_deciding(deed: Deed) -> bool:
    return deed.key in ("take", "accept", "reject") and deed.is_possible


def deeds_for(
    handoff: Handoff,
    user: User,
    *,
    book: Rulebook | None,
    reached: Grade | None,
    is_paused: bool,
    is_aside: bool,
    now: datetime,
) -> Deeds:
    """Tell what the person may do about a handoff, and what it can still bear.

    ``book`` are the rules that judge it; ``reached`` is how far somebody got with the lead since
    the offer, None for nobody;
    ``is_aside`` says that the person put it aside.
    """
    refused = refusal_to_work(handoff, user)
    of_sales = _OfSales(handoff, refused, book, reached, is_paused, now)
    return Deeds((*_taking(handoff, user), *of_sales.deciding(), *of_sales.ending(),
                  *_of_marketing(handoff, user, now), of_sales.logging(),
                  *_putting_aside(handoff, user, now, is_aside=is_aside)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _OfSales:
    """What sales does; ``refused`` is why the person may not, empty where they may."""

    handoff: Handoff
    refused: str
    book: Rulebook | None
    reached: Grade | None
    is_paused: bool
    now: datetime

    @property
    def was_reached(self) -> bool:
        """Whether somebody spoke to the lead."""
        return self.reached is not None and self.reached.rank >= Grade.CONTACT.rank

    def deciding(self) -> Iterator[Deed]:
        """Yield accepting and rejecting, which stay visible when they are done."""
        handoff = self.handoff
        reason = self.refused or _not_accepted_because(handoff)
        yield Deed("accept", _accept_label(handoff, self.now), "check", reason, "a")
        reason = self.refused or _not_rejected_because(handoff, was_reached=self.was_reached)
        yield Deed("reject", _("Reject…"), "x", reason, "r")

    def ending(self) -> Iterator[Deed]:
        """Yield how an open handoff ends, and its pause; nothing for who may not work it."""
        if self.refused or not self.handoff.is_open:
            return
        is_accepted = self.handoff.status == Status.ACCEPTED
        not_reached = "" if self.was_reached else why_not_disqualified(self.handoff)
        if is_accepted or self.was_reached:
            not_qualified = why_not_qualified(self.book, self.reached)
            yield Deed("qualify", _("Qualify…"), "circle-check", not_qualified)
        yield Deed("disqualify", _("Disqualify…"), "circle-x", not_reached)
        yield Deed("recycle", _("Recycle…"), "refresh")
        if self.is_paused:
            yield Deed("resume", _("End the pause"), "player-play", shortcut="p")
        else:
            yield Deed("pause", _("Pause…"), "player-pause", shortcut="p")

    def logging(self) -> Deed:
        """Return logging a follow-up."""
        reason = self.refused or _not_logged_because(self.handoff)
        return Deed("log", _("Log follow-up"), "phone", reason, "l")


def _taking(handoff: Handoff, user: User) -> Iterator[Deed]:
    """Yield taking what is in the team's queue, where accepting does not take it any more."""
    if handoff.status == Status.ACCEPTED and takes(handoff, user):
        yield Deed("take", pgettext("handoff", "Take"), "user", shortcut="a")


def _putting_aside(
    handoff: Handoff, user: User, now: datetime, *, is_aside: bool
) -> Iterator[Deed]:
    """Yield putting it aside in one's own queue, or bringing it back."""
    if refusal(check_user_can_put_aside, handoff, user):
        return
    if is_aside:
        yield Deed("wake", _("Bring it back"), "zzz", shortcut="z")
    elif handoff.is_open:
        yield Deed("snooze", _("Snooze…"), "zzz", why_not_snoozed(handoff, now), "z")


def _of_marketing(handoff: Handoff, user: User, now: datetime) -> Iterator[Deed]:
    """Yield what marketing and the arbiter do; only what concerns the person."""
    if handoff.status == Status.OFFERED and not refusal(check_user_can_withdraw, handoff, user):
        yield Deed("withdraw", _("Withdraw the offer…"), "arrow-back-up")
    if handoff.status != Status.REJECTED:
        return
    if not refusal(check_user_can_contest, handoff, user):
        why_not = why_not_contested(handoff, now)
        yield Deed("contest", _("Contest the rejection…"), "message-2", why_not)
    is_waiting = handoff.contest == Handoff.Contest.WAITING
    if is_waiting and not refusal(check_user_can_decide_contest, handoff, user):
        yield Deed("decide", _("Decide the contest…"), "writing-sign")


def _accept_label(handoff: Handoff, now: datetime) -> str:
    if handoff.status == Status.ACCEPTED:
        fell_at = overturned_at(handoff)
        when = {"when": formats.near_instant(fell_at or handoff.decided_at, now)}
        return (_("Rejection overturned %(when)s") if fell_at else _("Accepted %(when)s")) % when
    return _("Accept")


def _not_accepted_because(handoff: Handoff) -> str:
    match handoff.status:
        case Status.OFFERED:
            return ""
        case Status.ACCEPTED:
            return decided_once()
        case _:
            return closed_because(handoff)


def _not_rejected_because(handoff: Handoff, *, was_reached: bool) -> str:
    if handoff.status == Status.OFFERED and was_reached:
        return _("A handoff is rejected before somebody spoke to the lead; this one was.")
    if handoff.status == Status.OFFERED:
        return ""
    if handoff.status == Status.ACCEPTED:
        return decided_once()
    return closed_because(handoff)


def decided_once() -> str:
    """Say that sales has decided about a handoff, and what can still become of it."""
    return _(
        "A handoff is accepted or rejected once. From here it is qualified, disqualified or "
        "recycled, with a reason."
    )


_NEVER_OPENED = (Status.EXPECTED, Status.REPEATED, Status.MERGED, Status.TAKEN_BACK)


def _not_logged_because(handoff: Handoff) -> str:
    if handoff.status in _NEVER_OPENED:
        return closed_because(handoff)
    return ""


def closed_because(handoff: Handoff) -> str:
    """Say why nothing can be done about a handoff that is not open."""
    match handoff.status:
        case Status.EXPECTED:
            return _("This handoff was heard of, but not offered yet.")
        case Status.REPEATED:
            return _("This was asked for while another handoff of the lead was open: use that one.")
        case Status.TAKEN_BACK:
            return _("The offer was taken back, with the import it came by or by its source.")
        case Status.MERGED:
            return _("The lead was found to be another one, whose handoff goes on: use that one.")
        case _:
            return _("This handoff is closed: it is %(status)s.") % {
                "status": handoff.get_status_display().lower()
            }
