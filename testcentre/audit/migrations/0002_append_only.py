"""Forbid to change the trail: by the table's rights, and by a trigger for whoever is above rights."""

from django.db import migrations

FORBID = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM PUBLIC, CURRENT_USER;
"""

ALLOW = """
GRANT UPDATE, DELETE, TRUNCATE ON audit_entry TO CURRENT_USER;
DROP TRIGGER audit_no_truncate ON audit_entry;
DROP TRIGGER audit_no_change ON audit_entry;
DROP FUNCTION audit_is_append_only();
"""


class Migration(migrations.Migration):
    """Rights and triggers of the trail."""

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
