"""Who stands in the tables of who may do what, and the scene that they enter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from agreements.models import Agreement, Team, User
from agreements.permissions import refusal
from leads.actions import exceptions
from leads.ingest import ingest
from leads.models import Breach, BreachException, Handoff, Lead
from tests.factories import Teller, example_terms, make_rep, make_user, make_version
from tests.leads.pages import NOW, offer, stop_time


def columns_of(table: str) -> dict[str, dict[str, str]]:
    """Read a table as role, row and cell."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in table.split("\n")[1:-1]]
    return {role: {row[0]: row[place] for row in rows} for place, role in enumerate(head) if place}


@dataclass(frozen=True)
class Scene:
    """An agreement, three handoffs, a lead never offered, and an exception asked by each party."""

    agreement: Agreement
    person: User
    bruno: User
    never_offered: Lead
    queued: Handoff
    anas: Handoff
    brunos: Handoff
    asked: dict[str, BreachException]

    def breach_of(self, party: str) -> Breach:
        """A breach charged to a party."""
        return self.asked[party].breach


def person_in(role: str, agreement: Agreement) -> User:
    """Somebody of a column; the rep is Ana."""
    elsewhere = make_version(slug="elsewhere").agreement
    fields: dict[str, tuple[Team | None, str]] = {
        "marketing lead": (agreement.marketing_team, "lead"),
        "marketing member": (agreement.marketing_team, "member"),
        "sales lead": (agreement.sales_team, "lead"),
        "rep": (agreement.sales_team, "member"),
        "integration": (agreement.sales_team, "integration"),
        "stranger": (elsewhere.sales_team, "lead"),
    }
    team, membership = fields.get(role, (None, ""))
    name = "Ana" if role == "rep" else "Zoe"
    return make_user(
        name, team=team, role=membership, is_admin=role == "admin", is_director=role == "director"
    )


def enter_scene(role: str, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Return the scene as somebody of a role enters it."""
    stop_time(monkeypatch)
    reasons = {
        "exceptions": [{"key": "outage", "name": "Outage"}],
        "rejection": [{"key": "wrong_data", "name": "Wrong data"}],
    }
    agreement = make_version(example_terms(reasons=reasons)).agreement
    person = person_in(role, agreement)
    bruno = make_rep("Bruno", agreement)
    ana = person if person.name == "Ana" else make_rep("Ana", agreement)
    lately = NOW - timedelta(minutes=22)
    return Scene(
        agreement=agreement,
        person=person,
        bruno=bruno,
        never_offered=never_offered(agreement),
        queued=offer(agreement.versions.get(), "Queued", lately),
        anas=offer(agreement.versions.get(), "Anas", lately, holder=ana),
        brunos=offer(agreement.versions.get(), "Brunos", lately, holder=bruno),
        asked={"marketing": asked_about(agreement, "M4"), "sales": asked_about(agreement, "S2")},
    )


def never_offered(agreement: Agreement) -> Lead:
    ingest(agreement=agreement, facts=[Teller("Never").stage("mql", NOW)], by=None, now=NOW)
    return Lead.objects.get(identities__external_id="Never")


def asked_about(agreement: Agreement, clause: str) -> BreachException:
    """An exception somebody asked for, about a clause that was breached a week ago."""
    offered_at = NOW - timedelta(days=7)
    tell = Teller(f"Late {clause}")
    facts = [tell.event("offered", offered_at)]
    facts += [tell.event("assigned", offered_at, to_queue=True)] if clause != "M4" else []
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    breach = Breach.objects.get(clause_key=clause, handoff__external_id=f"Late {clause}-H1")
    somebody = make_user(f"Who asked about {clause}")
    return exceptions.ask(breach=breach, reason="outage", by=somebody, now=NOW)


def may(check: Callable[..., None]) -> Callable[..., bool]:
    return lambda *about, **more: not refusal(check, *about, **more)
