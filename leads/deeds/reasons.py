"""The coded reasons that the terms of a handoff give for what is done about it."""

from typing import Literal

from agreements.rulebook import Rulebook
from leads.models import Handoff
from leads.rulebooks import rulebook_of

Ending = Literal["rejection", "disqualification", "recycling", "pause"]


def rulebook_for(handoff: Handoff) -> Rulebook | None:
    """Return the rules that judge a handoff; offered under no version, those signed last.

    None where nothing was ever signed.
    """
    version = handoff.version or handoff.agreement.versions.signed().order_by("-number").first()
    return rulebook_of(version) if version else None


class RulebooksFor:
    """The rules that judge some handoffs; handoffs under one version are asked about once."""

    def __init__(self) -> None:
        self._books: dict[tuple[int, int | None], Rulebook | None] = {}

    def __getitem__(self, handoff: Handoff) -> Rulebook | None:
        name = (handoff.agreement_id, handoff.version_id)
        if name not in self._books:
            self._books[name] = rulebook_for(handoff)
        return self._books[name]


def reasons_for(handoff: Handoff, ending: Ending) -> list[tuple[str, str]]:
    """Return the (key, name) of each reason that the terms list, in their order."""
    return reasons_in(rulebook_for(handoff), ending)


def reasons_in(book: Rulebook | None, ending: Ending) -> list[tuple[str, str]]:
    """Return the (key, name) of each reason that a rulebook lists, in its order; none without."""
    if book is None:
        return []
    reasons = {
        "rejection": book.terms.reasons.rejection,
        "disqualification": book.terms.reasons.disqualification,
        "recycling": book.terms.reasons.recycling,
        "pause": book.terms.reasons.pause,
    }[ending]
    return [(reason.key, reason.name) for reason in reasons]
