from django.db import migrations, models


class Migration(migrations.Migration):
    """Let a file wait for the choice of one of its sheets."""

    dependencies = [("leads", "0012_left_to_their_systems")]

    operations = [
        migrations.AlterField(
            model_name="fileimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("reading", "Being looked through"),
                    ("sheet", "Sheet to be chosen"),
                    ("refused", "Cannot be read"),
                    ("draft", "Columns to be checked"),
                    ("checking", "Dry run under way"),
                    ("checked", "Ready to be imported"),
                    ("importing", "Being imported"),
                    ("stopped", "Stopped half-way"),
                    ("imported", "Imported"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                    ("discarded", "Thrown away"),
                ],
                default="reading",
                max_length=9,
            ),
        ),
    ]
