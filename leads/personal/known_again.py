"""People who were forgotten, known again by what names them: ids and e-mail addresses.

Telephones are not: of them nothing is kept by which they could be known.
"""

from collections.abc import Collection
from dataclasses import dataclass

from leads.any_of import AnyOf
from leads.models import Forgetting, ForgottenAddress, Handoff, LeadIdentity
from leads.personal.fingerprints import fingerprint_of_address, veiled

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KnownAgain:
    """Who was known again, by the keys of their leads, and what they were known by.

    The ``personal`` ids say who it is; only fingerprints of them are kept.
    """

    lead_ids: frozenset[int]
    names: frozenset[Name]
    personal: frozenset[str]
    addresses: frozenset[str]


def known_again(names: Collection[Name], addresses: Collection[str]) -> KnownAgain:
    """Find forgotten people by what sources call them or their handoffs, and by addresses.

    Addresses are those of people who asked to be forgotten; others may come back. A few queries,
    one where nobody was ever forgotten.
    """
    if not Forgetting.objects.lasting().exists():
        return KnownAgain(*[frozenset()] * 4)
    by_key = {(source, veiled(name)): (source, name) for source, name in names}
    by_key |= {name: name for name in names}
    found = _leads_called(set(by_key))
    forgotten = set(_forgotten({lead_id for lead_id, _key in found}))
    keys = {key for lead_id, key in found if lead_id in forgotten}
    by_print = {fingerprint_of_address(address): address for address in addresses}
    asked = _leads_of_addresses(set(by_print))
    return KnownAgain(
        lead_ids=frozenset(forgotten.union(lead_id for lead_id, _print in asked)),
        names=frozenset(by_key[key] for key in keys),
        personal=frozenset(by_key[key][1] for key in keys if by_key[key] != key),
        addresses=frozenset(by_print[each] for _lead_id, each in asked),
    )


def _leads_called(keys: Collection[Name]) -> set[tuple[int, Name]]:
    """Return the leads that sources call so, or a handoff of which they call so."""
    found: set[tuple[int, Name]] = set()
    sources, names = {source for source, _name in keys}, {name for _source, name in keys}
    for model in (LeadIdentity, Handoff):
        # Their index begins with the source.
        rows = model._default_manager.filter(AnyOf("source", sources), AnyOf("external_id", names))
        for lead_id, source, name in rows.values_list("lead_id", "source", "external_id"):
            if (source, name) in keys:
                found.add((lead_id, (source, name)))
    return found


def _forgotten(lead_ids: Collection[int]) -> list[int]:
    lasting = Forgetting.objects.lasting().filter(AnyOf("lead", lead_ids))
    return list(lasting.values_list("lead_id", flat=True))


def _leads_of_addresses(prints: Collection[str]) -> list[tuple[int, str]]:
    known = ForgottenAddress.objects.of_those_who_asked().filter(AnyOf("fingerprint", prints))
    return list(known.values_list("forgetting__lead_id", "fingerprint"))
