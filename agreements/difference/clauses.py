"""Two documents clause by clause, in the order in which the document page reads."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agreements.difference.aligning import aligned
from agreements.difference.changes import ABSENT, Change, changes_between, is_same

Kind = Literal["added", "removed", "changed", "moved"]

OTHER = "other"
"""The section of what no terms know: a draft may hold it until somebody corrects it."""

# Section of the document, place in the terms, and what a clause is there: the whole value, each
# entry with a key, each entry of a list without keys, or each value of a mapping.
_PLAN: tuple[tuple[str, str, Literal["whole", "keyed", "listed", "mapped"]], ...] = (
    ("parties", "schema", "whole"),
    ("parties", "kind", "whole"),
    ("parties", "time_zone", "whole"),
    ("parties", "hours", "whole"),
    ("parties", "calendar", "whole"),
    ("parties", "calendars", "mapped"),
    ("parties", "currency", "whole"),
    ("parties", "exchange_rates", "mapped"),
    ("objectives", "objectives", "keyed"),
    ("objectives", "assumptions", "listed"),
    ("handoff", "funnel.stages", "keyed"),
    ("handoff", "funnel.goal", "whole"),
    ("handoff", "funnel.rates", "mapped"),
    ("handoff", "funnel.lag", "mapped"),
    ("handoff", "funnel.targets", "mapped"),
    ("handoff", "capacity", "whole"),
    ("handoff", "scope", "whole"),
    ("handoff", "handoff.definition", "whole"),
    ("handoff", "handoff.rules", "listed"),
    ("handoff", "handoff.scoring", "listed"),
    ("handoff", "handoff.threshold", "whole"),
    ("handoff", "handoff.bypass", "whole"),
    ("handoff", "handoff.required_fields", "whole"),
    ("handoff", "handoff.queue", "whole"),
    ("handoff", "qualification", "whole"),
    ("tiers", "tiers", "keyed"),
    ("marketing", "commitments", "keyed"),
    ("sales", "commitments", "keyed"),
    ("escalation", "escalation", "listed"),
    ("escalation", "channels", "keyed"),
    ("escalation", "notices", "whole"),
    ("reasons", "reasons.rejection", "keyed"),
    ("reasons", "reasons.disqualification", "keyed"),
    ("reasons", "reasons.recycling", "keyed"),
    ("reasons", "reasons.pause", "keyed"),
    ("reasons", "reasons.breach_causes", "keyed"),
    ("reasons", "reasons.exceptions", "keyed"),
    ("reasons", "pause", "whole"),
    ("reasons", "contest", "whole"),
    ("reasons", "recycle", "whole"),
    ("reasons", "late_logging", "whole"),
    ("reasons", "close", "whole"),
    ("roles", "roles", "listed"),
    ("reviews", "review", "whole"),
)
LISTS = tuple(dict.fromkeys(place for _section, place, how in _PLAN if how in ("keyed", "listed")))
"""The lists of a document whose entries are clauses of their own."""

_PARTIES = ("marketing", "sales")
# Parts whose own keys are clauses; what they hold besides is compared key by key.
_OPENED = ("funnel", "handoff", "reasons")


@dataclass(frozen=True, slots=True)
class ClauseDifference:
    """A clause that was added, removed, changed or moved.

    ``steps`` lead to it: an entry of a list is named by its own key, else counted from 1, in the
    later document unless it was removed. ``changes`` tell every value that differs, all of them
    for a clause that was added or removed. Where the order of a list with keys changed, the
    clause is the list itself, ``before`` and ``after`` are the keys both have.
    """

    section: str
    steps: tuple[str, ...]
    kind: Kind
    before: Any
    after: Any
    changes: tuple[Change, ...] = ()

    @property
    def path(self) -> str:
        """Its place, as problems and comments name it."""
        return ".".join(step.replace(".", "~") for step in self.steps)


@dataclass(frozen=True, slots=True)
class Difference:
    """The clauses that differ, in the order of the document; the others are only counted."""

    clauses: tuple[ClauseDifference, ...]
    unchanged: int

    def __bool__(self) -> bool:
        return bool(self.clauses)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """Tell what differs between two documents, valid or not; nothing for equal ones."""
    found: list[ClauseDifference] = []
    unchanged = 0
    for section, place, steps, sides in _places(before, after):
        for each in _compared(section, place, steps, sides):
            if isinstance(each, ClauseDifference):
                found.append(each)
            else:
                unchanged += each
    return Difference(tuple(found), unchanged)


def sections_at(path: str) -> tuple[str, ...]:
    """Return the sections of the document that a place may stand in; a commitment's are two."""
    steps = path.split(".")
    return tuple(
        dict.fromkeys(
            section
            for section, place, _how in _PLAN
            if steps[: place.count(".") + 1] == place.split(".")[: len(steps)]
        )
    )


def list_of(steps: tuple[str, ...]) -> str:
    """Return where a clause keeps its name in every text: a list whose entries have no key as such.

    Any other clause is kept under its own path.
    """
    place = ".".join(steps[:-1])
    is_listed = any(place == own and how == "listed" for _section, own, how in _PLAN)
    return place if is_listed else ".".join(step.replace(".", "~") for step in steps)


def clause_at(path: str) -> str:
    """Return the path of the clause that a place belongs to: "commitments.S1" for its target."""
    steps = path.split(".")
    for _section, place, how in _PLAN:
        own = place.split(".")
        if steps[: len(own)] == own:
            return ".".join(steps[: len(own) + (how != "whole")])
    return ".".join(steps[: 1 + (steps[0] in _OPENED)])


Sides = tuple[Any, Any]
Found = Iterator[tuple[str, str, tuple[str, ...], Sides]]


def _places(before: Mapping[str, Any], after: Mapping[str, Any]) -> Found:
    """Go through the places of both documents in order: section, how, steps and both values."""
    closed = _closed(before, after)
    seen: set[str] = set()
    for section, place, how in _PLAN:
        top, _, inner = place.partition(".")
        if top in closed:
            if top not in seen:
                yield section, "whole", (top,), _at(before, after, (top,))
        else:
            steps = (top, inner) if inner else (top,)
            yield section, how, steps, _at(before, after, steps)
        seen.add(top)
        if inner and top not in closed and place == _LAST_OF[top]:
            yield from _unknown(section, before, after, (top,))
    for key in dict.fromkeys((*after, *before)):
        if key not in seen:
            yield OTHER, "whole", (str(key),), _at(before, after, (str(key),))


_LAST_OF = {place.partition(".")[0]: place for _, place, _ in _PLAN if "." in place}


def _closed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Name the parts that should be mappings and are none on some side."""
    return {
        top
        for top in _OPENED
        for side in (before, after)
        if not isinstance(side.get(top, {}), Mapping)
        or (is_same(side.get(top), {}) and top not in (before if side is after else after))
    }


def _unknown(
    section: str, before: Mapping[str, Any], after: Mapping[str, Any], steps: tuple[str, ...]
) -> Found:
    left, right = (side if isinstance(side, Mapping) else {} for side in _at(before, after, steps))
    known = {place.partition(".")[2] for _, place, _ in _PLAN if place.startswith(f"{steps[0]}.")}
    for key in dict.fromkeys((*right, *left)):
        if key not in known:
            inner = (*steps, str(key))
            yield section, "whole", inner, _at(before, after, inner)


def _at(before: Any, after: Any, steps: Sequence[str]) -> Sides:
    for step in steps:
        before = before.get(step, ABSENT) if isinstance(before, Mapping) else ABSENT
        after = after.get(step, ABSENT) if isinstance(after, Mapping) else ABSENT
    return before, after


def _compared(
    section: str, how: str, steps: tuple[str, ...], sides: Sides
) -> Iterator[ClauseDifference | int]:
    """Yield the clauses that differ at a place, and for each that does not a 1."""
    present = [side for side in sides if side is not ABSENT]
    of_sales = steps == ("commitments",) and section != _PARTIES[0]
    if not present:
        return
    if not _has_entries(how, present):
        if not of_sales:
            yield _whole(section, steps, sides)
        return
    left, right = (side if side is not ABSENT else () for side in sides)
    match how:
        case "keyed":
            yield from _keyed(section, steps, left, right)
        case "listed":
            yield from _listed(section, steps, left, right)
        case _:
            yield from _mapped(section, steps, dict(left), dict(right))


def _has_entries(how: str, present: Sequence[Any]) -> bool:
    """Whether a place is compared entry by entry: both sides have the form for it.

    An empty list that only one side has is no entry, yet a difference.
    """
    form = {"keyed": list, "listed": list, "mapped": Mapping}.get(how)
    return (
        form is not None
        and all(isinstance(side, form) for side in present)
        and not (len(present) == 1 and not present[0])
    )


def _whole(section: str, steps: tuple[str, ...], sides: Sides) -> ClauseDifference | int:
    before, after = sides
    if is_same(before, after):
        return 1
    kind: Kind = "added" if before is ABSENT else "removed" if after is ABSENT else "changed"
    found = changes_between(before, after, steps[-1:])
    changes = tuple(Change(each.steps[1:], each.before, each.after) for each in found)
    return ClauseDifference(section, steps, kind, before, after, changes)


def _mapped(
    section: str, steps: tuple[str, ...], left: Mapping[str, Any], right: Mapping[str, Any]
) -> Iterator[ClauseDifference | int]:
    for key in in_order(list(left), list(right)):
        yield _whole(section, (*steps, key), (left.get(key, ABSENT), right.get(key, ABSENT)))


def _keyed(
    section: str, steps: tuple[str, ...], before: Sequence[Any], after: Sequence[Any]
) -> Iterator[ClauseDifference | int]:
    left, right = _named(before), _named(after)
    for name in in_order(list(left), list(right)):
        sides = (left.get(name, ABSENT), right.get(name, ABSENT))
        if steps != ("commitments",) or _party(sides) == section:
            yield _whole(section, (*steps, name), sides)
    both = [name for name in right if name in left]
    former = [name for name in left if name in right]
    if both != former and (steps != ("commitments",) or section == _PARTIES[0]):
        yield ClauseDifference(section, steps, "moved", former, both)


def _named(entries: Sequence[Any]) -> dict[str, Any]:
    """Name entries by their keys; one without a key, or with that of another, by its place."""
    keys = [entry.get("key") if isinstance(entry, Mapping) else None for entry in entries]
    often = Counter(key for key in keys if isinstance(key, str))
    return {
        key if isinstance(key, str) and often[key] == 1 else str(place): entry
        for place, (key, entry) in enumerate(zip(keys, entries, strict=True), start=1)
    }


def _party(sides: Sides) -> str:
    """The side of the document that a commitment stands on: its party's, the first for none."""
    entry = sides[1] if sides[1] is not ABSENT else sides[0]
    party = entry.get("party") if isinstance(entry, Mapping) else None
    return party if party in _PARTIES else _PARTIES[0]


def _listed(
    section: str, steps: tuple[str, ...], before: Sequence[Any], after: Sequence[Any]
) -> Iterator[ClauseDifference | int]:
    furthest = -1
    for i, j in aligned(before, after):
        name = str((i or 0 if j is None else j) + 1)
        sides = (
            ABSENT if i is None else before[i],
            ABSENT if j is None else after[j],
        )
        found = _whole(section, (*steps, name), sides)
        if i is not None and j is not None and found == 1 and i < furthest:
            yield ClauseDifference(section, (*steps, name), "moved", sides[0], sides[1])
        else:
            yield found
        if i is not None and j is not None:
            furthest = max(furthest, i)


def in_order(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return all names in the order of the later list, the removed ones where they stood."""
    order = list(after)
    previous = ""
    for name in before:
        if name not in after:
            order.insert(order.index(previous) + 1 if previous in order else 0, name)
        previous = name
    return order
