import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0006_put_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="entries",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="entries",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="suggestion",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("taken", "Taken"),
                    ("refused", "Refused"),
                    ("withdrawn", "Taken back"),
                ],
                max_length=9,
            ),
        ),
        migrations.CreateModel(
            name="CommentCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.TextField()),
                ("corrected_at", models.DateTimeField()),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="agreements.comment",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction of a comment",
                "verbose_name_plural": "corrections of comments",
                "ordering": ["pk"],
            },
        ),
    ]
