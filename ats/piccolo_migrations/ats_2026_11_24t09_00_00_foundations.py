"""Everything that the whole path stands on: the tables with their keys, checks and indexes."""

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
CREATE INDEX audit_event_tag ON audit_event (tag, id);

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

CREATE TABLE pool_membership (
    candidate_id uuid PRIMARY KEY REFERENCES candidate,
    given_event_id uuid NOT NULL UNIQUE REFERENCES consent_event,
    since date NOT NULL,
    due_on date NOT NULL,
    CONSTRAINT pool_membership_due_within_statement CHECK (
        due_on > since AND due_on <= (since + interval '3 years')::date)
);
CREATE INDEX pool_membership_since ON pool_membership (since, candidate_id);
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
"""


async def forwards() -> MigrationManager:
    """Create the tables."""
    manager = MigrationManager(migration_id=ID, app_name="ats", description=DESCRIPTION)

    async def create() -> None:
        for script in (DATES, CORE, STAFF, VACANCIES, CANDIDATES, CONSENT, APPLICATIONS, RETENTION):
            await run_script(script)

    manager.add_raw(create)
    return manager
