"""Everything that happened to the texts of an agreement, the latest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Literal

from agreements.models import (
    Agreement,
    AgreementVersion,
    Audit,
    Comment,
    SectionEdit,
    Signature,
    Suggestion,
    VersionStep,
)

Kind = Literal["edit", "step", "signature", "comment", "resolved", "suggestion", "decided", "audit"]

TOGETHER = timedelta(minutes=10)
"""Saves of one person in one section within this time are one change."""

ACTIONS = tuple(
    f"agreements.version.{name}" for name in ("started", "adopted", "discarded", "period_wanted")
)
"""What is told of the audit; steps, signatures and edits have rows of their own."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: of which kind, when, and the row that has the rest.

    Of an edit ``pk`` is the first save, ``last_pk`` the last of the ``saves`` that belong together.
    """

    kind: Kind
    at: datetime
    pk: int
    last_pk: int = 0
    saves: int = 1


def moments_of(agreement: Agreement) -> list[Moment]:
    """Return everything that happened to an agreement's texts, the latest first.

    Only what orders it is read here: the rows themselves are for whoever shows a page of them.
    """
    of_version = {"version__agreement": agreement}
    moments = [
        *_edits(agreement),
        *_rows("step", VersionStep.objects.filter(**of_version), "taken_at"),
        *_rows("signature", Signature.objects.filter(**of_version), "signed_at"),
        *_rows("comment", Comment.objects.filter(**of_version), "written_at"),
        *_rows("resolved", Comment.objects.filter(**of_version), "resolved_at"),
        *_rows("suggestion", Suggestion.objects.filter(**of_version), "suggested_at"),
        *_rows("decided", Suggestion.objects.filter(**of_version), "decided_at"),
        *_audits(agreement),
    ]
    # What happened at one instant stands in the order in which it was written.
    return sorted(moments, key=attrgetter("at", "pk"), reverse=True)


def _rows(kind: Kind, rows: Any, field: str) -> Iterator[Moment]:
    known = rows.filter(**{f"{field}__isnull": False}).order_by("pk")
    for pk, at in known.values_list("pk", field):
        yield Moment(kind, at, pk)


def _audits(agreement: Agreement) -> Iterator[Moment]:
    versions = [str(pk) for pk in agreement.versions.values_list("pk", flat=True)]
    kind = AgreementVersion._meta.label_lower
    rows = Audit.objects.filter(subject_type=kind, subject_id__in=versions, action__in=ACTIONS)
    yield from _rows("audit", rows, "recorded_at")


def _edits(agreement: Agreement) -> list[Moment]:
    rows = SectionEdit.objects.filter(version__agreement=agreement).order_by("pk")
    fields = ("pk", "version_id", "section", "edited_by_id", "edited_at")
    return grouped(rows.values_list(*fields))


def grouped(edits: Iterable[tuple[int, int, str, int, datetime]]) -> list[Moment]:
    """Gather saves of one person in one section within ten minutes of the first of them.

    Edits are given as (key, version, section, person, instant) in their order. Somebody else's
    save of the same section in between ends a change, so that nobody is shown another's.
    """
    found: list[Moment] = []
    open_ones: dict[tuple[int, str], tuple[int, datetime, int]] = {}
    for pk, version, section, person, at in edits:
        place = (version, section)
        by, since, number = open_ones.get(place, (0, at, -1))
        if number >= 0 and by == person and at - since <= TOGETHER:
            before = found[number]
            found[number] = Moment("edit", at, before.pk, pk, before.saves + 1)
        else:
            open_ones[place] = (person, at, len(found))
            found.append(Moment("edit", at, pk, pk))
    return found
