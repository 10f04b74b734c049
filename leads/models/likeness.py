"""Which leads somebody found not to be the same, however alike they look."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import User
from leads.models.leads import Lead


class Distinction(models.Model):
    """Somebody found that two leads are not the same, however alike they look.

    ``first`` is the lead with the smaller key.
    """

    first = models.ForeignKey(Lead, models.PROTECT, db_index=False, related_name="+")
    second = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    told_by = models.ForeignKey(User, models.PROTECT, db_index=False, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("distinction")
        verbose_name_plural = _("distinctions")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinction_unique"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="distinction_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
