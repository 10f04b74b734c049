"""Who finds which page and may do which deed there, for each role, as a table.

Beside `test_permissions`, which asks the rules.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import User
from leads.models import Handoff
from leads.permissions import refusal_to_work
from tests.leads.pages import text_of
from tests.roles import Scene, columns_of, enter_scene

pytestmark = pytest.mark.django_db

# The rep is Ana; Bruno is another one. A stranger leads the sales team of another agreement.
PAGES = """
                               | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
the document                   | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
a version                      | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
its text as YAML               | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the dashboard                  | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
what is behind a figure        | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the breaches                   | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the live figures               | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the back-test                  | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the criteria, tested           | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the rates' history             | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the queue                      | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the imports of files           | 200   | 403      | 200            | 200        | 403              | 403 | 403         | 404
the registry                   | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the registry as a file         | 200 | 200      | 200            | 200        | 200              | 200 | 200         | 404
what became of offers          | 200 | 200      | 200            | 200        | 200              | 403 | 200         | 404
leads near the criteria        | 200 | 200      | 200            | 200        | 200              | 403 | 200         | 404
the rejections                 | 200 | 200      | 200            | 200        | 200              | 403 | 200         | 404
what is paused                 | 200 | 200      | 200            | 200        | 200              | 403 | 200         | 404
leads to be offered            | 200 | 403      | 200            | 403        | 200              | 403 | 200         | 404
many given away or recycled    | 200 | 403      | 403            | 200        | 403              | 403 | 403         | 404
many offers withdrawn          | 200 | 403      | 200            | 403        | 200              | 403 | 200         | 404
possible duplicates            | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
what looks like one of Bruno   | 200   | 200      | 200            | 200        | 200              | 404 | 200         | 404
a merge compared               | 200   | 403      | 200            | 200        | 403              | 404 | 403         | 404
a lead never offered           | 200   | 200      | 200            | 200        | 200              | 404 | 200         | 404
a lead in the queue            | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
a lead of Ana                  | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
a lead of Bruno                | 200   | 200      | 200            | 200        | 200              | 404 | 200         | 404
who holds how much             | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
what waits in the team's queue | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
the rules of the team          | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
a new rule of the team         | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
absences                       | 200   | 403      | 403            | 200        | 403              | 200 | 403         | 404
who gets one of Ana            | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
who gets one of Bruno          | 200   | 403      | 403            | 200        | 403              | 404 | 403         | 404
deeds about one in the queue   | 303, 409 | 403   | 403            | 303, 409   | 403              | 303, 409 | 403         | 404
deeds about one of Ana         | 303, 409 | 403   | 403            | 303, 409   | 403              | 303, 409 | 403         | 404
deeds about one of Bruno       | 303, 409 | 403   | 403            | 303, 409   | 403              | 404 | 403         | 404
"""  # noqa: E501 - it is read as a table

PAGES_OF = columns_of(PAGES)
# Rejecting what is accepted comes second, whoever does it.
DEEDS = {
    "accept": {},
    "reject": {"reject-reason": "wrong_data"},
    "log": {"log-channel": "call", "log-outcome": "no_answer"},
}


@pytest.fixture
def scene(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The scene as somebody of the role asked for enters it."""
    return enter_scene(request.param, monkeypatch)


def page(name: str, **about: Any) -> str:
    return reverse(name, kwargs={"slug": "acme"} | about)


READ: dict[str, Callable[[Scene], str]] = {
    "the document": lambda _: page("agreements:document"),
    "a version": lambda _: page("agreements:version", number=1),
    "its text as YAML": lambda _: page("agreements:version-yaml", number=1),
    "the dashboard": lambda _: page("metrics:dashboard"),
    "what is behind a figure": lambda _: page("metrics:behind", key="S2"),
    "the breaches": lambda _: page("metrics:breaches"),
    "the live figures": lambda _: page("metrics:live"),
    "the back-test": lambda _: page("metrics:back-test"),
    "the criteria, tested": lambda _: page("leads:criteria-test"),
    "the rates' history": lambda _: page("metrics:rate-history"),
    "the queue": lambda _: page("leads:queue"),
    "the imports of files": lambda _: page("leads:imports"),
    "the registry": lambda _: page("leads:list"),
    "the registry as a file": lambda _: page("leads:export", form="csv"),
    "what became of offers": lambda _: page("leads:became"),
    "leads near the criteria": lambda _: page("leads:ready"),
    "the rejections": lambda _: page("leads:rejections"),
    "what is paused": lambda _: page("leads:paused"),
    "leads to be offered": lambda s: f"{page('leads:offer')}?lead={s.never_offered.pk}",
    "many given away or recycled": lambda _: f"{page('leads:bulk')}?deed=recycle",
    "many offers withdrawn": lambda _: f"{page('leads:bulk')}?deed=withdraw",
    "possible duplicates": lambda _: page("leads:duplicates"),
    "what looks like one of Bruno": lambda s: page("leads:alike", pk=s.brunos.lead_id),
    "a merge compared": lambda s: page("leads:merge", pk=s.anas.lead_id, other=s.brunos.lead_id),
    "a lead never offered": lambda s: page("leads:detail", pk=s.never_offered.pk),
    "a lead in the queue": lambda s: page("leads:detail", pk=s.queued.lead_id),
    "a lead of Ana": lambda s: page("leads:detail", pk=s.anas.lead_id),
    "a lead of Bruno": lambda s: page("leads:detail", pk=s.brunos.lead_id),
    "who holds how much": lambda _: page("leads:team"),
    "what waits in the team's queue": lambda _: page("leads:team-queue"),
    "the rules of the team": lambda _: page("leads:assignment"),
    "a new rule of the team": lambda _: page("leads:assignment-rule-new"),
    "absences": lambda _: page("leads:absences"),
    "who gets one of Ana": lambda s: page("leads:reassign", pk=s.anas.pk),
    "who gets one of Bruno": lambda s: page("leads:reassign", pk=s.brunos.pk),
}
DONE: dict[str, Callable[[Scene], Handoff]] = {
    "deeds about one in the queue": lambda s: s.queued,
    "deeds about one of Ana": lambda s: s.anas,
    "deeds about one of Bruno": lambda s: s.brunos,
}


@pytest.mark.parametrize(("scene", "role"), [(role, role) for role in PAGES_OF], indirect=["scene"])
def test_every_page(client: Client, scene: Scene, role: str) -> None:
    client.force_login(scene.person)
    found = {row: str(client.get(address(scene)).status_code) for row, address in READ.items()}
    for row, handoff_of in DONE.items():
        found[row] = ", ".join(sorted(deeds_about(client, handoff_of(scene), scene.person)))
    assert found == PAGES_OF[role]


def deeds_about(client: Client, handoff: Handoff, person: User) -> set[str]:
    """Try each deed and return the answers; a refusal says why, and stands on the page too."""
    shown = client.get(page("leads:detail", pk=handoff.lead_id))
    answers = set()
    for deed, form in DEEDS.items():
        response = client.post(page(f"leads:{deed}", pk=handoff.pk), form)
        answers.add(str(response.status_code))
        if response.status_code == 403:
            why = refusal_to_work(handoff, person)
            assert why
            assert why in text_of(response)
            assert why in text_of(shown)
            assert 'aria-disabled="true"' in shown.content.decode()
    return answers
