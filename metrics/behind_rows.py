"""The rows of the leads behind a figure: when each came to count, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from agreements import formats
from agreements.clock import open_between
from agreements.statuses import LOOKS
from leads.models import Clock, FollowUp, Handoff
from leads.queue.countdown import working_day
from leads.queue.handoffs import Desk
from leads.queue.rows import pauses_of
from metrics.drilldown import Behind
from metrics.lead_names import LeadName, LeadNames
from metrics.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindRow:
    """A lead behind a figure; ``due_at`` and ``took`` only where a clock was counted.

    ``status`` is empty where there is none to show; ``who`` where it is not the reader's to know.
    """

    lead: LeadName
    at: datetime
    due_at: datetime | None
    took: str
    status: str
    word: str
    detail: str
    who: str


class BehindWriter:
    """Writes the rows of one page."""

    def __init__(
        self, ledger: Ledger, desk: Desk, page: Sequence[Behind], *, sees_reps: bool
    ) -> None:
        self._ledger, self._sees_reps = ledger, sees_reps
        self._page = page
        self._names = LeadNames(desk, [behind.lead for behind in page])
        keys = {behind.handoff_id for behind in page if behind.handoff_id}
        self._handoffs: Mapping[int, Handoff] = (
            Handoff.objects.select_related("holder").in_bulk(keys) if keys else {}
        )
        self._reasons = {
            reason.key: reason.name
            for version in ledger.versions
            for reason in (
                *version.terms.reasons.rejection,
                *version.terms.reasons.disqualification,
                *version.terms.reasons.recycling,
            )
        }

    @property
    def is_about_clocks(self) -> bool:
        """Whether clocks are counted, so that rows have a due time."""
        return any(behind.clock is not None for behind in self._page)

    def rows(self) -> list[BehindRow]:
        """Write a row for each."""
        return [self._row(behind) for behind in self._page]

    def _row(self, behind: Behind) -> BehindRow:
        clock, handoff = behind.clock, self._handoffs.get(behind.handoff_id or 0)
        asked: dict[str, int | str] = {} if handoff is None else {"handoff": handoff.pk}
        if clock is not None:
            asked["clock"] = f"{clock.clause_key}.{clock.occurrence}"
        status, word = self._verdict(clock, handoff)
        return BehindRow(
            lead=self._names(behind.lead, **asked),
            at=behind.at,
            due_at=clock.due_at if clock else None,
            took=self._took(clock, handoff),
            status=status,
            word=word,
            detail=self._detail(behind),
            who=self._who(behind, handoff) if self._sees_reps else "",
        )

    def _verdict(self, clock: Clock | None, handoff: Handoff | None) -> tuple[str, str]:
        """Return the status to show, and a word where its usual one says less."""
        if clock is not None:
            return self._verdict_on_clock(clock)
        if handoff is None:
            return "", ""
        known = handoff.status if handoff.status in LOOKS else "void"
        return known, str(handoff.get_status_display())

    def _verdict_on_clock(self, clock: Clock) -> tuple[str, str]:
        if clock.void_at is not None:
            return "void", ""
        if clock.stopped_at is not None:
            return ("met", "") if clock.stopped_at <= clock.due_at else ("breached", _("Late"))
        if clock.gave_up:
            return "breached", _("Given up")
        return ("overdue", "") if clock.due_at < self._ledger.now else ("running", "")

    def _took(self, clock: Clock | None, handoff: Handoff | None) -> str:
        """Write the open time to the stop, else the time so far."""
        if clock is None or handoff is None or clock.void_at is not None:
            return ""
        books = {version.key: version.rulebook for version in self._ledger.versions}
        schedule = books[str(clock.version_id)].schedule_of(clock.clause_key, handoff.tier)
        day = working_day(schedule)
        if clock.used is not None:
            return formats.working_time(clock.used, day=day)
        end = (clock.breached_at or clock.due_at) if clock.gave_up else self._ledger.now
        so_far = open_between(schedule, clock.started_at, end, pauses_of(clock))
        return _("%(time)s so far") % {"time": formats.working_time(so_far, day=day)}

    def _detail(self, behind: Behind) -> str:
        if behind.deal is not None:
            amount = formats.money(behind.deal.amount, behind.deal.currency)
            won = str(behind.deal.get_status_display())
            return _("%(status)s, %(amount)s") % {"status": won, "amount": amount}
        if behind.detail == "implied":
            return _("passed unseen")
        if behind.detail in FollowUp.Outcome.values:
            return str(FollowUp.Outcome(behind.detail).label)
        return self._reasons.get(behind.detail, behind.detail)

    def _who(self, behind: Behind, handoff: Handoff | None) -> str:
        person = (
            behind.clock.holder
            if behind.clock
            else behind.deal.person
            if behind.deal
            else handoff.holder
            if handoff
            else None
        )
        return person.name if person else ""
