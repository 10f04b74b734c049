"""A version's terms made ready to judge handoffs: schedules compiled, promises looked up once."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from agreements import criteria
from agreements.business_time import Schedule
from agreements.clock import Promise, due_after
from agreements.criteria import Attributes
from agreements.terms import Terms
from agreements.terms.hours import Closures

Promised = tuple[Promise, Schedule]


class Rulebook:
    """The rules of one version, with the closures of its calendars as they stand.

    Pure: equal terms and closures judge alike for ever.
    """

    def __init__(self, terms: Terms, closures_by_calendar: Mapping[str, Closures]) -> None:
        self.terms = terms
        self.schedule = terms.schedule(closures_by_calendar)
        self._closures = closures_by_calendar
        self._zone = ZoneInfo(terms.time_zone)
        self._promised: dict[str, tuple[tuple[criteria.AnyRule | None, Promised], ...]] = {}
        self._schedules: dict[str | None, Schedule] = {terms.calendar: self.schedule}

    def tier_of(self, attributes: Attributes) -> str:
        """Return the key of the tier of a lead with these attributes; empty without tiers."""
        tier = self.terms.tier_for(attributes)
        return tier.key if tier else ""

    def promises(self, tier: str, attributes: Attributes) -> tuple[Promised, ...]:
        """Return every promise on a handoff of a lead, each with the hours it is counted in."""
        return tuple(
            promised
            for rule, promised in self._promises_of(tier)
            if rule is None or criteria.holds(rule, attributes)
        )

    def _promises_of(self, tier: str) -> tuple[tuple[criteria.AnyRule | None, Promised], ...]:
        if tier not in self._promised:
            every, key = self.terms.promises(), tier or None
            self._promised[tier] = tuple(
                (
                    commitment.where,
                    (every[commitment.key, key], self.schedule_of(commitment.key, tier)),
                )
                for commitment in self.terms.clock_commitments
                if (commitment.key, key) in every
            )
        return self._promised[tier]

    def schedule_of(self, clause_key: str, tier: str) -> Schedule:
        """Return the hours that a clause is counted in for leads of a tier."""
        commitment = self.terms.commitment(clause_key)
        key = self.terms.calendar_key(commitment=commitment, tier=tier or None)
        if key not in self._schedules:
            self._schedules[key] = self.terms.schedule_of(key, self._closures)
        return self._schedules[key]

    def judge(self, attributes: Attributes) -> tuple[bool | None, bool | None]:
        """Tell whether a lead has all required fields and whether it meets the criteria.

        None where the terms ask for no fields, or have no criteria.
        """
        handoff = self.terms.handoff
        is_complete = (
            criteria.completeness(handoff.required_fields, attributes).is_complete
            if handoff.required_fields
            else None
        )
        has_criteria = handoff.rules or handoff.scoring or handoff.required_fields
        meets = criteria.qualifies(handoff, attributes) if has_criteria else None
        return is_complete, meets

    def is_logged_in_time(self, occurred_at: datetime, recorded_at: datetime) -> bool:
        """Whether something typed in at ``recorded_at`` still counts as of when it happened."""
        limit = due_after(self.schedule, occurred_at, self.terms.late_logging, ())
        return recorded_at <= limit

    def local_date(self, at: datetime) -> date:
        """Return the local date of an instant."""
        return at.astimezone(self._zone).date()
