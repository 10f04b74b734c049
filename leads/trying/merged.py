"""What was known of leads that were found to be one, as they are judged: all of them together."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from leads.families import known_at
from leads.records import changes_of, families_of


class MergedLeads:
    """Some leads that were ever merged, with those that are one with them now.

    A few queries, none where there are no such leads.
    """

    def __init__(self, lead_ids: Collection[int]) -> None:
        self._families = families_of(lead_ids)
        whole = self._families.all(lead_ids)
        self._changes = changes_of(whole, self._families) if whole else {}

    def known(self, lead_id: int, at: datetime | None) -> dict[str, Any]:
        """Return what was known of a lead at an instant, ends included; None is by now."""
        return known_at(self._changes.get(lead_id, ()), at)

    def kept(self, lead_id: int) -> int:
        """Return the lead that a lead was merged into at last, itself where it was not."""
        return self._families.kept(lead_id)
