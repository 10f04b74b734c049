"""What the address of the registry asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from agreements.models import Agreement
from leads.addresses import Filters, plain
from leads.became.cohort import GROUPS, OUTCOMES, WITHOUT, Cohort
from leads.became.offered_in import FIRST_YEAR, LAST_YEAR
from leads.models import Handoff

NOBODY = "none"
BARRED, FREE = "barred", "free"
"""Leads that asked not to be contacted, and all the others."""
SORTS = ("-heard", "heard", "name", "-name", "-stage", "stage", "-offered", "offered")
"""By when a lead was first heard of, by name, by when it entered its stage, by its latest offer.

Leads that reached no stage, or were never offered, are the last in either direction.
"""


@dataclass(frozen=True)
class RegistryFilters(Filters):
    """Which leads are asked for; empty is any. ``holder`` is a key, or ``NOBODY``.

    What is asked of a handoff is asked of a lead's latest one; with ``offered_from``,
    ``offered_to`` (local days, both included), ``outcome``, ``batch`` or ``offered_by`` of any
    that was offered then. ``WITHOUT`` stands for no campaign, origin, tier, batch or person.
    """

    q: str = ""
    stage: str = ""
    status: str = ""
    holder: str = ""
    tier: str = ""
    origin: str = ""
    campaign: str = ""
    source: str = ""
    offered_from: str = ""
    offered_to: str = ""
    attention: str = ""
    contact: str = ""
    outcome: str = ""
    reason: str = ""
    batch: str = ""
    offered_by: str = ""
    sort: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "RegistryFilters":
        """Read an address; what cannot be asked is left out."""
        told = cls.told(asked)
        fits = {
            "holder": told["holder"].isdecimal() or told["holder"] == NOBODY,
            "offered_by": told["offered_by"].isdecimal() or told["offered_by"] == WITHOUT,
            "offered_from": _day(told["offered_from"]) is not None,
            "offered_to": _day(told["offered_to"]) is not None,
            "outcome": told["outcome"] in OUTCOMES,
            "sort": told["sort"] in SORTS,
            "attention": told["attention"] == "yes",
            "contact": told["contact"] in (BARRED, FREE),
        }
        return cls.fitting(told, fits)

    @property
    def order(self) -> str:
        """How the list is sorted: as asked, else the latest first of what the filters are about."""
        if self.sort or self.asks_of_offers:
            return self.sort or "-offered"
        if self.q:
            return "-heard"
        if self.status not in ("", Handoff.Status.EXPECTED) or self.reason or self.attention:
            return "-offered"
        if self.tier not in ("", WITHOUT):
            return "-offered"
        return "-stage" if self.stage else "-heard"

    @property
    def sort_key(self) -> str:
        """What the list is sorted by."""
        return self.order.removeprefix("-")

    @property
    def is_downwards(self) -> bool:
        """Whether the latest, or the last name, is first."""
        return self.order.startswith("-")

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in force, besides the order."""
        return {name: text for name, text in self.asked.items() if name != "sort"}

    @property
    def asks_of_offers(self) -> bool:
        """Whether it is about what was offered then, and not about the latest of each lead."""
        return bool(
            self.offered_from or self.offered_to or self.outcome or self.batch or self.offered_by
        )

    @cached_property
    def groups(self) -> dict[str, str]:
        """What is asked of what was offered then, in the words of the cohort."""
        told = {name: text for name in GROUPS if (text := self.asked.get(name))}
        return {name: "" if text == WITHOUT else text for name, text in told.items()}

    def cohort(self, agreement: Agreement) -> Cohort:
        """Return what was offered on the days asked for."""
        return Cohort(agreement, _day(self.offered_from), _day(self.offered_to))


def misread_days(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what an address says for a day and is none, by the name of the filter."""
    told = {name: plain(asked, name) for name in ("offered_from", "offered_to")}
    return {name: text for name, text in told.items() if text and _day(text) is None}


def _day(text: str) -> date | None:
    """Read a day; None for none, and for one in which nobody can have been offered."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year < LAST_YEAR else None
