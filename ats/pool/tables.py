"""Who is in the talent pool now."""

from piccolo.columns import UUID, Date

from ats.core.db import AtsTable


class PoolMembership(AtsTable, tablename="pool_membership"):
    """A membership; the database only takes it with an open consent, and it goes with the withdrawal."""

    candidate_id = UUID(primary_key=True, default=None)
    given_event_id = UUID(default=None)
    since = Date(default=None)
    due_on = Date(default=None)
