"""Two texts word by word: what stays, what goes, what comes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "deleted", "inserted"]

_TOKENS = re.compile(r"[ \t\n]+|[.,;:!?()“”]|[^ \t\n.,;:!?()“”]+(?:[.,:][^ \t\n.,;:!?()“”]+)*")
_TOO_DIFFERENT = 0.25
_CONTEXT = 6


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that stays, or is deleted, or is inserted."""

    kind: Kind
    text: str


def word_runs(before: str, after: str) -> tuple[Run, ...]:
    """Split two texts into runs; the kept ones with the deleted are the first text, whole.

    Texts that have next to nothing in common are deleted and inserted whole, which reads better
    than a confetti of words. A no-break space is part of its word: "4 h" is one.
    """
    left, right = _TOKENS.findall(before), _TOKENS.findall(after)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if before and after and matcher.ratio() < _TOO_DIFFERENT:
        return (Run("deleted", before), Run("inserted", after))
    return tuple(_joined(_raw(matcher, left, right)))


def _raw(
    matcher: "SequenceMatcher[str]", left: Sequence[str], right: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Tell the deleted and inserted text of each stretch; equal ones have both alike."""
    for _tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield "".join(left[i1:i2]), "".join(right[j1:j2])


def _joined(stretches: Iterator[tuple[str, str]]) -> Iterator[Run]:
    """Join changes that only a space parts, and drop runs without text."""
    gone = come = ""
    for deleted, inserted in stretches:
        is_change = deleted != inserted
        if is_change or (not deleted.strip() and (gone or come)):
            gone, come = gone + deleted, come + inserted
            continue
        yield from _change(gone, come)
        gone = come = ""
        yield Run("same", deleted)
    yield from _change(gone, come)


def _change(gone: str, come: str) -> Iterator[Run]:
    if gone == come:
        if gone:
            yield Run("same", gone)
        return
    # What both end with was only carried along, mostly a space.
    end = gone[len(gone.rstrip()) :]
    shared = end if end and come.endswith(end) else ""
    gone, come = gone.removesuffix(shared), come.removesuffix(shared)
    if gone:
        yield Run("deleted", gone)
    if come:
        yield Run("inserted", come)
    if shared:
        yield Run("same", shared)


def clipped(runs: Sequence[Run], context: int = _CONTEXT) -> tuple[Run, ...]:
    """Shorten what stays to some words beside each change, with “…” for the rest."""
    if len(runs) == 1:
        return tuple(runs)
    shown = []
    for place, run in enumerate(runs):
        words = run.text.split(" ")
        if run.kind != "same" or len(words) <= 2 * context + 3:
            shown.append(run)
            continue
        # One more than the context: a text that begins or ends with a space has an empty word.
        head = " ".join(words[: context + 1]) + " " if place else ""
        tail = " " + " ".join(words[-context - 1 :]) if place < len(runs) - 1 else ""
        shown.append(Run("same", f"{head}…{tail}"))
    return tuple(shown)
