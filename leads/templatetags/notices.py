"""What notices about handoffs say, in the templates of their mails."""

from datetime import datetime

from django import template

from agreements.models import Message
from leads.assignment import holding_told
from leads.deeds import contest_told

register = template.Library()


@register.simple_tag
def given(message: Message, now: datetime) -> holding_told.Given | None:
    """Return what a notice of ``actions.assignment_notices`` says; None where it is out of date."""
    return holding_told.given(message, now)


@register.simple_tag
def rejected(message: Message, now: datetime) -> contest_told.Rejected | None:
    """Return what a notice of a rejection says; None where it is out of date."""
    return contest_told.rejected(message, now)


@register.simple_tag
def contest_stands(message: Message) -> bool:
    """Whether the contest stands as a notice of ``actions.contest_notices`` says."""
    return contest_told.stands(message)
