"""What is known of the leads of a call before it: who may read them, and what was told of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from agreements.models import User
from leads.any_of import AnyOf
from leads.calls.shapes import NamedLeadTold
from leads.models import Fact, Forgetting, LeadChange
from leads.naming import leads_by_name
from leads.personal.fingerprints import veiled_within
from leads.personal.forgotten import Blanking, blanking
from leads.registry.leads import leads_visible_to
from leads.told import Named, by_source

F = TypeVar("F", bound=Fact)


def name_of(told: NamedLeadTold) -> Named:
    """Return what the source calls the lead."""
    return Named(told.source, told.external_id)


def told_before(model: type[F], names: Iterable[Named]) -> dict[Named, datetime]:
    """Return when facts of these names happened as far as is known; one query a source.

    Of somebody who was forgotten a fact may be kept under a name without their address.
    """
    asked = {name: Named(name.source, veiled_within(name.external_id, ())) for name in names}
    kept = {
        Named(source, external_id): occurred_at
        for source, external_ids in by_source([*asked, *asked.values()]).items()
        for external_id, occurred_at in model._default_manager.filter(
            AnyOf("external_id", external_ids), source=source, is_current=True
        ).values_list("external_id", "occurred_at")
    }
    found = {name: kept.get(name, kept.get(veil)) for name, veil in asked.items()}
    return {name: at for name, at in found.items() if at is not None}


class KnownLeads:
    """What is known of leads, each asked of once for all of them and only if it is needed."""

    def __init__(self, told: Iterable[NamedLeadTold], by: User) -> None:
        self._told, self._by = tuple(told), by

    @cached_property
    def _leads(self) -> dict[Named, int]:
        return leads_by_name({name_of(each) for each in self._told})

    @cached_property
    def _readable(self) -> set[int]:
        keys = set(self._leads.values())
        if not keys or self._by.is_admin or self._by.is_director:
            return keys
        readable = leads_visible_to(self._by).filter(AnyOf("pk", keys))
        return set(readable.values_list("pk", flat=True))

    def is_hidden(self, told: NamedLeadTold) -> bool:
        """Whether the lead is known, but not for who calls to read."""
        pk = self._leads.get(name_of(told))
        return pk is not None and pk not in self._readable

    def has_heard(self, told: NamedLeadTold) -> bool:
        """Whether the source told all of these attributes before, and nothing else since."""
        pk = self._leads.get(name_of(told))
        if pk is None:
            return False
        if not told.attributes:
            return True
        known, attributes = self._attributes.get((pk, told.source), {}), told.attributes
        if pk in self._forgotten:
            attributes = self._blanking.attributes(attributes)
        return all(_is_kept(known, key, value) for key, value in attributes.items())

    def of_forgotten(self) -> set[Named]:
        """Return the names of those who were forgotten."""
        return {name for name, pk in self._leads.items() if pk in self._forgotten}

    @cached_property
    def _forgotten(self) -> set[int]:
        keys = set(self._leads.values())
        lasting = Forgetting.objects.lasting().filter(AnyOf("lead", keys))
        return set(lasting.values_list("lead_id", flat=True)) if keys else set()

    @cached_property
    def _blanking(self) -> Blanking:
        return blanking()

    @cached_property
    def _attributes(self) -> dict[tuple[int, str], dict[str, Any]]:
        """What each source told last of each attribute of each lead."""
        found: defaultdict[tuple[int, str], dict[str, Any]] = defaultdict(dict)
        changes = LeadChange.objects.holding().filter(AnyOf("lead", set(self._leads.values())))
        for lead_id, source, attributes in changes.order_by(
            "occurred_at", "source", "recorded_at", "external_id"
        ).values_list("lead_id", "source", "attributes"):
            found[lead_id, source].update(attributes)
        return found


def _is_kept(known: Mapping[str, Any], key: str, value: object) -> bool:
    return key in known and type(known[key]) is type(value) and known[key] == value
