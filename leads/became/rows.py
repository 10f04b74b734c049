"""What became of leads, group by group, as the page shows it: every number leads to its leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import formats
from agreements.terms import Terms
from leads.became.cohort import WITHOUT, Cohort
from leads.became.groups import Became, Group, StepTime
from leads.became.words import names_of_groups
from leads.story.side import reason_names

MOST = 100
"""How many groups are shown, the largest first."""

ENOUGH = 5
"""Of fewer handoffs neither shares nor medians are told as if they meant something."""

_SHARES = ("accepted", "contacted", "qualified", "won")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of handoffs with the address of their leads; ``share`` is of those offered."""

    count: int
    href: str
    share: str


@dataclass(frozen=True, slots=True)
class BecameRow:
    """A group of handoffs; ``numbers`` are by outcome, ``times`` step by step."""

    name: str
    numbers: Mapping[str, Number]
    reasons: Sequence[tuple[str, Number]]
    amount: str
    times: Sequence[tuple[str, StepTime, bool]]

    @property
    def rejections(self) -> int:
        """How many were rejected, those that the arbiter overturned too."""
        return self._count("rejected") + self._count("overturned")

    @property
    def contests_waiting(self) -> int:
        """How many contests nobody has decided."""
        return self._count("contested") - self._count("upheld") - self._count("overturned")

    def _count(self, outcome: str) -> int:
        return self.numbers[outcome].count if outcome in self.numbers else 0


def step_names() -> dict[str, str]:
    """Name the steps, by their keys."""
    return {
        "received": _("Offer to received"),
        "decided": _("Received to decision"),
        "followed_up": _("Received to first follow-up"),
        "contacted": _("First follow-up to contact"),
        "qualified": _("Contact to qualified"),
        "won": _("Qualified to won"),
    }


@dataclass(frozen=True, slots=True)
class RowsOf:
    """Writes the rows of a cohort that was counted by a kind of group."""

    cohort: Cohort
    by: str
    terms: Terms | None

    def rows(self, found: Became) -> list[BecameRow]:
        """Return a row for each group that is shown."""
        shown = found.groups[:MOST]
        keys = [group.key for group in shown]
        names = names_of_groups(self.by, keys, self.cohort.agreement, self.terms)
        return [self._row(group, names[group.key], {self.by: group.key}) for group in shown]

    def total(self, found: Became) -> BecameRow:
        """Return the row of all of them."""
        return self._row(found.total, _("All"), {})

    def _row(self, group: Group, name: str, groups: Mapping[str, str]) -> BecameRow:
        names = reason_names(self.terms)
        agreement = self.cohort.agreement
        return BecameRow(
            name=name,
            numbers={
                outcome: Number(count, self._href(groups, outcome), _share(group, outcome))
                for outcome, count in group.counts.items()
            },
            reasons=[
                (
                    names.get(reason, reason) or _("Without a reason"),
                    Number(count, self._href(groups, "rejected", reason or WITHOUT), ""),
                )
                for reason, count in group.reasons.most_common()
            ],
            amount=formats.money(group.amount, agreement.currency) if group.amount else "",
            times=[
                (name, time := group.time_of(step), time.number >= ENOUGH)
                for step, name in step_names().items()
            ],
        )

    def _href(self, groups: Mapping[str, str], outcome: str, reason: str = "") -> str:
        """Return the address of the leads in the registry."""
        first, last, person = self.cohort.first_day, self.cohort.last_day, self.cohort.offered_by
        asked = {
            "offered_from": first and first.isoformat(),
            "offered_to": last and last.isoformat(),
            "offered_by": person,
            "outcome": "" if outcome == "offered" else outcome,
            "reason": reason,
            **{kind: key or WITHOUT for kind, key in groups.items()},
        }
        url = reverse("leads:list", kwargs={"slug": self.cohort.agreement.slug})
        return f"{url}?{urlencode({name: text for name, text in asked.items() if text})}"


def _share(group: Group, outcome: str) -> str:
    if outcome not in _SHARES or group.offered < ENOUGH:
        return ""
    return formats.percent(group.counts[outcome] / group.offered)
