"""Add people and seat them in teams."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Audit, Membership, Team, User


class AlreadyKnown(ValueError):
    """Somebody signs in with this e-mail address already."""


@transaction.atomic
def add(
    *,
    name: str,
    email: str,
    by: User | None,
    now: datetime,
    language: str = "en",
    time_zone: str = "UTC",
    is_admin: bool = False,
    is_director: bool = False,
) -> tuple[User, str]:
    """Add a person and return them with the password made for them.

    Raises AlreadyKnown where the e-mail address is taken.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise AlreadyKnown(_("Somebody signs in with %(email)s already.") % {"email": email})
    password = "-".join(secrets.token_hex(2) for _part in range(3))
    user = User.objects.create_user(
        email,
        password,
        name=name,
        language=language,
        time_zone=time_zone,
        is_admin=is_admin,
        is_director=is_director,
    )
    Audit.objects.record("agreements.person.added", user, by=by, now=now)
    return user, password


@transaction.atomic
def seat(*, user: User, team: Team, role: str, by: User | None, now: datetime) -> Membership:
    """Give a person a role in a team, instead of the one they had there."""
    membership, _created = Membership.objects.update_or_create(
        team=team, user=user, defaults={"role": role}
    )
    Audit.objects.record(
        "agreements.person.seated", user, by=by, now=now, team=team.slug, role=role
    )
    return membership
