"""Everything that came in, as it came, before anyone read it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, User


class Delivery(models.Model):
    """One inbound payload or file; it stays, with its error, when it cannot be read."""

    class Kind(models.TextChoices):
        """How it came in."""

        FILE = "file", _("File")
        CALL = "call", _("Call from another system")

    kind = models.CharField(max_length=4, choices=Kind)
    source = models.CharField(max_length=64)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    payload = models.JSONField(null=True, blank=True)
    file = models.FileField(upload_to="deliveries/", null=True, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    summary = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=models.Q(processed_at__isnull=True),
                name="delivery_unprocessed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"
