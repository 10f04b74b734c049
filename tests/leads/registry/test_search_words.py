"""Each word that is typed is found, whatever their order: in the registry and in the queue."""

from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.registry.searching import words_of
from tests.leads.pages import NOW, offer
from tests.leads.registry.listing import arrive, found

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"
SERGIO: dict[str, Any] = {
    "name": "Sérgio Vasconcelos Lima",
    "company": "Açúcar & Pão de Minas",
    "email": "sergio@ipe.example",
}
IN_ANY_ORDER = pytest.mark.parametrize(
    "q",
    [
        "vasconcelos sergio", "concelos érgi", "v sergio", "sé va", "lima vasconcelos sergio",
        "pão açucar", "açúcar de", "pã de aç", "ipe.example sergio",
    ],
)  # fmt: skip


@IN_ANY_ORDER
def test_it_works(client: Client, version: AgreementVersion, rafael: User, q: str) -> None:
    arrive(version, "S", **SERGIO)
    arrive(version, "Sérgio Lima", company="Açúcar & Cia")
    assert found(client, f"q={q}") == [SERGIO["name"]]


def test_all_words_stand_in_one_text(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    arrive(version, "S", **SERGIO)
    for q in ("sergio zwei", "sergio açucar", "sergio er", "va argio"):
        assert found(client, f"q={q}") == []


@IN_ANY_ORDER
def test_the_queue_finds_them_too(
    client: Client, version: AgreementVersion, ana: User, q: str
) -> None:
    offer(version, "S", NOW, holder=ana, **SERGIO)
    offer(version, "Sérgio Lima", NOW, holder=ana, company="Açúcar & Cia")
    groups = client.get(QUEUE, {"q": q}).context["groups"]
    assert [str(row.handoff.lead) for group in groups for row in group.rows] == [SERGIO["name"]]


def test_very_many_words_are_few_conditions() -> None:
    assert words_of("word bcd word") == ["word", "bcd"]
    many = words_of(" ".join(f"word{number}" for number in range(1000)))
    assert many[:2] == ["word0", "word1"]
    assert len(many) < 10
    assert many[-1].endswith(" +word998 +word999")
