"""Suggest a change of a place of a text; the other party takes or refuses it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.actions import drafts, talk_notices
from agreements.editing import (
    Merged,
    entries_around,
    merge,
    part_hash,
    part_of,
    problems_of,
    section_of_path,
    value_at,
    with_value,
    without,
)
from agreements.editing.places import NoSuchPlace
from agreements.models import AgreementVersion, Audit, Suggestion, User
from agreements.terms import Problem, TermsError, composed
from agreements.wording import problem_sentence


class UnableToSuggest(ValueError):
    """The change cannot be suggested; ``problems`` say what would be wrong with the text."""

    def __init__(self, text: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(text)
        self.problems = problems


class UnableToDecide(ValueError):
    """The suggestion cannot be taken or refused; the text says why and what to do."""


class Outdated(UnableToDecide):
    """What the suggestion changes was changed otherwise meanwhile."""


@transaction.atomic
def suggest(
    *,
    version: AgreementVersion,
    path: str,
    after: Any,
    party: str,
    by: User,
    now: datetime,
    note: str = "",
) -> Suggestion:
    """Suggest ``after`` for the value at a place of the text on the table; None takes it out.

    Raises UnableToSuggest for the value that is there already, for a place that is not there, and
    where the text would have a problem at that place.
    """
    version = AgreementVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if version.status not in AgreementVersion.OPEN:
        raise UnableToSuggest(
            _("Version %(number)d is %(status)s: suggest the change for the text on the table.")
            % {"number": version.number, "status": version.get_status_display().lower()}
        )
    before = value_or_none(version.terms, path)
    if before == after and type(before) is type(after):
        raise UnableToSuggest(_("This is what the text says already: suggest another value."))
    problems = new_problems(version.terms, path, after)
    if problems:
        raise UnableToSuggest(problem_sentence(problems[0]), problems)
    suggestion = version.suggestions.create(
        path=path,
        entries=entries_around(version.terms, path),
        before=before,
        after=composed(after),
        note=note.strip(),
        party=party,
        suggested_by=by,
        suggested_at=now,
    )
    Audit.objects.record("agreements.suggestion.made", suggestion, by=by, now=now, party=party)
    talk_notices.tell_of_suggestion(suggestion, now=now)
    return suggestion


@transaction.atomic
def suggest_all(
    *,
    version: AgreementVersion,
    changes: Sequence[tuple[str, Any]],
    party: str,
    by: User,
    now: datetime,
    note: str = "",
) -> list[Suggestion]:
    """Suggest several places with their values at once, all or none; see `suggest`."""
    return [
        suggest(version=version, path=path, after=after, party=party, note=note, by=by, now=now)
        for path, after in changes
    ]


@transaction.atomic
def take(*, suggestion: Suggestion, by: User, now: datetime) -> drafts.Saved:
    """Put the suggested change into the draft, as an edit like any other.

    What was changed elsewhere meanwhile stays. Raises Outdated where the same thing was changed
    otherwise, UnableToDecide where it is decided already, drafts.UnableToSave where the text is
    no draft.
    """
    suggestion, version = _undecided(suggestion)
    if is_outdated(suggestion, version.terms):
        raise Outdated(
            _("The value has changed since this was suggested: look at it, and suggest it anew.")
        )
    section = section_of_path(suggestion.path)
    part = part_of(version.terms, section)
    saved = drafts.save_section(
        version=version,
        section=section,
        part=_with_suggested(part, suggestion),
        seen_hash=part_hash(part),
        by=by,
        now=now,
    )
    _decide(suggestion, Suggestion.Outcome.TAKEN, "", by=by, now=now)
    return saved


@transaction.atomic
def refuse(*, suggestion: Suggestion, reason: str, by: User, now: datetime) -> None:
    """Refuse a suggestion. Raises UnableToDecide without a reason, or if it is decided already."""
    if not reason.strip():
        raise UnableToDecide(_("Say why: whoever suggested it has to know."))
    suggestion, _version = _undecided(suggestion)
    _decide(suggestion, Suggestion.Outcome.REFUSED, reason.strip(), by=by, now=now)


@transaction.atomic
def take_back(*, suggestion: Suggestion, by: User, now: datetime) -> None:
    """Let one's own party's suggestion wait no longer. Raises UnableToDecide."""
    suggestion, _version = _undecided(suggestion)
    _decide(suggestion, Suggestion.Outcome.WITHDRAWN, "", by=by, now=now)


def is_outdated(suggestion: Suggestion, document: Mapping[str, Any]) -> bool:
    """Whether the document was changed otherwise where the suggestion changes it."""
    has_way = _has_way(document, suggestion.place_in(document))
    return not has_way or bool(_merged(suggestion, document).conflicts)


def _merged(suggestion: Suggestion, document: Mapping[str, Any]) -> Merged:
    """Merge what a suggestion wants into what a document says; in a mapping by the last step."""
    there = value_or_none(document, suggestion.place_in(document))
    step = suggestion.path.rpartition(".")[2]
    base, mine, theirs = (
        {} if side is None else {step: side}
        for side in (suggestion.before, suggestion.after, there)
    )
    return merge(base, mine, theirs)


def _with_suggested(part: Mapping[str, Any], suggestion: Suggestion) -> dict[str, Any]:
    place = suggestion.place_in(part)
    wanted = next(iter(_merged(suggestion, part).value.values()), None)
    is_there = wanted is None and value_or_none(part, place) is None
    return dict(part) if is_there else changed(part, place, wanted)


def value_or_none(document: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a place; None where nothing does."""
    try:
        return value_at(document, path)
    except NoSuchPlace:
        return None


def changed(document: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy with another value at a place; None takes out what is there."""
    try:
        found: dict[str, Any] = (
            without(document, path) if value is None else with_value(document, path, value)
        )
    except NoSuchPlace:
        raise UnableToSuggest(
            _("The clause is no longer in the text: choose another one.")
        ) from None
    return found


def _has_way(document: Mapping[str, Any], path: str) -> bool:
    try:
        with_value(document, path, None)
    except NoSuchPlace:
        return False
    return True


def new_problems(document: Mapping[str, Any], path: str, after: Any) -> tuple[Problem, ...]:
    """Return the problems that a document would have with another value, and has not without.

    Raises UnableToSuggest for a place that is not there.
    """
    new = changed(document, path, after)
    try:
        known = problems_of(document)
        return tuple(each for each in problems_of(new) if each not in known)
    except TermsError as error:
        return tuple(error.problems)


def _undecided(suggestion: Suggestion) -> tuple[Suggestion, AgreementVersion]:
    """Lock the version, then the suggestion, in the order in which everybody does."""
    version = AgreementVersion.objects.select_for_update(no_key=True).get(pk=suggestion.version_id)
    suggestion = (
        Suggestion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("decided_by")
        .get(pk=suggestion.pk)
    )
    if suggestion.version_id != version.pk:
        raise UnableToDecide(_("The text was proposed and came back meanwhile: look again."))
    if version.status not in AgreementVersion.OPEN:
        raise UnableToDecide(
            _("Version %(number)d is %(status)s: what is said of it stays as it is.")
            % {"number": version.number, "status": version.get_status_display().lower()}
        )
    if suggestion.outcome:
        told = {
            "who": suggestion.decided_by,
            "outcome": suggestion.get_outcome_display().lower(),
        }
        raise UnableToDecide(_("%(who)s was first: the suggestion is %(outcome)s.") % told)
    return suggestion, version


def _decide(suggestion: Suggestion, outcome: str, reason: str, *, by: User, now: datetime) -> None:
    suggestion.outcome, suggestion.reason = outcome, reason
    suggestion.decided_by, suggestion.decided_at = by, now
    suggestion.save(update_fields=["outcome", "reason", "decided_by", "decided_at"])
    Audit.objects.record(f"agreements.suggestion.{outcome}", suggestion, by=by, now=now)
    talk_notices.tell_of_decision(suggestion, now=now)
