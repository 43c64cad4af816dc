"""Who is in the talent pool now."""

from piccolo.columns import UUID, Date
from piccolo.table import Table

from ats.core.db import Bound


class PoolMembership(Bound, Table, tablename="pool_membership"):
    """A membership; the database only takes it with an open consent, and it goes with the withdrawal."""

    candidate_id = UUID(primary_key=True, default=None)
    given_event_id = UUID(default=None)
    since = Date(default=None)
    due_on = Date(default=None)
