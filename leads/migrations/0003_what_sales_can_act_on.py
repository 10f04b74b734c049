from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0002_satisfaction"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("gave_up", False),
                    ("party", "sales"),
                    ("stopped_at__isnull", True),
                    ("void_at__isnull", True),
                ),
                fields=["handoff", "due_at"],
                include=("clause_key",),
                name="clock_acting",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("party", "sales"), ("stopped_at__isnull", False)),
                fields=["holder", "stopped_at"],
                name="clock_stopped",
            ),
        ),
    ]
