"""What a merge of two leads would come to, side by side and in words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.models import Agreement
from leads.actions.telling import SOURCE
from leads.before.qualifying import value_text
from leads.column_names import attribute_name, column_names
from leads.families import Families, MergeRow, joint_attributes
from leads.fold import Standing
from leads.merging.likeness import Likeness
from leads.merging.words import names_apart
from leads.models import FollowUp, Handoff, Lead, LeadIdentity
from leads.records import families_of, offers_of, read_records
from leads.standings import standings_of

_FIRST = ("name", "company", "email", "phone", "job_title")


@dataclass(frozen=True, slots=True)
class Line:
    """One attribute as either lead has it; ``holds`` is what is known after the merge."""

    label: str
    kept: str
    merged: str
    holds: str

    @property
    def differs(self) -> bool:
        """Whether the two say something else."""
        return self.kept != self.merged


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two leads: what it would bring along."""

    lead: Lead
    handoffs: int
    follow_ups: int
    identities: list[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two leads side by side, and what becomes of their open handoffs, in sentences."""

    kept: Side
    merged: Side
    lines: list[Line]
    consequences: list[str]


def compare(kept: Lead, merged: Lead, agreement: Agreement, now: datetime) -> Comparison:
    """Say what merging would come to; about twenty queries."""
    return Comparison(
        kept=_side(kept, agreement),
        merged=_side(merged, agreement),
        lines=list(_lines(kept, merged)),
        consequences=[*_consequences(kept, merged, now), *_of_stages(kept, merged, agreement)],
    )


def why_words(why: Iterable[Likeness]) -> str:
    """Say what two leads have in common."""
    words = {
        "email": _("same e-mail address"),
        "phone": _("same telephone"),
        "name": _("same name, both at %(domain)s"),
    }
    return "; ".join(words[each.code] % {"domain": each.value} for each in why)


def _side(lead: Lead, agreement: Agreement) -> Side:
    below = families_of([lead.pk]).below(lead.pk)
    identities = LeadIdentity.objects.filter(lead__in=below).order_by("source", "external_id")
    touches = FollowUp.objects.holding().filter(agreement=agreement, lead__in=below)
    return Side(
        lead=lead,
        handoffs=agreement.handoffs.filter(lead__in=below).count(),
        follow_ups=touches.count(),
        identities=[str(each) for each in identities],
    )


def _lines(kept: Lead, merged: Lead) -> Iterable[Line]:
    joint = joint_attributes(kept.attributes, merged.attributes)
    told = kept.attributes | merged.attributes
    keys = [key for key in _FIRST if key in told] + sorted(told.keys() - set(_FIRST))
    both = families_of([kept.pk, merged.pk]).all([kept.pk, merged.pk])
    columns = column_names(both, keys)
    for key in keys:
        values = (of.get(key) for of in (kept.attributes, merged.attributes, joint))
        line = Line(attribute_name(key, columns), *map(value_text, values))
        if line.kept or line.merged:
            yield line


def _consequences(kept: Lead, merged: Lead, now: datetime) -> list[str]:
    """Say, agreement by agreement, which handoff goes on and which ends."""
    families = families_of([kept.pk, merged.pk])
    lead_ids = families.all([kept.pk, merged.pk])
    merge = MergeRow(now, SOURCE, "foreseen", kept.pk)
    standings = _standings(lead_ids, Families({**families.merges, merged.pk: merge}))
    found = Handoff.objects.open().filter(lead__in=lead_ids).order_by("offered_at", "pk")
    found = found.select_related("agreement", "holder", "lead")
    by_agreement: dict[Agreement, list[Handoff]] = {}
    for handoff in sorted(found, key=lambda each: standings[each.pk].status not in Handoff.OPEN):
        by_agreement.setdefault(handoff.agreement, []).append(handoff)
    names = names_apart([kept, merged, *(each.lead for each in found)])
    sentences = [
        _of_agreement(agreement, handoffs, names, now)
        for agreement, handoffs in by_agreement.items()
    ]
    return sentences or [_("Neither has an open handoff: no clock changes.")]


def _standings(lead_ids: Collection[int], families: Families) -> dict[int, Standing]:
    """Return by key where each handoff of whole families stands if these are merged."""
    offers = offers_of(Handoff.objects.filter(lead__in=lead_ids))
    records = read_records(lead_ids, offers, families)
    return {standing.pk: standing for _key, standing in standings_of(records)}


def _of_stages(kept: Lead, merged: Lead, agreement: Agreement) -> Iterable[str]:
    """Say which stage holds, where the two are in different ones."""
    stages = agreement.lead_stages.filter(lead__in=[kept, merged])
    if stages.values("stage").distinct().count() > 1:
        yield _("They are in different stages: the further one holds until either enters another.")


def _of_agreement(
    agreement: Agreement, handoffs: Sequence[Handoff], names: Mapping[int, str], now: datetime
) -> str:
    """Say which of the open handoffs goes on, which is the first of them, and what it ends."""
    first, *others = handoffs
    parts = {
        "agreement": agreement,
        "lead": names[first.lead_id],
        "offered": formats.near_instant(first.offered_at, now),
        "holder": first.holder or _("the team's queue"),
    }
    if not others:
        return (
            _(
                "%(agreement)s: the handoff of %(lead)s goes on as it is, with its clocks and with "
                "%(holder)s."
            )
            % parts
        )
    return (
        ngettext(
            "%(agreement)s: both are with sales. The handoff of %(lead)s, offered %(offered)s, "
            "goes on with its clocks and with %(holder)s; the other one ends. What runs on that "
            "one stops without a verdict, what is past due stays a breach.",
            "%(agreement)s: they are with sales. The handoff of %(lead)s, offered %(offered)s, "
            "goes on with its clocks and with %(holder)s; the others end. What runs on those "
            "stops without a verdict, what is past due stays a breach.",
            len(others),
        )
        % parts
    )
