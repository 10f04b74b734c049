"""Put leads in the order of the names that lists show them by."""

from django.db import migrations, models

# Immutable, so that an index can be made of it. Accents and capitals do not count, whatever order
# the database was made with; who has nothing to be shown by is null, and last.
FUNCTION = r"""
CREATE FUNCTION leads_shown_key(name text, company text, email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT lower(
        CASE WHEN octet_length(shown) = length(shown) THEN shown
        ELSE regexp_replace(normalize(shown, NFKD), '[\u0300-\u036f]', '', 'g') END
    )
    FROM (SELECT coalesce(nullif(name, ''), nullif(company, ''), nullif(email, '')) AS shown) AS of
);
"""
NO_FUNCTION = "DROP FUNCTION leads_shown_key(text, text, text);"


class Migration(migrations.Migration):
    """A page of a list by name reads no more leads than it shows."""

    dependencies = [("leads", "0014_handoffs_in_the_order_of_lists")]

    operations = [
        migrations.RunSQL(FUNCTION, NO_FUNCTION),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                models.Func("name", "company", "email", function="leads_shown_key"),
                models.F("id"),
                condition=models.Q(("merged_into__isnull", True)),
                name="lead_by_name",
            ),
        ),
    ]
