"""The import of a file beside a raw COPY of the very same rows into the very same tables.

The command runs in a process of its own, from its start to its end; the rows it left are taken
out, the tables emptied, and the same rows copied in again, indexes and foreign keys in place. Then
the same file goes the way of one that is brought in the browser, each piece of work in a process of
its own.
"""

import csv
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

import yaml

from tests.benchmarks.report import Line

COUNT = 200_000
ROOT = Path(__file__).parents[2]

MAPPING = """
source: crm
time_zone: America/Sao_Paulo
lead: id
facts:
  - attributes: {name: name, company: company, email: email, phone: phone, origin: origin}
    id: "{id}/known"
    at: offered
  - stage: mql
    id: "{id}/mql"
    at: offered
  - event: offered
    id: "{id}/offered"
    at: offered
  - event: assigned
    id: "{id}/assigned"
    at: assigned
    person: owner
  - event: accepted
    id: "{id}/accepted"
    at: accepted
    when: accepted
  - follow_up: call
    outcome: no_answer
    id: "{id}/1"
    at: first
    person: owner
    when: first
  - follow_up: email
    outcome: inbound_reply
    id: "{id}/2"
    at: second
    person: owner
    when: second
  - event: qualified
    id: "{id}/qualified"
    at: qualified
    when: qualified
"""
HEADER = (
    "id", "name", "company", "email", "phone", "origin", "owner", "offered", "assigned",
    "accepted", "first", "second", "qualified",
)  # fmt: skip
TABLES = (
    "lead", "leadidentity", "leadchange", "stageentry", "handoff", "handoffevent", "followup",
    "clock", "breach", "change",
)  # fmt: skip

# What a process that starts another one took itself counts as memory of that one, too.
_MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
_WORK_ON = """
import sys, django
django.setup()
from django.utils import timezone
from leads.importing import file_work
file_work.work_on(int(sys.argv[1]), now=timezone.now())
"""


def write_leads(path: Path, count: int) -> None:
    """Write a year of leads: some answered in minutes, some in days, some never."""
    chance = random.Random(7)
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(count):
            offered = start + timedelta(seconds=chance.randrange(330 * 86_400))
            writer.writerow(_lead(number, offered, chance))


def _lead(number: int, offered: datetime, chance: random.Random) -> list[str]:
    at, steps = offered, list[str]()
    for share, hours in ((1, 0.05), (0.9, 3), (0.85, 4), (0.6, 40), (0.5, 90)):
        at += timedelta(seconds=chance.expovariate(1 / hours) * 3600)
        steps.append(f"{at:%Y-%m-%dT%H:%M:%S.%f}+00:00" if chance.random() < share else "")
    person = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    company = f"{chance.choice(LAST)} {chance.choice(TRADES)}"
    return [
        f"{number:08d}", person, company,
        f"{person.lower().replace(' ', '.')}{number}@example.com",
        f"+55 11 9{chance.randrange(10**8):08d}", chance.choice(ORIGINS),
        f"rep-{chance.randrange(40)}", offered.isoformat(), *steps,
    ]  # fmt: skip


FIRST = ("Ana", "Bruno", "Carla", "Diego", "Elisa", "Felipe", "Gabriela", "Hugo", "Iara", "João")
LAST = ("Silva", "Souza", "Costa", "Santos", "Oliveira", "Pereira", "Lima", "Rocha", "Alves")
TRADES = ("Comércio", "Software", "Têxtil", "Alimentos", "Logística", "Móveis", "Engenharia")
ORIGINS = ("organic_search", "paid_search", "social", "referral", "unknown", "")


def measure(*, scale: float = 1.0) -> list[Line]:
    """Import and copy leads; needs a database of its own, with the tables made."""
    count = int(COUNT * scale)
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        (folder / "map.yaml").write_text(MAPPING)
        few, _ = import_leads(folder, count // 10)
        memory, seconds = import_leads(folder, count)
        rows = take_out(folder)
        empty()
        copied = copy(folder)
        pieces = bring_leads(folder)
    return [
        Line(
            "import: × COPY of the same rows",
            seconds / copied,
            3,
            at_least=False,
            detail=f"{count:,} leads, {rows:,} rows: {seconds:.1f} s, COPY {copied:.1f} s",
        ),
        Line(
            "import: memory of ten times as many leads",
            memory / few,
            1.1,
            at_least=False,
            detail=f"{few:.0f} MB with {count // 10:,} leads, {memory:.0f} MB with {count:,}",
        ),
        Line("import: MB of memory", memory, 128, at_least=False, detail=f"{count:,} leads"),
        *_of_the_browser(pieces, memory, seconds),
    ]


def _of_the_browser(
    pieces: Mapping[str, tuple[float, float]], memory: float, seconds: float
) -> Iterator[Line]:
    """Hold each piece of work that somebody waits for against the command, which does it all."""
    for name, budget in (("reading", 0.3), ("dry run", 1), ("taking in", 1.2), ("undoing", 1)):
        most, lasted = pieces[name]
        yield Line(
            f"import in the browser: {name} × the command",
            lasted / seconds,
            budget,
            at_least=False,
            detail=f"{lasted:.1f} s against {seconds:.1f} s, {most:.0f} MB",
        )
    most = max(most for most, _ in pieces.values())
    yield Line(
        "import in the browser: memory × the command",
        most / memory,
        1.1,
        at_least=False,
        detail=f"{most:.0f} MB, the most of any piece, against {memory:.0f} MB",
    )


def import_leads(folder: Path, count: int) -> tuple[float, float]:
    """Import so many leads into empty tables; return the memory in MB and the seconds."""
    from agreements.actions import contracts
    from agreements.models import Agreement
    from tests.factories import EXAMPLE_CLOSURES, example_terms

    empty()
    if not Agreement.objects.filter(slug="bench").exists():
        contracts.adopt(
            slug="bench",
            terms=example_terms(),
            effective_date=date(2025, 1, 1),
            by=None,
            now=_now(),
            closures=EXAMPLE_CLOSURES,
        )
    write_leads(folder / "leads.csv", count)
    command = ("import_facts", "leads.csv", "--mapping", "map.yaml", "--agreement", "bench")
    return run_measured(folder, ROOT / "manage.py", *command, "--json")


def bring_leads(folder: Path) -> dict[str, tuple[float, float]]:
    """Bring the file in the browser and undo it; return MB of memory and seconds by piece."""
    from django.core.files import File

    from agreements.models import Agreement
    from leads.actions import file_imports
    from leads.files.mapping import parse_mapping
    from leads.models import FileImport
    from tests.factories import make_user

    empty()
    agreement = Agreement.objects.get(slug="bench")
    by = make_user("Helena", team=agreement.marketing_team, role="lead")
    document = yaml.safe_load(MAPPING)
    with (folder / "leads.csv").open("rb") as file:
        pk = file_imports.bring(file=File(file), agreement=agreement, by=by, now=_now()).pk
    deeds: dict[str, Callable[[FileImport], object]] = {
        "reading": lambda _: None,
        "dry run": lambda brought: file_imports.try_out(
            file_import=brought, mapping=parse_mapping(document), document=document
        ),
        "taking in": lambda brought: file_imports.take_in(file_import=brought, by=by, now=_now()),
        "undoing": lambda brought: file_imports.undo(delivery=brought.delivery, by=by, now=_now()),
    }
    pieces = {}
    for name, deed in deeds.items():
        deed(FileImport.objects.get(pk=pk))
        pieces[name] = run_measured(ROOT, "-c", _WORK_ON, str(pk))
    if FileImport.objects.get(pk=pk).state != FileImport.State.UNDONE:
        raise RuntimeError("The file did not come through.")
    return pieces


def run_measured(folder: Path, *told: str | Path) -> tuple[float, float]:
    """Run Python in a process of its own; return the memory in MB and the seconds."""
    start = perf_counter()
    said = subprocess.check_output(
        [sys.executable, "-c", _MEASURED, sys.executable, *told], cwd=folder
    )
    return int(said) / 1024, perf_counter() - start


def _now() -> datetime:
    return datetime.now(UTC)


def take_out(folder: Path, tables: Sequence[str] = TABLES) -> int:
    """Write the rows of every table to a file; return how many there are."""
    from django.db import connection

    rows = 0
    with connection.cursor() as cursor:
        for table in tables:
            with (folder / table).open("wb") as file:
                cursor.copy_expert(f"COPY leads_{table} TO STDOUT", file)
            rows += cursor.rowcount
    return rows


def empty(tables: Sequence[str] = TABLES) -> None:
    """Empty the tables, and those that hang on them."""
    from django.db import connection

    names = ", ".join(f"leads_{table}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} CASCADE")


def copy(folder: Path, tables: Sequence[str] = TABLES) -> float:
    """Copy every table in again, each in a transaction; return the seconds."""
    from django.db import connection, transaction

    seconds = 0.0
    for table in tables:
        with (folder / table).open("rb") as file, connection.cursor() as cursor:
            start = perf_counter()
            with transaction.atomic():
                cursor.copy_expert(f"COPY leads_{table} FROM STDIN", file)
            seconds += perf_counter() - start
    return seconds
