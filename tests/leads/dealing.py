"""What tests of deeds about handoffs start from: terms that have a reason for everything."""

from typing import Any

from agreements.models import User
from leads.actions import follow_ups
from leads.models import Clock, FollowUp, Handoff
from tests.factories import example_terms
from tests.leads.pages import NOW

REASONS = {
    "rejection": [{"key": "wrong_data", "name": "Wrong data"}],
    "disqualification": [{"key": "no_need", "name": "No need"}],
    "recycling": [
        {"key": "not_reached", "name": "Not reached"},
        {"key": "not_now", "name": "Not now"},
    ],
    "pause": [{"key": "asked", "name": "Asked by the customer"}],
}


def dealing_terms(**sections: Any) -> dict[str, Any]:
    """The terms of the worked examples, with reasons for every end and for pauses."""
    return example_terms(reasons=REASONS) | sections


def qualification(**asked: Any) -> dict[str, Any]:
    """What the terms ask of an SQL."""
    return {"qualification": {"required_answers": ["budget", "need", "timeline"]} | asked}


def call(handoff: Handoff, by: User, outcome: str = "no_answer", **more: Any) -> FollowUp:
    """Log a call that was just made."""
    told: dict[str, Any] = {"channel": "call", "occurred_at": NOW, "now": NOW} | more
    return follow_ups.log(handoff=handoff, outcome=outcome, by=by, **told)


def clock_of(handoff: Handoff, key: str, occurrence: int = 0) -> Clock:
    """Return a clock of a handoff as it is stored."""
    return handoff.clocks.get(clause_key=key, occurrence=occurrence)
