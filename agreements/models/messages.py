"""The outgoing message box: what somebody is to be told, and whether they were."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.people import User


class Message(models.Model):
    """One notice to one person; it names its subject without a foreign key.

    ``kind`` and ``parameters`` are kept instead of a text, so that each reader is told in their
    own language. ``dedup_key`` makes sure that nobody is told the same thing twice.
    """

    recipient = models.ForeignKey(User, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=200)
    subject_url = models.CharField(max_length=500, blank=True)
    dedup_key = models.CharField(max_length=300, unique=True)
    recorded_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="message_subject"),
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(sent_at__isnull=True),
                name="message_unsent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}"
