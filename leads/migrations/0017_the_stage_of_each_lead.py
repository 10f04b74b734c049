"""Keep which stage each lead is in, for the registry: by what was told, and by deeds."""

import json
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_DEFAULT = ["lead", "mql", "sal", "sql", "opportunity", "customer"]
_ROLES = ("mql", "sal", "sql", "customer")

_ENTRIES = """
SELECT family.root_id, told.agreement_id, told.stage, told.occurred_at AS at
FROM family JOIN leads_stageentry AS told USING (lead_id)
WHERE told.is_current AND NOT told.is_retracted
UNION ALL
SELECT family.root_id, handoff.agreement_id, version.mql, handoff.offered_at
FROM family JOIN leads_handoff AS handoff USING (lead_id) JOIN judging_version AS version
    ON version.agreement_id = handoff.agreement_id
        AND handoff.offered_at >= version.named_from AND handoff.offered_at < version.named_to
WHERE handoff.status NOT IN ('expected', 'repeated')
UNION ALL
SELECT family.root_id, handoff.agreement_id, version.sal, handoff.accepted_at
FROM family JOIN (
    SELECT id, lead_id, agreement_id, CASE WHEN contest = 'overturned' THEN (
        SELECT min(event.occurred_at) FROM leads_handoffevent AS event
        WHERE event.handoff_id = leads_handoff.id AND event.kind = 'decided'
            AND event.is_overturned AND event.is_current AND NOT event.is_retracted
    ) ELSE decided_at END AS accepted_at
    FROM leads_handoff WHERE status NOT IN ('expected', 'repeated', 'rejected')
) AS handoff USING (lead_id) JOIN judging_version AS version
    ON version.agreement_id = handoff.agreement_id
        AND handoff.accepted_at >= version.named_from AND handoff.accepted_at < version.named_to
UNION ALL
SELECT family.root_id, handoff.agreement_id, version.sql, handoff.closed_at
FROM family JOIN leads_handoff AS handoff USING (lead_id) JOIN judging_version AS version
    ON version.agreement_id = handoff.agreement_id
        AND handoff.closed_at >= version.named_from AND handoff.closed_at < version.named_to
WHERE handoff.status = 'qualified'
UNION ALL
SELECT family.root_id, told.agreement_id, version.customer, told.occurred_at
FROM family JOIN leads_deal AS told USING (lead_id) JOIN judging_version AS version
    ON version.agreement_id = told.agreement_id
        AND told.occurred_at >= version.named_from AND told.occurred_at < version.named_to
WHERE told.is_current AND NOT told.is_retracted AND told.status = 'won'
"""

_WRITE = f"""
WITH family AS MATERIALIZED (
    SELECT id AS lead_id, COALESCE(merged_into_id, id) AS root_id FROM leads_lead
), judging_version AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS version(
        agreement_id bigint, named_from timestamptz, named_to timestamptz,
        mql text, sal text, sql text, customer text, stages text[]
    )
)
INSERT INTO leads_leadstage (agreement_id, lead_id, stage, entered_at)
SELECT DISTINCT ON (entry.agreement_id, entry.root_id)
    entry.agreement_id, entry.root_id, entry.stage, entry.at
FROM ({_ENTRIES}) AS entry LEFT JOIN judging_version AS version
    ON version.agreement_id = entry.agreement_id
        AND entry.at >= version.named_from AND entry.at < version.named_to
WHERE entry.stage IS NOT NULL
ORDER BY entry.agreement_id, entry.root_id, entry.at DESC,
    array_position(version.stages, entry.stage) DESC NULLS LAST, entry.stage
"""  # noqa: S608 - composed of constants


def write_stages(apps: Any, schema_editor: Any) -> None:
    """Write the stage of every lead there is."""
    named: list[dict[str, Any]] = []
    versions = apps.get_model("agreements", "AgreementVersion").objects.filter(status="signed")
    for version in versions.order_by("agreement", "effective", "number"):
        lower = version.effective.lower if version.effective else None
        start = lower.isoformat() if lower else "-infinity"
        if named and named[-1]["agreement_id"] == version.agreement_id:
            named[-1]["named_to"] = start
        else:
            start = "-infinity"
        span = {"agreement_id": version.agreement_id, "named_from": start, "named_to": "infinity"}
        named.append(span | _names(version.terms))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_WRITE, [json.dumps(named)])


def _names(terms: dict[str, Any]) -> dict[str, Any]:
    stages = (terms.get("funnel") or {}).get("stages") or [{"key": key} for key in _DEFAULT]
    names: dict[str, Any] = dict.fromkeys(_ROLES)
    for stage in reversed(stages):
        role = stage.get("role", stage["key"])
        if role in _ROLES:
            names[role] = stage["key"]
    return names | {"stages": [stage["key"] for stage in stages]}


class Migration(migrations.Migration):
    """Each lead, or the one it was merged into, has one row under each agreement it reached."""

    dependencies = [
        ("agreements", "0008_find_messages_by_subject"),
        ("leads", "0016_files_that_cannot_be_searched"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadStage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stage", models.CharField(max_length=40, verbose_name="stage")),
                ("entered_at", models.DateTimeField()),
                (
                    "agreement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lead_stages",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stages",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "stage of a lead",
                "verbose_name_plural": "stages of leads",
                "indexes": [
                    models.Index(fields=["agreement", "entered_at", "id"], name="lead_stage_order"),
                    models.Index(
                        fields=["agreement", "stage", "entered_at", "id"],
                        name="lead_stage_of_one",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("agreement", "lead"), name="lead_stage_unique")
                ],
            },
        ),
        migrations.RunPython(write_stages, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL("ANALYZE leads_leadstage", migrations.RunSQL.noop, elidable=True),
    ]
