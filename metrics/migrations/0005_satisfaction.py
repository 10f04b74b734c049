import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0001_people_and_agreements"),
        ("leads", "0002_satisfaction"),
        ("metrics", "0004_marks_of_running_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SatisfactionCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("local_date", models.DateField()),
                ("source", models.CharField(blank=True, max_length=120, null=True)),
                ("tier", models.CharField(blank=True, max_length=40)),
                ("picked_by", models.CharField(blank=True, max_length=20)),
                ("answers", models.PositiveIntegerField()),
                ("total", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="agreements.agreementversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of satisfaction",
                "verbose_name_plural": "days of satisfaction",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "agreement",
                            "local_date",
                            "version",
                            "holder",
                            "source",
                            "tier",
                            "picked_by",
                        ),
                        name="satisfactioncell_unique",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
