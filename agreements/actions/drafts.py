"""Begin a text, and change it section by section without losing what anybody typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import lifecycle
from agreements.actions import messages
from agreements.editing import (
    EditedSection,
    Merged,
    merge,
    part_hash,
    part_of,
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


class Conflict(Exception):
    """Somebody else changed the same things meanwhile: what both did, and what can be merged.

    ``theirs`` is the latest edit by others; None where nobody knows from what ``mine`` began.
    """

    def __init__(
        self,
        section: EditedSection,
        mine: dict[str, Any],
        theirs: SectionEdit | None,
        merged: Merged,
    ) -> None:
        self.section, self.mine, self.theirs, self.merged = section, mine, theirs, merged
        super().__init__(f"{section.name}: {', '.join(merged.conflicts)}")


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved section: its part as it stands now, and whether others' changes are in it."""

    part: dict[str, Any]
    hash: str
    was_merged: bool = False


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
    resolved: Mapping[str, str] | None = None,
) -> Saved:
    """Keep a section as somebody left it, who began from the part with ``seen_hash``.

    What others saved meanwhile is merged in. Raises Conflict where both changed the same thing,
    unless ``resolved`` says of that place whether "mine" or "theirs" shall hold; UnableToSave for
    a text that is no draft; TermsError for what cannot be stored.
    """
    version = _draft(version)
    current = part_of(version.terms, section)
    current_hash = part_hash(current)
    mine = cast("dict[str, Any]", composed(part))
    is_behind = seen_hash != current_hash
    if is_behind:
        mine = _merged(version, section, mine, seen_hash, current, resolved or {})
    new_hash = part_hash(mine)
    if new_hash != current_hash:
        document = with_part(version.terms, section, mine)
        AgreementVersion.objects.filter(pk=version.pk).update(
            terms=document, terms_hash=terms_hash(document)
        )
        version.edits.create(
            section=section.name,
            before=current,
            after=mine,
            before_hash=current_hash,
            after_hash=new_hash,
            edited_by=by,
            edited_at=now,
        )
    return Saved(mine, new_hash, was_merged=is_behind)


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

    Raises UnableToSave for a text that is no draft, or an end that is not after the start.
    """
    version = _draft(version)
    if from_date and to_date and to_date <= from_date:
        raise UnableToSave(_("The agreement ends after it begins: choose a later end."))
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


def _merged(
    version: AgreementVersion,
    section: EditedSection,
    mine: dict[str, Any],
    seen_hash: str,
    current: dict[str, Any],
    resolved: Mapping[str, str],
) -> dict[str, Any]:
    """Merge what one person did to an older state with what the others did. Raises Conflict."""
    edits = version.edits.filter(section=section.name).select_related("edited_by")
    merged = merge(_state(edits, seen_hash), mine, current)
    if set(merged.conflicts) - resolved.keys():
        raise Conflict(section, mine, edits.order_by("-pk").first(), merged)
    value = cast("dict[str, Any]", merged.value)
    for path in merged.conflicts:
        if resolved[path] == "theirs":
            value = _as_in(current, value, path)
    return value


def _as_in(current: dict[str, Any], value: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a copy with one place as it is in the current part; what is not there is left out."""
    try:
        return cast("dict[str, Any]", with_value(value, path, value_at(current, path)))
    except NoSuchPlace:
        return cast("dict[str, Any]", without(value, path))


def _state(edits: Any, seen_hash: str) -> dict[str, Any]:
    """Return a state that a section had; an empty one where nobody knows it any more."""
    known = edits.filter(before_hash=seen_hash).order_by("-pk").first()
    return known.before if known else {}
