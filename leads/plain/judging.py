"""By which promises plain handoffs are judged, and that they were judged so when offered."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from agreements.clock import ClockKind
from agreements.rulebook import Promised
from leads.plain.clocks import Integers
from leads.records import InForce, Versions
from leads.replaying import Verdict, verdict_on


class Group(NamedTuple):
    """Handoffs under the same version and the same promises."""

    agreement_id: int
    version_id: int
    promises: tuple[Promised, ...]


class Judging:
    """Sorts handoffs into groups; ``APART`` are those that arrays cannot do, or judged otherwise.

    ``with_blackouts`` are agreements whose clocks are kept twice: none of theirs is plain.
    """

    APART = -1

    def __init__(self, versions: Versions, with_blackouts: Collection[int]) -> None:
        self.groups: list[Group] = []
        self._versions, self._with_blackouts = versions, with_blackouts
        self._numbers: dict[tuple[object, ...], int] = {}

    def groups_of(self, known: Sequence[tuple[Any, ...]]) -> tuple[Integers, Integers]:
        """Return keys and group numbers of handoffs as `LeadRange.known_at_offer` gives them."""
        numbers = [self._group_of(*row[1:]) for row in known]
        keys = [row[0] for row in known]
        return np.array(keys, dtype=np.int64), np.array(numbers, dtype=np.int64)

    def _group_of(
        self,
        agreement_id: int,
        offered_at: datetime,
        version_id: int | None,
        tier: str,
        origin: str | None,
        is_complete: bool | None,
        meets_criteria: bool | None,
        told: str,
    ) -> int:
        known = json.loads(told)
        version = self._versions.in_force(agreement_id, offered_at)
        stored = Verdict(tier, origin, is_complete, meets_criteria)
        if (version.version_id if version else None) != version_id:
            return self.APART
        if agreement_id in self._with_blackouts or verdict_on(version, known) != stored:
            return self.APART
        promises = version.rulebook.promises(tier, known) if version else ()
        return self._number(agreement_id, version, promises)

    def _number(
        self, agreement_id: int, version: InForce | None, promises: tuple[Promised, ...]
    ) -> int:
        version_id = version.version_id if version else 0
        name = (agreement_id, version_id, *map(id, promises))
        number = self._numbers.get(name)
        if number is None:
            is_aged = any(promise.kind is ClockKind.STAGE_AGE for promise, _ in promises)
            if not is_aged:
                self.groups.append(Group(agreement_id, version_id, promises))
            number = self._numbers[name] = self.APART if is_aged else len(self.groups) - 1
        return number

    def not_reached(self) -> list[tuple[int, str]]:
        """Return each (version, reason for recycling) that says nobody was reached."""
        every = (version for versions in self._versions.values() for version in versions)
        return [
            (version.version_id, reason.key)
            for version in every
            for reason in version.rulebook.terms.reasons.recycling
            if version.rulebook.terms.gives_up(reason.key)
        ]
