"""The whole state about leads, without the keys that the database happened to give."""

import hashlib

from django.db import connection

_PERSON = "(SELECT name FROM agreements_user WHERE id = {})"
_LEAD = """(SELECT min(source || '/' || external_id) FROM leads_leadidentity
            WHERE lead_id = {})"""
_HANDOFF = "(SELECT source || '/' || external_id FROM leads_handoff WHERE id = {})"
_AGREEMENT = "(SELECT slug FROM agreements_agreement WHERE id = {})"
_KEYS = {
    "person_id": _PERSON,
    "holder_id": _PERSON,
    "charged_to_id": _PERSON,
    "lead_id": _LEAD,
    "handoff_id": _HANDOFF,
    "agreement_id": _AGREEMENT,
}
# When we heard it, in which delivery, and by whom differ from one telling to the next; the
# content's hash covers the keys of persons.
_LEFT_OUT = {
    "id", "recorded_at", "delivery_id", "recorded_by_id", "first_heard_at", "version_id",
    "holder_split", "content_hash",
}  # fmt: skip
TABLES = (
    "lead", "leadidentity", "handoff", "handoffevent", "followup", "stageentry", "deal",
    "satisfaction", "leadchange", "clock", "breach", "leadstage",
)  # fmt: skip


def state_of(table: str) -> list[str]:
    """Return the rows of a table as texts, sorted."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, f"leads_{table}")
        cells = [
            _KEYS.get(column.name, '"{}"').format(f'"{column.name}"') + "::text"
            if column.name in _KEYS
            else f'"{column.name}"::text'
            for column in columns
            if column.name not in _LEFT_OUT
        ]
        if table == "lead":
            cells.append(_LEAD.format("leads_lead.id"))
        cursor.execute(f"SELECT concat_ws('|', {', '.join(cells)}) FROM leads_{table}")
        return sorted(row[0] for row in cursor.fetchall())


def state() -> dict[str, str]:
    """Return the number of rows of each table and a digest of what is in them."""
    found = {}
    for table in TABLES:
        rows = state_of(table)
        digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]
        found[table] = f"{len(rows)} rows, {digest}"
    return found
