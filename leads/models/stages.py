"""Which stage each lead is in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from leads.models.leads import Lead


class LeadStage(models.Model):
    """The stage that a lead is in under an agreement, and since when: the one it entered last.

    A projection, written by ``leads.stages`` alone: of leads that were found to be one only the
    one that is kept has a row. A lead that reached no stage has none.
    """

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, db_index=False, related_name="lead_stages"
    )
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="stages")
    stage = models.CharField(_("stage"), max_length=40)
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("stage of a lead")
        verbose_name_plural = _("stages of leads")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "lead"], name="lead_stage_unique"),
        ]
        indexes = [
            # The registry in the order of stages, of all and of one.
            models.Index(fields=["agreement", "entered_at", "id"], name="lead_stage_order"),
            models.Index(
                fields=["agreement", "stage", "entered_at", "id"], name="lead_stage_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead} · {self.stage}"
