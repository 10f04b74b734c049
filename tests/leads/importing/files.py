"""What tests of imports start from: a mapping, rows for it, and the command."""

import csv
import json
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction

from tests.factories import local
from tests.leads.state import state

MAPPING = """
source: crm
time_zone: America/Sao_Paulo
lead: id
file: {delimiter: ";", decimal: ","}
facts:
  - stage: mql
    id: "{id}/mql"
    at: offered
  - attributes: {name: name, origin: origin}
    id: "{id}/known"
    at: offered
  - event: offered
    id: "{id}/offered"
    at: offered
  - event: assigned
    id: "{id}/assigned"
    at: offered
    person: owner
    when: owner
  - follow_up: {column: channel, values: {fone: call, mail: email}}
    outcome: no_answer
    id: "{id}/first"
    at: answered
    person: owner
    when: answered
  - deal: won
    id: "{id}/deal"
    at: {date: won}
    amount: value
    when: won
"""
HEADER = ["id", "name", "origin", "offered", "owner", "channel", "answered", "won", "value"]
ANA = [
    "1", "Paulo", "unknown", "2026-09-04 17:40", "Ana", "fone", "2026-09-08 11:20", "2026-09-20",
    "1.500,50",
]  # fmt: skip
NOBODY = ["2", "João", "", "2026-09-08 09:00", "", "", "", "", ""]


def write(*rows: Sequence[str], name: str = "leads.csv", encoding: str = "utf-8") -> str:
    with Path(name).open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *rows])
    return name


def run(name: str, *options: str, slug: str = "acme") -> dict[str, Any]:
    """Import a file by the command and return its summary."""
    Path("out").write_text("")
    with Path("out").open("w") as out:
        call_command(
            "import_facts", name, "--mapping", "map.yaml", "--agreement", slug, "--json",
            *options, stdout=out,
        )  # fmt: skip
    summary: dict[str, Any] = json.loads(Path("out").read_text())
    assert summary["rows"] == summary["taken"] + summary["rejected"]
    return summary


def state_after(deed: Callable[[], Any]) -> dict[str, str]:
    """Return the state a deed leads to, and undo it."""
    with transaction.atomic():
        deed()
        found = state()
        transaction.set_rollback(True)
    return found


def many_rows(count: int) -> list[list[str]]:
    """Rows that are all different, some with a follow-up, some without an owner."""
    chance = random.Random(7)
    rows = []
    for number in range(count):
        offered = local("2026-03-02 09:00") + timedelta(minutes=chance.randrange(200_000))
        answered = offered + timedelta(minutes=chance.randrange(1, 600))
        has_answer = chance.random() < 0.8
        rows.append(
            [
                f"L{number}", f"Name {number}", chance.choice(["ads", "web", "", "unknown"]),
                offered.strftime("%Y-%m-%d %H:%M"), chance.choice(["Ana", "Bruno", ""]), "fone",
                answered.strftime("%Y-%m-%d %H:%M") if has_answer else "",
                answered.strftime("%Y-%m-%d") if number % 9 == 0 else "",
                "1.000,00" if number % 9 == 0 else "",
            ]
        )  # fmt: skip
    return rows
