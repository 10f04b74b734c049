from django.db import migrations, models


class Migration(migrations.Migration):
    """Administrators see which stored files cannot be searched for forgotten people."""

    dependencies = [("leads", "0015_leads_by_name")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="unsearchable_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["file", "id"],
                condition=models.Q(("unsearchable_at__isnull", False)),
                name="delivery_unsearchable",
            ),
        ),
    ]
