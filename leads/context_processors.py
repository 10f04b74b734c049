"""What every page of an agreement shows: the reader's handoffs, and where one is."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import ResolverMatch

from leads.queue.handoffs import overdue_count

_TEAM = ("team", "team-queue", "team-member", "absences", "absence-end")
_RULES = ("assignment", "assignment-deed", "assignment-rule", "assignment-rule-new")
_PLACES = {"metrics": "dashboard", "leads": "leads", "agreements": "agreement"}
# Pages that belong to another place than most of their app: the team is reached from the queue,
# and a draft is tried out from its text.
_ELSEWHERE = {
    **dict.fromkeys((f"leads:{name}" for name in ("queue", *_TEAM, *_RULES)), "queue"),
    "leads:criteria-test": "agreement",
    "metrics:back-test": "agreement",
}


def main_place(request: HttpRequest) -> dict[str, Any]:
    """Offer which of the main addresses a page belongs to; empty for none of them."""
    match = request.resolver_match
    return {"main_place": _place(match) if match else ""}


def _place(match: ResolverMatch) -> str:
    return _ELSEWHERE.get(match.view_name) or _PLACES.get(match.app_name, "")


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
