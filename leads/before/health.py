"""How well a lead is: whether it can be reached, and how long ago it gave a sign of life.

Pure. The limits are the portal's own: a month without a sign of life is long for a lead that is
nurtured, a quarter means that it has gone cold.
"""

from datetime import datetime, timedelta
from enum import StrEnum

FRESH_FOR = timedelta(days=30)
COLD_AFTER = timedelta(days=90)


class Health(StrEnum):
    """What marketing has to know before it offers a lead."""

    UNREACHABLE = "unreachable"
    """Neither an e-mail address nor a telephone number is known."""
    COLD = "cold"
    AGEING = "ageing"
    FRESH = "fresh"


def health_of(*, can_be_reached: bool, last_sign_at: datetime, now: datetime) -> Health:
    """Return how well a lead is; ``last_sign_at`` is when it was last heard of or from."""
    if not can_be_reached:
        return Health.UNREACHABLE
    age = now - last_sign_at
    if age > COLD_AFTER:
        return Health.COLD
    return Health.AGEING if age > FRESH_FOR else Health.FRESH
