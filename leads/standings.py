"""Fold the records of some leads: where each of their handoffs stands."""

from leads.fold import Standing, ToldOfLead, fold, fold_family
from leads.records import LeadAndAgreement, Records, RulesOf


def standings_of(records: Records) -> list[tuple[LeadAndAgreement, Standing]]:
    """Return the standing of every handoff, with the lead and the agreement it is under.

    Leads that were found to be one are folded together.
    """
    groups = records.families.groups()
    found: list[tuple[LeadAndAgreement, Standing]] = []
    for key in sorted(records.offers):
        lead_id, agreement_id = key
        rules = RulesOf(records, agreement_id)
        if lead_id not in groups:
            found += [(key, standing) for standing in fold(*_told(records, key), rules)]
        elif lead_id == _first_of(groups[lead_id], agreement_id, records):
            keys = {each: (each, agreement_id) for each in groups[lead_id]}
            told = {each: _told(records, own) for each, own in keys.items()}
            family = fold_family(told, records.families, rules)
            found += [(keys[each], standing) for each, standing in family]
    return found


def _first_of(lead_ids: frozenset[int], agreement_id: int, records: Records) -> int:
    """Return the first of the leads that has a handoff under an agreement."""
    return min(each for each in lead_ids if (each, agreement_id) in records.offers)


def _told(records: Records, key: LeadAndAgreement) -> ToldOfLead:
    offers = records.offers.get(key, [])
    events = [event for offer in offers for event in records.events.get(offer.pk, ())]
    return ToldOfLead(offers, events, records.follow_ups.get(key, []))
