"""Which leads could be offered: what the criteria say of those that sales does not have."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, AgreementVersion
from leads.models.leads import Lead


class Unjudged(models.Model):
    """A lead about which something changed, so that it has to be judged again.

    Written in the transaction that settles the lead; whoever judges takes the rows away.
    """

    lead_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("lead to be judged")
        verbose_name_plural = _("leads to be judged")

    def __str__(self) -> str:
        return str(self.lead_id)


class Readiness(models.Model):
    """What the criteria of a version say of a lead that may be offered under its agreement.

    A projection, written by ``leads.before.readiness`` alone: there is a row while nobody of sales
    has the lead, has had it to the end, or lets it rest, and none of its rejections waits for the
    arbiter. ``lacks`` counts rules that fail and required fields that are missing; ``points`` are
    None where the criteria give none. ``ready_since`` is when the lead was first found to meet the
    criteria, None while it does not.
    """

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, db_index=False, related_name="readiness"
    )
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="readiness")
    version = models.ForeignKey(AgreementVersion, models.CASCADE, db_index=False, related_name="+")
    ready_since = models.DateTimeField(null=True, blank=True)
    points = models.IntegerField(null=True, blank=True)
    missing_points = models.PositiveIntegerField(default=0)
    lacks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("readiness")
        verbose_name_plural = _("readiness")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "lead"], name="readiness_unique"),
        ]
        indexes = [
            # What lacks least, and what meets the criteria since when.
            models.Index(
                fields=["agreement", "lacks", "missing_points", "-lead"],
                condition=models.Q(ready_since=None),
                name="readiness_near",
            ),
            models.Index(
                fields=["agreement", "-ready_since"],
                condition=models.Q(ready_since__isnull=False),
                name="readiness_ready",
            ),
            models.Index(fields=["agreement", "version"], name="readiness_version"),
        ]

    def __str__(self) -> str:
        return f"{self.lead} · {self.agreement}"


class OfferRule(models.Model):
    """Whether the portal offers leads by itself as soon as they meet the criteria."""

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="offer_rule")
    in_use_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("offering by rule")
        verbose_name_plural = _("offering by rule")

    def __str__(self) -> str:
        return str(self.agreement)
