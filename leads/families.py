"""Which leads were found to be one, and since when: what is told of one since is told of all.

What was told before a merge stays with the lead it was told of: finding two leads to be one changes
nothing that happened, and parting them brings everything back. Pure.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from agreements.criteria import is_missing

_BARRED, _VERIFIED = "do_not_contact", "email_verified"


class Told(Protocol):
    """Something that happened."""

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""


class MergeRow(NamedTuple):
    """That a lead was found to be another one, which is kept."""

    occurred_at: datetime
    source: str
    external_id: str
    kept_id: int


class ChangeRow(NamedTuple):
    """What somebody told of a lead's attributes."""

    occurred_at: datetime
    source: str
    external_id: str
    recorded_at: datetime
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Joining:
    """A merge, and the leads on either side of it that were one before."""

    merged_id: int
    merge: MergeRow
    merged_ids: frozenset[int]
    kept_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Families:
    """The leads that were merged with others; ``merges`` are by the lead that was merged away."""

    merges: Mapping[int, MergeRow] = field(default_factory=dict)

    def joinings(self) -> Iterator[Joining]:
        """Give the merges in the order they happened; one of leads that are one already is none."""
        groups: dict[int, frozenset[int]] = {}
        for merged_id, merge in sorted(self.merges.items(), key=lambda each: each[1][:3]):
            merged_ids = groups.get(merged_id, frozenset({merged_id}))
            kept_ids = groups.get(merge.kept_id, frozenset({merge.kept_id}))
            if merged_ids != kept_ids:
                yield Joining(merged_id, merge, merged_ids, kept_ids)
                groups.update(dict.fromkeys(merged_ids | kept_ids, merged_ids | kept_ids))

    def groups(self) -> dict[int, frozenset[int]]:
        """Return by lead all that are one with it now, itself too."""
        groups: dict[int, frozenset[int]] = {}
        for joining in self.joinings():
            whole = joining.merged_ids | joining.kept_ids
            groups.update(dict.fromkeys(whole, whole))
        return groups

    def all(self, lead_ids: Collection[int]) -> set[int]:
        """Return these leads and all that are one with them."""
        groups = self.groups()
        return set(lead_ids).union(*(groups[each] for each in groups.keys() & set(lead_ids)))

    def joined_since(self, lead_id: int) -> dict[int, datetime]:
        """Return the leads that are one with a lead, each with the instant since when.

        What happened after it to either is told of both.
        """
        found: dict[int, datetime] = {}
        for joining in self.joinings():
            for one, other in (
                (joining.merged_ids, joining.kept_ids),
                (joining.kept_ids, joining.merged_ids),
            ):
                if lead_id in one:
                    found.update(dict.fromkeys(other, joining.merge.occurred_at))
        return found

    def kept(self, lead_id: int) -> int:
        """Return the lead that stands for a lead now: itself, or whom it was merged into."""
        passed = {lead_id}
        while (merge := self.merges.get(lead_id)) and merge.kept_id not in passed:
            lead_id = merge.kept_id
            passed.add(lead_id)
        return lead_id

    def below(self, lead_id: int) -> set[int]:
        """Return a lead and those that were merged into it, also over others."""
        found, asked = {lead_id}, {lead_id}
        while asked:
            asked = {each for each, merge in self.merges.items() if merge.kept_id in asked} - found
            found |= asked
        return found


T = TypeVar("T", bound=Told)


def share(told: dict[tuple[int, int], list[T]], families: Families) -> None:
    """Let what was told of a lead since it was found to be another one be told of that one too.

    ``told`` is by (lead, agreement).
    """
    own = {key: tuple(rows) for key, rows in told.items()}
    agreement_ids = {agreement_id for _, agreement_id in own}
    for joining in families.joinings():
        for agreement_id in agreement_ids:
            for one, other in _pairs(joining):
                since = _since(own.get((other, agreement_id), ()), joining.merge.occurred_at)
                if since:
                    told.setdefault((one, agreement_id), []).extend(since)


def share_changes(changes: dict[int, list[ChangeRow]], families: Families) -> None:
    """Let leads that were found to be one know the same from then on.

    At the merge the kept lead learns what it lacks, the merged one whatever differs; whom somebody
    must not contact under one name must not be contacted under the other.
    """
    own = {lead_id: tuple(rows) for lead_id, rows in changes.items()}
    for joining in families.joinings():
        merge = joining.merge
        kept = known_before(changes.get(merge.kept_id, ()), merge)
        merged = known_before(changes.get(joining.merged_id, ()), merge)
        joint = joint_attributes(kept, merged)
        for lead_ids, known in ((joining.kept_ids, kept), (joining.merged_ids, merged)):
            learned = {key: value for key, value in joint.items() if known.get(key) != value}
            for lead_id in lead_ids if learned else ():
                changes.setdefault(lead_id, []).append(_learning(merge, learned))
        for one, other in _pairs(joining):
            since = _since(own.get(other, ()), merge.occurred_at)
            if since:
                changes.setdefault(one, []).extend(since)
        for lead_id in (joining.merged_ids | joining.kept_ids) & changes.keys():
            changes[lead_id].sort(key=_order)


def _order(change: ChangeRow) -> tuple[datetime, str, datetime, str]:
    """Of what a source says was so since the same instant, what was heard later replaces."""
    return change.occurred_at, change.source, change.recorded_at, change.external_id


def known_at(changes: Iterable[ChangeRow], at: datetime | None) -> dict[str, Any]:
    """Return what had been told of a lead up to an instant, ends included; None is all.

    The rows are in their order.
    """
    known: dict[str, Any] = {}
    for change in changes:
        if at is not None and change.occurred_at > at:
            break
        known.update(change.attributes)
    return known


def known_before(changes: Iterable[ChangeRow], merge: MergeRow) -> dict[str, Any]:
    """Return what had been told of a lead when it was merged, the rows being in their order."""
    known: dict[str, Any] = {}
    for change in changes:
        if change.occurred_at <= merge.occurred_at and change[:3] != merge[:3]:
            known.update(change.attributes)
    return known


def joint_attributes(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a lead once another one was merged into it."""
    joint = dict(kept) | {
        key: value
        for key, value in merged.items()
        if not is_missing(value) and is_missing(kept.get(key))
    }
    if merged.get(_BARRED) is True:
        joint[_BARRED] = True
    if _VERIFIED not in kept and joint.get("email") != merged.get("email"):
        # Nobody verified the address that is kept.
        joint.pop(_VERIFIED, None)
    return joint


def _learning(merge: MergeRow, learned: dict[str, Any]) -> ChangeRow:
    return ChangeRow(*merge[:3], merge.occurred_at, learned)


def _pairs(joining: Joining) -> Iterator[tuple[int, int]]:
    for merged_id in joining.merged_ids:
        for kept_id in joining.kept_ids:
            yield merged_id, kept_id
            yield kept_id, merged_id


def _since(rows: Sequence[T], at: datetime) -> list[T]:
    """Return what happened after an instant: what happened at it came before the merge."""
    return [row for row in rows if row.occurred_at > at]
