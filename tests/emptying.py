"""Empty the database after a test that commits: only what it filled, and in one go.

Django truncates every table, whether anything stands in it or not, and then writes down anew what
it knows of each model; with some seventy tables and a few dozen rows that took longer than many a
test.
"""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

# What migrations leave, which no test changes.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# More rows than this in a table are truncated sooner than deleted.
FEW = 2000

truncate_all = TransactionTestCase.__dict__["_fixture_teardown"]


def empty_what_was_filled(case: TransactionTestCase) -> None:
    """Stand in for what Django does after each test that commits."""
    with transaction.atomic(), connection.cursor() as cursor:
        rows = _rows_by_table(cursor)
        has_few = all(number <= FEW for number in rows.values())
        if has_few:
            _delete(cursor, list(rows))
    if not has_few:
        truncate_all(case)


def _rows_by_table(cursor: CursorWrapper) -> dict[str, int]:
    """Count the rows of each table that has any, up to one more than is few."""
    tables = set(connection.introspection.table_names(cursor)) - KEPT
    counts = (
        f"SELECT '{table}', count(*) FROM (SELECT FROM \"{table}\" LIMIT {FEW + 1}) AS seen"
        for table in tables
    )
    cursor.execute(" UNION ALL ".join(counts))
    return {table: number for table, number in cursor.fetchall() if number}


def _delete(cursor: CursorWrapper, tables: list[str]) -> None:
    """Delete all rows, also of tables whose rows a trigger keeps from being deleted."""
    cursor.execute(
        "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid"
        " WHERE NOT tgisinternal"
    )
    guarded = [name for (name,) in cursor.fetchall() if name in tables]
    deeds = [
        *(f'ALTER TABLE "{name}" DISABLE TRIGGER USER' for name in guarded),
        *(f'DELETE FROM "{name}"' for name in tables),
        # What still refers to a row is found now: a table cannot be altered while that is open.
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f'ALTER TABLE "{name}" ENABLE TRIGGER USER' for name in guarded),
    ]
    cursor.execute("; ".join(deeds))
