"""Who did what, when: rows without foreign keys, so that they outlive what they speak of."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.people import User


class AuditManager(models.Manager["Audit"]):
    """Writes audit rows."""

    def record(
        self, action: str, subject: models.Model, *, by: User | None, now: datetime, **data: Any
    ) -> "Audit":
        """Keep that somebody, or the system where ``by`` is None, did ``action`` to ``subject``."""
        return self.create(
            action=action,
            actor_id=by.pk if by else None,
            actor_name=by.name if by else "",
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            subject_name=str(subject)[:200],
            recorded_at=now,
            data=data,
        )


class Audit(models.Model):
    """One deed, named by a dotted action such as ``agreements.version.signed``."""

    action = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=200)
    subject_name = models.CharField(max_length=200, blank=True)
    subject_url = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    objects = AuditManager()

    class Meta:
        verbose_name = _("audit row")
        verbose_name_plural = _("audit rows")
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.action} · {self.subject_name}"
