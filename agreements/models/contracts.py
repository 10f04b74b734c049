"""Agreements, their versions and the signatures under them."""

import json
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models.constraints import Deferrable
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements import lifecycle
from agreements.editing import problems_of
from agreements.models.people import Team, User
from agreements.terms import Problem, Terms, canonical_json, parse_terms
from agreements.terms.problems import problem


class Party(models.TextChoices):
    """The two sides of an agreement."""

    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Sets of agreements."""

    def visible_to(self, user: User) -> Self:
        """Those whose text and figures this person may read: all for admin and director."""
        if user.is_admin or user.is_director:
            return self
        teams = Team.objects.filter(memberships__user=user)
        return self.filter(models.Q(marketing_team__in=teams) | models.Q(sales_team__in=teams))


class Agreement(models.Model):
    """The standing pact between one marketing team and one sales team."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=200)
    marketing_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    sales_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    time_zone = models.CharField(_("time zone"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")

    def __str__(self) -> str:
        return self.name

    def local_date(self, at: datetime) -> date:
        """Return the date it is at an instant where the agreement is."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def team_of(self, party: str) -> Team:
        """Return the team that is this party."""
        return self.marketing_team if party == Party.MARKETING else self.sales_team


class VersionQuerySet(models.QuerySet["AgreementVersion"]):
    """Sets of versions."""

    def signed(self) -> Self:
        """Those that both parties signed: in force, coming or past."""
        return self.filter(status=AgreementVersion.Status.SIGNED)

    def open(self) -> Self:
        """The text on the table: a draft, or one proposed for signature; one an agreement."""
        return self.filter(status__in=AgreementVersion.OPEN)

    def in_force(self, at: datetime) -> Self:
        """The signed ones whose period [from, to) holds the instant; at most one an agreement."""
        return self.signed().filter(effective__contains=at)


class AgreementVersion(models.Model):
    """One text of an agreement; immutable from the second signature on.

    A draft may hold a document that is not valid yet. ``wanted_from_date`` is the local day from
    which it is meant to be in force, ``wanted_to_date`` the first local day on which no more; of a
    draft that day may come first, which is one of its problems.
    """

    class Status(models.TextChoices):
        """The stored part of a version's status; the rest follows from its period and now."""

        DRAFT = "draft", _("Draft")
        PROPOSED = "proposed", _("Proposed")
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("of a version", "Withdrawn")

    OPEN = (Status.DRAFT, Status.PROPOSED)

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    terms = models.JSONField()
    terms_hash = models.CharField(max_length=64)
    effective = DateTimeRangeField(  # type: ignore[misc] # its stubs know no null
        _("period in force"), null=True, blank=True
    )
    is_adopted = models.BooleanField(default=False)
    wanted_from_date = models.DateField(_("in force from"), null=True, blank=True)
    wanted_to_date = models.DateField(_("until"), null=True, blank=True)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    recorded_at = models.DateTimeField()

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="version_number_unique"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(status__in=["draft", "proposed"]),
                name="version_one_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["proposed", "signed"])
                | models.Q(wanted_from_date__isnull=True)
                | models.Q(wanted_to_date__isnull=True)
                | models.Q(wanted_to_date__gt=models.F("wanted_from_date")),
                name="version_wanted_period_has_length",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="signed") | models.Q(effective__isnull=False),
                name="signed_version_has_period",
            ),
            ExclusionConstraint(
                name="signed_versions_do_not_overlap",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("effective", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(status="signed"),
                deferrable=Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.number}"

    @property
    def effective_from(self) -> datetime | None:
        """The instant it comes into force."""
        return self.effective.lower if self.effective else None

    @property
    def effective_to(self) -> datetime | None:
        """The instant it is no longer in force; None while nothing ends it."""
        return self.effective.upper if self.effective else None

    def parsed_terms(self) -> Terms:
        """Return the terms as values. They were checked when they were stored."""
        return _parsed(self.terms_hash).terms_of(self.terms)

    def problems(self) -> tuple[Problem, ...]:
        """Return all that is wrong with its text, and with the days it is wanted in force."""
        return (*problems_of(self.terms), *self.period_problems())

    def period_problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the days it is wanted in force."""
        first, end = self.wanted_from_date, self.wanted_to_date
        is_wrong = first is not None and end is not None and end <= first
        return (problem("wanted_to_date", "ends_before_it_begins"),) if is_wrong else ()

    def status_at(self, now: datetime, *, next_from: datetime | None = None) -> str:
        """Return the stored status; for a signed version the one its period and now tell.

        ``next_from`` is when the version after it comes into force, if there is one.
        """
        return lifecycle.status_at(
            self.status,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            now=now,
            next_from=next_from,
        )


class _Parsed:
    """The document that was parsed last of those stored under a hash, and what came of it.

    The hash finds it, the document itself is compared: a draft in hand may have other terms than
    those its hash was made of.
    """

    def __init__(self) -> None:
        self._last: tuple[Any, Terms] | None = None

    def terms_of(self, document: Any) -> Terms:
        """Return the terms of a document; parsed again only if it is not the one of last time."""
        last = self._last
        if last is None or last[0] != document:
            own = json.loads(canonical_json(document))
            last = self._last = (own, parse_terms(own))
        return last[1]


@lru_cache(maxsize=256)
def _parsed(_terms_hash: str) -> _Parsed:
    return _Parsed()


class Signature(models.Model):
    """That a party's lead put their name under exactly this text."""

    class Method(models.TextChoices):
        """How it was made sure who signed."""

        PASSWORD = "password", _("with password")
        SECOND_FACTOR = "second_factor", _("with second factor")
        ELSEWHERE = "elsewhere", _("signed elsewhere and adopted here")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=9, choices=Party)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    signer_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    terms_hash = models.CharField(max_length=64)
    method = models.CharField(max_length=13, choices=Method)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(fields=["version", "party"], name="signature_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.signer_name} · {self.version}"
