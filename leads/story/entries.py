"""The story of a lead: its handoffs that somebody may read, and what there is to tell of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from django.utils.safestring import SafeString

from agreements.criteria import Attributes
from agreements.models import User
from agreements.terms import Terms
from leads.before.judged import Judged, Then, then_of
from leads.deeds.effects import EffectLine
from leads.merging.words import names_apart
from leads.models import Fact, Handoff, Lead
from leads.story.case import Case
from leads.story.corrected import Corrector
from leads.story.facts_told import Surroundings


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; ``tone`` is bad for a breach, ``lines`` are about the clocks.

    ``version_number`` is that of the version that promised the clocks of its lines.
    """

    at: datetime
    rank: int
    icon: str
    text: SafeString
    details: tuple[str, ...] = ()
    is_person: bool = False
    is_follow_up: bool = False
    is_message: bool = False
    lines: tuple[EffectLine, ...] = ()
    version_number: int | None = None
    tone: str = ""
    correct_href: str = ""

    @property
    def is_about_clocks(self) -> bool:
        """Whether a clock started, moved or ended by it."""
        return bool(self.lines or self.tone)


class Span(NamedTuple):
    """The time that a handoff tells of: after ``start``, up to and with ``end``; None is open."""

    start: datetime | None
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether an instant is in it."""
        return (self.start is None or at > self.start) and (self.end is None or at <= self.end)


@dataclass(frozen=True, slots=True)
class Story:
    """Of whom a page tells: a lead, the handoff that is shown, and all its handoffs.

    Told are those of ``told`` alone, and what happened to the lead at any time where the story is
    told ``whole``, else meanwhile. ``numbers`` are those of the versions by their keys, ``judged``
    what the criteria said when the handoffs told of were offered.
    """

    lead: Lead
    case: Case
    handoff: Handoff | None
    handoffs: Sequence[Handoff]
    told: Sequence[Handoff]
    whole: bool
    around: Surroundings
    people: Mapping[int, User]
    corrector: Corrector
    numbers: Mapping[int, int]
    judged: Mapping[int, Judged] = field(default_factory=dict)

    @property
    def lead_ids(self) -> set[int]:
        """The lead and those that were merged into it."""
        return self.case.records.families.below(self.lead.pk)

    def names_of_told(self) -> dict[int, str]:
        """Return by key what the leads of the handoffs told of are called; empty for one."""
        return _names_of_several(self.told)

    def names_of_all(self) -> dict[int, str]:
        """Return by key what the leads of all handoffs are called; empty for one."""
        return _names_of_several(self.handoffs)

    def correct_href(self, fact: Fact) -> str:
        """Return where a fact is corrected; empty where the person may not, or it cannot be.

        What was told of a lead that was merged into another is corrected on the page of that one.
        """
        return "" if self.lead.merged_into_id else self.corrector.href(fact)

    def around_of(self, handoff: Handoff) -> Surroundings:
        """Return what the words about a handoff are drawn from: the terms that judge it."""
        book = self.case.rulebook_of(handoff)
        return replace(self.around, terms=book.terms) if book else self.around

    def number_of(self, handoff: Handoff) -> int | None:
        """Return the number of the version that judges a handoff."""
        version = self.case.version_of(handoff)
        return self.numbers.get(version.version_id) if version else None

    def then_of(self, handoff: Handoff, terms: Terms, known: Attributes) -> Then | None:
        """Return what the terms said when a handoff was offered, where they say another thing now.

        ``known`` is what has been told of its lead up to the offer.
        """
        return then_of(self.judged.get(handoff.pk), terms, self.number_of(handoff), known)

    def spans(self) -> list[Span]:
        """Return the times that are told of, each bounded on one side at least; empty for all."""
        spans = [] if self.whole else [self._span(handoff) for handoff in self.told]
        return [] if Span(None, None) in spans else spans

    def _span(self, handoff: Handoff) -> Span:
        """Return from the end of the handoff before to the end of this one.

        What happened to the lead itself between two handoffs belongs to the later one.
        """
        offered_at = handoff.offered_at
        if offered_at is None:
            return Span(None, None)
        others = [
            (each.offered_at, each)
            for each in self.handoffs
            if each.pk != handoff.pk and each.offered_at
        ]
        ends = (each.closed_at for at, each in others if at < offered_at and each.closed_at)
        after = any(
            at > offered_at and each.status != Handoff.Status.REPEATED for at, each in others
        )
        return Span(max(ends, default=None), handoff.closed_at if after else None)


def _names_of_several(handoffs: Sequence[Handoff]) -> dict[int, str]:
    leads = {each.lead_id: each.lead for each in handoffs}
    return names_apart(leads.values()) if len(leads) > 1 else {}
