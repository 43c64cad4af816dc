"""What the database itself refuses, which rows exist for whom, and what the application's role may do at all."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from ats.core.migrate import run_script

ID = "2026-11-24T09:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "guards"

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_event_append_only BEFORE UPDATE OR TRUNCATE ON consent_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statement_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_wording_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_wording
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

CONSENT = """
-- A membership stands on a `given` event of the same person for the pool, and on nothing later that ends it.
CREATE FUNCTION check_pool_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM consent_event AS given
        WHERE given.id = NEW.given_event_id AND given.candidate_id = NEW.candidate_id
          AND given.purpose = 'talent_pool' AND given.kind = 'given'
          AND NOT EXISTS (
            SELECT FROM consent_event AS ended
            WHERE ended.candidate_id = given.candidate_id AND ended.purpose = given.purpose
              AND ended.kind IN ('withdrawn', 'expired') AND ended.at >= given.at)
    ) THEN
        RAISE EXCEPTION 'no open consent' USING ERRCODE = 'check_violation', CONSTRAINT = 'pool_membership_consent';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER pool_membership_consent BEFORE INSERT OR UPDATE ON pool_membership
    FOR EACH ROW EXECUTE FUNCTION check_pool_membership();
-- The other side: an ending event cannot commit while the membership that it ends still stands.
CREATE FUNCTION check_consent_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind IN ('withdrawn', 'expired') AND EXISTS (
        SELECT FROM pool_membership AS member JOIN consent_event AS given ON given.id = member.given_event_id
        WHERE member.candidate_id = NEW.candidate_id AND given.at <= NEW.at
    ) THEN
        RAISE EXCEPTION 'the membership still stands' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'consent_event_ends_membership';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER consent_event_ends_membership AFTER INSERT ON consent_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_consent_ended();
-- Consent events outlive every change but the erasure of their person, which must be under way.
CREATE FUNCTION erase_consent_events(erased uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    removed integer;
BEGIN
    IF NOT EXISTS (SELECT FROM erasure WHERE candidate_id = erased AND application_id IS NULL AND done_at IS NULL) THEN
        RAISE EXCEPTION 'no erasure of this person is under way' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM consent_event WHERE candidate_id = erased;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
"""

CLOCKS = """
-- The clock of an application never moves, neither its start nor its person; and what is past its date stays so.
CREATE FUNCTION refuse_clock_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.applied_on, NEW.applied_at, NEW.candidate_id) IS DISTINCT FROM
       (OLD.applied_on, OLD.applied_at, OLD.candidate_id) THEN
        RAISE EXCEPTION 'the clock of an application never moves' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_clock_fixed';
    END IF;
    IF OLD.due_on <= ats_today() AND NEW.due_on > OLD.due_on THEN
        RAISE EXCEPTION 'what is past its due date does not come back' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_due_is_final';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER application_clock_fixed BEFORE UPDATE ON application
    FOR EACH ROW EXECUTE FUNCTION refuse_clock_change();
"""

# Rows past their due date do not exist for any reader, whether or not the sweep has come by. Only the retention
# engine's own transactions (ats.erasing) see them. A person exists while one of their applications does.
ROW_SECURITY = """
ALTER TABLE application ENABLE ROW LEVEL SECURITY;
CREATE POLICY application_until_due ON application USING (due_on > ats_today() OR ats_erasing()) WITH CHECK (true);
ALTER TABLE candidate ENABLE ROW LEVEL SECURITY;
CREATE POLICY candidate_until_due ON candidate
    USING (ats_erasing() OR EXISTS (SELECT FROM application WHERE application.candidate_id = candidate.id))
    WITH CHECK (true);
"""
ROW_SECURITY += """
ALTER TABLE pool_membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY pool_membership_until_due ON pool_membership
    USING (ats_erasing() OR (due_on > ats_today()
        AND EXISTS (SELECT FROM candidate WHERE candidate.id = pool_membership.candidate_id)))
    WITH CHECK (true);
"""
_BELONGING = {
    "candidate_key": ("candidate", "candidate_id"),
    "private_link": ("candidate", "candidate_id"),
    "message": ("candidate", "candidate_id"),
    "consent_event": ("candidate", "candidate_id"),
    "sharing_objection": ("candidate", "candidate_id"),
    "document": ("application", "application_id"),
    "finding": ("document", "document_id"),
    "reveal": ("finding", "finding_id"),
}
ROW_SECURITY += "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY {table}_until_due ON {table}
    USING (ats_erasing() OR EXISTS (SELECT FROM {parent} WHERE {parent}.id = {table}.{key})) WITH CHECK (true);
"""
    for table, (parent, key) in _BELONGING.items()
)

_CHANGEABLE = (
    "outbox, rate_limit, account, session, vacancy, vacancy_text, vacancy_recruiter, candidate, candidate_key, "
    "private_link, message, pool_membership, application, upload, document, finding, reveal, sharing_objection, "
    "erasure, retention_run"
)
GRANTS = f"""
GRANT USAGE ON SCHEMA public TO {{app_role}};
GRANT SELECT, INSERT ON audit_event, consent_event, statement_version, consent_wording TO {{app_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {_CHANGEABLE} TO {{app_role}};
GRANT SELECT ON migration TO {{app_role}};
REVOKE ALL ON FUNCTION erase_consent_events(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_consent_events(uuid) TO {{app_role}};
"""


async def forwards() -> MigrationManager:
    """Create the guards, the policies and the grants."""
    manager = MigrationManager(migration_id=ID, app_name="ats", description=DESCRIPTION)

    async def create() -> None:
        for script in (APPEND_ONLY, CONSENT, CLOCKS, ROW_SECURITY, GRANTS):
            await run_script(script)

    manager.add_raw(create)
    return manager
