"""The timeline of a handoff: every fact about it and its lead, and what each did to the clocks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.clock import ClockState, MarkKind
from agreements.formats import dated, full_day
from agreements.models import User
from agreements.models.contracts import Party
from leads.assignment_words import why_assigned
from leads.case import Case, FactName
from leads.corrected import Corrector, correction_of, taken_back, told_before
from leads.effects import EffectLine, kind_name, lines_of
from leads.facts_told import (
    Surroundings,
    Told,
    tell_attributes,
    tell_deal,
    tell_event,
    tell_follow_up,
    tell_satisfaction,
    tell_stage,
)
from leads.merges_told import about_merges, tell_merges
from leads.messages_told import messages_about
from leads.models import (
    Breach,
    Deal,
    Fact,
    FollowUp,
    Handoff,
    HandoffEvent,
    Lead,
    LeadChange,
    Satisfaction,
    StageEntry,
)
from leads.models.facts import FactQuerySet
from leads.qualifying import below_criteria

SHOWS = ("everything", "follow_ups", "clocks", "messages")
_AFTER_ALL_MARKS = 99

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; ``tone`` is bad for a breach, ``lines`` are about the clocks."""

    at: datetime
    rank: int
    icon: str
    text: SafeString
    details: tuple[str, ...] = ()
    is_person: bool = False
    is_follow_up: bool = False
    is_message: bool = False
    lines: tuple[EffectLine, ...] = ()
    tone: str = ""
    correct_href: str = ""

    @property
    def is_about_clocks(self) -> bool:
        """Whether a clock started, moved or ended by it."""
        return bool(self.lines or self.tone)


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one local day, the latest first."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Whose timeline it is: a handoff of the lead, or the lead alone where there is none."""

    lead: Lead
    case: Case
    handoff: Handoff | None
    handoffs: Sequence[Handoff]
    around: Surroundings
    people: Mapping[int, User]
    corrector: Corrector

    @property
    def lead_ids(self) -> set[int]:
        """The lead and those that were merged into it."""
        return self.case.records.families.below(self.lead.pk)


def timeline_of(story: Story, show: str = "everything") -> list[Entry]:
    """Return the entries of a timeline, the latest first.

    What happened to the lead itself between two handoffs stands with the later one.
    """
    effects = story.case.effects(story.handoff) if story.handoff else {}
    found = [*_Told(story, {name: tuple(lines_of(done)) for name, done in effects.items()}).all()]
    if story.handoff:
        found += [*_breaches(story, story.handoff), *_ends_of_pauses(story, story.handoff, found)]
        found += _messages(story.handoff, story.around.now)
    match show:
        case "follow_ups":
            found = [entry for entry in found if entry.is_follow_up]
        case "clocks":
            found = [entry for entry in found if entry.is_about_clocks]
        case "messages":
            found = [entry for entry in found if entry.is_message]
    # Of one instant and rank, what was told first happened first.
    return sorted(found, key=lambda entry: (entry.at, entry.rank))[::-1]


def by_day(entries: Iterable[Entry], now: datetime) -> list[Day]:
    """Put entries in order under their local days."""
    return [
        Day(_day_label(entries[0].at, now), entries)
        for entries in (
            tuple(group) for _day, group in groupby(entries, lambda each: _local_date(each.at))
        )
    ]


def _local_date(at: datetime) -> object:
    return timezone.localdate(at)


def _day_label(at: datetime, now: datetime) -> str:
    day, today = timezone.localdate(at), timezone.localdate(now)
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day.year == today.year:
        return dated(day, pgettext("date format", "l j F"))
    return full_day(day)


class _Told:
    """The facts of a story, told one after the other."""

    def __init__(self, story: Story, lines: Mapping[FactName, tuple[EffectLine, ...]]) -> None:
        self.story, self.lines = story, lines
        self.agreement = story.around.agreement

    def all(self) -> Iterator[Entry]:
        yield from self.events()
        yield from self.follow_ups()
        yield from self.taken_back()
        for stage in self.of_lead(StageEntry.objects.filter(agreement=self.agreement)):
            told = tell_stage(stage, self.story.around)
            yield self.entry(stage, told, MarkKind.STAGE_ENTERED)
        for deal in self.of_lead(
            Deal.objects.filter(agreement=self.agreement).select_related("person")
        ):
            yield self.entry(deal, tell_deal(deal, self.story.around), MarkKind.QUALIFIED)
        for answer in self.of_lead(Satisfaction.objects.filter(agreement=self.agreement)):
            yield self.entry(answer, tell_satisfaction(answer), MarkKind.QUALIFIED)
        yield from self.changes()
        yield from self.merges()

    def entry(self, fact: Fact, told: Told, kind: MarkKind) -> Entry:
        name = FactName(str(kind), fact.source, fact.external_id)
        return Entry(
            at=fact.occurred_at,
            rank=kind.rank,
            icon=told.icon,
            text=told.text,
            details=told.details,
            is_person=told.is_person,
            is_follow_up=kind is MarkKind.FOLLOW_UP,
            lines=self.lines.get(name, ()),
            correct_href=self.story.corrector.href(fact),
        )

    def of_lead(self, facts: FactQuerySet[F]) -> FactQuerySet[F]:
        """Narrow facts to the lead, and to the time since the handoff before this one."""
        return self.in_span(facts.holding().filter(lead__in=self.story.lead_ids))

    def in_span(self, facts: FactQuerySet[F]) -> FactQuerySet[F]:
        start, end = _span(self.story)
        if start is not None:
            facts = facts.filter(occurred_at__gt=start)
        if end is not None:
            facts = facts.filter(occurred_at__lte=end)
        return facts.order_by("occurred_at", "pk")

    def events(self) -> Iterator[Entry]:
        """Tell what was done about the handoff, also by an offer that opened nothing."""
        story = self.story
        if story.handoff is None:
            return
        marks = story.case.standings[story.handoff.pk].marks
        absorbed = {(str(mark.kind), mark.source, mark.external_id) for mark in marks}
        repeats = {each.pk for each in story.handoffs if each.status == Handoff.Status.REPEATED}
        start, end = _span(story)
        facts = HandoffEvent.objects.holding().filter(handoff__in=[story.handoff.pk, *repeats])
        why = why_assigned(story.handoff)
        for event in facts.select_related("person", "recorded_by").order_by("pk"):
            is_own = event.handoff_id == story.handoff.pk
            is_repeat = not is_own and event.kind == HandoffEvent.Kind.OFFERED
            in_span = (start is None or event.occurred_at > start) and (
                end is None or event.occurred_at <= end
            )
            name = (event.kind, event.source, event.external_id)
            if is_own or name in absorbed or (is_repeat and in_span):
                counts = name in absorbed or not marks
                told = tell_event(event, story.around, is_repeat=is_repeat, counts=counts)
                if is_own and event.kind == HandoffEvent.Kind.OFFERED:
                    told = self._with_verdict(told, story.handoff)
                if event.external_id in why:
                    told = replace(told, details=(why[event.external_id], *told.details))
                yield self.entry(event, told, MarkKind(event.kind))

    def _with_verdict(self, told: Told, handoff: Handoff) -> Told:
        known = self.story.case.records.attributes_at(handoff.lead_id, handoff.offered_at)
        verdict = below_criteria(handoff, self.story.around.terms, known)
        return replace(told, details=(verdict, *told.details)) if verdict else told

    def follow_ups(self) -> Iterator[Entry]:
        story = self.story
        facts = FollowUp.objects.filter(agreement=self.agreement)
        touches = list(self.of_lead(facts.select_related("person", "recorded_by")))
        before, told_at = told_before(touches, story.around), self._told_at()
        for touch in touches:
            name = FactName("follow_up", touch.source, touch.external_id)
            counts = story.handoff is not None and story.case.counts(story.handoff, name)
            told = tell_follow_up(touch, story.around, counts=counts, told_at=told_at.get(name))
            corrected = correction_of(touch, story.around)
            former = before.get((touch.source, touch.external_id), ())
            told = replace(told, details=(*told.details, *corrected, *former))
            yield self.entry(touch, told, MarkKind.FOLLOW_UP)

    def _told_at(self) -> dict[FactName, datetime]:
        """Return when each follow-up was first told, as the clocks go by it."""
        rows = chain.from_iterable(self.story.case.records.follow_ups.values())
        return {FactName("follow_up", row.source, row.external_id): row.recorded_at for row in rows}

    def taken_back(self) -> Iterator[Entry]:
        """Tell what somebody said had not happened, with why; what was undone at once is gone."""
        around = self.story.around
        retracted = Q(is_current=True, is_retracted=True, is_undone=False)
        said_why = retracted & ~Q(correction_reason="")
        touches = FollowUp.objects.filter(
            said_why, agreement=self.agreement, lead__in=self.story.lead_ids
        )
        for touch in self.in_span(touches.select_related("person", "recorded_by")):
            told = taken_back(tell_follow_up(touch, around, counts=True), touch, around)
            yield self._gone(touch, told)
        events = HandoffEvent.objects.filter(said_why, handoff=self.story.handoff)
        for event in events.select_related("person", "recorded_by"):
            yield self._gone(event, taken_back(tell_event(event, around), event, around))

    def _gone(self, fact: Fact, told: Told) -> Entry:
        return Entry(fact.occurred_at, -1, told.icon, told.text, told.details, tone="mute")

    def changes(self) -> Iterator[Entry]:
        """Tell what was told of the lead; what bars contact ends clocks."""
        start, _end = _span(self.story)
        for place, change in enumerate(self.of_lead(LeadChange.objects.all())):
            told = tell_attributes(change, is_first=place == 0 and start is None)
            bars = change.attributes.get("do_not_contact") is True
            # Attributes come before the stage that they lead to.
            entry = self.entry(
                change, told, MarkKind.DO_NOT_CONTACT if bars else MarkKind.STAGE_ENTERED
            )
            yield entry if bars else _first_of_its_instant(entry)

    def merges(self) -> Iterator[Entry]:
        """Tell which leads were found to be one, and that two were parted again."""
        ids = self.story.lead_ids
        for merge, told in tell_merges(self.in_span(about_merges(ids)), ids):
            if not merge.is_current:
                yield self._gone(merge, told)
            elif merge.is_retracted:
                yield replace(self.entry(merge, told, MarkKind.MERGED), at=merge.recorded_at)
            else:
                yield self.entry(merge, told, MarkKind.MERGED)


def _first_of_its_instant(entry: Entry) -> Entry:
    return replace(entry, rank=-1)


def _span(story: Story) -> tuple[datetime | None, datetime | None]:
    """Return from the end of the handoff before to the end of this one; None is open."""
    handoff = story.handoff
    if handoff is None or handoff.offered_at is None:
        return None, None
    offered_at = handoff.offered_at
    before = [
        each.closed_at
        for each in story.handoffs
        if each.pk != handoff.pk and each.offered_at and each.offered_at < offered_at
    ]
    after = any(
        each.offered_at > offered_at and each.status != Handoff.Status.REPEATED
        for each in story.handoffs
        if each.pk != handoff.pk and each.offered_at
    )
    start = max((at for at in before if at is not None), default=None)
    return start, handoff.closed_at if after else None


def _breaches(story: Story, handoff: Handoff) -> Iterator[Entry]:
    """Tell the breaches: as the clocks have them now, and those that a late fact undid."""
    live = set()
    for state in story.case.states(handoff):
        at = state.breached_at(story.around.now)
        if at is not None:
            live.add((state.clause_key, state.occurrence))
            yield _breach(state, at, story)
    for row in Breach.objects.filter(handoff=handoff, is_withdrawn=True):
        if (row.clause_key, row.occurrence) not in live:
            text = _("The breach of {clause} was withdrawn: a fact told later undid it")
            yield Entry(
                at=row.breached_at,
                rank=_AFTER_ALL_MARKS,
                icon="arrow-back-up",
                text=format_html(text, clause=_strong(row.clause_key)),
                tone="mute",
            )


def _messages(handoff: Handoff, now: datetime) -> Iterator[Entry]:
    """Tell who was told of it by e-mail."""
    for told in messages_about(handoff, now):
        yield Entry(
            at=told.at,
            rank=_AFTER_ALL_MARKS,
            icon="bell",
            text=told.text,
            details=told.details,
            is_message=True,
        )


def _breach(state: ClockState, at: datetime, story: Story) -> Entry:
    pattern = (
        _("{clock} was given up before it was met")
        if state.gave_up_at == at
        else _("{clock} was not met in time")
    )
    holder = state.charged_holder
    person = story.people.get(holder) if isinstance(holder, int) else None
    parts = {"party": Party(state.charged_party).label, "person": person}
    charged = (
        _("Breach, charged to %(party)s: %(person)s.")
        if person
        else _("Breach, charged to %(party)s.")
    )
    return Entry(
        at=at,
        rank=_AFTER_ALL_MARKS,
        icon="alert-octagon",
        text=format_html(pattern, clock=_strong(f"{state.clause_key} {kind_name(state)}")),
        details=(charged % parts,),
        tone="bad",
    )


def _ends_of_pauses(story: Story, handoff: Handoff, told: Sequence[Entry]) -> Iterator[Entry]:
    """Tell where a pause ended because its time was over."""
    resumed = {entry.at for entry in told if entry.rank == MarkKind.RESUMED.rank}
    ends: dict[datetime, datetime] = {}
    for state in story.case.states(handoff):
        for pause in state.pauses:
            if state.ended_at is None or pause.end < state.ended_at:
                ends[pause.start] = max(pause.end, ends.get(pause.start, pause.end))
    for end in ends.values():
        if end <= story.around.now and end not in resumed:
            yield Entry(
                at=end,
                rank=MarkKind.RESUMED.rank,
                icon="player-play",
                text=format_html("{}", _("The pause ended by itself")),
                tone="mute",
            )


def _strong(text: str) -> SafeString:
    return format_html("<strong>{}</strong>", text)
