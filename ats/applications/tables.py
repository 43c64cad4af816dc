"""Applications and their clocks."""

from piccolo.columns import UUID, Bytea, Date, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class Application(Bound, Table, tablename="application"):
    """One application; without a vacancy it is spontaneous. Invisible from its due date on, whoever reads."""

    id = UUID(primary_key=True, default=None)
    candidate_id = UUID(default=None)
    vacancy_id = UUID(null=True, default=None)
    language = Text()
    source = Text(default="website")
    statement_hash = Text()
    form_hash = Bytea(default=b"")
    applied_at = Timestamptz(default=None)
    applied_on = Date(default=None)
    basis = Text()
    due_on = Date(default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    erase_after = Timestamptz(null=True, default=None)
