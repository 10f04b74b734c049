"""Find leads that look like one, among a million: candidates by index, then judged one by one."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypeAlias

from django.db import connection

from leads.any_of import AnyOf
from leads.merging.likeness import FREE_MAIL, SITES_OF_ANYBODY, Likeness, Said, likenesses
from leads.merging.words import names_apart
from leads.models import Lead
from leads.queue.handoffs import Desk
from leads.registry.leads import readable_leads

FoundPair: TypeAlias = tuple[int, int, tuple[Likeness, ...]]
"""The keys of two leads that look like one, and what they have in common."""

PER_PAGE = 25
LOOKED_THROUGH = 2000
"""How many leads a page of the list looks through at once, however rare doubles are."""
MOST_LOOKS = 10
"""How often it does so, until there is a pair to show."""

# Whoever shares a telephone exchange with thousands is compared with the latest of them only.
_MOST_ALIKE = 5

_PROBE = """
    (SELECT other.id, {compared} FROM leads_lead AS other
    WHERE {condition} AND other.id <> lead.id {only} AND other.merged_into_id IS NULL
        AND NOT EXISTS (
            SELECT FROM leads_distinction
            WHERE first_id = least(lead.id, other.id) AND second_id = greatest(lead.id, other.id)
        )
    ORDER BY {key} DESC, other.id DESC LIMIT %(most)s)
"""
_COMPARED = ", ".join(f"{{0}}.{column}" for column in Said._fields)
# Each key, and where it says something: as the index of it asks, and no domain of anybody's.
_EMAIL = ("leads_email_key({0}.email)", "{0}.email <> ''")
_PHONE = ("leads_phone_key({0}.phone)", "{0}.phone <> ''")
_NAMES = tuple(
    (f"leads_name_key({{0}}.name, {{0}}.company, {domain})", told)
    for domain, told in {
        "leads_email_domain({0}.email)": """{0}.email <> ''
            AND leads_email_domain({0}.email) <> ALL(%(free)s)""",
        "{0}.website_domain": "{0}.website_domain <> '' AND {0}.website_domain <> ALL(%(sites)s)",
    }.items()
)
_COMPARISONS = ((_EMAIL, _EMAIL), (_PHONE, _PHONE), *product(_NAMES, repeat=2))


def _alike(only: str) -> str:
    probes = [
        _PROBE.format(
            compared=_COMPARED.format("other"),
            condition=f"{key.format('other')} = {own_key.format('lead')}"
            f" AND {own_told.format('lead')} AND {told.format('other')}",
            key=key.format("other"),
            only=only,
        )
        for (own_key, own_told), (key, told) in _COMPARISONS
    ]
    return f"""
        SELECT DISTINCT lead.id, {_COMPARED.format("lead")}, other.id, {_COMPARED.format("other")}
        FROM leads_lead AS lead CROSS JOIN LATERAL ({" UNION ALL ".join(probes)}) AS other
        WHERE lead.id = ANY(%(leads)s) AND lead.merged_into_id IS NULL
        ORDER BY lead.id DESC, other.id DESC
    """  # noqa: S608 - composed of constants


_ALL, _EARLIER = _alike(""), _alike("AND other.id < lead.id")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two leads that look like one, and what they have in common; ``other`` came first.

    ``names`` are what the two are called, apart where others beside them are called the same.
    """

    lead: Lead
    other: Lead
    why: tuple[Likeness, ...]
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A page of pairs; ``before`` is where the next page begins, None after the last one.

    ``number`` is how many pairs there are among the ``looked_through`` leads, this page's and more.
    """

    pairs: list[Pair]
    before: int | None
    number: int
    looked_through: int


def said_of(lead: Lead) -> Said:
    """Return what of a lead is compared."""
    return Said(*(getattr(lead, field) for field in Said._fields))


def alike_to(desk: Desk, lead: Lead) -> list[Pair]:
    """Return the leads that look like this one, those a person may read; three queries at most."""
    found = list(_found(_ALL, [lead.pk]))
    others = readable_leads(desk).in_bulk([other for _lead, other, _why in found])
    return _pairs([pair for pair in found if pair[1] in others], others | {lead.pk: lead})


def alike_among(desk: Desk, before: int | None = None) -> Pairs:
    """Return leads that look like an earlier one, the latest heard of first.

    ``before`` is the key of a lead: only earlier ones are looked through, more of them while none
    of the latest looks like another one; five queries for each look at most.
    """
    found, looked_through = _look(desk, before), 0
    for _again in range(MOST_LOOKS - 1):
        if found.pairs or found.before is None:
            break
        looked_through += found.looked_through
        found = _look(desk, found.before)
    return replace(found, looked_through=looked_through + found.looked_through)


def _look(desk: Desk, before: int | None) -> Pairs:
    leads = readable_leads(desk).filter(merged_into=None)
    if before is not None:
        leads = leads.filter(pk__lt=before)
    looked = list(leads.order_by("-pk").values_list("pk", flat=True)[:LOOKED_THROUGH])
    alike = list(_found(_EARLIER, looked))
    others = readable_leads(desk).filter(AnyOf("pk", {other for _lead, other, _why in alike}))
    readable = set(others.values_list("pk", flat=True))
    found = [pair for pair in alike if pair[1] in readable]
    shown = _first_of(found, PER_PAGE)
    named = Lead.objects.in_bulk({key for pair in shown for key in pair[:2]})
    pairs = _pairs(shown, named)
    before = looked[-1] if len(looked) == LOOKED_THROUGH else None
    if len(shown) < len(found):
        before = shown[-1][0]
    return Pairs(pairs, before, len(found), len(looked))


def _pairs(found: Sequence[FoundPair], leads: Mapping[int, Lead]) -> list[Pair]:
    """Name the leads of pairs."""
    names = names_apart(leads.values())
    return [
        Pair(leads[lead], leads[other], why, (names[lead], names[other]))
        for lead, other, why in found
    ]


def _first_of(found: list[FoundPair], most: int) -> list[FoundPair]:
    """Return the first pairs, and those that the last of them has besides."""
    if len(found) <= most:
        return found
    last = found[most - 1][0]
    return [*found[:most], *(pair for pair in found[most:] if pair[0] == last)]


def _found(query: str, lead_ids: Collection[int]) -> Iterator[FoundPair]:
    """Give (lead, other, why) of each pair that the rules find alike."""
    if not lead_ids:
        return
    asked: dict[str, Any] = {
        "leads": list(lead_ids),
        "free": sorted(FREE_MAIL),
        "sites": sorted(SITES_OF_ANYBODY),
        "most": _MOST_ALIKE,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        rows: Iterable[tuple[Any, ...]] = cursor.fetchall()
    width = len(Said._fields) + 1
    for (pk, *said), (other_pk, *others) in ((row[:width], row[width:]) for row in rows):
        if why := likenesses(Said(*said), Said(*others)):
            yield pk, other_pk, why
