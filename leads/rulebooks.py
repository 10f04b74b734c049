"""Rulebooks of stored versions, compiled once as long as no closure changes."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from agreements.models import AgreementVersion, CalendarRevision
from agreements.rulebook import Rulebook
from agreements.terms import Terms

_KEPT = 256
_Name = tuple[str, tuple[tuple[str, int], ...]]
_compiled: OrderedDict[_Name, Rulebook] = OrderedDict()


def rulebook_of(version: AgreementVersion) -> Rulebook:
    """Return the rulebook of a version under the latest revisions of its calendars; one query."""
    return rulebooks_of([version])[version.pk]


def rulebooks_of(versions: Iterable[AgreementVersion]) -> dict[int, Rulebook]:
    """Return the rulebook of each version, by its id; one query for all of them."""
    terms = {version.pk: (version.terms_hash, version.parsed_terms()) for version in versions}
    keys = {key for _hash, each in terms.values() for key in each.calendar_keys}
    # Of all but a few versions the rulebook is known, so that the closures are not asked for.
    revisions = CalendarRevision.objects.defer("closures").latest_of(keys) if keys else {}
    return {pk: _rulebook(*named, revisions) for pk, named in terms.items()}


def _rulebook(terms_hash: str, terms: Terms, revisions: Mapping[str, CalendarRevision]) -> Rulebook:
    """Compile a rulebook, unless it is known.

    A signed text cannot change and neither can a revision, so hash and revisions name it; that
    the terms are the very same ones keeps a draft from being judged by what it was before.
    """
    own = {key: revisions[key] for key in terms.calendar_keys if key in revisions}
    name = (terms_hash, tuple(sorted((key, revision.pk) for key, revision in own.items())))
    book = _compiled.get(name)
    if book is None or book.terms is not terms:
        book = Rulebook(terms, {key: each.hours_by_date() for key, each in own.items()})
        _compiled[name] = book
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    return book
