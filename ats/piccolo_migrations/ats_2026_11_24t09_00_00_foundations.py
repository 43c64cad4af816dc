"""Everything that the whole path stands on: tables, what the database itself refuses, and what the app's role may do."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from ats.core.migrate import run_script

ID = "2026-11-24T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "foundations"

DATES = """
CREATE FUNCTION ats_today() RETURNS date LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('ats.today', true), '')::date,
        (now() AT TIME ZONE coalesce(nullif(current_setting('ats.timezone', true), ''), 'Europe/Brussels'))::date)
$$;
CREATE FUNCTION ats_erasing() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('ats.erasing', true), '') = 'on'
$$;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
"""

CORE = """
CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    tag text NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('visitor', 'candidate', 'staff', 'system')),
    actor_id uuid,
    actor_name text NOT NULL DEFAULT '',
    candidate_id uuid,
    object_id uuid,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_event_candidate ON audit_event (candidate_id, id);
CREATE INDEX audit_event_object ON audit_event (object_id, id);
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    candidate_id uuid,
    dedupe_key text UNIQUE,
    created_at timestamptz NOT NULL,
    run_after timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    lease_id uuid,
    lease_until timestamptz,
    done_at timestamptz,
    dead_at timestamptz,
    last_error text NOT NULL DEFAULT ''
);
CREATE INDEX outbox_open ON outbox (run_after) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_candidate ON outbox (candidate_id);

CREATE UNLOGGED TABLE rate_limit (
    key bytea PRIMARY KEY,
    hits integer NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX rate_limit_ends ON rate_limit (ends_at);
"""

STAFF = """
CREATE TABLE account (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email)),
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('recruiter', 'privacy_coordinator', 'administrator')),
    language text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    CONSTRAINT account_email_key UNIQUE (email)
);
CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);
"""

VACANCIES = """
CREATE TABLE vacancy (
    id uuid PRIMARY KEY,
    slug text NOT NULL,
    place text NOT NULL,
    contract text NOT NULL,
    pay_from integer NOT NULL,
    pay_to integer NOT NULL CHECK (pay_to >= pay_from),
    published_on date NOT NULL,
    closed_on date,
    CONSTRAINT vacancy_slug_key UNIQUE (slug)
);
CREATE TABLE vacancy_text (
    vacancy_id uuid NOT NULL REFERENCES vacancy ON DELETE CASCADE,
    language text NOT NULL,
    title text NOT NULL,
    summary text NOT NULL,
    description text NOT NULL,
    PRIMARY KEY (vacancy_id, language)
);
CREATE TABLE vacancy_recruiter (
    vacancy_id uuid NOT NULL REFERENCES vacancy ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    PRIMARY KEY (vacancy_id, account_id)
);
CREATE INDEX vacancy_recruiter_account ON vacancy_recruiter (account_id);
"""

CANDIDATES = """
CREATE TABLE candidate (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    telephone text NOT NULL,
    language text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX candidate_email ON candidate (email);
CREATE TABLE candidate_key (
    candidate_id uuid PRIMARY KEY REFERENCES candidate,
    master_key_id text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE private_link (
    token_hash bytea PRIMARY KEY,
    candidate_id uuid NOT NULL REFERENCES candidate,
    purpose text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX private_link_candidate ON private_link (candidate_id);
CREATE TABLE message (
    id uuid PRIMARY KEY,
    candidate_id uuid NOT NULL REFERENCES candidate,
    template text NOT NULL,
    language text NOT NULL,
    context bytea,
    created_at timestamptz NOT NULL,
    sent_at timestamptz
);
CREATE INDEX message_candidate ON message (candidate_id);
"""

CONSENT = """
CREATE TABLE statement_version (
    hash text PRIMARY KEY,
    texts jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE consent_wording (
    hash text PRIMARY KEY,
    purpose text NOT NULL,
    language text NOT NULL,
    wording text NOT NULL
);
CREATE TABLE consent_event (
    id uuid PRIMARY KEY,
    candidate_id uuid NOT NULL REFERENCES candidate,
    purpose text NOT NULL CHECK (purpose IN ('talent_pool')),
    kind text NOT NULL CHECK (kind IN ('shown', 'given', 'refused', 'withdrawn', 'expired')),
    statement_hash text NOT NULL REFERENCES statement_version,
    wording_hash text NOT NULL REFERENCES consent_wording,
    language text NOT NULL,
    channel text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX consent_event_candidate ON consent_event (candidate_id, at);
CREATE TRIGGER consent_event_append_only BEFORE UPDATE OR TRUNCATE ON consent_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statement_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_wording_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_wording
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE pool_membership (
    candidate_id uuid PRIMARY KEY REFERENCES candidate,
    given_event_id uuid NOT NULL UNIQUE REFERENCES consent_event,
    since date NOT NULL,
    due_on date NOT NULL,
    CONSTRAINT pool_membership_due_within_statement CHECK (
        due_on > since AND due_on <= (since + interval '3 years')::date)
);
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
"""

APPLICATIONS = """
CREATE TABLE application (
    id uuid PRIMARY KEY,
    -- Deferred, since a person only exists for readers once one of their applications does.
    candidate_id uuid NOT NULL REFERENCES candidate DEFERRABLE INITIALLY DEFERRED,
    vacancy_id uuid REFERENCES vacancy,
    language text NOT NULL,
    source text NOT NULL DEFAULT 'website',
    statement_hash text NOT NULL REFERENCES statement_version,
    form_hash bytea NOT NULL,
    applied_at timestamptz NOT NULL,
    applied_on date NOT NULL,
    basis text NOT NULL CHECK (basis IN ('application', 'talent_pool')),
    due_on date NOT NULL,
    withdrawn_at timestamptz,
    erase_after timestamptz,
    CONSTRAINT application_form_key UNIQUE (form_hash),
    -- The statement's own limits: one year, or three with a pool consent. Nobody can store a later date.
    CONSTRAINT application_due_within_statement CHECK (
        due_on > applied_on AND due_on <= CASE basis
            WHEN 'talent_pool' THEN (applied_on + interval '3 years')::date
            ELSE (applied_on + interval '1 year')::date END)
);
CREATE INDEX application_list ON application (vacancy_id, applied_at DESC, id DESC) WHERE withdrawn_at IS NULL;
CREATE INDEX application_candidate ON application (candidate_id);
CREATE INDEX application_due ON application (due_on);
-- The clock of an application never moves: neither its start nor its person.
CREATE FUNCTION refuse_clock_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.applied_on, NEW.applied_at, NEW.candidate_id) IS DISTINCT FROM
       (OLD.applied_on, OLD.applied_at, OLD.candidate_id) THEN
        RAISE EXCEPTION 'the clock of an application never moves' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_clock_fixed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER application_clock_fixed BEFORE UPDATE ON application
    FOR EACH ROW EXECUTE FUNCTION refuse_clock_change();

CREATE TABLE upload (
    id uuid PRIMARY KEY,
    blob_path text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX upload_created ON upload (created_at);

CREATE TABLE document (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application,
    purpose text NOT NULL CHECK (purpose IN ('cv', 'letter')),
    media text NOT NULL,
    name bytea NOT NULL,
    size integer NOT NULL,
    blob_path text NOT NULL UNIQUE,
    wrapped_key bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'read', 'refused')),
    refusal text NOT NULL DEFAULT '',
    pages integer NOT NULL DEFAULT 0,
    language text NOT NULL DEFAULT '',
    content bytea,
    masked bytea,
    read_at timestamptz,
    search tsvector,
    CONSTRAINT document_read_complete CHECK (
        state <> 'read' OR (content IS NOT NULL AND masked IS NOT NULL AND read_at IS NOT NULL))
);
CREATE INDEX document_application ON document (application_id);
CREATE INDEX document_search ON document USING gin (search);

CREATE TABLE finding (
    id uuid PRIMARY KEY,
    document_id uuid NOT NULL REFERENCES document ON DELETE CASCADE,
    start_at integer NOT NULL CHECK (start_at >= 0),
    end_at integer NOT NULL,
    label text NOT NULL,
    tier text NOT NULL CHECK (tier IN ('standard', 'confidential', 'restricted')),
    score real NOT NULL,
    reason text NOT NULL,
    section text NOT NULL DEFAULT '',
    CONSTRAINT finding_not_empty CHECK (end_at > start_at)
);
CREATE INDEX finding_document ON finding (document_id, start_at);

CREATE TABLE reveal (
    id uuid PRIMARY KEY,
    finding_id uuid NOT NULL REFERENCES finding ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES account,
    reason bytea NOT NULL,
    at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX reveal_finding ON reveal (finding_id, account_id);

CREATE TABLE sharing_objection (
    id uuid PRIMARY KEY,
    candidate_id uuid NOT NULL REFERENCES candidate,
    affiliate text NOT NULL DEFAULT '',
    channel text NOT NULL,
    objected_at timestamptz NOT NULL,
    recorded_at timestamptz,
    CONSTRAINT sharing_objection_key UNIQUE (candidate_id, affiliate)
);
"""

RETENTION = """
CREATE TABLE erasure (
    id uuid PRIMARY KEY,
    candidate_id uuid NOT NULL,
    application_id uuid,
    cause text NOT NULL CHECK (cause IN ('due', 'withdrawn', 'requested')),
    step text NOT NULL,
    begun_at timestamptz NOT NULL,
    done_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX erasure_open ON erasure (begun_at) WHERE done_at IS NULL;
CREATE UNIQUE INDEX erasure_once ON erasure (candidate_id, coalesce(application_id, candidate_id));
CREATE TABLE retention_run (
    id uuid PRIMARY KEY,
    on_date date NOT NULL,
    begun_at timestamptz NOT NULL,
    done_at timestamptz,
    erased_applications integer NOT NULL DEFAULT 0,
    erased_candidates integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0
);
CREATE INDEX retention_run_begun ON retention_run (begun_at);
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

# Rows past their due date do not exist for any reader, whether or not the sweep has come by. Only the retention
# engine's own transactions (ats.erasing) see them. A person exists while one of their applications does.
ROW_SECURITY = """
ALTER TABLE application ENABLE ROW LEVEL SECURITY;
CREATE POLICY application_until_due ON application USING (due_on > ats_today() OR ats_erasing()) WITH CHECK (true);
ALTER TABLE candidate ENABLE ROW LEVEL SECURITY;
CREATE POLICY candidate_insert ON candidate FOR INSERT WITH CHECK (true);
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
CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK (true);
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
    """Create the tables, their guards and the grants."""
    manager = MigrationManager(migration_id=ID, app_name="ats", description=DESCRIPTION)

    async def create() -> None:
        for script in (DATES, CORE, STAFF, VACANCIES, CANDIDATES, CONSENT, APPLICATIONS, RETENTION, ROW_SECURITY):
            await run_script(script)
        await run_script(GRANTS)

    manager.add_raw(create)
    return manager
