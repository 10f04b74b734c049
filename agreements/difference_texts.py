"""Two texts of an agreement passage by passage: the very words of the document page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from agreements.difference import Run, aligned, clipped, in_order, sections_at, word_runs
from agreements.difference_words import Marked
from agreements.document import Section
from agreements.terms import Problem


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a clause or a row of a table; ``key`` is a clause's, ``head`` a row's."""

    number: str
    text: str
    key: str = ""
    head: str = ""


@dataclass(frozen=True)
class Pair:
    """A passage in both texts; None where one does not have it.

    ``is_withheld`` says that one text lacks it only because it cannot be worded yet.
    """

    before: Passage | None
    after: Passage | None
    is_withheld: bool = False

    @property
    def shown(self) -> Passage:
        """The passage as it is called now: the later one, if there is one."""
        return self.after or self.before or Passage("", "")

    @property
    def is_changed(self) -> bool:
        """Whether the words differ, or stand in one text only."""
        texts = [each.text if each else None for each in (self.before, self.after)]
        return texts[0] != texts[1] and not self.is_withheld

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Both texts in one, word by word."""
        if self.is_withheld:
            return (Run("same", self.shown.text),)
        return word_runs(*(each.text if each else "" for each in (self.before, self.after)))

    @property
    def inline(self) -> Marked:
        """The text with what was deleted and inserted."""
        return Marked(self.runs)

    @property
    def short(self) -> Marked:
        """The changes with the words around them."""
        return Marked(clipped(self.runs))

    @property
    def left(self) -> Marked:
        """The earlier text with what was deleted."""
        return Marked([run for run in self.runs if run.kind != "inserted"])

    @property
    def right(self) -> Marked:
        """The later text with what was inserted."""
        return Marked([run for run in self.runs if run.kind != "deleted"])


@dataclass(frozen=True, slots=True)
class SectionPair:
    """A section of the document in both texts, named as in the later one that has it."""

    key: str
    number: int
    title: str
    pairs: tuple[Pair, ...]


def paired_sections(
    before: Sequence[Section],
    after: Sequence[Section],
    problems: tuple[Sequence[Problem], Sequence[Problem]] = ((), ()),
) -> tuple[SectionPair, ...]:
    """Pair the sections and passages of two texts, in the order of the later one.

    ``problems`` are those of either document: what they kept out of a text was not deleted.
    """
    left, right = ({section.key: section for section in side} for side in (before, after))
    found = []
    for key in in_order(list(left), list(right)):
        shown = right.get(key) or left[key]
        pairs = [*_pairs(left.get(key), right.get(key))]
        marked = tuple(_withheld(pair, key, problems) for pair in pairs)
        found.append(SectionPair(key, shown.number, shown.title, marked))
    return tuple(found)


def _pairs(before: Section | None, after: Section | None) -> Iterator[Pair]:
    yield from _aligned(_paragraphs(before), _paragraphs(after))
    left, right = ({each.key: each for each in _clauses(side)} for side in (before, after))
    for key in in_order(list(left), list(right)):
        yield Pair(left.get(key), right.get(key))
    yield from _joined_by_head([*_aligned(_rows(before), _rows(after))])


def _aligned(before: Sequence[Passage], after: Sequence[Passage]) -> Iterator[Pair]:
    for i, j in aligned([each.text for each in before], [each.text for each in after]):
        yield Pair(None if i is None else before[i], None if j is None else after[j])


def _joined_by_head(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Join rows that begin alike although all their figures differ."""
    gone = {each.before.head: each.before for each in pairs if each.before and not each.after}
    come = {each.after.head for each in pairs if each.after and not each.before}
    for pair in pairs:
        if pair.after and not pair.before:
            yield Pair(gone.get(pair.after.head), pair.after)
        elif pair.after or pair.shown.head not in come:
            yield pair


def _paragraphs(section: Section | None) -> list[Passage]:
    return [Passage(number, text) for number, text in section.numbered] if section else []


def _clauses(section: Section | None) -> list[Passage]:
    return [
        Passage(clause.key, " ".join((clause.sentence, *clause.fine_print)), clause.key)
        for clause in (section.clauses if section else ())
    ]


def _rows(section: Section | None) -> list[Passage]:
    if section is None or section.table is None:
        return []
    first = len(section.paragraphs) + 1
    return [
        Passage(f"{section.number}.{number}", _row(row), head=row[0])
        for number, row in enumerate(section.table.rows, first)
    ]


def _row(cells: Iterable[str]) -> str:
    first, *others = cells
    return f"{first}: {', '.join(cell for cell in others if cell)}" if any(others) else first


def _withheld(pair: Pair, key: str, problems: tuple[Sequence[Problem], Sequence[Problem]]) -> Pair:
    """Mark a pair whose missing passage has a problem, so that it is not told as deleted."""
    for side, found in ((pair.before, problems[0]), (pair.after, problems[1])):
        if side is None and any(_is_about(each, pair.shown, key) for each in found):
            return Pair(pair.before, pair.after, is_withheld=True)
    return pair


def _is_about(problem: Problem, passage: Passage, section: str) -> bool:
    if passage.key:
        return f"{problem.path}.".startswith(f"commitments.{passage.key}.")
    return section in sections_at(problem.path)
