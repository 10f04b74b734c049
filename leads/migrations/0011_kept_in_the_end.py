from django.db import migrations

# Those merged over others, pointed at the lead that stands for them now.
KEPT_IN_THE_END = """
WITH RECURSIVE up AS (
    SELECT lead.id, kept.merged_into_id AS kept_id
    FROM leads_lead AS lead JOIN leads_lead AS kept ON kept.id = lead.merged_into_id
    WHERE kept.merged_into_id IS NOT NULL
    UNION
    SELECT up.id, kept.merged_into_id
    FROM up JOIN leads_lead AS kept ON kept.id = up.kept_id
    WHERE kept.merged_into_id IS NOT NULL
)
UPDATE leads_lead AS lead SET merged_into_id = up.kept_id
FROM up JOIN leads_lead AS kept ON kept.id = up.kept_id
WHERE lead.id = up.id AND kept.merged_into_id IS NULL
"""
NEXT_KEPT = """
UPDATE leads_lead AS lead SET merged_into_id = merge.kept_id
FROM leads_leadmerge AS merge
WHERE merge.merged_id = lead.id AND merge.is_current AND NOT merge.is_retracted
    AND merge.kept_id <> lead.merged_into_id
"""


class Migration(migrations.Migration):
    """Let a merged lead point at the lead that is kept in the end, and not at the next one."""

    dependencies = [("leads", "0010_forgotten_people")]

    operations = [migrations.RunSQL(KEPT_IN_THE_END, NEXT_KEPT)]
