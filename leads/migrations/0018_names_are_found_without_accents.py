"""Find names and companies however their accents and capitals are typed."""

import django.contrib.postgres.indexes
from django.contrib.postgres.indexes import OpClass
from django.db import migrations
from django.db.models import Func

# Immutable, so that an index can be made of it, whatever order the database was made with.
FUNCTION = r"""
CREATE FUNCTION leads_bare(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN lower(
    CASE WHEN octet_length(said) = length(said) THEN said
    ELSE regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g') END
);
"""
NO_FUNCTION = "DROP FUNCTION leads_bare(text);"


class Migration(migrations.Migration):
    """The index of what is searched has its letters alone."""

    dependencies = [("leads", "0017_the_stage_of_each_lead")]

    operations = [
        migrations.RunSQL(FUNCTION, NO_FUNCTION),
        migrations.RemoveIndex(model_name="lead", name="lead_search"),
        migrations.AddIndex(
            model_name="lead",
            index=django.contrib.postgres.indexes.GinIndex(
                OpClass(Func("name", function="leads_bare"), "gin_trgm_ops"),
                OpClass(Func("company", function="leads_bare"), "gin_trgm_ops"),
                OpClass(Func("email", function="leads_bare"), "gin_trgm_ops"),
                name="lead_search",
            ),
        ),
        # Until it knows how often letters occur, the planner reads far too much.
        migrations.RunSQL("ANALYZE leads_lead", migrations.RunSQL.noop),
    ]
