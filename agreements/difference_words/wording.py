"""Says what became of one document in another: every kind of value has its words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.difference import ABSENT, Change, ClauseDifference, aligned, clipped, word_runs
from agreements.difference_words.entries import Entry, entry_of, list_at
from agreements.difference_words.fields import Field, field_at
from agreements.difference_words.sentences import Marked, Sentence
from agreements.difference_words.titles import title_of, what_of
from agreements.difference_words.values import (
    LISTS,
    Names,
    list_items,
    number_of,
    value_words,
)
from agreements.editing import value_at
from agreements.editing.places import NoSuchPlace
from agreements.editing.readable import readable
from agreements.terms import MEASURES, Commitment, Terms, parse_terms
from agreements.wording import promise_sentence

_SHORT = 80
# What a promise's own sentence says, so that a new one need not say it again.
_IN_THE_SENTENCE = (
    "key", "party", "measure", "target", "within", "count", "channels", "from", "stage", "tiers",
)  # fmt: skip
_FOR_TIERS = ("within", "target", "count")


class Wording:
    """Says what became of ``before`` in ``after``; either may be a document that is not valid.

    ``calendars`` names the calendars by their keys.
    """

    def __init__(
        self,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        calendars: Mapping[str, str] | None = None,
    ) -> None:
        self._documents = (before, after)
        self._names = (Names(before, calendars), Names(after, calendars))

    def sentences(self, clause: ClauseDifference) -> tuple[Sentence, ...]:
        """Say what became of a clause; at least one sentence."""
        entry = entry_of(clause.steps)
        if clause.kind == "moved":
            return (self._moved(clause),)
        if entry is not None and clause.kind == "added":
            return tuple(self._added(clause, entry))
        if entry is not None and clause.kind == "removed":
            name = self._entry_name(clause.steps, clause.before, 0)
            return (Sentence(str(entry.removed), {"before": name}, ("before",)),)
        if entry is not None and entry.is_one_thing:
            return tuple(self._one_thing(clause))
        return tuple(
            sentence for change in clause.changes for sentence in self._change(clause, change)
        )

    def title(self, clause: ClauseDifference) -> str:
        """Name a clause in a few words, whatever became of it."""
        side = 0 if clause.after is ABSENT else 1
        value = clause.after if side else clause.before
        if list_at(clause.steps) is not None:
            return str(field_at(clause.steps).label)
        # An entry that says nothing of itself is named by the list it is in.
        named = title_of(clause.steps, value, self._names[side])
        return named or str(field_at(clause.steps[:1]).label)

    # -- entries that are new, gone or elsewhere

    def _moved(self, clause: ClauseDifference) -> Sentence:
        """Say that an entry stands elsewhere, or in which order those with keys stand now."""
        whole = list_at(clause.steps)
        if whole is not None:
            named = [self._name_now((*clause.steps, key)) for key in clause.after]
            return Sentence(str(whole.moved), {"after": ", ".join(named)})
        entry = entry_of(clause.steps)
        name = self._entry_name(clause.steps, clause.after, 1)
        return Sentence(str(entry.moved) if entry else "%(after)s", {"after": name})

    def _name_now(self, steps: tuple[str, ...]) -> str:
        try:
            value = value_at(self._documents[1], ".".join(step.replace(".", "~") for step in steps))
        except NoSuchPlace:
            value = ABSENT
        return title_of(steps, value, self._names[1])

    def _added(self, clause: ClauseDifference, entry: Entry) -> Iterator[Sentence]:
        """Say what is new, and whatever else the new entry says."""
        name = self._entry_name(clause.steps, clause.after, 1)
        yield Sentence(str(entry.added), {"after": name})
        if entry.is_one_thing or not isinstance(clause.after, Mapping):
            return
        said = self._said_of(clause, entry)
        details = [
            _("%(what)s: %(value)s") % {"what": what, "value": value}
            for change in clause.changes
            if change.steps and change.steps[0] not in said
            for what, value in [self._detail(clause, change)]
        ]
        if details:
            yield Sentence("%(details)s.", {"details": "; ".join(details)})

    def _said_of(self, clause: ClauseDifference, entry: Entry) -> tuple[str, ...]:
        """Name the values of a new entry that its name says already."""
        if clause.steps[0] != "commitments":
            return entry.said
        if isinstance(clause.after.get("statement"), str):
            return ("key", "statement")
        return _IN_THE_SENTENCE if self._promise(clause.after, 1) else ("key",)

    def _detail(self, clause: ClauseDifference, change: Change) -> tuple[str, str]:
        field = field_at((*clause.steps, *change.steps))
        value = value_words(field.kind, change.after, self._names[1], clause.after)
        sub = change.steps[-1] if field.is_keyed else ""
        return f"{field.label} {sub}".strip(), value

    def _one_thing(self, clause: ClauseDifference) -> Iterator[Sentence]:
        """Say what became of an entry that is one thing, such as a condition or a rung."""
        steps, what = clause.steps, str(field_at(clause.steps).label)
        if isinstance(clause.before, str) and isinstance(clause.after, str):
            yield from _text(what, clause.before, clause.after)
            return
        before = self._entry_name(steps, clause.before, 0)
        after = self._entry_name(steps, clause.after, 1)
        yield _became(what, before, after)

    def _entry_name(self, steps: tuple[str, ...], value: Any, side: int) -> str:
        """Say an entry: a commitment by its sentence, any other as it is called."""
        if steps[0] == "commitments" and (promise := self._promise(value, side)):
            return promise
        return title_of(steps, value, self._names[side])

    def _promise(self, value: Any, side: int) -> str:
        """Say a commitment as the document does; empty where it cannot be read."""
        if not isinstance(value, Mapping):
            return ""
        if isinstance(value.get("statement"), str):
            return str(value["statement"])
        terms = self._terms[side]
        try:
            commitment = Commitment.model_validate(dict(value))
            return promise_sentence(commitment, terms) if terms else ""
        except (ValueError, KeyError):
            return ""

    @cached_property
    def _terms(self) -> tuple[Terms | None, Terms | None]:
        """Both documents as terms, as far as they can be read."""
        before, after = (readable(document) for document in self._documents)
        return (
            None if before is None else parse_terms(before),
            None if after is None else parse_terms(after),
        )

    # -- single values

    def _change(self, clause: ClauseDifference, change: Change) -> Iterator[Sentence]:
        """Say what became of one value."""
        field = field_at((*clause.steps, *change.steps))
        what = self._what(clause, change, field)
        sides = [side for side in (change.before, change.after) if side is not ABSENT]
        if field.kind in LISTS and all(list_items(side) is not None for side in sides):
            yield from self._lists(what, field.kind, change)
        elif field.kind == "text" and len(sides) == 2 and all(isinstance(s, str) for s in sides):
            yield from _text(what, change.before, change.after)
        else:
            yield self._value(what, clause, change, field)

    def _what(self, clause: ClauseDifference, change: Change, field: Field) -> str:
        """Name a value; the time of a promise is called by what is promised."""
        entry = clause.after if clause.after is not ABSENT else clause.before
        if clause.steps[0] == "commitments" and isinstance(entry, Mapping):
            measure = MEASURES.get(str(entry.get("measure")))
            if measure and change.steps == ("within",):
                return _time_of(measure.name)
            if measure and change.steps == ("target",) and not measure.is_share:
                return _(measure.label)
        return what_of(clause, change, field, self._names)

    def _value(self, what: str, clause: ClauseDifference, change: Change, field: Field) -> Sentence:
        before, after = (
            field.otherwise if value is ABSENT else value for value in (change.before, change.after)
        )
        said = [
            "" if value is ABSENT else value_words(field.kind, value, names, entry)
            for value, names, entry in zip(
                (before, after), self._names, (clause.before, clause.after), strict=True
            )
        ]
        if before is ABSENT:
            return Sentence(_("%(what)s: now %(after)s."), {"what": what, "after": said[1]})
        if after is ABSENT:
            return _dropped(what, said[0])
        if said[0] == said[1] and ABSENT in (change.before, change.after):
            return _written_out(what, said[1], is_now=change.before is ABSENT)
        rise = _rise(field.kind, (before, after), (clause.before, clause.after))
        if clause.steps == ("handoff", "threshold") and rise:
            return _threshold(rise, value_words("number", before, self._names[0]), said[1])
        return _became(what, said[0], said[1], rise, self._tiers(clause, change))

    def _tiers(self, clause: ClauseDifference, change: Change) -> str:
        """Name the tiers that a changed promise is for; empty where it is for all."""
        if clause.steps[0] != "commitments" or change.steps[:1] not in [(n,) for n in _FOR_TIERS]:
            return ""
        tiers = clause.after.get("tiers") if isinstance(clause.after, Mapping) else None
        return value_words("tiers", tiers, self._names[1]) if tiers else ""

    def _lists(self, what: str, kind: str, change: Change) -> Iterator[Sentence]:
        """Say which entries of a list of texts are added, dropped or worded anew."""
        left, right = (list_items(side) or [] for side in (change.before, change.after))
        if left == right:
            said = value_words(kind, left, self._names[1])
            yield _became(what, said, said)
            return
        gone, come = [], []
        for i, j in aligned(left, right):
            if i is not None and j is not None and left[i] != right[j] and kind == "texts":
                yield from _text(what, left[i], right[j])
            elif i is None or j is None or left[i] != right[j]:
                gone += [] if i is None else [left[i]]
                come += [] if j is None else [right[j]]
        if gone:
            said = value_words(kind, gone, self._names[0])
            yield _dropped(what, said, len(gone))
        if come:
            said = value_words(kind, come, self._names[1])
            template = ngettext(
                "%(what)s: %(after)s is added.", "%(what)s: %(after)s are added.", len(come)
            )
            yield Sentence(template, {"what": what, "after": said})
        kept = [[each for each in side if each in left and each in right] for side in (left, right)]
        if kept[0] != kept[1] and Counter(kept[0]) == Counter(kept[1]):
            said = value_words(kind, right, self._names[1])
            yield Sentence(
                _("%(what)s: the order becomes %(after)s."), {"what": what, "after": said}
            )


def _text(what: str, before: str, after: str) -> Iterator[Sentence]:
    """Say what became of a text: short ones whole, of long ones what is around the changes."""
    if max(len(before), len(after)) <= _SHORT:
        yield _became(what, f"“{before}”", f"“{after}”")
        return
    text = Marked(clipped(word_runs(before, after)))
    yield Sentence(_("%(what)s, worded anew: %(text)s"), {"what": what, "text": text}, ())


def _became(what: str, before: str, after: str, rise: int = 0, tiers: str = "") -> Sentence:
    """Say that a value became another; ``rise`` is over zero for more, under it for less."""
    values = {"what": what, "before": before, "after": after, "tiers": tiers}
    if before == after:
        text = _("%(what)s: written in another form; in words it stays %(after)s.")
        return Sentence(text, values, ())
    if tiers:
        templates = (
            _("%(what)s: %(before)s becomes %(after)s for %(tiers)s."),
            _("%(what)s: %(before)s rises to %(after)s for %(tiers)s."),
            _("%(what)s: %(before)s falls to %(after)s for %(tiers)s."),
        )
    else:
        templates = (
            _("%(what)s: %(before)s becomes %(after)s."),
            _("%(what)s: %(before)s rises to %(after)s."),
            _("%(what)s: %(before)s falls to %(after)s."),
        )
    return Sentence(templates[rise], values)


def _dropped(what: str, before: str, number: int = 1) -> Sentence:
    """Say that a value, or so many of a list, are no longer there."""
    text = ngettext("%(what)s: %(before)s is dropped.", "%(what)s: %(before)s are dropped.", number)
    return Sentence(text, {"what": what, "before": before}, ("before",))


def _written_out(what: str, value: str, *, is_now: bool) -> Sentence:
    """Say that a value holds as before, although the document begins or ends to say so."""
    text = (
        _("%(what)s: stays %(value)s, now written out.")
        if is_now
        else _("%(what)s: stays %(value)s, no longer written out.")
    )
    return Sentence(text, {"what": what, "value": value}, ())


def _threshold(rise: int, before: str, after: str) -> Sentence:
    text = (
        _("The threshold rises from %(before)s to %(after)s.")
        if rise > 0
        else _("The threshold falls from %(before)s to %(after)s.")
    )
    return Sentence(text, {"before": before, "after": after})


def _rise(kind: str, values: tuple[Any, Any], entries: tuple[Any, Any]) -> int:
    """Tell whether a number grew (1) or shrank (-1); 0 where that cannot be said."""
    measures = [e.get("measure") if isinstance(e, Mapping) else None for e in entries]
    if kind == "target" and measures[0] != measures[1]:
        return 0
    before, after = (number_of(kind, value, measures[1]) for value in values)
    if before is None or after is None:
        return 0
    return (after > before) - (after < before)


def _time_of(measure: str) -> str:
    return {
        "handover": _("Hand over"),
        "routing": _("Assign"),
        "acceptance": _("Accept or reject"),
        "first_follow_up": _("First follow-up"),
        "persistence": _("Time for the attempts"),
        "disposition": _("Outcome"),
        "stage_age": _("Move on"),
        "conversion_rate": _("Time to convert"),
    }.get(measure, _("Time"))
