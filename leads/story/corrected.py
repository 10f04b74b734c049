"""Corrections in words: what was told before, who corrected it, and why."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Agreement, User
from agreements.permissions import Roles, roles_in
from leads.any_of import AnyOf
from leads.models import Fact, FollowUp, HandoffEvent
from leads.permissions import corrects
from leads.story.facts_told import Surroundings, Told


@dataclass(frozen=True, slots=True)
class Corrector:
    """Who reads a timeline, and which of its facts they may correct."""

    agreement: Agreement
    user: User
    roles: Roles

    @classmethod
    def of(cls, agreement: Agreement, user: User) -> "Corrector":
        """Find out what somebody may correct; one query."""
        return cls(agreement, user, roles_in(agreement, user))

    def href(self, fact: Fact) -> str:
        """Return where a fact is corrected; empty where the person may not, or it cannot be."""
        if isinstance(fact, FollowUp):
            view = "leads:correct-follow-up"
        elif isinstance(fact, HandoffEvent) and fact.kind != HandoffEvent.Kind.OFFERED:
            view = "leads:correct-event"
        else:
            return ""
        if not corrects(fact, self.user, self.roles):
            return ""
        return reverse(view, kwargs={"slug": self.agreement.slug, "pk": fact.pk})


def correction_of(fact: Fact, around: Surroundings) -> tuple[str, ...]:
    """Say who corrected a fact, when and why; nothing for one that stands as it was told."""
    if not fact.correction_reason:
        return ()
    parts = {
        "who": fact.recorded_by.name if fact.recorded_by else _("Somebody"),
        "when": formats.instant(fact.recorded_at, around.now),
        "reason": fact.correction_reason,
    }
    if fact.is_retracted:
        return (_("%(who)s took it back %(when)s: “%(reason)s”") % parts,)
    return (_("%(who)s corrected it %(when)s: “%(reason)s”") % parts,)


def told_before(
    touches: Collection[FollowUp], around: Surroundings
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Say what each corrected follow-up was told as before, the latest first; one query."""
    corrected = {
        (each.source, each.external_id): each for each in touches if each.correction_reason
    }
    if not corrected:
        return {}
    names = [name for _source, name in corrected]
    rows = FollowUp.objects.filter(AnyOf("external_id", names), is_current=False)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in rows.order_by("-recorded_at", "-pk"):
        key = (row.source, row.external_id)
        if key in corrected and not row.is_retracted:
            found[key] = (*found.get(key, ()), _before(row, around))
    return found


def _before(row: FollowUp, around: Surroundings) -> str:
    parts = {
        "channel": row.get_channel_display(),
        "outcome": row.get_outcome_display().lower(),
        "when": formats.instant(row.occurred_at, around.now),
        "note": row.note,
    }
    if row.note:
        return _("Before: %(channel)s, %(outcome)s, %(when)s, “%(note)s”") % parts
    return _("Before: %(channel)s, %(outcome)s, %(when)s") % parts


def taken_back(told: Told, fact: Fact, around: Surroundings) -> Told:
    """Say that a fact was told and taken back."""
    text = format_html("<s>{}</s>", told.text)
    return Told("arrow-back-up", text, correction_of(fact, around))
