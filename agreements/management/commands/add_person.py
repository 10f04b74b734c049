"""Add somebody who may sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.actions import people
from agreements.models import Membership, Team


class Command(BaseCommand):
    """Add a person, and print the password made for them."""

    help = "Adds somebody who may sign in, and prints the password made for them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take who it is and what they may do."""
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--language", default="en", choices=[c for c, _ in settings.LANGUAGES])
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--admin", action="store_true")
        parser.add_argument("--director", action="store_true")
        parser.add_argument("--team", help="the slug of a team to belong to")
        parser.add_argument(
            "--role", default=Membership.Role.MEMBER, choices=Membership.Role.values
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Add and seat the person."""
        now = timezone.now()
        team = Team.objects.filter(slug=options["team"]).first() if options["team"] else None
        if options["team"] and team is None:
            known = ", ".join(Team.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"There is no team {options['team']!r}; there are: {known or '–'}.")
        try:
            user, password = people.add(
                name=options["name"],
                email=options["email"],
                language=options["language"],
                time_zone=options["time_zone"],
                is_admin=options["admin"],
                is_director=options["director"],
                by=None,
                now=now,
            )
        except people.AlreadyKnown as error:
            raise CommandError(str(error)) from error
        if team is not None:
            people.seat(user=user, team=team, role=options["role"], by=None, now=now)
        self.stdout.write(f"{user.email} {password}")
