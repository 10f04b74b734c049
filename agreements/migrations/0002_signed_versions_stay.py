from django.db import migrations

# What was signed stays as it was signed: the text, its hash and number, and from when it holds.
# The end of its period may still be set, when the next version takes over.
FORWARD = """
CREATE FUNCTION agreements_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Version % of agreement % is signed and cannot be deleted.',
            OLD.number, OLD.agreement_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.terms, NEW.terms_hash, NEW.number, NEW.agreement_id, NEW.status, lower(NEW.effective))
        IS DISTINCT FROM
       (OLD.terms, OLD.terms_hash, OLD.number, OLD.agreement_id, OLD.status, lower(OLD.effective))
    THEN
        RAISE EXCEPTION 'Version % of agreement % is signed and cannot be changed.',
            OLD.number, OLD.agreement_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_version_stays BEFORE UPDATE OR DELETE ON agreements_agreementversion
    FOR EACH ROW WHEN (OLD.status = 'signed') EXECUTE FUNCTION agreements_version_stays();

CREATE FUNCTION agreements_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
       (NEW.calendar_id, NEW.number, NEW.closures, NEW.first_changed_date, NEW.last_changed_date)
        IS DISTINCT FROM
       (OLD.calendar_id, OLD.number, OLD.closures, OLD.first_changed_date, OLD.last_changed_date)
    THEN
        RAISE EXCEPTION 'Revision % of calendar % cannot be changed.',
            OLD.number, OLD.calendar_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_revision_stays BEFORE UPDATE OR DELETE ON agreements_calendarrevision
    FOR EACH ROW EXECUTE FUNCTION agreements_revision_stays();

CREATE FUNCTION agreements_signature_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A signature cannot be changed.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER agreements_signature_stays BEFORE UPDATE OR DELETE ON agreements_signature
    FOR EACH ROW EXECUTE FUNCTION agreements_signature_stays();
"""
BACKWARD = """
DROP TRIGGER agreements_version_stays ON agreements_agreementversion;
DROP FUNCTION agreements_version_stays;
DROP TRIGGER agreements_revision_stays ON agreements_calendarrevision;
DROP FUNCTION agreements_revision_stays;
DROP TRIGGER agreements_signature_stays ON agreements_signature;
DROP FUNCTION agreements_signature_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_people_and_agreements")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
