"""The facts of a lead's story, told one after the other, with what each did to the clocks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import TypeVar

from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.clock import MarkKind
from leads.assignment.words import why_assigned
from leads.before.judged import said_of_offer
from leads.deeds.effects import EffectLine, lines_of
from leads.merging.words import about_merges, tell_merges
from leads.models import (
    Deal,
    Fact,
    FollowUp,
    Handoff,
    HandoffEvent,
    LeadChange,
    Satisfaction,
    StageEntry,
)
from leads.models.facts import FactQuerySet
from leads.story.case import FactName
from leads.story.corrected import correction_of, taken_back, told_before
from leads.story.entries import Entry, Story
from leads.story.facts_told import (
    Told,
    tell_attributes,
    tell_deal,
    tell_event,
    tell_follow_up,
    tell_satisfaction,
    tell_stage,
)

F = TypeVar("F", bound=Fact)


class FactsInWords:
    """The facts of a story, told one after the other."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.agreement = story.around.agreement
        self.spans = story.spans()
        self.lines = _lines_of(story)

    def all(self) -> Iterator[Entry]:
        """Tell all of them; as many queries however many handoffs there are."""
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
        """Put what was said of a fact beside what it did to the clocks."""
        name = FactName(str(kind), fact.source, fact.external_id)
        number, lines = self.lines.get(name, (None, ()))
        return Entry(
            at=fact.occurred_at,
            rank=kind.rank,
            icon=told.icon,
            text=told.text,
            details=told.details,
            is_person=told.is_person,
            is_follow_up=kind is MarkKind.FOLLOW_UP,
            lines=lines,
            version_number=number,
            correct_href=self.story.correct_href(fact),
        )

    def of_lead(self, facts: FactQuerySet[F]) -> FactQuerySet[F]:
        """Narrow facts to the lead, and to the time that is told of."""
        return self.in_spans(facts.holding().filter(lead__in=self.story.lead_ids))

    def in_spans(self, facts: FactQuerySet[F]) -> FactQuerySet[F]:
        """Narrow facts to the time that is told of."""
        told = Q()
        for start, end in self.spans:
            since = Q(occurred_at__gt=start) if start else Q()
            until = Q(occurred_at__lte=end) if end else Q()
            told |= since & until
        return facts.filter(told).order_by("occurred_at", "pk")

    def events(self) -> Iterator[Entry]:
        """Tell what was done about the handoffs, also by an offer that opened nothing."""
        story = self.story
        told = {handoff.pk: handoff for handoff in story.told}
        repeats = {each.pk for each in story.handoffs if each.status == Handoff.Status.REPEATED}
        heeded = {key: self._heeded(key) for key in told}
        anywhere = set(chain.from_iterable(heeded.values()))
        facts = HandoffEvent.objects.holding().filter(handoff__in=[*told, *repeats])
        why = why_assigned(story.told)
        for event in facts.select_related("person", "recorded_by").order_by("pk"):
            own = told.get(event.handoff_id)
            name = FactName(event.kind, event.source, event.external_id)
            is_offer = event.kind == HandoffEvent.Kind.OFFERED
            is_repeat = own is None and is_offer
            if not (own or name in anywhere or (is_repeat and self._holds(event.occurred_at))):
                continue
            counts = name in anywhere or own is None or not heeded[own.pk]
            around = story.around_of(own) if own else story.around
            said = tell_event(event, around, is_repeat=is_repeat, counts=counts)
            if own and is_offer:
                said = self._with_verdict(said, own)
            if event.external_id in why:
                said = replace(said, details=(why[event.external_id], *said.details))
            yield self.entry(event, said, MarkKind(event.kind))

    def _holds(self, at: datetime) -> bool:
        """Whether an instant is in the time that is told of."""
        return not self.spans or any(span.holds(at) for span in self.spans)

    def _heeded(self, handoff_id: int) -> set[FactName]:
        """Return the facts that a handoff heeds."""
        marks = self.story.case.standings[handoff_id].marks
        return {FactName(str(mark.kind), mark.source, mark.external_id) for mark in marks}

    def _with_verdict(self, told: Told, handoff: Handoff) -> Told:
        known = self.story.case.records.attributes_at(handoff.lead_id, handoff.offered_at)
        terms = self.story.around_of(handoff).terms
        then = self.story.then_of(handoff, terms, known) if terms else None
        said = said_of_offer(handoff, terms, known, then)
        return replace(told, details=(*said, *told.details))

    def follow_ups(self) -> Iterator[Entry]:
        story = self.story
        facts = FollowUp.objects.filter(agreement=self.agreement)
        touches = list(self.of_lead(facts.select_related("person", "recorded_by")))
        before, told_at = told_before(touches, story.around), self._told_at()
        for touch in touches:
            name = FactName("follow_up", touch.source, touch.external_id)
            counts = story.case.counts_for_any(name)
            told = tell_follow_up(touch, story.around, counts=counts, told_at=told_at.get(name))
            is_here = any(story.case.counts(handoff, name) for handoff in story.told)
            elsewhere = (
                () if is_here or not counts else (_("It counts for the handoff that goes on."),)
            )
            corrected = correction_of(touch, story.around)
            former = before.get((touch.source, touch.external_id), ())
            told = replace(told, details=(*told.details, *elsewhere, *corrected, *former))
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
        for touch in self.in_spans(touches.select_related("person", "recorded_by")):
            told = taken_back(tell_follow_up(touch, around, counts=True), touch, around)
            yield self._gone(touch, told)
        events = HandoffEvent.objects.filter(said_why, handoff__in=self.story.told)
        for event in events.select_related("person", "recorded_by"):
            yield self._gone(event, taken_back(tell_event(event, around), event, around))

    def _gone(self, fact: Fact, told: Told) -> Entry:
        return Entry(fact.occurred_at, -1, told.icon, told.text, told.details, tone="mute")

    def changes(self) -> Iterator[Entry]:
        """Tell what was told of the lead; what bars contact ends clocks."""
        is_from_the_start = not self.spans or any(span.start is None for span in self.spans)
        for place, change in enumerate(self.of_lead(LeadChange.objects.all())):
            is_first = place == 0 and is_from_the_start
            told = tell_attributes(change, self.story.around, is_first=is_first)
            bars = change.attributes.get("do_not_contact") is True
            # Attributes come before the stage that they lead to.
            entry = self.entry(
                change, told, MarkKind.DO_NOT_CONTACT if bars else MarkKind.STAGE_ENTERED
            )
            yield entry if bars else _first_of_its_instant(entry)

    def merges(self) -> Iterator[Entry]:
        """Tell which leads were found to be one, and that two were parted again."""
        ids = self.story.lead_ids
        for merge, told in tell_merges(self.in_spans(about_merges(ids)), self.story.lead, ids):
            if not merge.is_current:
                yield self._gone(merge, told)
            elif merge.is_retracted:
                yield replace(self.entry(merge, told, MarkKind.MERGED), at=merge.recorded_at)
            else:
                yield self.entry(merge, told, MarkKind.MERGED)


def _first_of_its_instant(entry: Entry) -> Entry:
    return replace(entry, rank=-1)


def _lines_of(story: Story) -> dict[FactName, tuple[int | None, tuple[EffectLine, ...]]]:
    """Return what each fact did to the clocks, beside the number of the version that has them.

    Where handoffs of several leads are told of, each line names the lead of its own.
    """
    called = story.names_of_told()
    found: dict[FactName, tuple[int | None, tuple[EffectLine, ...]]] = {}
    for handoff in story.told:
        number = story.number_of(handoff)
        for name, effects in story.case.effects(handoff).items():
            _number, before = found.get(name, (None, ()))
            lead = called.get(handoff.lead_id, "")
            own = (replace(line, lead=lead) for line in lines_of(effects))
            found[name] = number, (*before, *own)
    return found
