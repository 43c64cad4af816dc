"""Erasures under way and done, and the runs of the sweep."""

from piccolo.columns import JSONB, UUID, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class Erasure(Bound, Table, tablename="erasure"):
    """One erasure and the step that it has reached. Holds references only, no personal data."""

    id = UUID(primary_key=True, default=None)
    candidate_id = UUID(default=None)
    application_id = UUID(null=True, default=None)
    cause = Text()
    step = Text()
    begun_at = Timestamptz(default=None)
    done_at = Timestamptz(null=True, default=None)
    counts = JSONB()


class RetentionRun(Bound, Table, tablename="retention_run"):
    """One sweep for one date."""

    id = UUID(primary_key=True, default=None)
    on_date = Date(default=None)
    begun_at = Timestamptz(default=None)
    done_at = Timestamptz(null=True, default=None)
    erased_applications = Integer()
    erased_candidates = Integer()
    failed = Integer()
