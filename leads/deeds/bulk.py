"""One deed about many handoffs: to which it can be done, to which not and why, and doing it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Audit, User
from agreements.permissions import refusal, roles_in
from leads.actions import assignments, handoffs, outcomes
from leads.actions.telling import AlreadyDecided
from leads.any_of import AnyOf
from leads.assignment.candidates import Choosing
from leads.deeds.bulk_forms import ReassignManyForm, RecycleManyForm, WithdrawManyForm
from leads.deeds.many import Done, do_to_each
from leads.deeds.possible import closed_because, decided_once
from leads.deeds.seen import Seen, seen_now, what_changed, written
from leads.locking import lock_handoff
from leads.models import Handoff, HandoffEvent, Lead, LeadStage
from leads.permissions import (
    check_user_can_offer,
    check_user_can_organise,
    check_user_can_withdraw,
)
from leads.queue.handoffs import Desk
from leads.registry.leads import lasting_handoffs, latest_of_each, leads_in, readable_handoffs

MOST = 500
"""How many leads one deed is done to at once."""
DONE = "leads.bulk.done"

_READ_WITH = ("agreement", "version", "lead__merged_into")
_REFUSALS = (
    AlreadyDecided,
    assignments.AlreadyReassigned,
    assignments.UnableToAssign,
    outcomes.UnableToEnd,
)


@dataclass(frozen=True, slots=True)
class Considered:
    """A lead that was chosen, its handoff if any, and why a deed is not done; empty where it is.

    ``seen`` tells a form which handoff it is and how it stands.
    """

    lead: Lead
    handoff: Handoff | None
    why_not: str
    seen: str = ""


@dataclass(frozen=True, slots=True)
class BulkDeed:
    """A deed that can be done to many, an event of a ``kind``; ``check`` says who is offered it.

    ``why_not`` tells by key what handoffs of one agreement cannot bear or the person may not do to
    them, ``make_form`` asks what the deed is told, and ``act`` does it to one.
    """

    key: str
    kind: str
    label: str | Promise
    asks: str | Promise
    said: str | Promise
    check: Callable[..., None]
    why_not: Callable[[Sequence[Handoff], User], Mapping[int, str]]
    make_form: Callable[[Any, Sequence[Handoff], datetime], forms.Form]
    act: Callable[..., object]


def _why_not_open(handoffs: Sequence[Handoff], _user: User) -> Mapping[int, str]:
    return {each.pk: "" if each.is_open else closed_because(each) for each in handoffs}


def _why_not_withdrawn(handoffs: Sequence[Handoff], user: User) -> Mapping[int, str]:
    if not handoffs:
        return {}
    roles = roles_in(handoffs[0].agreement, user)
    offers = HandoffEvent.objects.holding().filter(kind=HandoffEvent.Kind.OFFERED, person=user)
    own = offers.filter(AnyOf("handoff", [each.pk for each in handoffs]))
    own_ids = set(own.values_list("handoff_id", flat=True))

    def why_not(handoff: Handoff, closed: str) -> str:
        if handoff.status == Handoff.Status.ACCEPTED:
            return decided_once()
        is_own = handoff.pk in own_ids
        return closed or refusal(check_user_can_withdraw, handoff, user, roles=roles, is_own=is_own)

    closed = _why_not_open(handoffs, user)
    return {each.pk: why_not(each, closed[each.pk]) for each in handoffs}


def _reassign_form(data: Any, chosen: Sequence[Handoff], now: datetime) -> forms.Form:
    choosing = Choosing(chosen[0].agreement, now)
    return ReassignManyForm(data, people=choosing.described(), has_rules=bool(choosing.rules))


def _give(
    *, handoff: Handoff, holder: User | None, by_rules: bool, note: str, by: User, now: datetime
) -> None:
    if not by_rules:
        assignments.reassign(
            handoff=handoff,
            holder=holder,
            seen_holder_id=handoff.holder_id,
            by=by,
            now=now,
            note=note,
        )
    elif not assignments.assign_by_rules(
        handoff=handoff, now=now, by=by, seen_holder=handoff.holder
    ):
        raise assignments.UnableToAssign(_("The rules choose nobody for it, or it was given away."))


DEEDS: Mapping[str, BulkDeed] = {
    deed.key: deed
    for deed in (
        BulkDeed(
            "reassign",
            HandoffEvent.Kind.ASSIGNED,
            gettext_lazy("Give to somebody else…"),
            gettext_lazy("Give these handoffs to somebody else?"),
            gettext_lazy("Given away"),
            check_user_can_organise,
            _why_not_open,
            _reassign_form,
            _give,
        ),
        BulkDeed(
            "recycle",
            HandoffEvent.Kind.RECYCLED,
            gettext_lazy("Recycle…"),
            gettext_lazy("Recycle these leads?"),
            gettext_lazy("Recycled"),
            check_user_can_organise,
            _why_not_open,
            lambda data, chosen, now: RecycleManyForm(data, handoffs=chosen, now=now),
            outcomes.recycle,
        ),
        BulkDeed(
            "withdraw",
            HandoffEvent.Kind.WITHDRAWN,
            gettext_lazy("Withdraw the offers…"),
            gettext_lazy("Withdraw these offers?"),
            gettext_lazy("Withdrawn"),
            check_user_can_offer,
            _why_not_withdrawn,
            lambda data, chosen, now: WithdrawManyForm(data, handoff=chosen[0], now=now),
            handoffs.withdraw,
        ),
    )
}
"""The deeds, in the order in which the registry offers them."""


def deeds_offered(desk: Desk) -> tuple[bool, list[BulkDeed]]:
    """Return whether somebody may offer leads, and what they may do to many handoffs."""

    def may(check: Callable[..., None]) -> bool:
        return not refusal(check, desk.agreement, desk.user, roles=desk.roles)

    return may(check_user_can_offer), [each for each in DEEDS.values() if may(each.check)]


def consider_found(
    desk: Desk, deed: BulkDeed, found: Sequence[Lead | Handoff | LeadStage]
) -> list[Considered]:
    """Tell whether the deed can be done to each handoff that was found, or a lead's latest."""
    if found and all(isinstance(each, Handoff) for each in found):
        keys = [each.pk for each in found]
        handoffs = readable_handoffs(desk).select_related(*_READ_WITH).in_bulk(keys)
        return consider([handoffs[key] for key in keys], deed, desk.user)
    return _consider_leads(desk, deed, leads_in(found))


def _consider_leads(desk: Desk, deed: BulkDeed, leads: Sequence[Lead]) -> list[Considered]:
    lasting = lasting_handoffs(desk).select_related(*_READ_WITH)
    members = Lead.objects.one_with([lead.pk for lead in leads]).values_list("pk", flat=True)
    latest = latest_of_each(lasting, list(members))
    found = {each.lead.pk: each for each in consider(list(latest.values()), deed, desk.user)}
    none = _("This lead was not offered to sales.")
    return [found.get(lead.pk) or Considered(lead, None, none) for lead in leads]


def consider(handoffs: Sequence[Handoff], deed: BulkDeed, user: User) -> list[Considered]:
    """Tell of each of some handoffs of one agreement whether the deed can be done to it."""
    why_not, seen = deed.why_not(handoffs, user), seen_now(handoffs)
    return [
        Considered(each.kept_lead, each, why_not[each.pk], written(each.pk, seen[each.pk]))
        for each in handoffs
    ]


def do_to_all(
    deed: BulkDeed,
    chosen: Sequence[Handoff],
    told: Mapping[str, Any],
    *,
    seen: Mapping[int, Seen],
    agreement: Agreement,
    by: User,
    now: datetime,
) -> Audit:
    """Do a deed to handoffs one after the other, and keep what was done and what was refused.

    Who may do it to each is asked again; what is not as it was ``seen`` is left as it is. Returns
    the row that keeps it.
    """

    @transaction.atomic
    def act(handoff: Handoff) -> None:
        handoff = lock_handoff(handoff)
        why_not = deed.why_not([handoff], by)[handoff.pk]
        why_not = why_not or what_changed([handoff], seen)[handoff.pk]
        if why_not:
            raise AlreadyDecided(why_not)
        deed.act(handoff=handoff, by=by, now=now, **told)

    done: Done[Handoff, None] = do_to_each(chosen, act, refusals=_REFUSALS)
    return record(DONE, done, agreement, by=by, now=now, deed=deed.key)


def record(
    action: str,
    done: Done[Handoff, None],
    agreement: Agreement,
    *,
    by: User,
    now: datetime,
    **about: Any,
) -> Audit:
    """Keep to which handoffs something was done, and to which not and why."""
    return Audit.objects.record(
        action,
        agreement,
        by=by,
        now=now,
        done=[handoff.pk for handoff, _result in done.done],
        refused=[[handoff.pk, sentence] for handoff, sentence in done.refused],
        **about,
    )
