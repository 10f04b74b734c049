from django.db import migrations

FORWARD = """
CREATE FUNCTION metrics_frozen_month_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Revision % of the frozen month % of agreement % cannot be changed.',
        OLD.revision, to_char(OLD.month, 'YYYY-MM'), OLD.agreement_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER metrics_frozen_month_stays BEFORE UPDATE OR DELETE ON metrics_frozenmonth
    FOR EACH ROW EXECUTE FUNCTION metrics_frozen_month_stays();
"""
BACKWARD = """
DROP TRIGGER metrics_frozen_month_stays ON metrics_frozenmonth;
DROP FUNCTION metrics_frozen_month_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_day_cells_and_months")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
