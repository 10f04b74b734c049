"""Bring agreements and their versions into being."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from psycopg2.extras import DateTimeTZRange

from agreements.actions import calendars
from agreements.models import (
    Agreement,
    AgreementVersion,
    Audit,
    Calendar,
    Signature,
    Team,
    User,
)
from agreements.models.contracts import Party
from agreements.rules_lock import change_rules
from agreements.terms import parse_terms, terms_hash


class UnableToAdopt(ValueError):
    """The agreement cannot be taken over as asked; the text says why."""


@transaction.atomic
def adopt(
    *,
    slug: str,
    terms: Mapping[str, Any],
    effective_date: date,
    by: User | None,
    now: datetime,
    name: str = "",
    parties: Mapping[str, str] | None = None,
    signers: Mapping[str, User] | None = None,
    closures: Mapping[str, Mapping[str, Any]] | None = None,
) -> AgreementVersion:
    """Take over a version that was signed elsewhere, in force from a local date on.

    It may reach back over time that no version covers, up to the next version that does.
    ``parties`` names the team of each party, ``closures`` describes the calendars that the terms
    name and that do not exist yet. Raises TermsError for terms that cannot be, UnableToAdopt
    where a version covers that time already or where zone or currency differ from the
    agreement's.
    """
    parsed = parse_terms(terms)
    change_rules()
    make_calendars(closures or {}, by=by, now=now)
    agreement = _agreement(
        slug, name or slug, parties or {}, parsed.time_zone, parsed.currency or ""
    )
    version = agreement.versions.create(
        number=(agreement.versions.count() + 1),
        status=AgreementVersion.Status.SIGNED,
        terms=dict(terms),
        terms_hash=terms_hash(terms),
        effective=_free_period(agreement, effective_date),
        is_adopted=True,
        recorded_at=now,
    )
    _sign_elsewhere(version, signers or {}, now=now)
    Audit.objects.record(
        "agreements.version.adopted", version, by=by, now=now, terms_hash=version.terms_hash
    )
    return version


def make_calendars(
    closures: Mapping[str, Mapping[str, Any]], *, by: User | None, now: datetime
) -> None:
    """Add the calendars described that do not exist yet; one that exists is left as it is.

    A description may have a ``name``, a ``country`` and ``region`` whose holidays count for
    ``years``, and ``closures`` of its own: a date with a name or with ``{name, hours}``.
    """
    known = set(Calendar.objects.filter(key__in=closures).values_list("key", flat=True))
    for key, described in closures.items():
        if key in known:
            continue
        country, region = str(described.get("country", "")), str(described.get("region", ""))
        years = described.get("years") or range(now.year - 1, now.year + 4)
        found = calendars.holiday_closures(country, region, years) if country else {}
        for day, closure in (described.get("closures") or {}).items():
            found[str(day)] = _closure(closure)
        calendars.create(
            key=key,
            name=str(described.get("name") or key),
            closures=found,
            country=country,
            region=region,
            by=by,
            now=now,
        )


def _closure(told: Any) -> calendars.Closure:
    if isinstance(told, Mapping):
        return calendars.Closure(name=str(told.get("name", "")), hours=told.get("hours", []))
    return calendars.Closure(name=str(told or ""), hours=[])


def _agreement(
    slug: str, name: str, parties: Mapping[str, str], time_zone: str, currency: str
) -> Agreement:
    """Find the agreement, locked, or make it with its two teams."""
    agreement = Agreement.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if agreement is None:
        return Agreement.objects.create(
            slug=slug,
            name=name,
            marketing_team=_team(parties.get(Party.MARKETING) or f"{name} marketing"),
            sales_team=_team(parties.get(Party.SALES) or f"{name} sales"),
            time_zone=time_zone,
            currency=currency,
        )
    if (agreement.time_zone, agreement.currency) != (time_zone, currency):
        raise UnableToAdopt(
            _(
                "The terms say %(zone)s and %(currency)s, but %(agreement)s is kept in "
                "%(own_zone)s and %(own_currency)s: both are the same in every version."
            )
            % {
                "zone": time_zone,
                "currency": currency,
                "agreement": agreement.name,
                "own_zone": agreement.time_zone,
                "own_currency": agreement.currency,
            }
        )
    return agreement


def _team(name: str) -> Team:
    team, _created = Team.objects.get_or_create(
        slug=slugify(name)[:50] or "team", defaults={"name": name}
    )
    return team


def _free_period(agreement: Agreement, effective_date: date) -> DateTimeTZRange:
    """Return the time from the date's local midnight on that no version covers."""
    starts_at = datetime.combine(effective_date, time.min, ZoneInfo(agreement.time_zone))
    if agreement.versions.in_force(starts_at).exists():
        raise UnableToAdopt(
            _(
                "A version of %(agreement)s is in force on %(date)s already: choose a date that "
                "none covers, or let both parties sign a new version."
            )
            % {"agreement": agreement.name, "date": effective_date.isoformat()}
        )
    later = agreement.versions.signed().filter(effective__startswith__gt=starts_at)
    next_version = later.order_by("effective", "pk").first()
    return DateTimeTZRange(starts_at, next_version.effective_from if next_version else None, "[)")


def _sign_elsewhere(
    version: AgreementVersion, signers: Mapping[str, User], *, now: datetime
) -> None:
    for party in Party.values:
        signer = signers.get(party)
        Signature.objects.create(
            version=version,
            party=party,
            user=signer,
            signer_name=signer.name if signer else version.agreement.team_of(party).name,
            signed_at=now,
            terms_hash=version.terms_hash,
            method=Signature.Method.ELSEWHERE,
        )
