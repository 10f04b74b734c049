"""Find what comes back in the order of its list, and rejections without reading all handoffs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists of ten out of a million handoffs read no more than they show."""

    dependencies = [("leads", "0013_a_sheet_is_chosen")]

    operations = [
        migrations.RemoveIndex(model_name="handoff", name="handoff_returning"),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                fields=["agreement", "returns_date", "id"],
                condition=models.Q(status="recycled"),
                name="handoff_coming_back",
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                fields=["agreement", "contest", "closed_at", "id"],
                condition=models.Q(status="rejected"),
                name="handoff_rejected",
            ),
        ),
    ]
