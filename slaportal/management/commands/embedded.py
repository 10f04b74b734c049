"""`manage.py embedded start|stop|status`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from slaportal.embedded import Servers


class Command(BaseCommand):
    """Start, stop or show the embedded PostgreSQL and Valkey."""

    help = (
        "Starts the embedded PostgreSQL and Valkey and keeps them running, stops them, or shows "
        "whether they run. Commands start them by themselves for as long as they need them."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("action", choices=["start", "stop", "status"])
        parser.add_argument(
            "--now", action="store_true", help="stop them even while a command uses them"
        )

    def handle(self, *args: Any, action: str, now: bool, **options: Any) -> None:
        """Do it, and show the state of both servers."""
        servers = Servers.of_environment()
        if action == "start":
            servers.keep()
        elif action == "stop" and not servers.let_go(at_once=now):
            self.stderr.write(
                "A command or the portal is using the servers: they stop when it ends."
            )
        for name, state in servers.status().items():
            self.stdout.write(f"{name}: {state}")
