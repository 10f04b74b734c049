"""Rulebooks of stored versions, compiled once as long as no closure changes."""

from collections import OrderedDict

from agreements.models import AgreementVersion, CalendarRevision
from agreements.rulebook import Rulebook

_KEPT = 64
_compiled: OrderedDict[tuple[str, tuple[tuple[str, int], ...]], Rulebook] = OrderedDict()


def rulebook_of(version: AgreementVersion) -> Rulebook:
    """Return the rulebook of a version under the latest revisions of its calendars; one query.

    The text cannot change and neither can a revision, so hash and revision numbers name it.
    """
    terms = version.parsed_terms()
    revisions = CalendarRevision.objects.latest_of(terms.calendar_keys)
    name = (
        version.terms_hash,
        tuple(sorted((key, revision.pk) for key, revision in revisions.items())),
    )
    if name not in _compiled:
        closures = {key: revision.hours_by_date() for key, revision in revisions.items()}
        _compiled[name] = Rulebook(terms, closures)
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    return _compiled[name]
