"""Begin a text, and change it section by section without losing what anybody typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import lifecycle
from agreements.actions import messages
from agreements.editing import (
    EditedSection,
    merge,
    part_hash,
    part_of,
    section_named,
    value_at,
    with_part,
    with_value,
    without,
)
from agreements.editing.places import NoSuchPlace
from agreements.lifecycle import Step, UnableToStep
from agreements.models import Agreement, AgreementVersion, Audit, SectionEdit, Team, User
from agreements.terms import composed, terms_hash


class UnableToStart(ValueError):
    """No draft can be begun; the text says why and what to do."""


class UnableToSave(ValueError):
    """The text can no longer be changed; the text of the error says why and what to do."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose where two changed the same: by place, whether "mine" or "theirs" holds.

    ``asked_hash`` is of the part they were shown as theirs: a choice is about those values alone.
    """

    holds: Mapping[str, str]
    asked_hash: str


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody made of a section, the hash of the part they began from, and what it undoes."""

    section: EditedSection
    part: dict[str, Any]
    seen_hash: str
    chosen: Chosen | None = None
    puts_back: SectionEdit | None = None


class Conflict(Exception):
    """Somebody else changed the same things meanwhile: what is to be chosen at which ``paths``.

    ``theirs`` is the section's latest edit; None where nobody knows from what the change began.
    ``settled`` are the choices that still hold, by place.
    """

    def __init__(
        self,
        change: Change,
        theirs: SectionEdit | None,
        paths: tuple[str, ...],
        settled: Mapping[str, str],
    ) -> None:
        self.change, self.theirs, self.paths, self.settled = change, theirs, paths, settled
        super().__init__(f"{change.section.name}: {', '.join(paths)}")


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved section: its part as it stands now, and whether others' changes are in it.

    ``edit`` is what was written; None where everything stood like that already.
    """

    part: dict[str, Any]
    hash: str
    was_merged: bool = False
    edit: SectionEdit | None = None


@transaction.atomic
def create_agreement(
    *,
    slug: str,
    name: str,
    marketing_team: Team,
    sales_team: Team,
    time_zone: str,
    currency: str,
    by: User,
    now: datetime,
) -> Agreement:
    """Add an agreement between two teams; it has no text yet. Raises UnableToStart."""
    if marketing_team == sales_team:
        raise UnableToStart(_("An agreement needs two teams: choose another one for one side."))
    if Agreement.objects.filter(slug=slug).exists():
        raise UnableToStart(
            _("There is an agreement at the address “%(slug)s” already: choose another name.")
            % {"slug": slug}
        )
    agreement = Agreement.objects.create(
        slug=slug,
        name=name,
        marketing_team=marketing_team,
        sales_team=sales_team,
        time_zone=time_zone,
        currency=currency,
    )
    Audit.objects.record("agreements.agreement.created", agreement, by=by, now=now)
    return agreement


@transaction.atomic
def start(
    *,
    agreement: Agreement,
    terms: Mapping[str, Any],
    by: User,
    now: datetime,
    copied_from: AgreementVersion | None = None,
    wanted_from_date: date | None = None,
    wanted_to_date: date | None = None,
) -> AgreementVersion:
    """Begin the agreement's next draft with this document, which need not be valid yet.

    It is wanted in force over the local days [``wanted_from_date``, ``wanted_to_date``).
    Raises UnableToStart where a text is on the table already, TermsError for a document that
    cannot be stored at all.
    """
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    open_version = agreement.versions.open().first()
    if open_version is not None:
        raise UnableToStart(
            _("Version %(number)d is on the table already: go on with it, or withdraw it first.")
            % {"number": open_version.number}
        )
    document = cast("dict[str, Any]", composed(terms))
    latest = agreement.versions.order_by("-number").values_list("number", flat=True).first()
    version = agreement.versions.create(
        number=(latest or 0) + 1,
        terms=document,
        terms_hash=terms_hash(document),
        copied_from=copied_from,
        wanted_from_date=wanted_from_date,
        wanted_to_date=wanted_to_date,
        recorded_at=now,
    )
    Audit.objects.record("agreements.version.started", version, by=by, now=now)
    return version


@transaction.atomic
def save_section(
    *,
    version: AgreementVersion,
    section: EditedSection,
    part: Mapping[str, Any],
    seen_hash: str,
    by: User,
    now: datetime,
    chosen: Chosen | None = None,
    puts_back: SectionEdit | None = None,
) -> Saved:
    """Keep a section as somebody left it, who began from the part with ``seen_hash``.

    What others saved meanwhile is merged in. Raises Conflict where both changed the same thing,
    unless ``chosen`` says which shall hold and that has not changed again since; UnableToSave for
    a text that is no draft; TermsError for what cannot be stored.
    """
    version = _draft(version)
    current = part_of(version.terms, section)
    current_hash = part_hash(current)
    mine = cast("dict[str, Any]", composed(part))
    is_behind = seen_hash != current_hash
    if is_behind:
        mine = _merged(version, Change(section, mine, seen_hash, chosen, puts_back), current)
    new_hash = part_hash(mine)
    if new_hash == current_hash:
        return Saved(mine, new_hash, is_behind)
    document = with_part(version.terms, section, mine)
    AgreementVersion.objects.filter(pk=version.pk).update(
        terms=document, terms_hash=terms_hash(document)
    )
    edit = version.edits.create(
        section=section.name,
        before=current,
        after=mine,
        before_hash=current_hash,
        after_hash=new_hash,
        edited_by=by,
        edited_at=now,
        puts_back=puts_back,
    )
    return Saved(mine, new_hash, is_behind, edit)


def put_back(
    *,
    version: AgreementVersion,
    first: SectionEdit,
    last: SectionEdit,
    by: User,
    now: datetime,
) -> Saved:
    """Undo what a section's edits from ``first`` to ``last`` did, as a new edit of the draft.

    What was changed since stays. Raises Conflict where that is the very same thing, and
    UnableToSave for a text that is no draft.
    """
    section = section_named(first.section)
    if section is None:
        raise KeyError(first.section)
    return save_section(
        version=version,
        section=section,
        part=first.before,
        seen_hash=last.after_hash,
        by=by,
        now=now,
        puts_back=last,
    )


@transaction.atomic
def set_wanted_period(
    *,
    version: AgreementVersion,
    from_date: date | None,
    to_date: date | None,
    by: User,
    now: datetime,
) -> None:
    """Say from which local day the text is meant to be in force, and from which no more.

    An end that is not after the start is kept as one of the draft's problems. Raises UnableToSave
    for a text that is no draft.
    """
    version = _draft(version)
    if (version.wanted_from_date, version.wanted_to_date) == (from_date, to_date):
        return
    version.wanted_from_date, version.wanted_to_date = from_date, to_date
    version.save(update_fields=["wanted_from_date", "wanted_to_date"])
    Audit.objects.record(
        "agreements.version.period_wanted",
        version,
        by=by,
        now=now,
        from_date=from_date and from_date.isoformat(),
        to_date=to_date and to_date.isoformat(),
    )


@transaction.atomic
def discard(*, version: AgreementVersion, by: User, now: datetime) -> None:
    """Withdraw a draft that nobody wants any more; it stays readable, and the leads are told.

    Raises UnableToSave for a text that is no draft.
    """
    version = AgreementVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    try:
        version.status = lifecycle.next_status(version.status, Step.DISCARD, party=None)
    except UnableToStep as error:
        raise _no_draft_any_more(version) from error
    version.save(update_fields=["status"])
    Audit.objects.record("agreements.version.discarded", version, by=by, now=now)
    agreement = version.agreement
    messages.notify(
        kind="draft_discarded",
        recipients=messages.leads_of(agreement).exclude(pk=by.pk),
        subject=version,
        parameters={
            "agreement": agreement.name,
            "slug": agreement.slug,
            "number": version.number,
            "author": by.name,
        },
        dedup_key=f"draft_discarded:{version.pk}",
        now=now,
        url=reverse("agreements:version", args=[agreement.slug, version.number]),
    )


def _draft(version: AgreementVersion) -> AgreementVersion:
    """Lock a version. Raises UnableToSave where it is no draft any more."""
    locked = AgreementVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if locked.status != AgreementVersion.Status.DRAFT:
        raise _no_draft_any_more(locked)
    return locked


def _no_draft_any_more(version: AgreementVersion) -> UnableToSave:
    return UnableToSave(
        _(
            "Version %(number)d is no draft any more but %(status)s: its text stays as it is. "
            "Open the agreement to see the text on the table."
        )
        % {"number": version.number, "status": version.get_status_display().lower()}
    )


def _merged(version: AgreementVersion, change: Change, current: dict[str, Any]) -> dict[str, Any]:
    """Merge what one person did to an older state with what the others did. Raises Conflict."""
    section = change.section
    base = _state(version, section, change.seen_hash)
    merged = merge(base or {}, change.part, current)
    settled = _settled(version, change, current)
    unsettled = tuple(path for path in merged.conflicts if path not in settled)
    if unsettled:
        edits = version.edits.filter(section=section.name).select_related("edited_by")
        raise Conflict(change, edits.order_by("-pk").first(), unsettled, settled)
    value = cast("dict[str, Any]", merged.value)
    for path in merged.conflicts:
        if settled[path] == "theirs":
            value = _as_in(current, value, path)
    return value


def _settled(
    version: AgreementVersion, change: Change, current: dict[str, Any]
) -> Mapping[str, str]:
    """Return the choices about values that are still the ones somebody chose beside."""
    chosen = change.chosen
    if chosen is None or chosen.asked_hash == part_hash(current):
        return chosen.holds if chosen else {}
    shown = _state(version, change.section, chosen.asked_hash)
    return {
        path: hold
        for path, hold in chosen.holds.items()
        if shown is not None and _found(shown, path) == _found(current, path)
    }


def _found(part: dict[str, Any], path: str) -> tuple[Any, ...]:
    """Return what stands at a place, nothing where the part has no such place."""
    try:
        return (value_at(part, path),)
    except NoSuchPlace:
        return ()


def _as_in(current: dict[str, Any], value: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a copy with one place as it is in the current part; what is not there is left out."""
    for found in _found(current, path):
        return cast("dict[str, Any]", with_value(value, path, found))
    return cast("dict[str, Any]", without(value, path))


def _state(
    version: AgreementVersion, section: EditedSection, known_hash: str
) -> dict[str, Any] | None:
    """Return a state that a section had in any version, None where nobody knows it any more."""
    edits = SectionEdit.objects.filter(version__agreement=version.agreement_id)
    matching = Q(before_hash=known_hash) | Q(after_hash=known_hash)
    known = edits.filter(matching, section=section.name).order_by("-pk").first()
    if known is None:
        return None
    found: dict[str, Any] = known.before if known.before_hash == known_hash else known.after
    return found
