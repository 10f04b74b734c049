"""What a person keeps of their own lists: no facts, and nothing that moves a clock."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, User
from leads.models.leads import Handoff


class SnoozeQuerySet(models.QuerySet["Snooze"]):
    """Sets of snoozes."""

    def lasting(self, now: datetime) -> Self:
        """Those whose time is not over yet."""
        return self.filter(until__gt=now)


class Snooze(models.Model):
    """That somebody puts a handoff aside in their own queue until an instant.

    It is back before that where a promise of it runs out: ``AHEAD`` of its due time.
    """

    AHEAD = timedelta(minutes=30)

    user = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="snoozes")
    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="snoozes")
    until = models.DateTimeField(_("until"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        verbose_name = _("snooze")
        verbose_name_plural = _("snoozes")
        constraints = [
            models.UniqueConstraint(fields=["user", "handoff"], name="snooze_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.handoff_id} · {self.until:%Y-%m-%d %H:%M}"


class SavedView(models.Model):
    """A list that somebody named: what its address asks for, without the question mark."""

    class Page(models.TextChoices):
        """Whose address it is."""

        QUEUE = "queue", _("Queue")
        REGISTRY = "registry", _("Leads")

    user = models.ForeignKey(User, models.CASCADE, db_index=False, related_name="saved_views")
    agreement = models.ForeignKey(
        Agreement, models.CASCADE, db_index=False, related_name="saved_views"
    )
    page = models.CharField(max_length=8, choices=Page, default=Page.QUEUE)
    name = models.CharField(_("name"), max_length=60)
    address = models.CharField(max_length=1000, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agreement", "page", "name"], name="saved_view_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name
