from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep which systems say themselves who gets what they offer."""

    dependencies = [("leads", "0011_kept_in_the_end")]

    operations = [
        migrations.AddField(
            model_name="teamrules",
            name="left_to",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
