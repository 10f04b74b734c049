"""Rows of thousands of keys or names at once."""

from datetime import UTC, datetime

import pytest
from django.db.models import QuerySet

from leads.any_of import AnyOf
from leads.models import Lead, LeadIdentity

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def leads() -> list[Lead]:
    made = [Lead.objects.create(name=name, first_heard_at=NOW) for name in ("Ana", "Bia", "Caio")]
    for lead in made:
        lead.identities.create(source="crm", external_id=f"of {lead}")
    return made


def names(found: QuerySet[Lead]) -> list[str]:
    return sorted(str(lead) for lead in found)


def test_finds_rows_by_their_keys_and_by_texts(leads: list[Lead]) -> None:
    keys = {leads[0].pk, leads[2].pk, -1, 10**30, None}
    assert names(Lead.objects.filter(AnyOf("pk", keys))) == ["Ana", "Caio"]
    assert names(Lead.objects.filter(AnyOf("name", ["Bia", "it's", "{}"]))) == ["Bia"]
    identities = LeadIdentity.objects.filter(AnyOf("lead", keys))
    assert {each.external_id for each in identities} == {"of Ana", "of Caio"}


def test_finds_nothing_for_nothing(leads: list[Lead]) -> None:
    assert names(Lead.objects.filter(AnyOf("pk", []))) == []
    assert names(Lead.objects.exclude(AnyOf("name", []))) == ["Ana", "Bia", "Caio"]


def test_many_keys_are_looked_up_and_not_compared_one_by_one(leads: list[Lead]) -> None:
    """The database makes a hash table only of keys that are as wide as the column's."""
    rows = LeadIdentity.objects.filter(AnyOf("lead", [lead.pk for lead in leads] * 4))
    condition = rows.explain(verbose=True)
    assert "::bigint[]" in condition
    assert "::integer[]" not in condition
