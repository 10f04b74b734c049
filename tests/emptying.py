"""Empty the database after each test, so that none is slowed down by how much another wrote.

After a test that commits Django truncates every table, whether anything stands in it or not, and
then writes down anew what it knows of each model; with some seventy tables and a few dozen rows
that took longer than many a test. Truncated, not deleted: the planner goes on believing that a
table is empty whose rows were deleted, and chooses plans for the next test that suit no table that
is full.
"""

from time import monotonic, sleep

from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.test import TestCase, TransactionTestCase

# What migrations leave, which no test changes.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# Bytes that a table may keep of rows that were taken back.
ROOM = 1 << 18

roll_back = TestCase.__dict__["_fixture_teardown"]


def keep_the_server_away() -> None:
    """Keep the server from looking after tables of its own accord, as it does each minute.

    It does not see the rows of a test that is running, takes their tables for empty, and has the
    rest of the test wait for plans that suit no table that is full; once for nine minutes.
    """
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'ALTER TABLE "{table}" SET (autovacuum_enabled = false)')


def empty_what_was_filled(case: TransactionTestCase) -> None:
    """Stand in for what Django does after each test that commits."""
    with connection.cursor() as cursor:
        wait_for_requests(cursor)
        tables = sorted(set(connection.introspection.table_names(cursor)) - KEPT)
        rows = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)
        cursor.execute(" UNION ALL ".join(rows))
        filled = ", ".join(f'"{table}"' for (table,) in cursor.fetchall())
        if filled:
            truncate(cursor, filled)


def wait_for_requests(cursor: CursorWrapper) -> None:
    """Let end what a browser asked for that is gone; for a few seconds at most."""
    until = monotonic() + 3
    while monotonic() < until:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND state <> 'idle' "
            "AND pid <> pg_backend_pid()"
        )
        if not cursor.rowcount:
            return
        sleep(0.02)


def truncate(cursor: CursorWrapper, tables: str) -> None:
    """Empty tables, again where a request that began meanwhile waits for them and they for it."""
    for _try in range(4):
        try:
            cursor.execute(f"TRUNCATE {tables} CASCADE")
        except OperationalError:
            continue
        return
    cursor.execute(f"TRUNCATE {tables} CASCADE")


def take_back(case: TestCase) -> None:
    """Stand in for what Django does after each other test, and let go of the room it took.

    Rows that were taken back stay in their tables as dead ones, and where a test had the server
    look after such a table it takes it for empty however many rows the next one writes.
    """
    roll_back(case)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s) "
            "AND (relpages > 0 OR pg_relation_size(oid) > %s)",
            [list(KEPT), ROOM],
        )
        used = ", ".join(f'"{table}"' for (table,) in cursor.fetchall())
        if used:
            cursor.execute(f"TRUNCATE {used} CASCADE")
