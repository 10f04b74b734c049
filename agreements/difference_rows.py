"""The differences of two texts as rows: in words, in the text, by whom."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agreements.difference import ClauseDifference, Difference, likeness
from agreements.difference_texts import Pair, SectionPair
from agreements.difference_words import Marked, Sentence, Wording

# A number is one word with its separators.
_WORD = re.compile(r"\w+(?:[.,:]\w+)*")
# More than this much of what changed in the words has to show in a passage that is theirs.
_ENOUGH = 0.5


@dataclass(slots=True)
class Row:
    """What changed in one place of the text: several clauses may stand in one passage."""

    clauses: list[ClauseDifference] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    @property
    def number(self) -> str:
        """How the document numbers the place; empty where its text does not have it."""
        if self.pairs:
            return self.pairs[0].shown.number
        clause = self.clauses[0]
        is_commitment = clause.steps[0] == "commitments" and len(clause.steps) == 2
        return clause.steps[1] if is_commitment else ""

    @property
    def is_promise(self) -> bool:
        """Whether the number is the key of a commitment."""
        return any(clause.steps[0] == "commitments" for clause in self.clauses)


def rows_of(
    differences: Difference, section: str, pairs: Sequence[Pair], wording: Wording
) -> list[Row]:
    """Return the rows of one section of the document, in its order.

    A changed passage that no clause of the section explains has a row without sentences: its
    words follow from a change elsewhere.
    """
    changed = [pair for pair in pairs if pair.is_changed or pair.is_withheld]
    by_pair: dict[int, Row] = {}
    rows: list[tuple[int, Row]] = []
    place = -1
    for clause in differences.clauses:
        if clause.section != section:
            continue
        sentences = wording.sentences(clause)
        found = _place_of(clause, sentences, changed, by_pair.keys())
        row = by_pair.get(found) if found is not None else None
        if row is None:
            row = Row()
            place = found if found is not None else place
            rows.append((place, row))
        if found is not None:
            by_pair[found] = row
        row.clauses.append(clause)
        row.sentences.extend(sentences)
    rows += _others(changed, by_pair)
    return [row for _place, row in sorted(rows, key=lambda each: each[0])]


def _others(changed: Sequence[Pair], by_pair: Mapping[int, Row]) -> Iterator[tuple[int, Row]]:
    """Give each row its passages; those of no clause that stand together share one."""
    last: Row | None = None
    for number, pair in enumerate(changed):
        if number in by_pair:
            by_pair[number].pairs.append(pair)
            # The rows of a table follow its first one.
            last = by_pair[number] if pair.shown.head else None
        elif pair.is_changed and last is not None and not pair.shown.key:
            last.pairs.append(pair)
        elif pair.is_changed:
            last = Row(pairs=[pair])
            yield number, last


def _place_of(
    clause: ClauseDifference,
    sentences: Sequence[Sentence],
    changed: Sequence[Pair],
    taken: Collection[int],
) -> int | None:
    """Return which changed passage words a clause; None where the text does not have it.

    Of passages that show it equally well, one that is not another clause's already.
    """
    if clause.steps[0] == "commitments":
        keys = [pair.shown.key for pair in changed]
        return keys.index(clause.steps[1]) if clause.steps[-1] in keys else None
    if clause.steps[0] == "funnel" and clause.steps[1:2] != ("stages",):
        # What is planned differently shows in the table of targets.
        return next((place for place, pair in enumerate(changed) if pair.shown.head), None)
    gone, come = _changed_words(sentences)
    wanted = gone.total() + come.total()
    if not wanted:
        return None
    said = " ".join(str(sentence) for sentence in sentences)
    scores = [
        ((gone & deleted).total() + (come & inserted).total()) / wanted
        for deleted, inserted in (_marked_words(pair.inline) for pair in changed)
    ]
    ranked = [
        (score, place not in taken, likeness(said, str(pair.inline)), -place)
        for place, (score, pair) in enumerate(zip(scores, changed, strict=True))
        if score > _ENOUGH
    ]
    return -max(ranked)[3] if ranked else None


Words = Counter[str]


def _changed_words(sentences: Sequence[Sentence]) -> tuple[Words, Words]:
    """Return the words that only the earlier value has, and those that only the later has."""
    gone: Words = Counter()
    come: Words = Counter()
    for sentence in sentences:
        for value in sentence.values.values():
            if isinstance(value, Marked):
                deleted, inserted = _marked_words(value)
                gone, come = gone + deleted, come + inserted
        before, after = (_words(str(sentence.values.get(name, ""))) for name in ("before", "after"))
        gone, come = gone + (before - after), come + (after - before)
    return gone, come


def _marked_words(text: Marked) -> tuple[Words, Words]:
    kinds = ("deleted", "inserted")
    deleted, inserted = (
        _words(" ".join(run.text for run in text.runs if run.kind == kind)) for kind in kinds
    )
    return deleted, inserted


def _words(text: str) -> Words:
    return Counter(_WORD.findall(text.casefold()))


@dataclass(frozen=True, slots=True)
class RowGroup:
    """The rows of a section."""

    title: str
    rows: tuple[Row, ...]


def groups_of(
    differences: Difference,
    sections: Sequence[SectionPair],
    wording: Wording,
    titles: Mapping[str, str],
) -> list[RowGroup]:
    """Return the sections that have rows; ``titles`` are of those that neither text has."""
    known = {section.key: section for section in sections}
    keys = [section.key for section in sections]
    keys += dict.fromkeys(c.section for c in differences.clauses if c.section not in known)
    groups = []
    for key in keys:
        section = known.get(key)
        rows = rows_of(differences, key, section.pairs if section else (), wording)
        if rows:
            groups.append(RowGroup(section.title if section else titles[key], tuple(rows)))
    return groups
