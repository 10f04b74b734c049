import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0001_people_and_agreements"),
        ("leads", "0001_leads_facts_and_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Satisfaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("source", models.CharField(max_length=64)),
                ("external_id", models.CharField(max_length=200)),
                ("revised_at", models.DateTimeField(blank=True, null=True)),
                ("content_hash", models.CharField(max_length=32)),
                ("is_current", models.BooleanField(default=True)),
                ("is_retracted", models.BooleanField(default=False)),
                ("correction_reason", models.TextField(blank=True)),
                ("score", models.DecimalField(decimal_places=4, max_digits=12)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="satisfactions",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.delivery",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="satisfactions",
                        to="leads.lead",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "satisfaction",
                "verbose_name_plural": "satisfactions",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["agreement", "occurred_at"], name="satisfaction_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("source", "external_id"),
                        name="satisfaction_one_holds",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", False)),
                        fields=("source", "external_id", "content_hash", "revised_at"),
                        name="satisfaction_no_repeat",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
