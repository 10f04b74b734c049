"""Send the messages that are due."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agreements.outbox import send_messages


class Command(BaseCommand):
    """Do once what beat asks for every 30 seconds."""

    help = "Send the messages that are due; beat does it every 30 seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Send and say how many went out."""
        sent = send_messages(now=timezone.now())
        self.stdout.write(f"{sent} messages sent.")
