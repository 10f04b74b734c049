"""Keep views of the registry beside those of the queue."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A view says whose address it keeps; those there are keep one of the queue."""

    dependencies = [("leads", "0020_not_to_be_contacted")]

    operations = [
        migrations.AddField(
            model_name="savedview",
            name="page",
            field=models.CharField(
                choices=[("queue", "Queue"), ("registry", "Leads")], default="queue", max_length=8
            ),
        ),
        migrations.RemoveConstraint(model_name="savedview", name="saved_view_unique"),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                fields=("user", "agreement", "page", "name"), name="saved_view_unique"
            ),
        ),
    ]
