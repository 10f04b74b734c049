"""Why a promise of speed stands as it does: what came late, what is missing, and when it began."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from leads.queue.countdown import working_day
from metrics.clock_figures import missed_by_day
from metrics.figure_words import count_text
from metrics.findings import time_text
from metrics.subjects import Subject, plain

_ENOUGH = 5
_HALF = Fraction(1, 2)


def of_clock(subject: Subject) -> Iterator[SafeString]:
    """Say what became of the clocks of a commitment."""
    counts = subject.outcome.clocks
    if counts is None or not counts.started:
        yield plain(_("No clock has started."))
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
        yield formats.strong(format_html(sentence, **parts))
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
        yield formats.strong(
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
        yield formats.strong(
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


def of_time(subject: Subject) -> Iterator[SafeString]:
    """Say how long first follow-ups took, and what is still to come."""
    times, day = subject.outcome.times, working_day(subject.version.rulebook.schedule)
    if times is None or times.median.value is None:
        yield plain(_("Nobody has been followed up yet."))
        return
    yield format_html(
        _("Of {number}, half were followed up within {median}, nine of ten within {p90}."),
        number=formats.figure(times.n),
        median=formats.strong(time_text(times.median, day)),
        p90=formats.strong(time_text(times.p90, day)),
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
