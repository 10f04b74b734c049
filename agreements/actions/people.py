"""Add people, seat them in teams, and say who may sign in."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Audit, Membership, Team, User


class AlreadyKnown(ValueError):
    """Somebody signs in with this e-mail address already."""


class UnableToChange(ValueError):
    """An administrator would lock themselves out."""


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
    _check_is_free(email)
    password = _new_password()
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


@transaction.atomic
def unseat(*, user: User, team: Team, by: User | None, now: datetime) -> None:
    """Take a person out of a team; what they hold stays theirs until somebody gives it away."""
    gone, _kinds = Membership.objects.filter(user=user, team=team).delete()
    if gone:
        Audit.objects.record("agreements.person.unseated", user, by=by, now=now, team=team.slug)


@transaction.atomic
def empower(
    *, user: User, is_admin: bool, is_director: bool, by: User | None, now: datetime
) -> None:
    """Say whether a person is an administrator, and a director. Raises UnableToChange."""
    if by == user and not is_admin:
        raise UnableToChange(_needs_another())
    if (user.is_admin, user.is_director) == (is_admin, is_director):
        return
    user.is_admin, user.is_director = is_admin, is_director
    user.save(update_fields=["is_admin", "is_director"])
    told = {"is_admin": is_admin, "is_director": is_director}
    Audit.objects.record("agreements.person.empowered", user, by=by, now=now, **told)


@transaction.atomic
def end_access(*, user: User, by: User | None, now: datetime) -> None:
    """Let a person not sign in any more, nor their tokens. Raises UnableToChange.

    What they hold stays theirs, and what they did keeps their name.
    """
    if by == user:
        raise UnableToChange(_needs_another())
    user.is_active = False
    user.save(update_fields=["is_active"])
    Audit.objects.record("agreements.person.access_ended", user, by=by, now=now)


@transaction.atomic
def let_in(*, user: User, email: str, by: User | None, now: datetime) -> str:
    """Let a person sign in, again or for the first time; return the password made for them.

    Whoever may sign in already gets another one. Raises AlreadyKnown where the e-mail address is
    somebody else's.
    """
    _check_is_free(email, but=user)
    password = _new_password()
    deed = "password_made" if user.is_active else "let_in"
    user.email, user.is_active = User.objects.normalize_email(email), True
    user.set_password(password)
    user.save(update_fields=["email", "is_active", "password"])
    Audit.objects.record(f"agreements.person.{deed}", user, by=by, now=now)
    return password


def _check_is_free(email: str, *, but: User | None = None) -> None:
    others = User.objects.filter(email__iexact=email)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise AlreadyKnown(_("Somebody signs in with %(email)s already.") % {"email": email})


def _new_password() -> str:
    return "-".join(secrets.token_hex(2) for _part in range(3))


def _needs_another() -> str:
    return _("Nobody locks themselves out: another administrator has to do that.")
