"""Who was forgotten, how they are recognised, and the rules of retention."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agreements.models import User
from leads.models.leads import Lead

_SILENT = "silent_for_months:"


class ForgettingQuerySet(models.QuerySet["Forgetting"]):
    """Sets of forgettings."""

    def lasting(self) -> Self:
        """Those under which what is told is still kept without a person in it."""
        return self.filter(lifted_at__isnull=True)

    def owing_files(self) -> Self:
        """Those after which the stored files have not been looked through yet."""
        return self.filter(files_searched_at__isnull=True)


class Forgetting(models.Model):
    """That a lead's person was forgotten: what spoke of them is blanked, and stays so.

    While it lasts, what is told of the lead is kept without personal fields; ``told_again_at`` is
    when that happened last. Leads that were one were forgotten together, a row each.
    The ``reason`` is as somebody wrote it, or of a rule its code, for which ``why`` has the words.
    """

    class Cause(models.TextChoices):
        """Why the person was forgotten."""

        REQUEST = "request", _("Asked for")
        RULE = "rule", _("Kept long enough")
        ADDRESS = "address", _("Told of anew after being forgotten")

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="forgettings")
    cause = models.CharField(max_length=7, choices=Cause)
    reason = models.CharField(max_length=300, blank=True)
    forgotten_at = models.DateTimeField()
    forgotten_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    told_again_at = models.DateTimeField(null=True, blank=True)
    files_searched_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )

    objects = ForgettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("forgotten person")
        verbose_name_plural = _("forgotten people")
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(lifted_at=None), name="forgetting_lasts_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-forgotten_at", "-id"], name="forgetting_latest"),
            models.Index(
                fields=["id"],
                condition=models.Q(files_searched_at=None),
                name="forgetting_owes_files",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.lead_id} {self.forgotten_at:%Y-%m-%d}"

    @staticmethod
    def code_of_silence(months: int) -> str:
        """Return the reason of somebody who showed no sign of life for so many months."""
        return f"{_SILENT}{months}"

    @property
    def why(self) -> str:
        """The reason in the language of who reads it."""
        told = self.reason.removeprefix(_SILENT)
        if self.cause != self.Cause.RULE or told == self.reason:
            return self.reason
        months = int(told)
        return ngettext(
            "No sign of life for %(months)s month.",
            "No sign of life for %(months)s months.",
            months,
        ) % {"months": months}


class ForgottenAddressQuerySet(models.QuerySet["ForgottenAddress"]):
    """Sets of addresses of forgotten people."""

    def of_those_who_asked(self) -> Self:
        """Those of people who asked to be forgotten, while it lasts; the others may come back."""
        return self.filter(forgetting__lifted_at=None, forgetting__cause=Forgetting.Cause.REQUEST)


class ForgottenAddress(models.Model):
    """An e-mail address of a forgotten person as a fingerprint, by which it is recognised."""

    forgetting = models.ForeignKey(Forgetting, models.CASCADE, related_name="addresses")
    fingerprint = models.CharField(max_length=40, db_index=True)

    objects = ForgottenAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("forgotten address")
        verbose_name_plural = _("forgotten addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["forgetting", "fingerprint"], name="forgotten_address_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint


class RetentionRules(models.Model):
    """How long the portal keeps personal data: one row; empty is for ever.

    ``kept_attributes`` are further attributes that say nothing about a person.
    """

    ONLY = 1

    forget_after_months = models.PositiveSmallIntegerField(
        _("forget leads without a sign of life for so many months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    empty_after_days = models.PositiveSmallIntegerField(
        _("empty calls and files that came in after so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(7), MaxValueValidator(7300)],
    )
    kept_attributes = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )

    class Meta:
        verbose_name = _("rules of retention")
        verbose_name_plural = _("rules of retention")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="retention_rules_one_row"),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "RetentionRules":
        """Return the rules; while nobody wrote any, nothing is forgotten by rule."""
        return cls.objects.filter(pk=cls.ONLY).first() or cls(pk=cls.ONLY)
