"""Each fact about a lead in words: who did what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements import formats
from agreements.criteria import is_missing
from agreements.models import Agreement, User
from agreements.terms import Terms
from agreements.terms.procedure import Reason
from leads.actions.telling import SOURCE
from leads.before.qualifying import field_name, value_text
from leads.column_names import attribute_name
from leads.models import (
    Deal,
    FollowUp,
    HandoffEvent,
    LeadChange,
    LeadMerge,
    Satisfaction,
    StageEntry,
)

_DAY = timedelta(days=1)
_CHANNEL_ICONS = {
    "call": "phone",
    "email": "mail",
    "message": "message",
    "meeting": "users",
    "other": "note",
}
_EVENT_ICONS = {
    "offered": "arrow-bar-to-right",
    "assigned": "route",
    "accepted": "check",
    "rejected": "x",
    "contested": "message-2",
    "decided": "writing-sign",
    "qualified": "circle-check",
    "disqualified": "x",
    "recycled": "refresh",
    "paused": "player-pause",
    "resumed": "player-play",
    "withdrawn": "arrow-back-up",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A fact in words: its sentence, and what else is known of it, line by line."""

    icon: str
    text: SafeString
    details: tuple[str, ...] = ()
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the words of a fact are drawn from: the agreement, its terms, and now.

    ``columns`` are what files call attributes that have no other name, by their keys.
    """

    agreement: Agreement
    terms: Terms | None
    now: datetime
    columns: Mapping[str, str] = field(default_factory=dict)

    def field_name(self, key: str) -> str:
        """Name an attribute at the start of a line, as its file did where nothing else does."""
        return attribute_name(key, self.columns)

    def stage_name(self, key: str) -> str:
        """Name a stage of the funnel."""
        stages = self.terms.stages if self.terms else ()
        return next((stage.name for stage in stages if stage.key == key), key)

    def reason_name(self, event: HandoffEvent) -> str:
        """Name the coded reason of an event."""
        if not event.reason or self.terms is None:
            return event.reason
        reasons = self.terms.reasons
        lists: Mapping[str, Sequence[Reason]] = {
            "rejected": reasons.rejection,
            "disqualified": reasons.disqualification,
            "recycled": reasons.recycling,
            "paused": reasons.pause,
        }
        named = {each.key: each.name for each in lists.get(event.kind, ())}
        return named.get(event.reason, event.reason)


def tell_event(
    event: HandoffEvent, around: Surroundings, *, is_repeat: bool = False, counts: bool = True
) -> Told:
    """Say what was done about a handoff; a repeat is an offer while another was open.

    ``counts`` says whether the handoff heeds it: it heeds no decision after another one followed.
    """
    reason = around.reason_name(event)
    parts = {
        "who": formats.strong(_name(event.person)),
        "by": formats.strong(_giver(event)),
        "team": around.agreement.sales_team.name,
        "reason": reason,
        "until": formats.instant(event.until, around.now),
    }
    return Told(
        icon=_EVENT_ICONS[event.kind],
        text=format_html(_event_pattern(event, is_repeat=is_repeat), **parts),
        details=tuple(_event_details(event, reason, around, counts=counts)),
        is_person=event.person is not None and event.kind != HandoffEvent.Kind.ASSIGNED,
    )


def _event_pattern(event: HandoffEvent, *, is_repeat: bool) -> str:
    if is_repeat:
        return _("Asked for again while the handoff was open; it restarts nothing.")
    match event.kind:
        case "offered" if event.person is None:
            return _offered_pattern(event)
        case "assigned":
            return _assigned_pattern(event)
        case "decided":
            return _decided_pattern(event)
    patterns = {
        "offered": _("{who} offered the lead to {team}"),
        "accepted": _("{who} accepted the handoff"),
        "rejected": _("{who} rejected the handoff: {reason}"),
        "contested": _("{who} contested the rejection"),
        "qualified": _("{who} qualified the lead"),
        "disqualified": _("{who} disqualified the lead: {reason}"),
        "recycled": _("{who} recycled the lead: {reason}"),
        "paused": _("{who} paused the clocks until {until}"),
        "resumed": _("{who} ended the pause"),
        "withdrawn": _("{who} withdrew the offer"),
    }
    return patterns[event.kind]


def _offered_pattern(event: HandoffEvent) -> str:
    match event.reason:
        case "by_rule":
            return _("Offered to {team} by the portal: it meets the criteria")
        case "returned":
            return _("Offered to {team} again by the portal: its day has come")
        case _:
            return _("Offered to {team}")


def _decided_pattern(event: HandoffEvent) -> str:
    if event.person is None:
        return (
            _("The rejection was overturned")
            if event.is_overturned
            else _("The rejection was upheld")
        )
    return (
        _("{who} overturned the rejection")
        if event.is_overturned
        else _("{who} upheld the rejection")
    )


def _assigned_pattern(event: HandoffEvent) -> str:
    if event.person is None:
        if _giver(event):
            return _("{by} put it into the queue of {team}")
        return _("Put into the queue of {team}")
    if _giver(event) and event.recorded_by != event.person:
        return _("{by} assigned it to {who}")
    return _("Assigned to {who}")


def _giver(event: HandoffEvent) -> str:
    """Name who assigned: a person or, told from elsewhere, the source; empty for the portal itself.

    Who brought a file is not who assigned what is in it.
    """
    if event.recorded_by is None:
        return ""
    return event.recorded_by.name if event.source == SOURCE else event.source


def _event_details(
    event: HandoffEvent, reason: str, around: Surroundings, *, counts: bool
) -> list[str]:
    details = []
    if event.kind == HandoffEvent.Kind.DECIDED and not counts:
        details.append(_("It counts for nothing: the lead was offered anew before."))
    if event.kind == HandoffEvent.Kind.PAUSED and reason:
        details.append(_("Reason: %(reason)s.") % {"reason": reason})
    if event.kind == HandoffEvent.Kind.RECYCLED and event.until is not None:
        day = around.agreement.local_date(event.until)
        when = {"when": formats.day(day, around.now)}
        details.append(_("It comes back on %(when)s.") % when)
    details += [
        _("%(question)s: %(answer)s") % {"question": field_name(key), "answer": value_text(value)}
        for key, value in (event.answers or {}).items()
    ]
    return [*details, *_said(event.note)]


def tell_follow_up(
    touch: FollowUp, around: Surroundings, *, counts: bool, told_at: datetime | None = None
) -> Told:
    """Say what a person, or a machine, did to reach the lead.

    ``told_at`` is when it was first said to have happened then; None is as it was recorded.
    """
    told_at = told_at or touch.recorded_at
    parts = {
        "who": formats.strong(_name(touch.person)),
        "outcome": touch.get_outcome_display().lower(),
        "channel": touch.get_channel_display().lower(),
    }
    return Told(
        icon=_CHANNEL_ICONS[touch.channel],
        text=format_html(_follow_up_pattern(touch), **parts),
        details=tuple(_follow_up_details(touch, around, told_at, counts=counts)),
        is_person=not touch.is_automated,
    )


def _follow_up_pattern(touch: FollowUp) -> str:
    if touch.is_automated:
        return _("An automatic touch went out ({channel}): it stops no clock.")
    if touch.direction == FollowUp.Direction.INBOUND:
        return {
            "call": _("The lead called {who}: {outcome}"),
            "email": _("The lead wrote an e-mail to {who}: {outcome}"),
            "message": _("The lead wrote a message to {who}: {outcome}"),
            "meeting": _("The lead met {who}: {outcome}"),
            "other": _("The lead turned to {who}: {outcome}"),
        }[touch.channel]
    return {
        "call": _("{who} called: {outcome}"),
        "email": _("{who} wrote an e-mail: {outcome}"),
        "message": _("{who} wrote a message: {outcome}"),
        "meeting": _("{who} met the lead: {outcome}"),
        "other": _("{who} followed up: {outcome}"),
    }[touch.channel]


def _follow_up_details(
    touch: FollowUp, around: Surroundings, told_at: datetime, *, counts: bool
) -> list[str]:
    details = _said(touch.note)
    if touch.next_step:
        details.append(
            _("Next step: %(step)s, %(date)s.")
            % {"step": touch.next_step, "date": formats.day(touch.next_step_date, around.now)}
            if touch.next_step_date
            else _("Next step: %(step)s.") % {"step": touch.next_step}
        )
    by_hand = touch.evidence == FollowUp.Evidence.BY_HAND
    if by_hand and (told_at - touch.occurred_at).total_seconds() >= 60:
        details.append(
            _("Back-dated: typed in %(when)s, %(length)s later by the calendar.")
            % {
                "when": formats.instant(told_at, around.now),
                "length": formats.working_time(told_at - touch.occurred_at, day=_DAY),
            }
        )
    if not counts and not touch.is_automated:
        details.append(_("It counts for no clock."))
    return details


def tell_stage(entry: StageEntry, around: Surroundings) -> Told:
    """Say that a stage was reached."""
    stage = formats.strong(around.stage_name(entry.stage))
    return Told(icon="trending-up", text=format_html(_("Reached the stage {stage}"), stage=stage))


def tell_deal(deal: Deal, around: Surroundings) -> Told:
    """Say how a deal ended."""
    currency = deal.currency or around.agreement.currency
    parts = {
        "who": formats.strong(_name(deal.person)),
        "amount": formats.strong(formats.money(deal.amount, currency)),
    }
    is_won = deal.status == Deal.Status.WON
    pattern = _("Deal won, {amount}") if is_won else _("Deal lost, {amount}")
    return Told(
        icon="circle-check" if is_won else "circle-x",
        text=format_html(pattern, **parts),
        details=(deal.reason,) if deal.reason else (),
    )


def tell_satisfaction(answer: Satisfaction) -> Told:
    """Say how content somebody said they are."""
    score = formats.strong(formats.figure(answer.score.normalize()))
    return Told(icon="message-2", text=format_html(_("Satisfaction: {score}"), score=score))


def tell_attributes(change: LeadChange, around: Surroundings, *, is_first: bool) -> Told:
    """Say what was told of a lead's attributes."""
    told = ", ".join(
        _attribute(around.field_name(key), value)
        for key, value in change.attributes.items()
        if not is_missing(value)
    )
    pattern = _("First heard of by {source}") if is_first else _("{source} told more of the lead")
    return Told(
        icon="user",
        text=format_html(pattern, source=formats.strong(change.source)),
        details=(told,) if told else (),
    )


def _attribute(name: str, value: object) -> str:
    """Say one attribute; "yes" behind its name alone would read as an answer to something else."""
    parts = {"field": name, "value": value_text(value)}
    if isinstance(value, bool):
        return _("%(field)s: %(value)s") % parts
    return _("%(field)s %(value)s") % parts


def tell_merge(merge: LeadMerge, name: str) -> Told:
    """Say who found two leads to be one."""
    return _of_merge(merge, name, "users", _("{who} found this to be one lead with {name}"))


def tell_parting(merge: LeadMerge, name: str) -> Told:
    """Say who parted two leads again."""
    text = _("{who} parted this lead from {name} again: they are not one")
    return _of_merge(merge, name, "arrow-back-up", text)


def _of_merge(merge: LeadMerge, name: str, icon: str, text: str) -> Told:
    return Told(
        icon=icon,
        text=format_html(
            text, who=formats.strong(_name(merge.recorded_by)), name=formats.strong(name)
        ),
        details=tuple(_said(merge.correction_reason)),
        is_person=merge.recorded_by is not None,
    )


def _said(note: str) -> list[str]:
    return [_("“%(words)s”") % {"words": note}] if note else []


def _name(person: User | None) -> str:
    return person.name if person else _("Somebody")
