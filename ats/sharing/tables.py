"""Objections to sharing with affiliates."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class SharingObjection(Bound, Table, tablename="sharing_objection"):
    """An objection: in force from `objected_at`; an empty `affiliate` means all of them."""

    id = UUID(primary_key=True, default=None)
    candidate_id = UUID(default=None)
    affiliate = Text()
    channel = Text()
    objected_at = Timestamptz(default=None)
    recorded_at = Timestamptz(null=True, default=None)
