"""Everything that happened to the texts of an agreement, the latest first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Literal, cast

from django.db.models import QuerySet

from agreements.editing import EditedSection, merge, part_of
from agreements.lineage import Lineage
from agreements.models import (
    Agreement,
    AgreementVersion,
    Audit,
    Comment,
    SectionEdit,
    Signature,
    Suggestion,
    User,
    VersionStep,
)

Kind = Literal["edit", "step", "signature", "comment", "resolved", "suggestion", "decided", "audit"]

TOGETHER = timedelta(minutes=10)
"""Saves of one person in one section within this time are one change."""

_FEW = 5

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


def moments_of(agreement: Agreement, lineage: Lineage) -> list[Moment]:
    """Return everything that happened to an agreement's texts, the latest first.

    Only what orders it is read here: the rows themselves are for whoever shows a page of them.
    """
    of_version = {"version__agreement": agreement}
    moments = [
        *_edits(agreement),
        *_rows(VersionStep.objects.filter(**of_version), step="taken_at"),
        *_rows(Signature.objects.filter(**of_version), signature="signed_at"),
        *_rows(Comment.objects.filter(**of_version), comment="written_at", resolved="resolved_at"),
        *_rows(
            Suggestion.objects.filter(**of_version), suggestion="suggested_at", decided="decided_at"
        ),
        *_rows(_audits(lineage), audit="recorded_at"),
    ]
    # What happened at one instant stands in the order in which it was written.
    return sorted(moments, key=attrgetter("at", "pk"), reverse=True)


def _rows(rows: QuerySet[Any], **fields: str) -> Iterator[Moment]:
    """Yield the moments that rows tell of: for each kind the field that holds its instant."""
    kinds = cast("tuple[Kind, ...]", tuple(fields))
    for pk, *instants in rows.order_by("pk").values_list("pk", *fields.values()):
        for kind, at in zip(kinds, instants, strict=True):
            if at is not None:
                yield Moment(kind, at, pk)


def _audits(lineage: Lineage) -> QuerySet[Audit]:
    versions = [str(pk) for pk in lineage.versions]
    kind = AgreementVersion._meta.label_lower
    return Audit.objects.filter(subject_type=kind, subject_id__in=versions, action__in=ACTIONS)


def _edits(agreement: Agreement) -> list[Moment]:
    rows = SectionEdit.objects.filter(version__agreement=agreement).order_by("pk")
    fields = ("pk", "version_id", "section", "edited_by_id", "edited_at", "puts_back_id")
    return grouped(rows.values_list(*fields))


def grouped(edits: Iterable[tuple[int, int, str, int, datetime, int | None]]) -> list[Moment]:
    """Gather saves of one person in one section within ten minutes of the first of them.

    Edits are given as (key, version, section, person, instant, what it puts back) in their order.
    Somebody else's save of the same section in between ends a change, so that nobody is shown
    another's; to put something back is a change of its own.
    """
    found: list[Moment] = []
    open_ones: dict[tuple[int, str], tuple[int, datetime, int]] = {}
    for pk, version, section, person, at, puts_back in edits:
        place = (version, section)
        by, since, number = open_ones.get(place, (0, at, -1))
        if puts_back is not None:
            open_ones.pop(place, None)
            found.append(Moment("edit", at, pk, pk))
        elif number >= 0 and by == person and at - since <= TOGETHER:
            before = found[number]
            found[number] = Moment("edit", at, before.pk, pk, before.saves + 1)
        else:
            open_ones[place] = (person, at, len(found))
            found.append(Moment("edit", at, pk, pk))
    return found


def edits_behind(version: AgreementVersion) -> QuerySet[SectionEdit]:
    """Return the edits that led to a text: its own, and those of the versions it is a copy of."""
    keys = Lineage.of(version.agreement).behind(version.pk)
    return SectionEdit.objects.filter(version__in=keys)


def undoable(
    version: AgreementVersion, section: EditedSection, *, by: User, now: datetime
) -> SectionEdit | None:
    """Return a person's latest edit of a section that can be undone at once, None without one.

    It is of the last ten minutes; what was put back already gives way to the edit before it.
    """
    edits = version.edits.filter(section=section.name)
    own = edits.filter(edited_by=by, edited_at__gte=now - TOGETHER, puts_back=None)
    current = part_of(version.terms, section)
    left = own.filter(put_back_by=None).order_by("-pk")[:_FEW]
    return next((edit for edit in left if differs_from(edit, edit, current)), None)


def differs_from(first: SectionEdit, last: SectionEdit, current: Mapping[str, Any]) -> bool:
    """Whether to put back what stood before some edits would change anything."""
    return bool(merge(last.after, first.before, current).value != current)
