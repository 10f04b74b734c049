"""Find a company by its own name where a lead names no person, as people are found by theirs."""

from django.db import migrations, models
from django.db.models import Func

# Immutable, so that an index can be made of them; each is null where it says nothing. The words
# are in the order of their letters' numbers, whatever order the database was made with.
FUNCTIONS = r"""
CREATE FUNCTION leads_words(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT string_agg(word, ' ' ORDER BY word COLLATE "C")
    FROM string_to_table(
        translate(
            leads_bare(said),
            '.,;:-_"()/&+''' || chr(9) || chr(160) || chr(8217), repeat(' ', 16)
        ),
        ' '
    ) AS word
    WHERE word <> ''
);

CREATE FUNCTION leads_email_domain(email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN nullif(split_part(lower(btrim(email)), '@', 2), '');

CREATE FUNCTION leads_name_key(name text, company text, domain text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    domain || ' ' || coalesce(leads_words(name), leads_words(company));
"""
NO_FUNCTIONS = """
DROP FUNCTION leads_name_key(text, text, text);
DROP FUNCTION leads_email_domain(text);
DROP FUNCTION leads_words(text);
"""
NO_EARLIER_FUNCTION = "DROP FUNCTION leads_name_key(text, text);"
EARLIER_FUNCTION = r"""
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


class Migration(migrations.Migration):
    """The index of names in companies has the names of companies, too."""

    dependencies = [("leads", "0021_views_of_the_registry")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RemoveIndex(model_name="lead", name="lead_same_name"),
        migrations.RunSQL(NO_EARLIER_FUNCTION, EARLIER_FUNCTION),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                Func(
                    "name",
                    "company",
                    Func("email", function="leads_email_domain"),
                    function="leads_name_key",
                ),
                models.F("id"),
                condition=models.Q(("email", ""), _negated=True),
                name="lead_same_name",
            ),
        ),
    ]
