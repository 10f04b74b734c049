"""What happened: leads, the facts about them, and the clocks that those facts move."""

from leads.models.assignment import AssignmentRule, AssignmentTurn, TeamRules
from leads.models.changes import Change
from leads.models.clocks import Blackout, Breach, BreachException, Clock
from leads.models.deliveries import Delivery, FileImport
from leads.models.desks import SavedView, Snooze
from leads.models.facts import (
    Deal,
    Fact,
    FollowUp,
    HandoffEvent,
    LateLoggingApproval,
    LeadChange,
    LeadMerge,
    Satisfaction,
    StageEntry,
)
from leads.models.leads import Handoff, Lead, LeadIdentity
from leads.models.likeness import Distinction
from leads.models.personal import Forgetting, ForgottenAddress, RetentionRules
from leads.models.readiness import OfferRule, Readiness, Unjudged
from leads.models.stages import LeadStage

__all__ = [
    "AssignmentRule",
    "AssignmentTurn",
    "Blackout",
    "Breach",
    "BreachException",
    "Change",
    "Clock",
    "Deal",
    "Delivery",
    "Distinction",
    "Fact",
    "FileImport",
    "FollowUp",
    "Forgetting",
    "ForgottenAddress",
    "Handoff",
    "HandoffEvent",
    "LateLoggingApproval",
    "Lead",
    "LeadChange",
    "LeadIdentity",
    "LeadMerge",
    "LeadStage",
    "OfferRule",
    "Readiness",
    "RetentionRules",
    "Satisfaction",
    "SavedView",
    "Snooze",
    "StageEntry",
    "TeamRules",
    "Unjudged",
]
