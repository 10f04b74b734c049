import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Immutable, so that indexes can be made of them; each is null where it says nothing. What costs
# most, a regular expression, is left out where there is nothing for it to find.
FUNCTIONS = r"""
CREATE FUNCTION leads_email_key(email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN strpos(email, '+') = 0 THEN nullif(lower(btrim(email)), '')
    ELSE regexp_replace(lower(btrim(email)), '\+[^@]*@', '@') END;

CREATE FUNCTION leads_phone_key(phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN length(translate(phone, ' ()+-./', '')) >= 8
    THEN right(translate(phone, ' ()+-./', ''), 8) END;

CREATE FUNCTION leads_name_key(name text, email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT split_part(lower(btrim(email)), '@', 2) || ' ' || string_agg(word, ' ' ORDER BY word)
    FROM string_to_table(
        translate(
            lower(
                CASE WHEN octet_length(name) = length(name) THEN name
                ELSE regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g') END
            ),
            '.,;:-_"()/''' || chr(9) || chr(160), repeat(' ', 13)
        ),
        ' '
    ) AS word
    WHERE word <> ''
);
"""
NO_FUNCTIONS = """
DROP FUNCTION leads_name_key(text, text);
DROP FUNCTION leads_phone_key(text);
DROP FUNCTION leads_email_key(text);
"""


class Migration(migrations.Migration):
    """Find leads that look alike by an index, and keep which of them are not the same."""

    dependencies = [
        ("leads", "0007_merged_handoffs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                models.Func("email", function="leads_email_key"),
                models.F("id"),
                condition=models.Q(("email", ""), _negated=True),
                name="lead_same_email",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                models.Func("phone", function="leads_phone_key"),
                models.F("id"),
                condition=models.Q(("phone", ""), _negated=True),
                name="lead_same_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                models.Func("name", "email", function="leads_name_key"),
                models.F("id"),
                condition=models.Q(
                    models.Q(("email", ""), _negated=True), models.Q(("name", ""), _negated=True)
                ),
                name="lead_same_name",
            ),
        ),
        migrations.CreateModel(
            name="Distinction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told_at", models.DateTimeField()),
                (
                    "first",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "distinction",
                "verbose_name_plural": "distinctions",
            },
        ),
        migrations.AddConstraint(
            model_name="distinction",
            constraint=models.UniqueConstraint(
                fields=("first", "second"), name="distinction_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="distinction",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))),
                name="distinction_in_order",
            ),
        ),
    ]
