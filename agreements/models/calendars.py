"""Calendars: on which days nobody works, revision by revision."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.people import User
from agreements.public_holidays import PUBLIC, holiday_names, kinds


class Calendar(models.Model):
    """The closures that schedules take by key; the weekly hours stand in the terms."""

    key = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")

    def __str__(self) -> str:
        return self.name

    @property
    def latest_revision(self) -> "CalendarRevision":
        """The revision that holds now. Raises CalendarRevision.DoesNotExist where there is none."""
        return self.revisions.latest("number")


class RevisionQuerySet(models.QuerySet["CalendarRevision"]):
    """Sets of calendar revisions."""

    def latest_of(self, keys: Iterable[str]) -> dict[str, "CalendarRevision"]:
        """Return the revision that holds now of each calendar named, where there is one."""
        latest = (
            self.filter(calendar__key__in=list(keys))
            .select_related("calendar")
            .order_by("calendar", "-number")
            .distinct("calendar")
        )
        return {revision.calendar.key: revision for revision in latest}


class CalendarRevision(models.Model):
    """All closures of a calendar as they stand from this revision on; never changed.

    ``closures`` maps an ISO date to ``{"name": ..., "hours": [["09:00", "12:00"], ...]}``; no
    hours mean closed all day.
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    closures = models.JSONField(default=dict)
    first_changed_date = models.DateField(null=True, blank=True)
    last_changed_date = models.DateField(null=True, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar revision")
        verbose_name_plural = _("calendar revisions")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="revision_number_unique"),
        ]
        indexes = [
            models.Index(
                fields=["number"],
                condition=models.Q(settled_at__isnull=True),
                name="revision_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.number}"

    def hours_by_date(self) -> dict[str, list[tuple[str, str]]]:
        """Return the closures in the form a Schedule takes."""
        return {
            day: [(opens, closes) for opens, closes in closure["hours"]]
            for day, closure in self.closures.items()
        }

    def names_in(self, language: str) -> dict[date, str]:
        """Return what each closed day is called, public holidays in the reader's language.

        A day that was given a name of its own keeps it.
        """
        told = {date.fromisoformat(day): closure["name"] for day, closure in self.closures.items()}
        country, region = self.calendar.country, self.calendar.region
        if not country:
            return told
        years = sorted({day.year for day in told})
        named = dict(told)
        for kind in (PUBLIC, *kinds(country)):
            own = holiday_names(country, region, years, kind=kind)
            spoken = holiday_names(country, region, years, language, kind)
            named |= {day: spoken[day] for day, name in told.items() if own.get(day) == name}
        return named
