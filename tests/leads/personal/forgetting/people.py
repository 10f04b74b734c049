"""What tests of forgetting start from: a person of whom every table holds something."""

from datetime import timedelta
from typing import Any

from django.db import connection

from agreements.models import Agreement, User
from leads.actions import forgetting
from leads.ingest import ingest
from leads.models import Forgetting, Handoff
from tests.factories import Teller
from tests.leads.dealing import REASONS
from tests.leads.pages import NOW

PERSON = {
    "name": "Ximenandra Qwertzuiop",
    "email": "Ximenandra.Qwertzuiop@zyxwvutsrq.example",
    "phone": "+55 11 98765-4321",
    "job_title": "Jefa de compras zyxwvutsrq",
    "company": "Panaderia Zyxwvutsrqa",
}
# Too long to occur by chance in the salts, hashes and microseconds that stand in the tables.
PERSONAL = ("ximenandra", "qwertzuiop", "zyxwvutsrq", *(f"98765{gap}4321" for gap in ("", *" .-")))
RULES = {
    "reasons": REASONS | {"exceptions": [{"key": "outage", "name": "Outage"}]},
    "handoff": {
        "definition": "Asked for a demo.",
        "required_fields": ["name", "email", "phone"],
        "rules": [{"field": "email", "operator": "present"}],
        "scoring": [
            {"when": {"field": "job_title", "operator": "contains", "value": "jefa"}, "points": 20},
            {"when": {"field": "employees", "operator": "at_least", "value": 50}, "points": 10},
        ],
        "threshold": 30,
    },
}


def told(agreement: Agreement, rep: User, source: str = "crm") -> Handoff:
    """A lead whose handoff was worked, late, and disqualified; every text speaks of the person."""
    at = NOW - timedelta(days=6)
    tell = Teller("ximenandra.qwertzuiop@zyxwvutsrq.example", source)
    facts = [
        tell.attributes(at, employees=120, origin="web", country="BR", **PERSON),
        tell.stage("mql", at),
        tell.event("offered", at, note="Ximenandra asked for it"),
        tell.event("assigned", at, person_id=rep.pk),
        tell.follow_up(
            "conversation", NOW - timedelta(days=1), person_id=rep.pk, evidence="system",
            note="Ximenandra Qwertzuiop is nice", next_step="Call Ximenandra",
        ),
        tell.event(
            "disqualified", NOW - timedelta(hours=1), reason="no_need",
            note="Qwertzuiop has no need", answers={"budget": "Ximenandra decides"},
        ),
    ]  # fmt: skip
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    return Handoff.objects.get(source=source)


def forget(handoff: Handoff, by: User | None, **more: Any) -> Forgetting:
    return forgetting.forget(lead=handoff.lead, reason="Asked by letter.", by=by, now=NOW, **more)


def dump() -> str:
    """Everything that any table holds, in small letters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        texts = []
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" AS t')
            texts += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return "\n".join(texts).lower()


def lines_with(words: tuple[str, ...]) -> list[str]:
    return [line for line in dump().splitlines() if any(word in line for word in words)]
