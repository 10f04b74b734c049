"""A sales team as its rules see it: who is in it, what they hold, when they are away."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from agreements.business_time import Schedule
from agreements.clock import ClockKind, Interval, due_after
from agreements.models import Absence, Agreement, AgreementVersion, Membership, User
from agreements.models.contracts import Party
from agreements.rulebook import Rulebook
from leads.assignment.rules import Method, Person, Staff, TeamRule, Waiting
from leads.kin import KEPT
from leads.models import AssignmentRule, AssignmentTurn, Clock, Handoff, Lead, TeamRules
from leads.queue.handoffs import acting_clocks
from leads.rulebooks import rulebook_of, rulebooks_of

# They start when sales receives a handoff, and somebody has to act on them.
_ON_RECEIPT = frozenset({ClockKind.ACCEPTANCE, ClockKind.FIRST_FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class Team:
    """The people of a sales team who can hold handoffs, in the order of their keys.

    ``here`` is how many open ones each of them holds under the agreement; the ``staff`` knows how
    many under all.
    """

    people: Mapping[int, User]
    leads: frozenset[int]
    staff: Staff
    here: Mapping[int, int]

    @property
    def reps(self) -> tuple[int, ...]:
        """Who takes turns where a rule names nobody: all but the team's leads."""
        return tuple(key for key in self.people if key not in self.leads)


def team_of(agreement: Agreement, since: datetime) -> Team:
    """Return the sales team, its absences from an instant on; three queries."""
    rows = Membership.objects.filter(team=agreement.sales_team_id, user__is_active=True)
    rows = rows.exclude(role=Membership.Role.INTEGRATION).select_related("user")
    seats = list(rows.order_by("user"))
    keys = [seat.user_id for seat in seats]
    held, away = loads_of(agreement, keys), absences_of(keys, since)
    loads = {key: load for key, (load, _here) in held.items()}
    return Team(
        people={seat.user_id: seat.user for seat in seats},
        leads=frozenset(seat.user_id for seat in seats if seat.role == Membership.Role.LEAD),
        staff={key: Person(key, loads.get(key, 0), away.get(key, ())) for key in keys},
        here={key: here for key, (_load, here) in held.items()},
    )


def loads_of(agreement: Agreement, keys: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return how many open handoffs each person holds, in all and under the agreement.

    Who holds none is left out.
    """
    held = Handoff.objects.open().filter(holder__in=keys).order_by().values("holder")
    here = Count("pk", filter=Q(agreement=agreement))
    rows = held.annotate(load=Count("pk"), here=here).values_list("holder", "load", "here")
    return {key: (load, number) for key, load, number in rows}


def absences_of(keys: Sequence[int], since: datetime) -> dict[int, tuple[Interval, ...]]:
    """Return when people are away from an instant on."""
    found: defaultdict[int, tuple[Interval, ...]] = defaultdict(tuple)
    rows = Absence.objects.filter(user__in=keys, ends_at__gt=since).order_by("starts_at", "pk")
    for key, *span in rows.values_list("user_id", "starts_at", "ends_at"):
        found[key] += ((span[0], span[1]),)
    return found


def rules_of(rules: TeamRules, team: Team) -> list[TeamRule]:
    """Return a team's rules in their order, each with who had its latest turn; three queries."""
    entries = list(rules.entries.prefetch_related("people"))
    turns = AssignmentTurn.objects.filter(rule__in=entries, user__isnull=False)
    latest = dict(
        turns.order_by("rule_id", "-pk").distinct("rule_id").values_list("rule_id", "user_id")
    )
    return [
        rule_of(entry, [person.pk for person in entry.people.all()], team, latest.get(entry.pk))
        for entry in entries
    ]


def rule_of(
    entry: AssignmentRule, people: Iterable[int], team: Team, latest: int | None
) -> TeamRule:
    """Return a stored rule; one that names nobody is for all reps, or for any earlier owner."""
    method = Method(entry.method)
    chosen = tuple(sorted(people))
    if not chosen and method is not Method.EARLIER_OWNER:
        chosen = team.reps
    return TeamRule(
        key=entry.pk or 0,
        name=entry.name,
        method=method,
        people=chosen,
        when=entry.condition,
        latest=latest,
    )


def waiting_of(handoffs: Sequence[Handoff], now: datetime) -> dict[int, Waiting]:
    """Return by key what rules ask of handoffs; about five queries, however many.

    The handoffs come with their leads and are of one agreement. A promise that has not begun is
    taken to begin now.
    """
    clocks, asking = _first_clocks(handoffs), _Asking(handoffs, now)
    return {each.pk: asking.of(each, clocks.get(each.pk), now) for each in handoffs}


def offered_of(handoffs: Sequence[Handoff], now: datetime) -> dict[int, Waiting]:
    """Return by key what rules would have asked of handoffs when they were offered."""
    asking = _Asking(handoffs, now)
    asked = {each.pk: asking.of(each, None, each.offered_at or now) for each in handoffs}
    return {pk: replace(waiting, holder=None) for pk, waiting in asked.items()}


class _Asking:
    """What rules ask of some handoffs of one agreement, read once."""

    def __init__(self, handoffs: Sequence[Handoff], now: datetime) -> None:
        keys = {each.version_id for each in handoffs if each.version_id}
        self._books = rulebooks_of(AgreementVersion.objects.in_bulk(keys).values())
        self._owners = _earlier_owners(handoffs)
        self._bare: Schedule | None = None
        if any(each.version_id is None for each in handoffs):
            self._bare = _schedule_outside(handoffs[0].agreement, now)

    def of(self, handoff: Handoff, clock: Clock | None, at: datetime) -> Waiting:
        """Return what they ask of one; a promise that has not begun would begin at ``at``."""
        known, schedule, due_at = attributes_of(handoff), self._bare, None
        if handoff.version_id is not None:
            book = self._books[handoff.version_id]
            schedule, due_at = _first_due(handoff, book, known, clock, at)
        assert schedule is not None  # noqa: S101 - read where a handoff is outside any version
        owner = self._owners.get(handoff.pk)
        return Waiting(known, schedule, due_at, handoff.holder_id, owner)


def attributes_of(handoff: Handoff) -> dict[str, Any]:
    """Return what rules may ask about: all that is known of the lead, and the handoff's tier."""
    known: dict[str, Any] = dict(handoff.kept_lead.attributes)
    return known | {"tier": handoff.tier} if handoff.tier else known


def _first_clocks(handoffs: Sequence[Handoff]) -> dict[int, Clock]:
    clocks = acting_clocks().filter(handoff__in=[each.pk for each in handoffs])
    return {each.handoff_id: each for each in clocks.order_by("-due_at", "clause_key")}


def _first_due(
    handoff: Handoff, book: Rulebook, known: Mapping[str, Any], clock: Clock | None, now: datetime
) -> tuple[Schedule, datetime | None]:
    """Return when the first promise of sales runs out, and the hours it is counted in."""
    if clock is not None:
        return book.schedule_of(clock.clause_key, handoff.tier), clock.due_at
    coming = [
        (due_after(schedule, now, promise.within), schedule)
        for promise, schedule in book.promises(handoff.tier, known)
        if promise.party == Party.SALES and promise.kind in _ON_RECEIPT
    ]
    if not coming:
        return book.schedule, None
    due_at, schedule = min(coming, key=lambda pair: pair[0])
    return schedule, due_at


def _schedule_outside(agreement: Agreement, now: datetime) -> Schedule:
    """Return the hours for handoffs outside any version: those in force, else day and night."""
    version = agreement.versions.in_force(now).first()
    return rulebook_of(version).schedule if version else Schedule.always(agreement.time_zone)


def _earlier_owners(handoffs: Sequence[Handoff]) -> dict[int, int]:
    """Return by handoff who held a handoff of the lead before it, under whichever name; one query.

    The handoffs come with their leads.
    """
    if not handoffs:
        return {}
    kept = {each.pk: each.lead.merged_into_id or each.lead_id for each in handoffs}
    members = Lead.objects.one_with(set(kept.values())).values("pk")
    held = Handoff.objects.filter(
        agreement=handoffs[0].agreement_id, lead__in=members, holder__isnull=False
    ).annotate(kept=KEPT)
    by_lead: defaultdict[int, list[tuple[datetime | None, int]]] = defaultdict(list)
    rows = held.order_by("offered_at", "pk")
    for lead_id, offered_at, holder_id in rows.values_list("kept", "offered_at", "holder_id"):
        by_lead[lead_id].append((offered_at, holder_id))
    owners: dict[int, int] = {}
    for handoff in handoffs:
        for offered_at, holder_id in by_lead[kept[handoff.pk]]:
            if offered_at and handoff.offered_at and offered_at < handoff.offered_at:
                owners[handoff.pk] = holder_id
    return owners
