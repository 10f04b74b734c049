"""Facts as a source tells them, before they are kept: values that know their own content."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple

# Who told it and when it was revised are about the telling, not about what is told.
_NOT_CONTENT = frozenset({"lead", "source", "external_id", "revised_at", "if_none"})


class Named(NamedTuple):
    """What a source calls a lead or a handoff."""

    source: str
    external_id: str


def by_source(names: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    """Return what each source calls leads, handoffs or facts."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for source, external_id in names:
        found[source].add(external_id)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fact about a lead that ``source`` calls ``external_id``; instants are aware."""

    kind: ClassVar[str]

    lead: Named
    source: str
    external_id: str
    occurred_at: datetime
    revised_at: datetime | None = None
    is_retracted: bool = False
    correction_reason: str = ""

    @property
    def content_hash(self) -> str:
        """Tell contents apart: equal for a repeat, different for a revision; 32 hex digits."""
        cells = [_PLAIN.get(type(cell), _plain)(cell) for cell in _content(self)]
        return hashlib.blake2b("\x1f".join([*cells, ""]).encode(), digest_size=16).hexdigest()


_content_of: dict[type, Callable[[Told], tuple[Any, ...]]] = {}


def _content(fact: Told) -> tuple[Any, ...]:
    """Return the values that make the content of a fact."""
    kind = type(fact)
    if kind not in _content_of:
        names = (each.name for each in fields(kind) if each.name not in _NOT_CONTENT)
        _content_of[kind] = attrgetter(*names)
    return _content_of[kind](fact)


def _plain(value: Any) -> str:
    """Write a value so that equal contents read equal, whatever zone an instant came in."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}={_plain(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, datetime):
        return f"@{value.timestamp():.6f}"
    return f"s{value}" if isinstance(value, str) else repr(value)


# By type, because it is asked for every value of every fact.
_PLAIN: dict[type, Callable[[Any], str]] = {
    str: "s".__add__,
    bool: repr,
    type(None): lambda _: "None",
    datetime: lambda at: f"@{at.timestamp():.6f}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStage(Told):
    """The lead reached a stage of the agreement's funnel.

    With ``if_none`` that is told only if nothing else tells of a stage of the lead.
    """

    kind: ClassVar[str] = "stage"
    stage: str
    if_none: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent(Told):
    """Something was done about a handoff; ``event`` is a ``HandoffEvent.Kind``.

    ``person_id`` is the key of a user: to whom it was assigned, or who did it.
    """

    kind: ClassVar[str] = "event"
    handoff: Named
    event: str
    person_id: int | None = None
    to_queue: bool = False
    reason: str = ""
    is_overturned: bool | None = None
    until: datetime | None = None
    note: str = ""
    answers: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFollowUp(Told):
    """Somebody, or an automatic mailing, followed up."""

    kind: ClassVar[str] = "follow_up"
    channel: str
    outcome: str
    evidence: str
    direction: str = "outbound"
    is_automated: bool = False
    person_id: int | None = None
    note: str = ""
    next_step: str = ""
    next_step_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDeal(Told):
    """A deal under the lead was won or lost."""

    kind: ClassVar[str] = "deal"
    status: str
    amount: Decimal | None = None
    currency: str = ""
    reason: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSatisfaction(Told):
    """Somebody said how content they are, on the scale of whoever asked."""

    kind: ClassVar[str] = "satisfaction"
    score: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAttributes(Told):
    """What is known of the lead from this instant on, key by key."""

    kind: ClassVar[str] = "attributes"
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldMerge(Told):
    """The lead was found to be another one, which is kept."""

    kind: ClassVar[str] = "merge"
    kept: Named
