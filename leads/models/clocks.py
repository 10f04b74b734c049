"""Clocks, the breaches they lead to, and what the parties agreed to leave out."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, AgreementVersion, User
from agreements.models.contracts import Party
from leads.models.leads import Handoff


class ClockQuerySet(models.QuerySet["Clock"]):
    """Sets of clocks."""

    def running(self) -> Self:
        """Those that nothing has stopped, voided or found past due yet."""
        return self.filter(stopped_at__isnull=True, void_at__isnull=True, breached_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Running ones whose due time has passed; one that stops at its due time is met."""
        return self.running().filter(due_at__lt=now)


class Clock(models.Model):
    """One running promise on one handoff, as replayed from the facts.

    A projection keyed by (handoff, clause key, occurrence). ``breached_at`` is ``due_at`` (or
    the instant of giving up) once the breach is recorded. ``holder`` is whose figure it is: who
    is charged with the breach, else who had the handoff when the clock stopped, else who has it.
    ``used`` is open time, pauses out, to the stop. ``adjusted_due_at`` differs from ``due_at``
    where a blackout ran. Pauses and the split by holder are kept where there are any.
    """

    class Kind(models.TextChoices):
        """What is promised."""

        HANDOVER = "handover", _("Handover")
        ROUTING = "routing", _("Routing")
        ACCEPTANCE = "acceptance", _("Acceptance")
        FIRST_FOLLOW_UP = "first_follow_up", _("First follow-up")
        PERSISTENCE = "persistence", _("Persistence")
        DISPOSITION = "disposition", _("Disposition")
        STAGE_AGE = "stage_age", _("Stage age")

    handoff = models.ForeignKey(Handoff, models.CASCADE, db_index=False, related_name="clocks")
    agreement = models.ForeignKey(Agreement, models.PROTECT, db_index=False, related_name="clocks")
    version = models.ForeignKey(
        AgreementVersion, models.PROTECT, db_index=False, related_name="clocks"
    )
    clause_key = models.CharField(max_length=20)
    occurrence = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=15, choices=Kind)
    party = models.CharField(max_length=9, choices=Party)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    void_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    gave_up = models.BooleanField(default=False)
    is_back_dated = models.BooleanField(default=False)
    used = models.DurationField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    adjusted_due_at = models.DateTimeField(null=True, blank=True)
    holder = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    holder_split = models.JSONField(null=True, blank=True)
    pauses = models.JSONField(null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["handoff", "clause_key", "occurrence"], name="clock_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(
                    stopped_at__isnull=True, void_at__isnull=True, breached_at__isnull=True
                ),
                name="clock_running_due",
            ),
            models.Index(fields=["agreement", "started_at"], name="clock_started"),
            # What sales can still act on, whatever a queue is narrowed to.
            models.Index(
                fields=["handoff", "due_at"],
                include=["clause_key"],
                condition=models.Q(
                    stopped_at__isnull=True, void_at__isnull=True, gave_up=False, party="sales"
                ),
                name="clock_acting",
            ),
            # What somebody stopped today.
            models.Index(
                fields=["holder", "stopped_at"],
                condition=models.Q(stopped_at__isnull=False, party="sales"),
                name="clock_stopped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_key} · {self.handoff_id}"


class Breach(models.Model):
    """A clock passed its due time; withdrawn when a late fact undoes it, never deleted.

    A projection keyed like the clock, so that what people said about it hangs on the key.
    """

    handoff = models.ForeignKey(Handoff, models.CASCADE, db_index=False, related_name="breaches")
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, db_index=False, related_name="breaches"
    )
    clause_key = models.CharField(max_length=20)
    occurrence = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=15, choices=Clock.Kind)
    party = models.CharField(max_length=9, choices=Party)
    charged_to = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    breached_at = models.DateTimeField()
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        constraints = [
            models.UniqueConstraint(
                fields=["handoff", "clause_key", "occurrence"], name="breach_unique"
            ),
        ]
        indexes = [models.Index(fields=["agreement", "breached_at"], name="breach_day")]

    def __str__(self) -> str:
        return f"{self.clause_key} · {self.handoff_id}"


class BreachException(models.Model):
    """A reason why a breach should not count; it does not once the other party approves."""

    handoff = models.ForeignKey(Handoff, models.PROTECT, db_index=False, related_name="exceptions")
    clause_key = models.CharField(max_length=20)
    occurrence = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=60)
    note = models.TextField(blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    is_approved = models.BooleanField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        constraints = [
            models.UniqueConstraint(
                fields=["handoff", "clause_key", "occurrence"], name="exception_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    is_approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True
                )
                | models.Q(
                    is_approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False
                ),
                name="exception_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_key} · {self.handoff_id}"

    @property
    def breach(self) -> Breach:
        """The breach that it is about; one query."""
        named = Breach.objects.select_related("agreement")
        return named.get(
            handoff=self.handoff_id, clause_key=self.clause_key, occurrence=self.occurrence
        )


class Blackout(models.Model):
    """A time, half-open, that both parties leave out of the adjusted figures."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="blackouts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.TextField()
    signed_for_marketing_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_for_sales_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("blackout")
        verbose_name_plural = _("blackouts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="blackout_has_length"
            ),
            models.CheckConstraint(
                condition=models.Q(signed_at__isnull=True)
                | models.Q(
                    signed_for_marketing_by__isnull=False, signed_for_sales_by__isnull=False
                ),
                name="blackout_signed_by_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} – {self.ends_at:%Y-%m-%d %H:%M}"
