"""The catalogue of measures: what a commitment can promise, with one definition of each."""

from dataclasses import dataclass
from typing import Literal

from agreements.criteria import gettext_noop

MeasureKind = Literal["volume", "amount", "rate", "clock", "time", "score"]
Direction = Literal["at_least", "at_most"]
Party = Literal["marketing", "sales"]
MeasureName = Literal[
    "stage_volume", "accepted_volume", "stage_value", "acceptance_rate", "completeness_rate",
    "handover", "routing", "acceptance", "first_follow_up", "persistence", "disposition",
    "stage_age", "response_median", "response_p90", "follow_up_volume", "conversion_rate",
    "customers", "revenue", "satisfaction",
]  # fmt: skip

OPTIONS = ("within", "count", "channels", "evidence", "from", "stage", "values")
"""The keys of a commitment that only some measures use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One way to measure a promise: its definition in words, and how it can be gamed.

    `kind` says what its figure is: a volume (facts in a period), an amount (of money or units),
    a rate (share of a cohort), a clock (share of the clocks of that kind that were met), a time
    (of working hours) or a score. `party` is the only one that can promise it, if there is one.
    """

    name: str
    kind: MeasureKind
    label: str
    definition: str
    gamed_by: str
    shown_by: str
    party: Party | None = None
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    direction: Direction = "at_least"
    unit: str = ""

    @property
    def is_clock(self) -> bool:
        return self.kind == "clock"

    @property
    def is_share(self) -> bool:
        """Whether its target is a share between 0 and 1."""
        return self.kind in ("rate", "clock")

    @property
    def has_pace(self) -> bool:
        """Whether it accumulates over the period, so that a pace can be told."""
        return self.kind in ("volume", "amount")


_COUNTS = (
    Measure(
        name="stage_volume",
        kind="volume",
        label=gettext_noop("Volume of a stage"),
        definition=gettext_noop(
            "Leads that entered the stage for the first time in the period; a skipped stage counts "
            "as passed, going back subtracts nothing, merged leads count once."
        ),
        gamed_by=gettext_noop("Promoting leads that do not fit, to fill the number."),
        shown_by=gettext_noop("The share accepted and the rejection reasons, side by side."),
        needs=("stage",),
        unit="leads",
    ),
    Measure(
        name="accepted_volume",
        kind="volume",
        label=gettext_noop("Accepted volume"),
        definition=gettext_noop("Handoffs offered in the period, less rejections that stood."),
        gamed_by=gettext_noop("Offering what nobody has time to reject."),
        shown_by=gettext_noop("The undecided handoffs past their due time, and the conversion."),
        unit="handoffs",
    ),
    Measure(
        name="stage_value",
        kind="amount",
        label=gettext_noop("Value of a stage"),
        definition=gettext_noop(
            "Leads that entered the stage for the first time in the period, each counted at the "
            "value these terms fix for its source or tier."
        ),
        gamed_by=gettext_noop("Labelling leads with a source that is valued higher."),
        shown_by=gettext_noop("The conversion and the revenue by source, and changed sources."),
        needs=("stage", "values"),
    ),
    Measure(
        name="follow_up_volume",
        kind="volume",
        label=gettext_noop("Follow-ups"),
        definition=gettext_noop(
            "Follow-ups by a person in the period that reached at least the evidence asked for: "
            "contacts and conversations, unless these terms say otherwise."
        ),
        gamed_by=gettext_noop("Logging contacts by hand that did not take place."),
        shown_by=gettext_noop("The share with evidence from a system, and back-dated entries."),
        takes=("evidence",),
        unit="follow-ups",
    ),
    Measure(
        name="customers",
        kind="volume",
        label=gettext_noop("Customers"),
        definition=gettext_noop("Leads that became customers in the period, by their first sale."),
        gamed_by=gettext_noop("Moving the date of a sale over the end of a month."),
        shown_by=gettext_noop("Corrections of won dates, and restated months."),
        unit="customers",
    ),
    Measure(
        name="revenue",
        kind="amount",
        label=gettext_noop("Revenue"),
        definition=gettext_noop("The amounts of deals won in the period, by the date won."),
        gamed_by=gettext_noop("Recording discounts or cancellations after the month is closed."),
        shown_by=gettext_noop("Restated months: as closed and current side by side."),
    ),
)

_RATES = (
    Measure(
        name="acceptance_rate",
        kind="rate",
        label=gettext_noop("Share accepted"),
        definition=gettext_noop(
            "Of the handoffs offered in the period and decided, those accepted; overturned "
            "rejections count as accepted, rejections charged to routing are left out."
        ),
        gamed_by=gettext_noop("Accepting everything without a look, or leaving it undecided."),
        shown_by=gettext_noop("The undecided, the disqualified soon after, and the conversion."),
        unit="%",
    ),
    Measure(
        name="completeness_rate",
        kind="rate",
        label=gettext_noop("Share with complete data"),
        definition=gettext_noop(
            "Of the handoffs offered in the period, those whose lead had every required field at "
            "the offer; a placeholder such as “n/a” counts as missing."
        ),
        gamed_by=gettext_noop("Filling fields with invented values."),
        shown_by=gettext_noop("Rejections for wrong data, and follow-ups with a wrong number."),
        party="marketing",
        unit="%",
    ),
    Measure(
        name="conversion_rate",
        kind="rate",
        label=gettext_noop("Conversion"),
        definition=gettext_noop(
            "Of the leads that entered the first stage in the period and whose window has ended, "
            "those that reached the second within so many local calendar days; the days are "
            "counted from date to date, the first day is 0."
        ),
        gamed_by=gettext_noop("Holding back the entry until the outcome is certain."),
        shown_by=gettext_noop("Leads that reach a later stage without a handoff."),
        needs=("from", "within"),
        takes=("stage",),
        unit="%",
    ),
)

_CLOCKS = (
    Measure(
        name="handover",
        kind="clock",
        label=gettext_noop("Handed over in time"),
        definition=gettext_noop("Of the leads that became MQL, those offered to sales in time."),
        gamed_by=gettext_noop("Setting the stage only when the offer is made."),
        shown_by=gettext_noop("Leads that meet the criteria but are not MQL yet."),
        party="marketing",
        needs=("within",),
        unit="%",
    ),
    Measure(
        name="routing",
        kind="clock",
        label=gettext_noop("Assigned in time"),
        definition=gettext_noop(
            "Of the handoffs offered, those first assigned in time to a person, or to the queue "
            "these terms name; one that is never assigned is a breach."
        ),
        gamed_by=gettext_noop("Assigning to people who are absent, or to a queue nobody reads."),
        shown_by=gettext_noop("Reassignments, and the wait from the offer beside it."),
        needs=("within",),
        unit="%",
    ),
    Measure(
        name="acceptance",
        kind="clock",
        label=gettext_noop("Accepted or rejected in time"),
        definition=gettext_noop(
            "Of the handoffs sales received, those accepted or rejected in time; a contact with "
            "an undecided lead accepts it, silence does not."
        ),
        gamed_by=gettext_noop("Accepting at once without reading."),
        shown_by=gettext_noop("The first follow-up, and the disqualified soon after."),
        party="sales",
        needs=("within",),
        unit="%",
    ),
    Measure(
        name="first_follow_up",
        kind="clock",
        label=gettext_noop("First follow-up in time"),
        definition=gettext_noop(
            "Of the handoffs sales received, those with a first follow-up by a person in time, of "
            "the evidence asked for: an attempt, unless these terms say contact or conversation."
        ),
        gamed_by=gettext_noop("One quick attempt that reaches nobody, or an entry by hand."),
        shown_by=gettext_noop("Evidence from a system, back-dated entries, and the first contact."),
        party="sales",
        needs=("within",),
        takes=("evidence",),
        unit="%",
    ),
    Measure(
        name="persistence",
        kind="clock",
        label=gettext_noop("Persistence"),
        definition=gettext_noop(
            "Of the handoffs sales received, those reached, or attempted so many times over so "
            "many channels, in time; one attempt a channel and local day counts. Giving up "
            "earlier is a breach at that instant."
        ),
        gamed_by=gettext_noop("Attempts at hours when nobody answers, all on one day."),
        shown_by=gettext_noop("The share reached by attempt, and the hours of the attempts."),
        party="sales",
        needs=("within", "count"),
        takes=("channels",),
        unit="%",
    ),
    Measure(
        name="disposition",
        kind="clock",
        label=gettext_noop("Outcome in time"),
        definition=gettext_noop(
            "Of the handoffs sales received, those qualified, disqualified or recycled in time."
        ),
        gamed_by=gettext_noop("Recycling everything on the last day."),
        shown_by=gettext_noop("Outcomes by day, and the share of each reason."),
        party="sales",
        needs=("within",),
        unit="%",
    ),
    Measure(
        name="stage_age",
        kind="clock",
        label=gettext_noop("Moved on in time"),
        definition=gettext_noop(
            "Of the leads that entered the stage, those that moved to another in time."
        ),
        gamed_by=gettext_noop("Moving a lead forth and back."),
        shown_by=gettext_noop("Leads that went back a stage."),
        party="sales",
        needs=("within", "stage"),
        unit="%",
    ),
)

_OTHERS = (
    Measure(
        name="response_median",
        kind="time",
        label=gettext_noop("Median response time"),
        definition=gettext_noop(
            "The median working time from receipt to the first follow-up, less pauses; one that "
            "is overdue and unanswered enters with its time so far and sorts last."
        ),
        gamed_by=gettext_noop("Answering the easy half at once and leaving the rest."),
        shown_by=gettext_noop("The 90th and 95th percentile, and the unanswered beside it."),
        party="sales",
        direction="at_most",
    ),
    Measure(
        name="response_p90",
        kind="time",
        label=gettext_noop("90th percentile of response time"),
        definition=gettext_noop(
            "The working time within which nine of ten first follow-ups came, less pauses; one "
            "that is overdue and unanswered enters with its time so far and sorts last."
        ),
        gamed_by=gettext_noop("Leaving the slowest tenth altogether."),
        shown_by=gettext_noop("The unanswered, and the breaches still open."),
        party="sales",
        direction="at_most",
    ),
    Measure(
        name="satisfaction",
        kind="score",
        label=gettext_noop("Satisfaction"),
        definition=gettext_noop("The mean of the scores imported for the period."),
        gamed_by=gettext_noop("Asking only those who are content."),
        shown_by=gettext_noop("The number of answers beside the score."),
    ),
)

MEASURES: dict[str, Measure] = {
    measure.name: measure for measure in (*_COUNTS, *_RATES, *_CLOCKS, *_OTHERS)
}
CLOCK_MEASURES = tuple(measure.name for measure in _CLOCKS)
