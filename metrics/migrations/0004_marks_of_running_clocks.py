from django.db import migrations, models

# The rows are counted again: each asks for it by a change in its month.
COUNT_AGAIN = """
INSERT INTO leads_change (agreement_id, local_date)
    SELECT DISTINCT agreement_id, month FROM metrics_monthopenclocks;
DELETE FROM metrics_monthopenclocks;
"""
# Uncompressed and out of line, so that a page reads only the bytes that it asks for.
STORE_APART = """
ALTER TABLE metrics_monthopenclocks ALTER COLUMN due SET STORAGE EXTERNAL;
ALTER TABLE metrics_monthopenclocks ALTER COLUMN started SET STORAGE EXTERNAL;
"""
STORE_AS_EVER = """
ALTER TABLE metrics_monthopenclocks ALTER COLUMN due SET STORAGE EXTENDED;
ALTER TABLE metrics_monthopenclocks ALTER COLUMN started SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0001_leads_facts_and_clocks"),
        ("metrics", "0003_times_and_running_clocks_of_months"),
    ]
    operations = [
        migrations.RunSQL(COUNT_AGAIN, COUNT_AGAIN),
        migrations.AddField(
            model_name="monthopenclocks",
            name="number",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="monthopenclocks",
            name="marks",
            field=models.BinaryField(default=b""),
            preserve_default=False,
        ),
        migrations.RunSQL(STORE_APART, STORE_AS_EVER),
    ]
