"""The differences of two texts as rows: in words, in the text, by whom."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agreements.difference import ClauseDifference, Difference
from agreements.difference_texts import Pair, SectionPair
from agreements.difference_words import Marked, Sentence, Wording

_WORD = re.compile(r"\w+")
# From how much of what changed in the words a passage has to show, so that it is theirs.
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
        found = _place_of(clause, sentences, changed)
        row = by_pair.get(found) if found is not None else None
        if row is None:
            row = Row()
            place = found if found is not None else place
            rows.append((place, row))
        if found is not None:
            by_pair[found] = row
        row.clauses.append(clause)
        row.sentences.extend(sentences)
    for number, pair in enumerate(changed):
        if number in by_pair:
            by_pair[number].pairs.append(pair)
        elif pair.is_changed:
            rows.append((number, Row(pairs=[pair])))
    return [row for _place, row in sorted(rows, key=lambda each: each[0])]


def _place_of(
    clause: ClauseDifference, sentences: Sequence[Sentence], changed: Sequence[Pair]
) -> int | None:
    """Return which changed passage words a clause; None where the text does not have it."""
    if clause.steps[0] == "commitments":
        keys = [pair.shown.key for pair in changed]
        return keys.index(clause.steps[1]) if clause.steps[-1] in keys else None
    wanted = Counter(_changed_words(sentences))
    if not wanted:
        return None
    scores = [
        (wanted & Counter(_marked_words(pair.inline))).total() / wanted.total() for pair in changed
    ]
    best = max(scores, default=0.0)
    return scores.index(best) if best >= _ENOUGH else None


def _changed_words(sentences: Sequence[Sentence]) -> Iterator[str]:
    """Go through the words of the sentences that one side has and the other has not."""
    for sentence in sentences:
        for value in sentence.values.values():
            if isinstance(value, Marked):
                yield from _marked_words(value)
        sides = [
            Counter(_WORD.findall(str(sentence.values.get(name, "")).casefold()))
            for name in ("before", "after")
        ]
        yield from (sides[0] - sides[1]).elements()
        yield from (sides[1] - sides[0]).elements()


def _marked_words(text: Marked) -> Iterator[str]:
    for run in text.runs:
        if run.kind != "same":
            yield from _WORD.findall(run.text.casefold())


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
