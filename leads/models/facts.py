"""Facts: what happened, as told by a source, never deleted and never changed."""

from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, User
from leads.models.deliveries import Delivery
from leads.models.leads import Handoff, Lead

F = TypeVar("F", bound="Fact")


class FactQuerySet(models.QuerySet[F]):
    """Sets of facts."""

    def holding(self) -> Self:
        """The revision of each fact that holds, less what was taken back."""
        return self.filter(is_current=True, is_retracted=False)


class Fact(models.Model):
    """Something that happened at ``occurred_at`` and that we heard of at ``recorded_at``.

    The source's id names the fact. The same id with the same content is a repeat; with other
    content it is a revision, a new row. Of the revisions the one with the latest ``revised_at``
    holds, without one the latest ``recorded_at``, then the greatest content hash;
    ``is_current`` marks it. A retraction is a revision too. What came in a delivery that was
    undone as a whole is kept and ``is_undone``: it never holds, and told again it is new.
    """

    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=64)
    external_id = models.CharField(max_length=200)
    revised_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=32)
    is_current = models.BooleanField(default=True)
    is_retracted = models.BooleanField(default=False)
    is_undone = models.BooleanField(default=False, db_default=False)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    correction_reason = models.TextField(blank=True)
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=models.Q(is_current=True),
                name="%(class)s_one_holds",
            ),
            models.UniqueConstraint(
                fields=["source", "external_id", "content_hash", "revised_at"],
                condition=models.Q(is_current=False, is_undone=False),
                nulls_distinct=False,
                name="%(class)s_no_repeat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.source}: {self.external_id}"


class StageEntry(Fact):
    """A lead reached a stage of an agreement's funnel."""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, db_index=False, related_name="stage_entries"
    )
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="stage_entries")
    stage = models.CharField(max_length=40)

    objects = FactQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("stage entry")
        verbose_name_plural = _("stage entries")
        indexes = [models.Index(fields=["agreement", "occurred_at"], name="stageentry_day")]


class HandoffEvent(Fact):
    """Something that was done about a handoff, its offer first of all."""

    class Kind(models.TextChoices):
        """What was done, in the order in which deeds of one instant count."""

        OFFERED = "offered", _("Offered")
        ASSIGNED = "assigned", _("Assigned")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        CONTESTED = "contested", _("Contested")
        DECIDED = "decided", _("Contest decided")
        QUALIFIED = "qualified", _("Qualified")
        DISQUALIFIED = "disqualified", _("Disqualified")
        RECYCLED = "recycled", _("Recycled")
        PAUSED = "paused", _("Paused")
        RESUMED = "resumed", _("Resumed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    to_queue = models.BooleanField(default=False)
    reason = models.CharField(max_length=60, blank=True)
    is_overturned = models.BooleanField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    answers = models.JSONField(null=True, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("handoff event")
        verbose_name_plural = _("handoff events")


class FollowUp(Fact):
    """What a person did about a lead; an automated touch is recorded and stops no clock."""

    class Channel(models.TextChoices):
        """How the lead was approached."""

        CALL = "call", _("Call")
        EMAIL = "email", _("E-mail")
        MESSAGE = "message", _("Message")
        MEETING = "meeting", _("Meeting")
        OTHER = "other", _("Other")

    class Outcome(models.TextChoices):
        """What came of it; ``leads.follow_ups`` grades them."""

        NO_ANSWER = "no_answer", _("No answer")
        LEFT_MESSAGE = "left_message", _("Left message")
        SENT = "sent", _("Sent")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        ANSWERED = "answered", _("Somebody answered")
        INBOUND_REPLY = "inbound_reply", _("The lead replied")
        MEETING_SET = "meeting_set", _("Meeting set")
        CONVERSATION = "conversation", _("Conversation")
        MEETING_HELD = "meeting_held", _("Meeting held")

    class Direction(models.TextChoices):
        """Who approached whom."""

        OUTBOUND = "outbound", _("To the lead")
        INBOUND = "inbound", _("From the lead")

    class Evidence(models.TextChoices):
        """How we know."""

        SYSTEM = "system", _("Recorded by a system")
        BY_HAND = "by_hand", _("Typed in")

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, db_index=False, related_name="follow_ups"
    )
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="follow_ups")
    channel = models.CharField(max_length=8, choices=Channel)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.OUTBOUND)
    outcome = models.CharField(max_length=13, choices=Outcome)
    evidence = models.CharField(max_length=7, choices=Evidence)
    is_automated = models.BooleanField(default=False)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    note = models.TextField(blank=True)
    next_step = models.CharField(max_length=200, blank=True)
    next_step_date = models.DateField(null=True, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes = [models.Index(fields=["agreement", "occurred_at"], name="followup_day")]


class Deal(Fact):
    """A deal under a lead, won or lost at ``occurred_at``."""

    class Status(models.TextChoices):
        """How it ended."""

        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    agreement = models.ForeignKey(Agreement, models.PROTECT, db_index=False, related_name="deals")
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="deals")
    status = models.CharField(max_length=4, choices=Status)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )

    objects = FactQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [models.Index(fields=["agreement", "occurred_at"], name="deal_day")]


class Satisfaction(Fact):
    """How content somebody said they were, as a score on the scale of whoever asked."""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, db_index=False, related_name="satisfactions"
    )
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="satisfactions")
    score = models.DecimalField(max_digits=12, decimal_places=4)

    objects = FactQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("satisfaction")
        verbose_name_plural = _("satisfactions")
        indexes = [models.Index(fields=["agreement", "occurred_at"], name="satisfaction_day")]


class LeadChange(Fact):
    """Attributes of a lead as somebody told them; later ones replace earlier ones key by key."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="changes")
    attributes = models.JSONField()

    objects = FactQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("lead change")
        verbose_name_plural = _("lead changes")


class LeadMerge(Fact):
    """Two leads were found to be one; taking the fact back parts them again."""

    kept = models.ForeignKey(Lead, models.PROTECT, related_name="merges_kept")
    merged = models.ForeignKey(Lead, models.PROTECT, related_name="merges_away")

    objects = FactQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("merge")
        verbose_name_plural = _("merges")


class LateLoggingApproval(models.Model):
    """The other party lets a follow-up count that was typed in later than the terms allow."""

    source = models.CharField(max_length=64)
    external_id = models.CharField(max_length=200)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("approval of late logging")
        verbose_name_plural = _("approvals of late logging")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="late_logging_approval_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"
