"""Mail to candidates, from its writing until it is handed over."""

from piccolo.columns import UUID, Bytea, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class Message(Bound, Table, tablename="message"):
    """One mail. `context` holds the template's values, sealed with the person's key, until it has been sent."""

    id = UUID(primary_key=True, default=None)
    candidate_id = UUID(default=None)
    template = Text()
    language = Text()
    context = Bytea(null=True, default=None)
    created_at = Timestamptz(default=None)
    sent_at = Timestamptz(null=True, default=None)
