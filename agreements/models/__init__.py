"""What was promised, by whom, and in which hours: the rows behind an agreement."""

from agreements.models.audit import Audit
from agreements.models.calendars import Calendar, CalendarRevision
from agreements.models.contracts import Agreement, AgreementVersion, Signature
from agreements.models.interviews import Interview
from agreements.models.messages import Message
from agreements.models.negotiation import (
    Comment,
    CommentCorrection,
    SectionEdit,
    Suggestion,
    VersionStep,
)
from agreements.models.people import Absence, Membership, OwnerName, Team, User
from agreements.models.tokens import AccessToken

__all__ = [
    "Absence",
    "AccessToken",
    "Agreement",
    "AgreementVersion",
    "Audit",
    "Calendar",
    "CalendarRevision",
    "Comment",
    "CommentCorrection",
    "Interview",
    "Membership",
    "Message",
    "OwnerName",
    "SectionEdit",
    "Signature",
    "Suggestion",
    "Team",
    "User",
    "VersionStep",
]
