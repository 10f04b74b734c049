"""Empty the database after a test that commits: only what it filled, and in one go.

Django truncates every table, whether anything stands in it or not, and then writes down anew what
it knows of each model; with some seventy tables and a few dozen rows that took longer than many a
test. Truncated, not deleted: the planner goes on believing that a table is empty whose rows were
deleted, and chooses plans for the next test that suit no table that is full.
"""

from django.db import connection
from django.test import TransactionTestCase

# What migrations leave, which no test changes.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_what_was_filled(case: TransactionTestCase) -> None:
    """Stand in for what Django does after each test that commits."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - KEPT)
        rows = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)
        cursor.execute(" UNION ALL ".join(rows))
        filled = ", ".join(f'"{table}"' for (table,) in cursor.fetchall())
        if filled:
            cursor.execute(f"TRUNCATE {filled} CASCADE")
