"""Find the few leads that asked not to be contacted among all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of them alone."""

    dependencies = [("leads", "0019_rejected_rows_are_corrected")]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["id"],
                condition=models.Q(is_contact_barred=True),
                name="lead_contact_barred",
            ),
        ),
    ]
