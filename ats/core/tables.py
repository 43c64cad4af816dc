"""Tables of the ground floor: the audit trail, the outbox and the rate limits."""

from piccolo.columns import JSONB, UUID, BigSerial, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class AuditEvent(Bound, Table, tablename="audit_event"):
    """One thing that somebody did. Append-only: the database refuses every change."""

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=None)
    tag = Text()
    actor_kind = Text()
    actor_id = UUID(null=True, default=None)
    actor_name = Text()
    candidate_id = UUID(null=True, default=None)
    object_id = UUID(null=True, default=None)
    detail = JSONB()


class Outbox(Bound, Table, tablename="outbox"):
    """One job: the queue of record. `subject_id` is all that it carries."""

    id = UUID(primary_key=True, default=None)
    kind = Text()
    subject_id = UUID(default=None)
    candidate_id = UUID(null=True, default=None)
    dedupe_key = Text(null=True, default=None)
    created_at = Timestamptz(default=None)
    run_after = Timestamptz(default=None)
    attempts = Integer()
    lease_id = UUID(null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)
    dead_at = Timestamptz(null=True, default=None)
    last_error = Text()


class RateLimit(Bound, Table, tablename="rate_limit"):
    """Hits of one key under one named limit in the present window."""

    key = Bytea(primary_key=True, default=b"")
    hits = Integer()
    ends_at = Timestamptz(default=None)
