"""The change log: which days of which agreement have to be counted again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement


class TransactionIdField(models.Field):  # type: ignore[type-arg]
    """A 64-bit PostgreSQL transaction id, which never wraps around."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002
        """Name the column type."""
        return "xid8"


class CurrentTransactionId(models.Func):
    """The id of the transaction that runs."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionIdField()


class Change(models.Model):
    """Something about a local day of an agreement changed in transaction ``xid``.

    Written in the transaction that changes facts, clocks or exceptions. Rows below
    ``pg_snapshot_xmin(pg_current_snapshot())`` are from transactions that have ended, so taking
    those loses none that commits late.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, db_index=False, related_name="+")
    local_date = models.DateField()
    xid = TransactionIdField(db_default=CurrentTransactionId(), editable=False)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.local_date}"
