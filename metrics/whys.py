"""Why a commitment stands as it does: sentences under its figures, the decisive part in bold."""

from collections.abc import Iterator
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from metrics.clock_whys import of_clock, of_time
from metrics.figure_words import count_text, exactly, share_text, value_text
from metrics.figures import Outcome
from metrics.ledger import Ledger
from metrics.month_counts import HANDOFF
from metrics.pace import expected, needed_per_open_day, per_open_day, projection
from metrics.rates import Acceptance
from metrics.subjects import Subject, plain


def why(subject: Subject) -> SafeString:
    """Say in a few sentences why a commitment stands as it does."""
    return format_html_join(" ", "{}", ((sentence,) for sentence in _sentences(subject)))


def _sentences(subject: Subject) -> Iterator[SafeString]:
    outcome = subject.outcome
    match subject.commitment.definition.kind:
        case "volume" | "amount":
            yield from _of_volume(subject)
        case "rate":
            yield from _of_rate(subject)
        case "clock":
            yield from of_clock(subject)
        case "time":
            yield from of_time(subject)
        case _:
            yield _of_score(subject)
    if outcome.exceeds_validity:
        yield formats.strong(
            _("More handoffs came than the %(limit)s it holds for: it is not in the score.")
            % {"limit": formats.figure(subject.commitment.valid_up_to)}
        )


# -- volumes and amounts


def _of_volume(subject: Subject) -> Iterator[SafeString]:
    outcome, figures = subject.outcome, subject.outcome.figures
    if figures.target is None or figures.actual is None:
        yield plain(_("The terms give no target for this month."))
    elif outcome.working.over:
        yield _volume_at_end(subject, figures.actual - figures.target)
    elif figures.pace is None:
        yield plain(_("No working time has passed yet."))
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
        return formats.strong(_("%(number)s short of the target.") % number)
    if over:
        return plain(_("The target was reached with %(number)s to spare.") % number)
    return plain(_("The target was reached exactly."))


def _volume_so_far(subject: Subject, actual: Fraction, target: Fraction) -> Iterator[SafeString]:
    working = subject.outcome.working
    if actual >= target:
        number = {"number": _amount(subject, actual - target)}
        reached = _("The target is reached already, with %(number)s to spare.") % number
        yield plain(reached if actual > target else _("The target is reached already."))
        return
    gap = actual - (expected(target, working) or 0)
    number = {"number": _amount(subject, abs(gap))}
    yield (
        plain(_("%(number)s ahead of pace.") % number)
        if gap >= 0
        else formats.strong(_("%(number)s behind pace.") % number)
    )
    end, needed = projection(actual, working), needed_per_open_day(actual, target, working)
    brought = per_open_day(actual, working)
    if end is None or needed is None or brought is None:
        return
    yield format_html(
        _("At this rate it ends at {end}: {brought} a working day, {needed} are needed."),
        end=formats.strong(_amount(subject, Fraction(round(end)))),
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
    yield from _decided_contests(said)
    if figures.pending and figures.lowest is not None and figures.highest is not None:
        yield plain(
            _("It can still end between %(lowest)s and %(highest)s.")
            % {"lowest": share_text(figures.lowest), "highest": share_text(figures.highest)}
        )


def _none_decided(subject: Subject) -> SafeString:
    undecided = subject.outcome.figures.pending
    if not undecided:
        return plain(_("Nothing was offered."))
    return format_html(
        ngettext(
            "{number} is offered and not decided yet.",
            "{number} are offered and none is decided yet.",
            undecided,
        ),
        number=subject.count(undecided, "undecided"),
    )


def _decided_contests(said: Acceptance) -> Iterator[SafeString]:
    of_decided, of_rejected = said.overturned_of_decided, said.overturned_of_rejected
    if of_decided is None or of_rejected is None:
        return
    yield plain(
        _(
            "Contests decided: %(decided)s, overturned: %(overturned)s (%(of_decided)s), which is "
            "%(of_rejected)s of all rejections."
        )
        % {
            "decided": formats.figure(said.overturned + said.upheld),
            "overturned": formats.figure(said.overturned),
            "of_decided": share_text(of_decided),
            "of_rejected": share_text(of_rejected),
        }
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
            reason=formats.strong(names[key]),
            number=count_text(number),
        )


def _of_completeness(subject: Subject) -> SafeString:
    figures = subject.outcome.figures
    every = figures.denominator or 0
    missing = every - (figures.numerator or 0)
    if not every:
        return plain(_("Nothing was offered."))
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


def _of_score(subject: Subject) -> SafeString:
    answers = subject.outcome.figures.denominator or 0
    if not answers:
        return plain(_("Nobody has sent scores yet, so there is no figure."))
    return format_html(
        ngettext("The mean of {number} answer.", "The mean of {number} answers.", answers),
        number=subject.count(answers, ""),
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
        yield plain(_("No lead entered the first stage."))
