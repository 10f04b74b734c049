"""Why a commitment stands as it does: sentences under its figures, the decisive part in bold."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.terms import Commitment, Terms
from leads.countdown import working_day
from metrics.clock_figures import missed_by_day
from metrics.figure_words import count_text, exactly, share_text, value_text
from metrics.figures import Outcome
from metrics.findings import time_text
from metrics.ledger import InForce, Ledger
from metrics.month_counts import HANDOFF
from metrics.month_figures import MonthFigures
from metrics.pace import expected, needed_per_open_day, per_open_day, projection

_ENOUGH = 5
_HALF = Fraction(1, 2)

Href = Callable[[str], str]
"""Gives the address of the leads behind a part of a commitment's figures."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A commitment of a month, and what else is known of it."""

    outcome: Outcome
    ledger: Ledger
    month: MonthFigures
    href: Href

    @property
    def commitment(self) -> Commitment:
        """As the latest version has it."""
        return self.outcome.promised.commitment

    @property
    def version(self) -> InForce:
        """The latest version that promises it."""
        return self.outcome.promised.parts[-1][0]

    @property
    def terms(self) -> Terms:
        """The terms of the latest version."""
        return self.version.terms

    def count(self, number: int, part: str) -> SafeString:
        """Write a count as a link to the leads it counts."""
        if not number:
            return format_html("{}", count_text(number))
        return format_html('<a href="{}">{}</a>', self.href(part), count_text(number))


def why(subject: Subject) -> SafeString:
    """Say in one to three sentences why a commitment stands as it does."""
    return format_html_join(" ", "{}", ((sentence,) for sentence in _sentences(subject)))


def _sentences(subject: Subject) -> Iterator[SafeString]:
    outcome = subject.outcome
    match subject.commitment.definition.kind:
        case "volume" | "amount":
            yield from _of_volume(subject)
        case "rate":
            yield from _of_rate(subject)
        case "clock":
            yield from _of_clock(subject)
        case "time":
            yield from _of_time(subject)
        case _:
            yield _plain(_("Nobody has sent scores yet, so there is no figure."))
    if outcome.exceeds_validity:
        yield _strong(
            _("More handoffs came than the %(limit)s it holds for: it is not in the score.")
            % {"limit": formats.figure(subject.commitment.valid_up_to)}
        )


def _plain(text: str) -> SafeString:
    return format_html("{}", text)


def _strong(text: str | SafeString) -> SafeString:
    return format_html("<strong>{}</strong>", text)


# -- volumes and amounts


def _of_volume(subject: Subject) -> Iterator[SafeString]:
    outcome, figures = subject.outcome, subject.outcome.figures
    if figures.target is None or figures.actual is None:
        yield _plain(_("The terms give no target for this month."))
    elif outcome.working.over:
        yield _volume_at_end(subject, figures.actual - figures.target)
    elif figures.pace is None:
        yield _plain(_("No working time has passed yet."))
    else:
        yield from _volume_so_far(subject, figures.actual, figures.target)
    if subject.commitment.measure == "accepted_volume":
        yield from _rejected_of_offered(subject)
    elif outcome.refused_deals:
        yield format_html(
            ngettext(
                "{number} deal in a currency without a rate is left out.",
                "{number} deals in a currency without a rate are left out.",
                outcome.refused_deals,
            ),
            number=formats.figure(outcome.refused_deals),
        )


def _volume_at_end(subject: Subject, over: Fraction) -> SafeString:
    number = {"number": _amount(subject, abs(over))}
    if over < 0:
        return _strong(_("%(number)s short of the target.") % number)
    if over:
        return _plain(_("The target was reached with %(number)s to spare.") % number)
    return _plain(_("The target was reached exactly."))


def _volume_so_far(subject: Subject, actual: Fraction, target: Fraction) -> Iterator[SafeString]:
    working = subject.outcome.working
    if actual >= target:
        number = {"number": _amount(subject, actual - target)}
        reached = _("The target is reached already, with %(number)s to spare.") % number
        yield _plain(reached if actual > target else _("The target is reached already."))
        return
    gap = actual - (expected(target, working) or 0)
    number = {"number": _amount(subject, abs(gap))}
    yield (
        _plain(_("%(number)s ahead of pace.") % number)
        if gap >= 0
        else _strong(_("%(number)s behind pace.") % number)
    )
    end, needed = projection(actual, working), needed_per_open_day(actual, target, working)
    brought = per_open_day(actual, working)
    if end is None or needed is None or brought is None:
        return
    yield format_html(
        _("At this rate it ends at {end}: {brought} a working day, {needed} are needed."),
        end=_strong(_amount(subject, Fraction(round(end)))),
        brought=_rate(subject, brought),
        needed=_rate(subject, needed),
    )


def _amount(subject: Subject, value: Fraction) -> str:
    is_count = subject.commitment.definition.kind == "volume"
    shown = Fraction(round(value)) if is_count and value >= 1 else value
    return value_text(subject.commitment, shown, subject.month.agreement.currency)


def _rate(subject: Subject, value: Fraction) -> str:
    """Write what a day brings; a count with one decimal while it is small."""
    if subject.commitment.definition.kind == "amount":
        return value_text(subject.commitment, value, subject.month.agreement.currency)
    return formats.figure(exactly(value), 1 if value < 100 else 0)


def handoffs_of(ledger: Ledger, outcome: Outcome) -> dict[str, int]:
    """Sum what sales said to the handoffs that a commitment speaks of."""
    counted = [
        ledger.sums("commitments", version.key, of.key, outcome.promised.periods)
        for version, of in outcome.promised.parts
    ]
    known = [counts for counts in counted if counts]
    return {name: sum(counts[at] for counts in known) for at, name in enumerate(HANDOFF)}


def _rejected_of_offered(subject: Subject) -> Iterator[SafeString]:
    counts = handoffs_of(subject.ledger, subject.outcome)
    if counts["offered"]:
        yield format_html(
            _("Of {offered} offered {rejected} were rejected, {undecided} are undecided."),
            offered=formats.figure(counts["offered"]),
            rejected=subject.count(counts["rejected"] - counts["overturned"], "rejected"),
            undecided=subject.count(counts["undecided"], "undecided"),
        )


# -- rates


def _of_rate(subject: Subject) -> Iterator[SafeString]:
    match subject.commitment.measure:
        case "acceptance_rate":
            yield from _of_acceptance(subject)
        case "completeness_rate":
            yield _of_completeness(subject)
        case _:
            yield from _of_conversion(subject)


def _of_acceptance(subject: Subject) -> Iterator[SafeString]:
    said, figures = subject.outcome.acceptance, subject.outcome.figures
    if said is None or not figures.denominator:
        yield _none_decided(subject)
        return
    yield format_html(
        _("{rejected} of {decided} decided were rejected, {undecided} are undecided."),
        rejected=subject.count(figures.denominator - (figures.numerator or 0), "rejected"),
        decided=formats.figure(figures.denominator),
        undecided=subject.count(said.undecided, "undecided"),
    )
    yield from _most_frequent_reason(subject)
    if figures.pending and figures.lowest is not None and figures.highest is not None:
        yield _plain(
            _("It can still end between %(lowest)s and %(highest)s.")
            % {"lowest": share_text(figures.lowest), "highest": share_text(figures.highest)}
        )


def _none_decided(subject: Subject) -> SafeString:
    undecided = subject.outcome.figures.pending
    if not undecided:
        return _plain(_("Nothing was offered."))
    return format_html(
        ngettext(
            "{number} is offered and not decided yet.",
            "{number} are offered and none is decided yet.",
            undecided,
        ),
        number=subject.count(undecided, "undecided"),
    )


def _most_frequent_reason(subject: Subject) -> Iterator[SafeString]:
    rejections = subject.month.rejections
    if not rejections:
        return
    key, number = max(rejections.items(), key=lambda each: (each[1], each[0]))
    names = {reason.key: reason.name for reason in subject.terms.reasons.rejection}
    if number > 1 and key in names:
        yield format_html(
            _("Most often: {reason}, {number} times."),
            reason=_strong(names[key]),
            number=count_text(number),
        )


def _of_completeness(subject: Subject) -> SafeString:
    figures = subject.outcome.figures
    every = figures.denominator or 0
    missing = every - (figures.numerator or 0)
    if not every:
        return _plain(_("Nothing was offered."))
    if not missing:
        return format_html(_("All {number} came complete."), number=formats.figure(every))
    return format_html(
        ngettext(
            "{missing} of {number} came without a required field.",
            "{missing} of {number} came without a required field.",
            missing,
        ),
        missing=subject.count(missing, "incomplete"),
        number=formats.figure(every),
    )


def _of_conversion(subject: Subject) -> Iterator[SafeString]:
    figures, terms = subject.outcome.figures, subject.terms
    names = {stage.key: stage.name for stage in terms.stages}
    within = subject.commitment.within
    parts = {
        "won": subject.count(figures.numerator or 0, "converted"),
        "decided": formats.figure(figures.denominator),
        "stage": names.get(terms.conversion_stage(subject.commitment) or "", ""),
        "within": formats.promise(within) if within else "",
        "pending": subject.count(figures.pending, "pending"),
    }
    if figures.denominator:
        yield format_html(_("{won} of {decided} became {stage} within {within}."), **parts)
    if figures.pending:
        yield format_html(
            ngettext(
                "{pending} still has time, so this may still move.",
                "{pending} still have time, so this may still move.",
                figures.pending,
            ),
            **parts,
        )
    elif not figures.denominator:
        yield _plain(_("No lead entered the first stage."))


# -- clocks and times


def _of_clock(subject: Subject) -> Iterator[SafeString]:
    counts = subject.outcome.clocks
    if counts is None or not counts.started:
        yield _plain(_("No clock has started."))
        return
    compliance = counts.compliance
    if compliance.breached:
        yield from _missed(subject)
    elif compliance.met:
        yield format_html(
            ngettext("{number} of {number} in time.", "All {number} in time.", compliance.met),
            number=formats.figure(compliance.met),
        )
    if compliance.pending:
        yield format_html(
            ngettext("{number} is not due yet.", "{number} are not due yet.", compliance.pending),
            number=subject.count(compliance.pending, "pending"),
        )
    if counts.back_dated:
        yield format_html(
            ngettext(
                "{number} of the met rests on an entry made later.",
                "{number} of the met rest on entries made later.",
                counts.back_dated,
            ),
            number=subject.count(counts.back_dated, "back_dated"),
        )


def _missed(subject: Subject) -> Iterator[SafeString]:
    counts = subject.outcome.clocks
    if counts is None:
        return
    compliance, given_up = counts.compliance, counts.given_up
    undone = counts.unanswered - given_up
    parts = {
        "breached": subject.count(compliance.breached, "breached"),
        "decided": formats.figure(compliance.met + compliance.breached),
        "late": subject.count(counts.late, "late"),
        "undone": subject.count(undone, "unanswered"),
        "given_up": subject.count(given_up, "given_up"),
    }
    if counts.late and undone:
        pattern = _("{breached} of {decided} missed it: {late} late, {undone} still not done.")
    elif undone:
        pattern = _("{breached} of {decided} are past due and still not done.")
    elif counts.late:
        pattern = _("{late} of {decided} came late.")
    else:
        pattern = _("{breached} of {decided} missed it.")
    yield format_html(pattern, **parts)
    if given_up:
        sentence = ngettext(
            "{given_up} was given up early.", "{given_up} were given up early.", given_up
        )
        yield _strong(format_html(sentence, **parts))
    yield from _concentration(subject)


def _concentration(subject: Subject) -> Iterator[SafeString]:
    """Name the day, or else the weekday, on which most of the missed clocks began."""
    counts = subject.outcome.clocks
    if counts is None or counts.compliance.breached < _ENOUGH:
        return
    missed, every = _by_day(subject)
    total = sum(missed.values())
    if not total:
        return
    on_date, number = missed.most_common(1)[0]
    if number >= _ENOUGH and Fraction(number, total) >= _HALF and len(every) > 1:
        yield _strong(
            format_html(
                _("{number} of them began on {date}."),
                number=count_text(number),
                date=formats.day(on_date, subject.month.now),
            )
        )
        return
    weekdays, all_weekdays = (_by_weekday(of) for of in (missed, every))
    weekday, number = weekdays.most_common(1)[0]
    share, usual = Fraction(number, total), Fraction(all_weekdays[weekday], sum(every.values()))
    if number >= _ENOUGH and share >= _HALF and share >= 2 * usual:
        yield _strong(
            format_html(
                _("{number} of them began on a {weekday}."),
                number=count_text(number),
                weekday=formats.weekday(weekday),
            )
        )


def _by_day(subject: Subject) -> tuple[Counter[date], Counter[date]]:
    """Count the missed and all decided clocks by the local day they began on."""
    ledger, promised = subject.ledger, subject.outcome.promised
    missed, every = Counter[date](), Counter[date]()
    for version, of in promised.parts:
        of_version = missed_by_day(ledger, version.key, of.key, promised.periods)
        missed.update(of_version[0])
        every.update(of_version[1])
    return missed, every


def _by_weekday(days: Counter[date]) -> Counter[int]:
    weekdays = Counter[int]()
    for on_date, number in days.items():
        weekdays[on_date.weekday()] += number
    return weekdays


def _of_time(subject: Subject) -> Iterator[SafeString]:
    times, day = subject.outcome.times, working_day(subject.version.rulebook.schedule)
    if times is None or times.median.value is None:
        yield _plain(_("Nobody has been followed up yet."))
        return
    yield format_html(
        _("Of {number}, half were followed up within {median}, nine of ten within {p90}."),
        number=formats.figure(times.n),
        median=_strong(time_text(times.median, day)),
        p90=_strong(time_text(times.p90, day)),
    )
    if times.unanswered:
        yield format_html(
            ngettext(
                "{number} is overdue and counts with its time so far.",
                "{number} are overdue and count with their time so far.",
                times.unanswered,
            ),
            number=subject.count(times.unanswered, "unanswered"),
        )
