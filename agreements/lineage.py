"""Which version of an agreement is a copy of which, and in which something once stood."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from agreements.models import Agreement, AgreementVersion


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A version as its descendants need to know it: its number, its origin, and since when."""

    number: int
    status: str
    copied_from_id: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Lineage:
    """All versions of an agreement by key, without their texts."""

    versions: Mapping[int, Ancestor]

    @classmethod
    def of(cls, agreement: Agreement) -> Self:
        """Read it in one query."""
        fields = ("pk", "number", "status", "copied_from_id", "recorded_at")
        return cls(
            {
                pk: Ancestor(number, status, origin, at)
                for pk, number, status, origin, at in agreement.versions.values_list(*fields)
            }
        )

    @property
    def draft(self) -> int | None:
        """The key of the draft, None where there is none."""
        status = AgreementVersion.Status.DRAFT
        return next((pk for pk, each in self.versions.items() if each.status == status), None)

    def behind(self, version: int) -> list[int]:
        """Return the keys of a version and of those it is a copy of, the latest first."""
        keys: list[int] = []
        at: int | None = version
        while at is not None and at not in keys:
            keys.append(at)
            at = self.versions[at].copied_from_id
        return keys

    def origin_number(self, version: int) -> int | None:
        """Return the number of the version that a version is a copy of, None where of none."""
        origin = self.versions[version].copied_from_id
        return None if origin is None else self.versions[origin].number

    def number_at(self, version: int, at: datetime) -> int:
        """Return the number of the version in which something stood at an instant.

        Talk goes along when a text goes back to draft; what it was said of is the text of then.
        """
        found = self.versions[version]
        while at < found.recorded_at and found.copied_from_id is not None:
            found = self.versions[found.copied_from_id]
        return found.number
