"""How often one may call: so many times a minute, counted in the cache by all processes."""

from django.core.cache import cache
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

_MINUTE = 60


class CallsAMinute(BaseThrottle):
    """Counts the calls of each person in each minute.

    One counter a minute, which Redis adds to by itself: two calls at once are counted as two.
    While Redis is away each process counts for itself, so that calls are answered on.
    """

    wait_for = 0

    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002
        """Count a call, and tell whether it is one too many."""
        now = int(timezone.now().timestamp())
        self.wait_for = _MINUTE - now % _MINUTE
        key = f"api-calls:{request.user.pk}:{now // _MINUTE}"
        if cache.add(key, 1, timeout=_MINUTE):
            return True
        try:
            calls = cache.incr(key)
        except ValueError:
            return True  # nothing is remembered from one call to the next
        limit: int = api_settings.user_settings["CALLS_A_MINUTE"]
        return calls <= limit

    def wait(self) -> float:
        """Return the seconds until the next minute."""
        return self.wait_for
