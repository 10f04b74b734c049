"""What clocks and messages add to the timeline of a lead: breaches, ends of pauses, e-mails."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.utils.html import format_html
from django.utils.translation import gettext as _

from agreements import formats
from agreements.clock import ClockState, MarkKind
from agreements.models.contracts import Party
from leads.deeds.effects import kind_name
from leads.models import Breach
from leads.story.entries import Entry, Story
from leads.story.messages_told import messages_about

_AFTER_ALL_MARKS = 99


def entries_of_clocks(story: Story, resumed: set[datetime]) -> Iterator[Entry]:
    """Tell what no fact says: breaches, and pauses that ended at another instant than ``resumed``.

    Two queries; breaches stand as the clocks have them now.
    """
    withdrawn = defaultdict(list)
    for row in Breach.objects.filter(handoff__in=story.told, is_withdrawn=True):
        withdrawn[row.handoff_id].append(row)
    called = story.names_of_told()
    for handoff in story.told:
        states = story.case.states(handoff)
        for breach in _breaches(story, states, withdrawn[handoff.pk]):
            yield _of_lead(breach, called.get(handoff.lead_id, ""))
        yield from _ends_of_pauses(story, states, resumed)
    yield from _messages(story)


def _of_lead(entry: Entry, lead: str) -> Entry:
    """Say of which lead's handoff a breach is, where those of several are told of."""
    if not lead:
        return entry
    whose = _("Of the handoff of %(lead)s.") % {"lead": lead}
    return replace(entry, details=(*entry.details, whose))


def _breaches(story: Story, states: list[ClockState], withdrawn: list[Breach]) -> Iterator[Entry]:
    """Tell the breaches of a handoff: those of now, and those that a late fact undid."""
    live = set()
    for state in states:
        at = state.breached_at(story.around.now)
        if at is not None:
            live.add((state.clause_key, state.occurrence))
            yield _breach(state, at, story)
    for row in withdrawn:
        if (row.clause_key, row.occurrence) not in live:
            text = _("The breach of {clause} was withdrawn: a fact told later undid it")
            yield Entry(
                at=row.breached_at,
                rank=_AFTER_ALL_MARKS,
                icon="arrow-back-up",
                text=format_html(text, clause=formats.strong(row.clause_key)),
                tone="mute",
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
        text=format_html(pattern, clock=formats.strong(f"{state.clause_key} {kind_name(state)}")),
        details=(charged % parts,),
        tone="bad",
    )


def _ends_of_pauses(
    story: Story, states: list[ClockState], resumed: set[datetime]
) -> Iterator[Entry]:
    """Tell where a pause ended because its time was over."""
    ends: dict[datetime, datetime] = {}
    for state in states:
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


def _messages(story: Story) -> Iterator[Entry]:
    """Tell who was told by e-mail."""
    for told in messages_about(story.told, story.around.now):
        yield Entry(
            at=told.at,
            rank=_AFTER_ALL_MARKS,
            icon="bell",
            text=told.text,
            details=told.details,
            is_message=True,
        )
