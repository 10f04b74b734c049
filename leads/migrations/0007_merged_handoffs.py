from django.db import migrations, models


class Migration(migrations.Migration):
    """A handoff ends where its lead was found to be another one, whose handoff goes on."""

    dependencies = [
        ("leads", "0006_leads_that_could_be_offered"),
    ]

    operations = [
        migrations.AlterField(
            model_name="handoff",
            name="status",
            field=models.CharField(
                choices=[
                    ("expected", "Heard of before its offer"),
                    ("offered", "Offered"),
                    ("accepted", "Accepted"),
                    ("rejected", "Rejected"),
                    ("qualified", "Qualified"),
                    ("disqualified", "Disqualified"),
                    ("recycled", "Recycled"),
                    ("withdrawn", "Withdrawn"),
                    ("repeated", "Asked for again while open"),
                    ("taken_back", "Taken back"),
                    ("merged", "Merged"),
                ],
                default="expected",
                max_length=12,
            ),
        ),
    ]
