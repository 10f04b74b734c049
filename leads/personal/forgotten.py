"""What is told of people who were forgotten: recognised, and kept without what speaks of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from agreements.models import AgreementVersion
from leads.any_of import AnyOf
from leads.models import (
    AssignmentRule,
    Deal,
    Delivery,
    Fact,
    FollowUp,
    Forgetting,
    ForgottenAddress,
    HandoffEvent,
    LeadChange,
    LeadIdentity,
    RetentionRules,
)
from leads.personal.blanking import (
    KEPT,
    PERSONAL,
    Asked,
    asked_in,
    blanked_answers,
    blanked_attributes,
    blanked_text,
)
from leads.personal.fingerprints import fingerprint_of_address, sealed_hash, veiled, veiled_within
from leads.personal.raw_calls import Spoken, empty_call
from leads.told import (
    Named,
    Told,
    ToldAttributes,
    ToldDeal,
    ToldEvent,
    ToldFollowUp,
)

FactOrTold: TypeAlias = Fact | Told

_TEXTS: Mapping[type[FactOrTold], tuple[str, ...]] = {
    HandoffEvent: ("note",),
    ToldEvent: ("note",),
    FollowUp: ("note", "next_step"),
    ToldFollowUp: ("note", "next_step"),
    Deal: ("reason",),
    ToldDeal: ("reason",),
}


@dataclass(frozen=True, slots=True)
class Blanking:
    """What the texts and rules of the portal ask about leads, and which attributes stay."""

    asked: Asked
    kept: Collection[str] = KEPT

    def fields_of(self, fact: FactOrTold) -> dict[str, Any]:
        """Return by name the fields of a fact that may speak of a person, with nothing in them."""
        texts = ("correction_reason", *_TEXTS.get(type(fact), ()))
        fields: dict[str, Any] = {name: blanked_text(getattr(fact, name)) for name in texts}
        if isinstance(fact, LeadChange | ToldAttributes):
            fields["attributes"] = self.attributes(fact.attributes)
        if isinstance(fact, HandoffEvent | ToldEvent):
            fields["answers"] = blanked_answers(fact.answers)
        return fields

    def attributes(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return attributes with nothing in them that speaks of a person."""
        return blanked_attributes(attributes, self.asked, self.kept)


def blanking() -> Blanking:
    """Read what texts and rules ask; drafts too, as they may come into force."""
    texts = AgreementVersion.objects.values_list("terms", flat=True)
    rules = AssignmentRule.objects.exclude(when=None).values_list("when", flat=True)
    kept = {*KEPT, *RetentionRules.current().kept_attributes} - PERSONAL
    return Blanking(asked_in([*texts, *rules]), kept)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Those who were forgotten among the leads somebody tells of, by the names they are told by.

    The ``veiled`` of the names spoke of the person themself, so that they are kept as fingerprints.
    """

    lead_ids: Collection[int] = ()
    names: Collection[Named] = ()
    veiled: Collection[Named] = ()
    blanking: Blanking | None = None

    def count(self, facts: Iterable[Told]) -> int:
        """Count the facts that are about them."""
        return sum(fact.lead in self.names for fact in facts) if self.names else 0

    def renamed(self, facts: Sequence[Told]) -> Sequence[Told]:
        """Return the facts, those of forgotten people under names that name nobody."""
        if not self.names:
            return facts
        return [self._renamed(fact) if fact.lead in self.names else fact for fact in facts]

    def _renamed(self, fact: Told) -> Told:
        personal = (fact.lead.external_id,) if fact.lead in self.veiled else ()
        fact = replace(fact, external_id=veiled_within(fact.external_id, personal))
        if isinstance(fact, ToldEvent):
            source, name = fact.handoff
            fact = replace(fact, handoff=Named(source, veiled_within(name, personal)))
        return fact

    def content_hash(self, fact: Told) -> str:
        """Return the hash under which a fact's content is kept."""
        content_hash = fact.content_hash
        return sealed_hash(content_hash) if fact.lead in self.names else content_hash

    def kept(self, fact: Told) -> Told:
        """Return a fact as it is kept."""
        if self.blanking is None or fact.lead not in self.names:
            return fact
        return replace(fact, **self.blanking.fields_of(fact))

    def note_told_again(self, delivery: Delivery | None, now: datetime) -> None:
        """Remember that something was told of them, and empty what it came with."""
        rows = Forgetting.objects.lasting().filter(AnyOf("lead", self.lead_ids))
        if delivery is not None and delivery.kind == Delivery.Kind.FILE:
            rows.update(told_again_at=now, files_searched_at=None)
            return
        rows.update(told_again_at=now)
        if delivery is not None:
            personal = [name.external_id for name in self.veiled]
            empty_call(delivery, Spoken(self.names, personal=personal))


def forgotten_among(
    leads: Mapping[Named, int], born: frozenset[int], facts: Iterable[Told], now: datetime
) -> Forgotten:
    """Find who was forgotten among the leads that facts name; one or two queries where nobody was.

    A new lead is born forgotten where it comes with an address of somebody who asked for it.
    """
    lead_ids = _lasting(set(leads.values()) - born) | _born_forgotten(leads, born, facts, now)
    return _told_of(leads, lead_ids)


def forgotten_known(leads: Mapping[Named, int]) -> Forgotten:
    """Find who was forgotten among leads that are known, by the names they are told by."""
    return _told_of(leads, _lasting(set(leads.values())))


def _lasting(lead_ids: Collection[int]) -> set[int]:
    lasting = Forgetting.objects.lasting().filter(AnyOf("lead", lead_ids))
    return set(lasting.values_list("lead_id", flat=True)) if lead_ids else set()


def _told_of(leads: Mapping[Named, int], lead_ids: Collection[int]) -> Forgotten:
    if not lead_ids:
        return Forgotten()
    names = frozenset(name for name, pk in leads.items() if pk in lead_ids)
    rows = LeadIdentity.objects.filter(AnyOf("lead", lead_ids))
    plain = set(rows.values_list("source", "external_id"))
    return Forgotten(lead_ids, names, frozenset(names - plain), blanking())


def _born_forgotten(
    leads: Mapping[Named, int], born: frozenset[int], facts: Iterable[Told], now: datetime
) -> set[int]:
    names = names_by_address(fact for fact in facts if leads[fact.lead] in born)
    found = {leads[name] for name in names}
    cause = Forgetting.Cause.ADDRESS
    Forgetting.objects.bulk_create(
        Forgetting(lead_id=pk, cause=cause, forgotten_at=now) for pk in sorted(found)
    )
    for identity in LeadIdentity.objects.filter(AnyOf("lead", found), external_id__contains="@"):
        identity.external_id = veiled(identity.external_id)
        identity.save(update_fields=["external_id"])
    return found


def names_by_address(facts: Iterable[Told]) -> set[Named]:
    """Return who is told of with an address of somebody who asked to be forgotten."""
    addresses = [
        (fact.lead, str(fact.attributes["email"]))
        for fact in facts
        if isinstance(fact, ToldAttributes) and fact.attributes.get("email")
    ]
    if not addresses or not ForgottenAddress.objects.exists():
        return set()
    told = [(name, fingerprint_of_address(address)) for name, address in addresses]
    asked = ForgottenAddress.objects.of_those_who_asked()
    known = asked.filter(AnyOf("fingerprint", {each for _, each in told}))
    prints = set(known.values_list("fingerprint", flat=True))
    return {name for name, each in told if each in prints}


def leads_by_veiled_name(names: Collection[Named]) -> dict[Named, int]:
    """Return the key of the lead of each name that was replaced by its fingerprint."""
    if not names or not Forgetting.objects.exists():
        return {}
    by_veil = {Named(name.source, veiled(name.external_id)): name for name in names}
    # Their index begins with the source.
    rows = LeadIdentity.objects.filter(
        AnyOf("source", {source for source, _ in by_veil}),
        AnyOf("external_id", {veil for _, veil in by_veil}),
    )
    return {
        by_veil[Named(source, veil)]: lead_id
        for source, veil, lead_id in rows.values_list("source", "external_id", "lead_id")
        if Named(source, veil) in by_veil
    }
