"""What every page of an agreement shows of the reader's handoffs."""

from functools import cache
from typing import Any

from django.http import HttpRequest

from leads.queue import overdue_count


def queue_badge(request: HttpRequest) -> dict[str, Any]:
    """Offer how many of the reader's handoffs are overdue; asked for once, and only if shown."""
    user = getattr(request, "user", None)
    slug = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    if slug is None or user is None or not user.is_authenticated:
        return {}

    @cache
    def overdue() -> int:
        return overdue_count(user, slug)

    return {"queue_overdue": overdue}
