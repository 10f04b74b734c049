"""Give handoffs to people: by the rules of their team, or by hand.

Reassignment moves no due time: each clock goes on, and keeps who held it for how long.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Audit, User
from leads.actions.assignment_notices import tell_holder
from leads.actions.telling import SOURCE, name_of
from leads.assignment.rules import Choice, choose
from leads.assignment.systems import is_left_to_its_system
from leads.assignment.team import rules_of, team_of, waiting_of
from leads.ingest import ingest
from leads.locking import lock_handoff
from leads.models import AssignmentTurn, Handoff, TeamRules
from leads.told import Named, ToldEvent

RECENT = timedelta(days=7)
"""How old an offer may be that is assigned without anybody asking for it."""


class UnableToAssign(ValueError):
    """The handoff cannot be given to the person; the text says why."""


class AlreadyReassigned(ValueError):
    """Somebody else gave the handoff to somebody meanwhile; the text says who has it."""


def assign_offered(*, handoff: Handoff, now: datetime) -> AssignmentTurn | None:
    """Assign what was just offered, by the rules in use; what was offered long ago is left alone.

    Facts from the past come in late and say themselves who held what.
    """
    offered_at = handoff.offered_at
    if offered_at is None or offered_at < now - RECENT:
        return None
    return assign_by_rules(handoff=handoff, now=now)


@transaction.atomic
def assign_by_rules(
    *, handoff: Handoff, now: datetime, by: User | None = None, seen_holder: User | None = None
) -> AssignmentTurn | None:
    """Give an open handoff to whom the team's rules choose; return the turn, None without one.

    ``seen_holder`` has it now, or nobody: with another holder by now, nothing is done. Without
    ``by`` it is the portal, which goes by rules in use only and leaves to systems that assign
    themselves what they offered. Where the rules choose nobody it goes to the team's queue if
    sales has not received it yet, and else stays where it is.
    """
    rules = TeamRules.objects.filter(agreement=handoff.agreement_id)
    if by is None:
        rules = rules.filter(in_use_since__isnull=False)
    if not rules.exists():
        return None
    handoff = lock_handoff(handoff)
    if not handoff.is_open or handoff.holder_id != (seen_holder.pk if seen_holder else None):
        return None
    # Held until the end of the transaction, so that nobody else is given the same turn.
    locked = rules.select_for_update(no_key=True).first()
    if locked is None or (by is None and is_left_to_its_system(handoff, locked)):
        return None
    team = team_of(handoff.agreement, now)
    waiting = waiting_of([handoff], now)[handoff.pk]
    choice = choose(rules_of(locked, team), team.staff, waiting, now=now)
    if choice.person is None and handoff.received_at is not None:
        return None
    return _take_turn(handoff, choice, now=now, by=by)


@transaction.atomic
def reassign(
    *,
    handoff: Handoff,
    holder: User | None,
    seen_holder_id: int | None,
    by: User,
    now: datetime,
    note: str = "",
) -> None:
    """Give an open handoff to a person of the team, or back to its queue; no due time moves.

    ``seen_holder_id`` is who had it when that was decided. Raises AlreadyReassigned if somebody
    else has it by now, UnableToAssign.
    """
    handoff = lock_handoff(handoff)
    if not handoff.is_open:
        raise UnableToAssign(
            _("This handoff is closed: it is %(status)s.")
            % {"status": handoff.get_status_display().lower()}
        )
    if handoff.holder_id != seen_holder_id:
        raise AlreadyReassigned(who_has_it(handoff))
    if handoff.holder_id == (holder.pk if holder else None):
        raise UnableToAssign(_("It is there already: choose somebody else."))
    if holder and holder.pk not in team_of(handoff.agreement, now).people:
        raise UnableToAssign(
            _("%(person)s is not in %(team)s: choose somebody who is.")
            % {"person": holder, "team": handoff.agreement.sales_team}
        )
    _tell(handoff, holder, by=by, now=now, note=note)
    _record(handoff, holder, by=by, now=now)


def who_has_it(handoff: Handoff) -> str:
    """Say who holds a handoff that somebody gave away meanwhile."""
    if handoff.holder is None:
        return _("It was put into the team's queue meanwhile: look again.")
    return _("%(holder)s has it meanwhile: look again.") % {"holder": handoff.holder}


def _take_turn(
    handoff: Handoff, choice: Choice, *, now: datetime, by: User | None
) -> AssignmentTurn:
    rule = choice.rule
    holder = User.objects.get(pk=choice.person) if choice.person is not None else None
    name = _tell(handoff, holder, by=by, now=now)
    turn = AssignmentTurn.objects.create(
        handoff=handoff,
        external_id=name,
        rule_id=rule.key if rule else None,
        rule_name=rule.name if rule else "",
        method=str(rule.method) if rule else "",
        user=holder,
        load=choice.load,
        skipped=list(choice.skipped),
        recorded_at=now,
    )
    about = {"rule": turn.rule_name, "method": turn.method, "load": turn.load}
    _record(handoff, holder, by=by, now=now, **about)
    return turn


def _tell(
    handoff: Handoff, holder: User | None, *, by: User | None, now: datetime, note: str = ""
) -> str:
    """Tell that it is assigned, and settle what that changes; return how the fact is called."""
    event = ToldEvent(
        lead=name_of(handoff.lead),
        handoff=Named(handoff.source, handoff.external_id),
        source=SOURCE,
        external_id=str(uuid4()),
        occurred_at=now,
        event="assigned",
        person_id=holder.pk if holder else None,
        to_queue=holder is None,
        note=note,
    )
    ingest(agreement=handoff.agreement, facts=[event], by=by, now=now)
    tell_holder(handoff, holder, name=Named(SOURCE, event.external_id), by=by, now=now)
    return event.external_id


def _record(
    handoff: Handoff, holder: User | None, *, by: User | None, now: datetime, **about: object
) -> None:
    parts = {
        "from": handoff.holder.name if handoff.holder else None,
        "to": holder.name if holder else None,
    }
    Audit.objects.record("leads.handoff.assigned", handoff, by=by, now=now, **parts, **about)
