from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0007_talk_about_entries"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["subject_type", "subject_id"], name="message_subject"),
        ),
    ]
