"""Which attributes signed terms ask of leads, and which of those a file tells of none."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from agreements.criteria import AnyRule, Condition, holds
from agreements.criteria.arrays import fields_of, fields_of_handoff
from agreements.models import Agreement
from agreements.terms import Terms
from leads.guessing.roles import ATTRIBUTES, FLAGS


def asked_of(agreement: Agreement) -> list[str]:
    """Return the keys that any signed version asks for, but for those that every file can tell."""
    versions = agreement.versions.signed()
    asked = {name for version in versions for name in _asked_in(version.parsed_terms())}
    return sorted(asked.difference(ATTRIBUTES, FLAGS))


def _asked_in(terms: Terms) -> Iterator[str]:
    yield from fields_of_handoff(terms.handoff)
    for rule in (terms.scope.rule, *(tier.when for tier in terms.tiers)):
        yield from fields_of(rule)


def untold_in(mapping: Mapping[str, Any], agreement: Agreement, now: datetime) -> list[str]:
    """Return the attributes without which no lead meets the criteria and that a file never tells.

    ``mapping`` is the document of the file. The criteria are those in force, or of the latest
    version signed. A file that tells of no stage brings no leads that could be offered: of it none.
    """
    facts = mapping.get("facts", ())
    versions = agreement.versions
    version = versions.in_force(now).first() or versions.signed().order_by("-number").first()
    if version is None or not any("stage" in fact for fact in facts):
        return []
    told = {name for fact in facts for name in fact.get("attributes", ())}
    handoff = version.parsed_terms().handoff
    lacking = [name for name in handoff.required_fields if name not in told]
    lacking += [name for rule in handoff.rules for name in _lacking(rule, told)]
    return [*dict.fromkeys(lacking)]


def _lacking(rule: AnyRule, told: Collection[str]) -> list[str]:
    """Return what a rule needs that is not told; none where it can hold without."""
    if isinstance(rule, Condition):
        return [] if rule.field in told or holds(rule, {}) else [rule.field]
    each = [_lacking(inner, told) for inner in (rule.all or rule.any or ())]
    if rule.any and not all(each):
        return []
    return [name for names in each for name in names]
