"""Find the leads and handoffs that facts name, and give keys to those just heard of."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models.functions import Lower

from agreements.models import Agreement
from leads.any_of import AnyOf
from leads.copying import allocate_keys
from leads.locking import lock_leads
from leads.models import Handoff, Lead, LeadIdentity
from leads.personal.forgotten import leads_by_veiled_name
from leads.told import Named, Told, ToldAttributes, ToldEvent, by_source

# The key of a handoff and the key of the lead it is about.
LeadOfHandoff = tuple[int, int]


def leads_named(
    facts: Iterable[Told], agreement: Agreement, now: datetime
) -> tuple[dict[Named, int], frozenset[int]]:
    """Return the key of the lead each name stands for, and which of them are new.

    The rows of leads known before are locked, and of those that are one with them.
    """
    names = {fact.lead for fact in facts}
    known = leads_by_name(names)
    missing = [name for name in names if name not in known]
    born: frozenset[int] = frozenset()
    if missing:
        named, born = _name_leads(missing, verified_emails(facts, agreement, now))
        # Without all of them somebody else told of the same at this moment: theirs holds.
        known = known | named if len(named) == len(missing) else leads_by_name(names)
    if older := set(known.values()) - born:
        lock_leads(older)
    return known, born


def leads_by_name(names: set[Named]) -> dict[Named, int]:
    """Return the key of the lead of each name that is known."""
    known = {
        Named(source, external_id): lead_id
        for source, external_ids in by_source(names).items()
        for external_id, lead_id in LeadIdentity.objects.filter(
            AnyOf("external_id", external_ids), source=source
        ).values_list("external_id", "lead_id")
    }
    return known | leads_by_veiled_name(names - known.keys())


def _name_leads(
    names: list[Named], emails: dict[Named, str]
) -> tuple[dict[Named, int], frozenset[int]]:
    """Give each name a new lead's key, unless its verified e-mail address is another lead's.

    Returns the keys by the names that were written, and which of them are new leads'. Only
    identities are written here: settling writes the leads whole, and their foreign keys are
    checked at the commit. Where somebody else told of the same name at this moment, theirs holds.
    """
    by_email = leads_by_verified_email(set(emails.values()))
    joined = set(by_email.values())
    keys = iter(allocate_keys(Lead, len(names)))
    wanted = []
    for name in sorted(names):
        email = emails.get(name)
        key = by_email.get(email) if email else None
        if key is None:
            key = next(keys)
            if email:
                by_email[email] = key
        wanted.append((key, name))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO leads_leadidentity (lead_id, source, external_id)
            SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])
            ON CONFLICT DO NOTHING RETURNING source, external_id, lead_id
            """,
            [
                [lead_id for lead_id, _ in wanted],
                [name.source for _, name in wanted],
                [name.external_id for _, name in wanted],
            ],
        )
        named = {Named(source, name): lead_id for source, name, lead_id in cursor.fetchall()}
    return named, frozenset(named.values()) - joined


def verified_emails(facts: Iterable[Told], agreement: Agreement, now: datetime) -> dict[Named, str]:
    """Return the verified e-mail address told of each name, unless the terms keep them apart."""
    emails = {
        fact.lead: str(fact.attributes["email"]).lower()
        for fact in facts
        if isinstance(fact, ToldAttributes)
        and fact.attributes.get("email_verified") is True
        and fact.attributes.get("email")
    }
    if not emails:
        return {}
    version = agreement.versions.in_force(now).first()
    joins = version is None or version.parsed_terms().scope.join_by_email
    return emails if joins else {}


def leads_by_verified_email(emails: set[str]) -> dict[str, int]:
    """Find the lead of each verified e-mail address; the one known longest where there are two.

    It may be one that was merged: parted again, it keeps who joined it by its own address.
    """
    rows = (
        Lead.objects.exclude(email="")
        .annotate(address=Lower("email"))
        .filter(is_email_verified=True, address__in=emails)
        .order_by("-pk")
    )
    return dict(rows.values_list("address", "pk"))


def handoffs_named(
    agreement: Agreement, facts: Iterable[Told], leads: dict[Named, int]
) -> tuple[dict[Named, LeadOfHandoff], dict[int, tuple[tuple[int, int], Named]]]:
    """Return (handoff, lead) keys by the handoff's name, and what is known of the new ones."""
    named = {fact.handoff: leads[fact.lead] for fact in facts if isinstance(fact, ToldEvent)}
    if not named:
        return {}, {}
    known = _known_handoffs(named)
    missing = sorted(name for name in named if name not in known)
    born = {
        key: ((named[name], agreement.pk), name)
        for key, name in zip(allocate_keys(Handoff, len(missing)), missing, strict=True)
    }
    known.update((name, (key, lead_id)) for key, ((lead_id, _), name) in born.items())
    return known, born


def _known_handoffs(names: Iterable[Named]) -> dict[Named, LeadOfHandoff]:
    return {
        Named(source, external_id): (pk, lead_id)
        for source, external_ids in by_source(names).items()
        for external_id, pk, lead_id in Handoff.objects.filter(
            AnyOf("external_id", external_ids), source=source
        ).values_list("external_id", "pk", "lead_id")
    }
