"""Add somebody who may sign in, or seat somebody who does."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.actions import people
from agreements.models import Membership, Team, User


class Command(BaseCommand):
    """Add a person and print the password made for them; give somebody known a role in a team."""

    help = (
        "Adds somebody who may sign in, and prints the password made for them. "
        "Somebody who is known already gets the role in the team."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take who it is and what they may do."""
        parser.add_argument("email")
        parser.add_argument("--name", help="asked for unless the person is known")
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
        team = _team(options["team"])
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is not None:
            self._seat_known(user, team, options, now)
            return
        if not options["name"]:
            raise CommandError(f"Nobody signs in with {options['email']}: give --name to add them.")
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
        if team is not None:
            people.seat(user=user, team=team, role=options["role"], by=None, now=now)
        self.stdout.write(f"{user.email} {password}")

    def _seat_known(
        self, user: User, team: Team | None, options: dict[str, Any], now: datetime
    ) -> None:
        """Give somebody known a role in a team; what they are in the company stays as it is."""
        if team is None or options["admin"] or options["director"]:
            raise CommandError(
                f"{user.name} signs in with {options['email']} already. Give --team, and --role, "
                "to seat them; the rest an administrator changes in the portal, under People."
            )
        people.seat(user=user, team=team, role=options["role"], by=None, now=now)
        self.stdout.write(f"{user.email} is {options['role']} of {team.slug} now.")


def _team(slug: str | None) -> Team | None:
    """Return the team that was named, if one was. Raises CommandError."""
    if not slug:
        return None
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        known = ", ".join(Team.objects.order_by("slug").values_list("slug", flat=True))
        there = f"there are: {known}" if known else "there is none yet"
        raise CommandError(
            f"There is no team {slug!r}; {there}. A team is made with the agreement it is to keep: "
            "start one in the browser, or adopt one with adopt_agreement."
        )
    return team
