"""Blackouts: a time that both parties sign to leave out of the adjusted figures."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, User
from agreements.models.contracts import Party
from agreements.rules_lock import change_rules
from leads.models import Blackout, Clock, Handoff
from leads.settle import settle_leads_of


class AlreadySigned(ValueError):
    """The party has signed this blackout before."""


class UnableToPropose(ValueError):
    """The time cannot be left out; the text says why."""


@transaction.atomic
def propose(
    *,
    agreement: Agreement,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    party: str,
    by: User,
    now: datetime,
) -> Blackout:
    """Propose a blackout [starts_at, ends_at) and sign it for the proposer's party.

    Raises UnableToPropose for a time without length.
    """
    if ends_at <= starts_at:
        raise UnableToPropose(_("A blackout ends after it starts: swap the two."))
    blackout = Blackout.objects.create(
        agreement=agreement, starts_at=starts_at, ends_at=ends_at, reason=reason
    )
    return sign(blackout=blackout, party=party, by=by, now=now)


@transaction.atomic
def sign(*, blackout: Blackout, party: str, by: User, now: datetime) -> Blackout:
    """Sign for a party that the person leads; with the second signature it counts.

    Settles every clock that ran in it. Raises AlreadySigned.
    """
    change_rules()
    blackout = Blackout.objects.select_for_update(no_key=True).get(pk=blackout.pk)
    if _signer(blackout, party) is not None:
        raise AlreadySigned(_("Your party has signed this blackout before."))
    _sign_for(blackout, party, by)
    is_complete = all(_signer(blackout, each) for each in Party.values)
    blackout.signed_at = now if is_complete else None
    blackout.save()
    Audit.objects.record("leads.blackout.signed", blackout, by=by, now=now, party=party)
    if is_complete:
        _settle_clocks_in(blackout, now)
    return blackout


def _signer(blackout: Blackout, party: str) -> int | None:
    if party == Party.MARKETING:
        return blackout.signed_for_marketing_by_id
    return blackout.signed_for_sales_by_id


def _sign_for(blackout: Blackout, party: str, by: User) -> None:
    if party == Party.MARKETING:
        blackout.signed_for_marketing_by = by
    else:
        blackout.signed_for_sales_by = by


def _settle_clocks_in(blackout: Blackout, now: datetime) -> None:
    ran_in_it = Clock.objects.filter(
        Q(stopped_at__isnull=True) | Q(stopped_at__gt=blackout.starts_at),
        agreement=blackout.agreement,
        started_at__lt=blackout.ends_at,
    )
    settle_leads_of(Handoff.objects.filter(pk__in=ran_in_it.values("handoff")), now=now)
