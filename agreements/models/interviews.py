"""The answers of somebody who is being asked for a first draft."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.contracts import Agreement
from agreements.models.people import User


class Interview(models.Model):
    """What a person has answered so far, kept until a draft is made of it.

    ``answers`` may say what no valid terms may: whatever was typed is kept.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="interviews")
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    starter = models.CharField(max_length=40)
    step = models.CharField(max_length=20)
    answers = models.JSONField()
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "person"], name="interview_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.person}"
