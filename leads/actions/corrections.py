"""Correct what was told: take back what one has just done, or tell it again as it was.

A fact is never changed: a correction is its latest revision, with who corrected it and why.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, User
from agreements.rules_lock import judge_by_rules
from leads.actions.decisions import decisions_stand, why_not_taken_back
from leads.actions.taking_back_notices import tell_of_taking_back
from leads.actions.telling import SOURCE, name_of
from leads.any_of import AnyOf
from leads.ingest import ingest
from leads.locking import lock_leads
from leads.models import FollowUp, Handoff, HandoffEvent
from leads.told import Named, Told, ToldEvent, ToldFollowUp

Correctable = FollowUp | HandoffEvent
F = TypeVar("F", bound=Correctable)

UNDO_WITHIN = timedelta(seconds=30)
"""How long after a deed it can be taken back by one click; the page offers it for ten seconds."""

_UNDOABLE = (
    HandoffEvent.Kind.ACCEPTED,
    HandoffEvent.Kind.REJECTED,
    HandoffEvent.Kind.QUALIFIED,
    HandoffEvent.Kind.DISQUALIFIED,
    HandoffEvent.Kind.RECYCLED,
    HandoffEvent.Kind.PAUSED,
    HandoffEvent.Kind.RESUMED,
    HandoffEvent.Kind.ASSIGNED,
    HandoffEvent.Kind.WITHDRAWN,
    HandoffEvent.Kind.CONTESTED,
    HandoffEvent.Kind.DECIDED,
)


class UnableToUndo(ValueError):
    """It cannot be taken back any more; the text says what to do instead, about ``handoff``."""

    def __init__(self, said: str, handoff: Handoff) -> None:
        super().__init__(said)
        self.handoff = handoff


class UnableToCorrect(ValueError):
    """The fact cannot be corrected so; the text says what to change."""


@transaction.atomic
def undo(
    *, handoff: Handoff, name: str, by: User, now: datetime, within: timedelta = UNDO_WITHIN
) -> None:
    """Take back the deed that the person has just done in the portal; ``name`` is the fact's id.

    What went along with it goes too. Raises UnableToUndo for somebody else's, after
    ``within``, where somebody has done something about the handoff since, and where the lead was
    offered anew.
    """
    judge_by_rules()
    lead_ids = lock_leads([handoff.lead_id]).all([handoff.lead_id])
    deeds = _deeds_named(handoff, name)
    if not deeds or any(each.recorded_by_id != by.pk for each in deeds):
        said = _("This is not yours to take back: correct it on the lead's page.")
        raise UnableToUndo(said, handoff)
    if now - max(each.recorded_at for each in deeds) > within:
        said = _("Too late to take it back by a click: correct it instead.")
        raise UnableToUndo(said, handoff)
    if _somebody_went_on(handoff, lead_ids, deeds):
        raise UnableToUndo(_("Something was done since: correct it on the lead's page."), handoff)
    anew = _offered_anew(handoff, lead_ids, deeds)
    if anew is not None:
        raise UnableToUndo(_said_of_anew(anew), anew)
    told = [_as_told(each, is_retracted=True, revised_at=now) for each in deeds]
    ingest(agreement=handoff.agreement, facts=told, by=by, now=now)
    for each in deeds:
        Audit.objects.record("leads.fact.taken_back", each, by=by, now=now)
        if isinstance(each, HandoffEvent):
            tell_of_taking_back(each, note="", by=by, now=now)


@transaction.atomic
def retract(*, fact: Correctable, reason: str, by: User, now: datetime) -> None:
    """Say that something did not happen.

    Raises UnableToCorrect without a reason, where somebody took it back before, and where the
    arbiter decided about it and the decision stands.
    """
    _check_reason(reason)
    fact = _current(fact)
    why_not = why_not_taken_back(fact)
    if why_not:
        raise UnableToCorrect(why_not)
    told = _as_told(fact, is_retracted=True, revised_at=now, correction_reason=reason.strip())
    ingest(agreement=_agreement_of(fact), facts=[told], by=by, now=now)
    Audit.objects.record("leads.fact.retracted", fact, by=by, now=now, reason=reason)
    if isinstance(fact, HandoffEvent):
        tell_of_taking_back(fact, note=reason, by=by, now=now)


@transaction.atomic
def correct(
    *, follow_up: FollowUp, changes: Mapping[str, Any], reason: str, by: User, now: datetime
) -> FollowUp:
    """Tell a follow-up as it was: ``changes`` are fields of ``ToldFollowUp`` with their values.

    The clocks it touches are settled anew; told of in time before, it counts as such as long as
    its instant stays. Raises UnableToCorrect without a reason, without a difference, for an
    instant that is to come, where somebody took it back before, and where it would change what
    the arbiter decided.
    """
    _check_reason(reason)
    follow_up = _current(follow_up)
    before = _as_told(follow_up, correction_reason="")
    after = replace(before, **changes)
    if after.content_hash == before.content_hash:
        raise UnableToCorrect(_("Nothing differs from what was told: change what is wrong."))
    if after.occurred_at > now:
        raise UnableToCorrect(
            _("A follow-up is logged when it has happened: choose a time before now.")
        )
    told = replace(after, revised_at=now, correction_reason=reason.strip())
    with decisions_stand(follow_up.agreement, follow_up.lead, UnableToCorrect):
        ingest(agreement=follow_up.agreement, facts=[told], by=by, now=now)
    corrected = _latest(follow_up)
    Audit.objects.record("leads.follow_up.corrected", corrected, by=by, now=now, reason=reason)
    return corrected


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise UnableToCorrect(_("Say why: the correction stays beside what was told."))


def _deeds_named(handoff: Handoff, name: str) -> list[Correctable]:
    """Return what was done in one deed: the fact of this name, and those that went along."""
    events = HandoffEvent.objects.holding().filter(
        Q(external_id=name) | Q(external_id__startswith=f"{name}:"),
        handoff=handoff,
        source=SOURCE,
        kind__in=_UNDOABLE,
    )
    touches = FollowUp.objects.holding().filter(
        lead=handoff.lead_id, agreement=handoff.agreement_id, source=SOURCE, external_id=name
    )
    return [*events, *touches]


def _somebody_went_on(
    handoff: Handoff, lead_ids: Collection[int], deeds: list[Correctable]
) -> bool:
    """Whether a person has done something about the handoff after these deeds.

    ``lead_ids`` are its lead with those that are one with it.
    """
    since = {"recorded_at__gt": max(each.recorded_at for each in deeds)}
    touches = FollowUp.objects.holding().filter(
        AnyOf("lead", lead_ids), agreement=handoff.agreement_id, is_automated=False, **since
    )
    return (
        HandoffEvent.objects.holding().filter(handoff=handoff, **since).exists() or touches.exists()
    )


def _offered_anew(
    handoff: Handoff, lead_ids: Collection[int], deeds: list[Correctable]
) -> Handoff | None:
    """Return the handoff that the lead has since; None where it was not offered anew.

    It would have opened nothing with this one open again, and what was done about it, its
    withdrawal too, would have been done about this one. ``lead_ids`` are its lead with those that
    are one with it.
    """
    since = max(each.recorded_at for each in deeds)
    offers = HandoffEvent.objects.holding().filter(
        kind=HandoffEvent.Kind.OFFERED,
        recorded_at__gt=since,
        handoff__in=Handoff.objects.filter(lead__in=lead_ids, agreement=handoff.agreement_id),
    )
    opened_nothing = (Handoff.Status.REPEATED, Handoff.Status.MERGED)
    found = offers.exclude(handoff=handoff).exclude(handoff__status__in=opened_nothing)
    latest = found.select_related("handoff").order_by("-handoff__offered_at", "-pk").first()
    return latest.handoff if latest else None


def _said_of_anew(handoff: Handoff) -> str:
    if handoff.is_open:
        return _("The lead was offered anew since: go on with that handoff.")
    if handoff.status == Handoff.Status.WITHDRAWN:
        return _(
            "The lead was offered anew since, and that offer was withdrawn: it can only be offered "
            "again."
        )
    return _(
        "The lead was offered anew since, and that handoff is closed: look at the lead's page."
    )


def _current(fact: F) -> F:
    """Lock the lead, and return the revision that holds."""
    judge_by_rules()
    lock_leads([fact.handoff.lead_id if isinstance(fact, HandoffEvent) else fact.lead_id])
    latest = _latest(fact)
    if latest.is_retracted:
        raise UnableToCorrect(_("Somebody took it back before: it counts no more."))
    return latest


def _latest(fact: F) -> F:
    rows = type(fact)._default_manager.filter(source=fact.source, external_id=fact.external_id)
    return cast("F", rows.get(is_current=True))


def _agreement_of(fact: Correctable) -> Agreement:
    return fact.handoff.agreement if isinstance(fact, HandoffEvent) else fact.agreement


def _as_told(fact: Correctable, **changes: Any) -> ToldEvent | ToldFollowUp:
    """Return a fact as it was told, save for the changes."""
    if isinstance(fact, HandoffEvent):
        handoff = fact.handoff
        about = {
            "lead": name_of(handoff.lead),
            "handoff": Named(handoff.source, handoff.external_id),
            "event": fact.kind,
        }
        return ToldEvent(**_values(fact, ToldEvent, about) | changes)
    about = {"lead": name_of(fact.lead)}
    return ToldFollowUp(**_values(fact, ToldFollowUp, about) | changes)


def _values(fact: Correctable, told: type[Told], about: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a fact's columns by the names under which it is told."""
    return about | {
        each.name: getattr(fact, each.name) for each in fields(told) if each.name not in about
    }
