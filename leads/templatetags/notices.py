"""What notices about handoffs say, in the templates of their mails."""

from datetime import datetime

from django import template

from agreements.models import Message
from leads import holding_told

register = template.Library()


@register.simple_tag
def given(message: Message, now: datetime) -> holding_told.Given | None:
    """Return what a notice of ``actions.assignment_notices`` says; None where it is out of date."""
    return holding_told.given(message, now)
