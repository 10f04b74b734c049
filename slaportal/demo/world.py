"""What every imagined lead of the demo meets: the agreement, the people, and chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from agreements.business_time import add_business
from agreements.clock import Interval
from agreements.models import User
from agreements.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class World:
    """The agreement's rules and people; ``away`` holds when each of these is absent."""

    book: Rulebook
    marketers: Sequence[User]
    reps: Sequence[User]
    arbiter: User
    away: Mapping[int, Sequence[Interval]]
    random: Random

    def meets_criteria(self, attributes: Mapping[str, Any]) -> bool:
        """Whether a lead with these attributes has all that the agreement asks for."""
        is_complete, meets = self.book.judge(attributes)
        return is_complete is not False and meets is not False

    def somebody_there(self, at: datetime) -> User:
        """Return a rep who is not away."""
        return self.random.choice([rep for rep in self.reps if self._back(rep, at) == at])

    def later(self, who: User, at: datetime, median: float, spread: float = 0.9) -> datetime:
        """Return when somebody got round to it: some open minutes later, with a long tail.

        The tail is shorter with a smaller ``spread``.
        """
        spent = timedelta(minutes=self.random.lognormvariate(0, spread) * median)
        return self._back(who, add_business(self.book.schedule, self._back(who, at), spent))

    def _back(self, who: User, at: datetime) -> datetime:
        """Return the instant itself, or the end of the absence in which it lies."""
        for start, end in self.away.get(who.pk, ()):
            if start <= at < end:
                return end
        return at
