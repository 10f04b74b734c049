"""Begin an agreement between two teams, and keep what somebody answers in the interview."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements.actions import drafts
from agreements.actions.drafts import UnableToStart
from agreements.interview import STEPS
from agreements.models import Agreement, AgreementVersion, Audit, Interview, Team, User

# Addresses that pages have where an agreement's would be.
_TAKEN = {"new", "preferences"}


@transaction.atomic
def start_agreement(
    *,
    name: str,
    marketing: Team | str,
    sales: Team | str,
    time_zone: str,
    currency: str,
    by: User,
    now: datetime,
) -> Agreement:
    """Add an agreement between two teams; a team given by its name is made.

    Raises UnableToStart.
    """
    return drafts.create_agreement(
        slug=_free_slug(name),
        name=name,
        marketing_team=_team(marketing, by=by, now=now),
        sales_team=_team(sales, by=by, now=now),
        time_zone=time_zone,
        currency=currency,
        by=by,
        now=now,
    )


def _free_slug(name: str) -> str:
    """An address made of the name, with a number where it is taken already."""
    stem = slugify(name)[:40].strip("-") or "agreement"
    taken = set(Agreement.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 2
    while slug in taken | _TAKEN:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def _team(team: Team | str, *, by: User, now: datetime) -> Team:
    if isinstance(team, Team):
        return team
    if Team.objects.filter(name__iexact=team).exists():
        raise UnableToStart(
            _("There is a team called “%(name)s” already: choose it, or give another name.")
            % {"name": team}
        )
    stem = slugify(team)[:40].strip("-") or "team"
    taken = set(Team.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    made = Team.objects.create(slug=slug, name=team)
    Audit.objects.record("agreements.team.made", made, by=by, now=now)
    return made


def begin_interview(
    *,
    agreement: Agreement,
    starter: str,
    answers: Mapping[str, Any],
    by: User,
    now: datetime,
) -> Interview:
    """Begin to ask a person for a first draft; what they had answered before is put aside."""
    interview, _created = Interview.objects.update_or_create(
        agreement=agreement,
        person=by,
        defaults={
            "starter": starter,
            "step": STEPS[0],
            "answers": dict(answers),
            "answered_at": now,
        },
    )
    return interview


def keep_answers(
    *, interview: Interview, answers: Mapping[str, Any], step: str, now: datetime
) -> None:
    """Keep what was answered, and at which step the person goes on."""
    interview.answers, interview.step, interview.answered_at = dict(answers), step, now
    interview.save(update_fields=["answers", "step", "answered_at"])


@transaction.atomic
def finish_interview(
    *, interview: Interview, terms: Mapping[str, Any], by: User, now: datetime
) -> AgreementVersion:
    """Begin the draft that the answers make; they are not needed any more then.

    Raises UnableToStart, TermsError for what cannot be stored.
    """
    version = drafts.start(agreement=interview.agreement, terms=terms, by=by, now=now)
    interview.delete()
    return version
