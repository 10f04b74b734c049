"""Everything that came in, as it came, before anyone read it."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, User


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Sets of deliveries."""

    def unsearched(self) -> Self:
        """Those with a file of which nobody knows whether forgotten people are in it."""
        return self.filter(unsearchable_at__isnull=False, file__gt="")

    def with_unsearched_files(self) -> Self:
        """Of those that share such a file the one that came first."""
        first = self.unsearched().order_by("file", "pk").distinct("file")
        return self.filter(pk__in=first.values("pk"))


class Delivery(models.Model):
    """One inbound payload or file; it stays, with its error, when it cannot be read.

    A file that was undone holds no more of what it told; the file and its facts stay.
    ``unsearchable_at`` is when it was last tried to search a file for people who were forgotten,
    while it cannot be read.
    """

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
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    unsearchable_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=models.Q(processed_at__isnull=True),
                name="delivery_unprocessed",
            ),
            models.Index(
                fields=["file", "id"],
                condition=models.Q(unsearchable_at__isnull=False),
                name="delivery_unsearchable",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"


class FileImportQuerySet(models.QuerySet["FileImport"]):
    """Sets of imports."""

    def at_work(self) -> Self:
        """Those that something is owed to in the background."""
        return self.filter(state__in=FileImport.WORKING)

    def left(self) -> Self:
        """Those at work on which nobody has worked for a while, or yet."""
        latest = Now() - FileImport.SILENCE
        return self.at_work().filter(models.Q(beat_at=None) | models.Q(beat_at__lt=latest))


class FileImport(models.Model):
    """How far a file has come that somebody brought in the browser.

    ``corrects`` is the import whose rejected rows it brings again. ``found`` is what was found out
    about it, ``draft`` what people said of it, ``foreseen`` what a dry run tells. ``done`` of
    ``whole`` bytes were read by what works on it now; whoever works renews ``beat_at``, by the
    clock of the database.
    """

    class State(models.TextChoices):
        """What is owed next: by the portal, or by a person."""

        READING = "reading", _("Being looked through")
        SHEET = "sheet", _("Sheet to be chosen")
        REFUSED = "refused", _("Cannot be read")
        DRAFT = "draft", _("Columns to be checked")
        CHECKING = "checking", _("Dry run under way")
        CHECKED = "checked", _("Ready to be imported")
        IMPORTING = "importing", _("Being imported")
        STOPPED = "stopped", _("Stopped half-way")
        IMPORTED = "imported", _("Imported")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        DISCARDED = "discarded", _("Thrown away")

    WORKING = (State.READING, State.CHECKING, State.IMPORTING, State.UNDOING)
    SILENCE = timedelta(minutes=2)

    delivery = models.OneToOneField(
        Delivery, models.PROTECT, primary_key=True, related_name="file_import"
    )
    state = models.CharField(max_length=9, choices=State, default=State.READING)
    corrects = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="corrections"
    )
    found = models.JSONField(null=True, blank=True)
    draft = models.JSONField(default=dict, blank=True)
    foreseen = models.JSONField(null=True, blank=True)
    table = models.FileField(upload_to="tables/", null=True, blank=True)
    rejects = models.FileField(upload_to="rejects/", null=True, blank=True)
    done = models.BigIntegerField(default=0)
    whole = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    objects = FileImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(
                fields=["beat_at"],
                condition=models.Q(state__in=["reading", "checking", "importing", "undoing"]),
                name="fileimport_at_work",
            ),
        ]

    def __str__(self) -> str:
        return self.delivery.file_name

    def is_being_stopped(self, now: datetime) -> bool:
        """Whether somebody still finishes the rows that were at hand when it was stopped."""
        if self.state != FileImport.State.STOPPED or self.beat_at is None:
            return False
        return now - self.beat_at < FileImport.SILENCE
