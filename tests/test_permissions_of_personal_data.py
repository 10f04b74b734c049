"""Who may see personal data, forget it and take it out: by role, as tables.

Beside `test_permissions`, whose people these are. The rep is Ana; the lead is Bruno's.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.models import Delivery, Handoff
from leads.personal import permissions as personal_permissions
from leads.personal.permissions import (
    check_user_can_export_person,
    check_user_can_forget,
    check_user_can_write_retention,
)
from metrics.rollup import roll_up
from tests.factories import make_rep, make_version
from tests.leads.importing.file_imports import bring
from tests.leads.pages import NOW, offer, stop_time
from tests.roles import columns_of, may, person_in

pytestmark = pytest.mark.django_db

RULES = """
                              | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
forget a person               | yes   | –        | –              | –          | –                | –   | –           | –
take out what is kept         | yes   | –        | –              | –          | –                | –   | –           | –
say how long it is kept       | yes   | –        | –              | –          | –                | –   | –           | –
"""  # noqa: E501 - it is read as a table

PAGES = """
                              | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
whether to forget Bruno's     | 200   | 403      | 403            | 403        | 403              | 404 | 403         | 404
whether to forget Ana's       | 200   | 403      | 403            | 403        | 403              | 403 | 403         | 404
everything kept of Bruno's    | 200   | 403      | 403            | 403        | 403              | 404 | 403         | 404
who was forgotten             | 200   | 403      | 403            | 403        | 403              | 403 | 403         | 403
a file nobody can read        | 200   | 403      | 403            | 403        | 403              | 403 | 403         | 403
throw such a file away        | 303   | 403      | 403            | 403        | 403              | 403 | 403         | 403
"""  # noqa: E501 - it is read as a table

# Whether the name, the address or the telephone of Bruno's lead stands there.
SEEN = """
                              | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
the registry                  | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
the registry, searched        | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
the registry as a file        | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
possible duplicates           | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
what looks like Ana's         | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
the queue of all              | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
the queue, searched           | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
what is behind a figure       | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
the breaches                  | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
the dashboard                 | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
the handoffs of the API       | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
the lead of the API           | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
"""  # noqa: E501 - it is read as a table

RULES_OF, PAGES_OF, SEEN_OF = columns_of(RULES), columns_of(PAGES), columns_of(SEEN)

ASKED: dict[str, Callable[[User], None]] = {
    "forget a person": check_user_can_forget,
    "take out what is kept": check_user_can_export_person,
    "say how long it is kept": check_user_can_write_retention,
}


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version()


def scene(version: AgreementVersion, role: str) -> tuple[User, Handoff, Handoff]:
    """Somebody of a role, a lead of Bruno's that is late, and one of Ana's that looks like it."""
    agreement = version.agreement
    person = person_in(role, agreement)
    ana = person if role == "rep" else make_rep("Ana Other", agreement)
    alike = {"email": "zyx@qwz.example", "phone": "+55 11 98765-4321"}
    at = NOW - timedelta(days=4)
    brunos = offer(version, "Zyxa Qwz", at, holder=make_rep("Bruno", agreement), **alike)
    anas = offer(version, "Ximena", at, holder=ana, phone=alike["phone"])
    roll_up(now=NOW)
    return person, brunos, anas


@pytest.mark.parametrize("role", RULES_OF)
def test_rules(role: str, version: AgreementVersion) -> None:
    person = person_in(role, version.agreement)
    allowed = {name: may(check)(person) for name, check in ASKED.items()}
    assert allowed == {name: cell == "yes" for name, cell in RULES_OF[role].items()}


def test_every_rule_stands_in_the_table() -> None:
    checks = {each for name, each in vars(personal_permissions).items() if name[:6] == "check_"}
    assert checks == set(ASKED.values())


@pytest.mark.parametrize("role", PAGES_OF)
def test_pages(role: str, version: AgreementVersion, client: Client) -> None:
    person, brunos, anas = scene(version, role)
    client.force_login(person)
    leads, files = "/agreements/acme/leads", "/personal-data/files"
    refused = bring(version.agreement, person, b"%PDF-1.7 Zyxa Qwz").delivery
    Delivery.objects.update(unsearchable_at=NOW)
    answers = {
        "whether to forget Bruno's": client.get(f"{leads}/{brunos.lead_id}/forget/"),
        "whether to forget Ana's": client.get(f"{leads}/{anas.lead_id}/forget/"),
        "everything kept of Bruno's": client.post(f"{leads}/{brunos.lead_id}/person-file/"),
        "who was forgotten": client.get("/personal-data/"),
        "a file nobody can read": client.post(f"{files}/{refused.pk}/"),
        "throw such a file away": client.post(f"{files}/{refused.pk}/throw-away/"),
    }
    for each in answers.values():
        # What is read to its end is closed.
        b"".join(each)
    assert {name: str(each.status_code) for name, each in answers.items()} == PAGES_OF[role]


@pytest.mark.parametrize("role", SEEN_OF)
def test_names_stand_where_they_may(role: str, version: AgreementVersion, client: Client) -> None:
    person, _brunos, anas = scene(version, role)
    client.force_login(person)
    own = "/agreements/acme"
    addresses = {
        "the registry": f"{own}/leads/",
        "the registry, searched": f"{own}/leads/?q=zyx",
        "the registry as a file": f"{own}/leads/export.csv",
        "possible duplicates": f"{own}/leads/duplicates/",
        "what looks like Ana's": f"{own}/leads/{anas.lead_id}/alike/",
        "the queue of all": f"{own}/queue/?view=all",
        "the queue, searched": f"{own}/queue/?view=all&q=zyx",
        "what is behind a figure": f"{own}/figures/S2/?month=2026-09",
        "the breaches": f"{own}/breaches/",
        "the dashboard": f"{own}/",
        "the handoffs of the API": "/api/v1/agreements/acme/handoffs/",
        "the lead of the API": "/api/v1/leads/crm/Zyxa Qwz/",
    }
    seen = {name: is_seen(client, address) for name, address in addresses.items()}
    assert seen == {name: cell == "yes" for name, cell in SEEN_OF[role].items()}


def is_seen(client: Client, address: str) -> bool:
    """Whether the person is named there."""
    response: Any = client.get(address)
    content = b"".join(response) if response.streaming else response.content
    return any(word in content.decode() for word in ("Zyxa Qwz", "zyx@qwz.example"))
