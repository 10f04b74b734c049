"""What a back-test found, in words: what would be lost or gained, with whom, and what to try."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.durations import Duration
from agreements.terms import Commitment, Terms
from agreements.wording import short_promise, tier_names
from metrics.backtest import Line, Side
from metrics.backtesting import BackTest
from metrics.figure_words import count_text, exactly, share_text, value_text
from metrics.next_try import NextTry

# Named where they have most of what would be missed more.
_MOST_NAMED = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """A conclusion, its reason, and a time to try; ``try_clause`` is empty where there is none."""

    tone: str
    title: str
    text: str
    try_clause: str = ""
    try_within: str = ""
    try_label: str = ""


def line_name(commitment: Commitment, terms: Terms) -> str:
    """Name a commitment in a few words: what is measured, within what, for whom."""
    stage = next((each.name for each in terms.stages if each.key == commitment.stage), "")
    if commitment.measure == "persistence" and commitment.within is not None:
        count = commitment.count or 1
        name = ngettext(
            "%(number)s attempt in %(within)s", "%(number)s attempts in %(within)s", count
        ) % {"number": count, "within": formats.promise(commitment.within)}
    elif commitment.is_clock:
        name = short_promise(commitment)
        name = name[:1].upper() + name[1:]
    elif commitment.measure == "stage_volume":
        name = stage
    else:
        name = _(commitment.definition.label)
    tiers = tier_names(commitment, terms)
    return f"{name}, {tiers}" if tiers else name


def period_words(commitment: Commitment) -> str:
    """Say over what a figure is counted; empty for shares and times."""
    if not commitment.definition.has_pace:
        return ""
    return {
        "day": _("a day"),
        "week": _("a week"),
        "month": _("a month"),
        "quarter": _("a quarter"),
        "year": _("a year"),
    }[commitment.period]


def side_text(commitment: Commitment, side: Side | None, currency: str) -> str:
    """Write what a commitment came to."""
    if side is None or side.actual is None:
        return formats.NO_VALUE
    text = actual_text(commitment, side.actual, currency)
    return _("at least %(time)s") % {"time": text} if side.is_lower_bound else text


def actual_text(commitment: Commitment, value: Fraction, currency: str) -> str:
    """Write a figure; what is counted a period is rounded to the whole."""
    if commitment.definition.kind == "volume":
        return count_text(round(value))
    return value_text(commitment, value, currency)


def note_of(line: Line, test: BackTest) -> str:
    """Say why a figure that no person has alone comes out as it does."""
    if line.after_commitment is None:
        return _("The draft no longer promises this.")
    if line.after is None:
        return _("Nothing that happened tells what this would have come to.")
    if line.before_commitment is None:
        return _("New in this draft.")
    return _note_on_criteria(line, test) or _unchanged(line)


def _note_on_criteria(line: Line, test: BackTest) -> str:
    """Say what the criteria of the draft have to do with it; empty where they have nothing."""
    match line.commitment.measure:
        case "acceptance_rate" | "accepted_volume":
            return _note_on_quality(test)
        case "stage_volume" if line.is_changed:
            return _unmade_words(test.selection.unmade)
        case "completeness_rate" if test.selection.unmade:
            return _("Of the handoffs that would still be made.")
        case _:
            return ""


def _unchanged(line: Line) -> str:
    if line.is_changed:
        return ""
    if line.before and line.after and line.before.target != line.after.target:
        return _("The same happened; only the promise is another.")
    return _("Not changed.")


def _unmade_words(unmade: int) -> str:
    if not unmade:
        return ""
    return ngettext(
        "%(number)s handoff would not meet the criteria any more.",
        "%(number)s handoffs would not meet the criteria any more.",
        unmade,
    ) % {"number": count_text(unmade)}


def _note_on_quality(test: BackTest) -> str:
    """Compare how often sales rejected what would no longer pass with what still would."""
    found = test.selection
    if not found.unmade:
        return ""
    gone, kept = found.rejected_of_unmade, found.rejected_of_made
    if gone is None or kept is None:
        return _unmade_words(found.unmade)
    shares = {"gone": share_text(gone), "kept": share_text(kept)}
    return _("Of those that no longer pass, sales rejected %(gone)s; of all others, %(kept)s.") % (
        shares
    )


class FindingWriter:
    """Writes the findings of a back-test; ``names`` are the people whose figures may be told."""

    def __init__(self, test: BackTest, names: Mapping[int, str], currency: str) -> None:
        self._test, self._names, self._currency = test, names, currency

    def findings(self) -> Iterator[Finding]:
        """Give what is lost, what is gained, and what the criteria change."""
        yield from (self._lost(line) for line in self._test.lines if line.is_lost)
        yield from self._quality()
        yield from (self._gained(line) for line in self._test.lines if self._is_told(line))
        if self._test.before is not None and not any(each.is_changed for each in self._test.lines):
            yield Finding(
                "accent",
                _("Nothing would have come out differently."),
                _("No commitment's figure changes by this draft."),
            )

    def _is_told(self, line: Line) -> bool:
        """Whether a gain is not told with the criteria already."""
        return line.is_gained and not (
            self._test.selection.unmade and line.commitment.measure == "acceptance_rate"
        )

    def _lost(self, line: Line) -> Finding:
        told = self._change(line)
        further = line.further_breaches()
        number = sum(further.values())
        if number:
            more = {"change": told, "number": count_text(number)}
            told = (
                ngettext(
                    "%(change)s: %(number)s more breach",
                    "%(change)s: %(number)s more breaches",
                    number,
                )
                % more
            )
            told = self._with_whom(told, further, number)
        better = self._test.tries.get(line.key)
        title = self._would_be(line, _("%(clause)s would be missed."), _missed_at())
        if better is None:
            return Finding("bad", title, _("%(reason)s.") % {"reason": told})
        return Finding(
            "bad",
            title,
            _("%(reason)s. %(outlook)s") % {"reason": told, "outlook": _outlook(better)},
            try_clause=line.key,
            try_within=str(better.within),
            try_label=_("Try %(within)s") % {"within": formats.promise(better.within)},
        )

    def _with_whom(self, told: str, further: Mapping[int, int], number: int) -> str:
        """Add who would have most of it, where a few have more than half."""
        most = sorted((n, self._names[pk]) for pk, n in further.items() if pk in self._names)
        named = most[-_MOST_NAMED:][::-1]
        theirs = sum(n for n, _name in named)
        if not named or len(further) <= len(named) or 2 * theirs <= number:
            return told
        who = get_text_list([name for _n, name in named], _("and"))
        return _("%(finding)s, %(number)s of them with %(people)s") % {
            "finding": told,
            "number": count_text(theirs),
            "people": who,
        }

    def _gained(self, line: Line) -> Finding:
        title = self._would_be(line, _("%(clause)s would be kept."), _kept_at())
        return Finding("ok", title, _("%(reason)s.") % {"reason": self._change(line)})

    def _would_be(self, line: Line, plain: str, with_time: str) -> str:
        """Name a clause, with its time where the draft changes that."""
        old, new = line.before_commitment, line.after_commitment
        if old and new and new.within and old.within != new.within:
            return with_time % {"clause": line.key, "within": formats.promise(new.within)}
        return plain % {"clause": line.key}

    def _change(self, line: Line) -> str:
        return _("%(before)s becomes %(after)s") % {
            "before": side_text(line.commitment, line.before, self._currency),
            "after": side_text(line.commitment, line.after, self._currency),
        }

    def _quality(self) -> Iterator[Finding]:
        """Say what stricter criteria would have made of acceptance, and for how much less."""
        accepted = next(
            (each for each in self._test.lines if each.commitment.measure == "acceptance_rate"),
            None,
        )
        if not self._test.selection.unmade or accepted is None or accepted.after is None:
            return
        before, after = accepted.before, accepted.after
        if before is None or before.actual is None or after.actual is None:
            return
        is_better = after.actual > before.actual
        less = _unmade_words(self._test.selection.unmade)
        yield Finding(
            "ok" if is_better else "warn",
            _("Quality improves.") if is_better else _("Quality does not improve."),
            " ".join(
                [
                    _("The share accepted: %(change)s.") % {"change": self._change(accepted)},
                    less,
                    *self._volumes(),
                ]
            ),
        )

    def _volumes(self) -> Iterator[str]:
        """Say what share of its volume a clause would still reach."""
        for line in self._test.lines:
            after = line.after
            is_volume = line.commitment.measure in ("stage_volume", "accepted_volume")
            if is_volume and line.is_changed and after and after.actual is not None:
                if not after.target:
                    continue
                yield _("%(clause)s would then be at %(share)s of %(target)s.") % {
                    "clause": line.key,
                    "share": formats.percent(exactly(after.actual / after.target)),
                    "target": actual_text(line.commitment, after.target, self._currency),
                }


def _missed_at() -> str:
    return _("%(clause)s at %(within)s would be missed.")


def _kept_at() -> str:
    return _("%(clause)s at %(within)s would be kept.")


def _outlook(better: NextTry) -> str:
    told = {"within": formats.promise(better.within), "share": share_text(better.rate.value)}
    if better.is_kept:
        return _("%(within)s would give %(share)s and be kept.") % told
    return _("%(within)s would give %(share)s, which is not enough either.") % told


def within_text(within: Duration | None) -> str:
    """Write a time; nothing for none."""
    return formats.promise(within) if within else ""
