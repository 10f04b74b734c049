"""How a text comes about: who changed, commented, suggested, proposed and declined what."""

from collections.abc import Mapping
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.editing import document_then, place_now
from agreements.models.contracts import AgreementVersion, Party
from agreements.models.people import User


class VersionStep(models.Model):
    """A step of a version from one stored status to another; signatures are rows of their own."""

    class Step(models.TextChoices):
        """What somebody did to the version."""

        PROPOSE = "propose", _("proposed for signature")
        DECLINE = "decline", _("declined")
        WITHDRAW = "withdraw", _("withdrawn")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=8, choices=Step)
    party = models.CharField(max_length=9, choices=Party, blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("step of a version")
        verbose_name_plural = _("steps of versions")

    def __str__(self) -> str:
        return f"{self.step} · {self.version}"


class SectionEdit(models.Model):
    """One saved change of a section of a draft: the part of the document before and after.

    Every saved state stays, so that whoever started from an older one can be merged with it.
    ``puts_back`` is the last of the edits that it undid.
    """

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="edits")
    section = models.CharField(max_length=20)
    before = models.JSONField()
    after = models.JSONField()
    before_hash = models.CharField(max_length=64)
    after_hash = models.CharField(max_length=64)
    edited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    puts_back = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="put_back_by"
    )

    class Meta:
        verbose_name = _("edit of a section")
        verbose_name_plural = _("edits of sections")
        indexes = [models.Index(fields=["version", "section", "-id"], name="sectionedit_latest")]

    def __str__(self) -> str:
        return f"{self.section} · {self.version}"


class Placed(models.Model):
    """Something said about a place of a text.

    ``path`` is the place when it was said. An entry of a list without keys is counted in it;
    ``entries`` is that list as it stood then, by which the entry is found again.
    """

    path = models.CharField(max_length=200)
    entries = models.JSONField(null=True, blank=True)

    class Meta:
        abstract = True

    def place_in(self, document: Mapping[str, Any]) -> str:
        """Return the place in a document as it is now; see `agreements.editing.place_now`."""
        return place_now(document, self.path, self.entries)

    def document_then(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a document in which ``path`` is where it was when this was said."""
        return document_then(document, self.path, self.entries)


class CommentQuerySet(models.QuerySet["Comment"]):
    """Sets of comments."""

    def open(self) -> Self:
        """Those that begin a conversation nobody has resolved."""
        return self.filter(answer_to__isnull=True, resolved_at__isnull=True)


class Comment(Placed):
    """What somebody says about a clause of a draft.

    An answer belongs to the comment that began the conversation; that one is open or resolved.
    """

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="comments")
    text = models.TextField(_("comment"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    answer_to = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="answers"
    )
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} · {self.author}"


class CommentCorrection(models.Model):
    """What a comment said until its author corrected it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="corrections")
    before = models.TextField()
    corrected_at = models.DateTimeField()

    class Meta:
        verbose_name = _("correction of a comment")
        verbose_name_plural = _("corrections of comments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.corrected_at} · {self.comment}"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Sets of suggestions."""

    def open(self) -> Self:
        """Those that were neither taken nor refused nor taken back."""
        return self.filter(outcome="")


class Suggestion(Placed):
    """A change of one place of a draft that one party suggests and the other takes or refuses.

    ``before`` is the value it was suggested for: what the other party made of it meanwhile is
    merged, and where both changed the same thing, the suggestion is outdated.
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        TAKEN = "taken", _("Taken")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="suggestions")
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    note = models.TextField(_("why"), blank=True)
    party = models.CharField(max_length=9, choices=Party)
    suggested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    suggested_at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="", decided_by__isnull=True, decided_at__isnull=True)
                | ~models.Q(outcome="")
                & models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="suggestion_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} · {self.suggested_by}"
