"""Know the domain of a lead's website, and find by it who has the same name at that company."""

from django.db import migrations, models
from django.db.models import Func

# Immutable, so that a column can be made of them. What costs most, a regular expression, is left
# out where no website is told.
FUNCTIONS = r"""
CREATE FUNCTION leads_domain_in(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN left(
    substring(
        lower(said),
        '^\s*(?:https?:)?(?://)?(?:www\.)?((?:[^\s/:?#@,;.]+\.)+[^\s\d/:?#@,;.][^\s/:?#@,;.]+)(?![^\s/:?#,;])'
    ),
    253
);

CREATE FUNCTION leads_website_domain(attributes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(
    CASE WHEN attributes ?| ARRAY[
        'website', 'website_url', 'site', 'sitio_web', 'domain', 'company_domain',
        'company_domain_name', 'dominio'
    ] THEN coalesce(
        leads_domain_in(attributes ->> 'website'),
        leads_domain_in(attributes ->> 'website_url'),
        leads_domain_in(attributes ->> 'site'),
        leads_domain_in(attributes ->> 'sitio_web'),
        leads_domain_in(attributes ->> 'domain'),
        leads_domain_in(attributes ->> 'company_domain'),
        leads_domain_in(attributes ->> 'company_domain_name'),
        leads_domain_in(attributes ->> 'dominio')
    ) END,
    ''
);
"""
NO_FUNCTIONS = """
DROP FUNCTION leads_website_domain(jsonb);
DROP FUNCTION leads_domain_in(text);
"""


class Migration(migrations.Migration):
    """A column beside the attributes: their other changes write no index anew."""

    dependencies = [("leads", "0022_companies_that_look_alike")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AddField(
            model_name="lead",
            name="website_domain",
            field=models.GeneratedField(
                expression=Func("attributes", function="leads_website_domain"),
                output_field=models.TextField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                Func("name", "company", "website_domain", function="leads_name_key"),
                models.F("id"),
                condition=models.Q(("website_domain", ""), _negated=True),
                name="lead_same_name_by_site",
            ),
        ),
    ]
