"""Statement versions, wordings and consent events: all append-only."""

from piccolo.columns import JSONB, UUID, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class StatementVersion(Bound, Table, tablename="statement_version"):
    """The statement in every language, addressed by the hash of its texts."""

    hash = Text(primary_key=True, default="")
    texts = JSONB()
    created_at = Timestamptz(default=None)


class ConsentWording(Bound, Table, tablename="consent_wording"):
    """The exact words beside a box, addressed by their hash."""

    hash = Text(primary_key=True, default="")
    purpose = Text()
    language = Text()
    wording = Text()


class ConsentEvent(Bound, Table, tablename="consent_event"):
    """What a person was shown, gave, refused or withdrew, and when by the server's clock."""

    id = UUID(primary_key=True, default=None)
    candidate_id = UUID(default=None)
    purpose = Text()
    kind = Text()
    statement_hash = Text()
    wording_hash = Text()
    language = Text()
    channel = Text()
    at = Timestamptz(default=None)
