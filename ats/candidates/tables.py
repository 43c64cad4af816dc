"""The one place where identity and contact details stand in clear; hard-deleted by the erasure."""

from piccolo.columns import UUID, Bytea, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class Candidate(Bound, Table, tablename="candidate"):
    """A person who applied. Visible while one of their applications is."""

    id = UUID(primary_key=True, default=None)
    name = Text()
    email = Text()
    telephone = Text()
    language = Text()
    created_at = Timestamptz(default=None)


class CandidateKey(Bound, Table, tablename="candidate_key"):
    """The person's own key, wrapped by a master key. Without it nothing sealed of theirs can be read again."""

    candidate_id = UUID(primary_key=True, default=None)
    master_key_id = Text()
    wrapped = Bytea(default=b"")
    created_at = Timestamptz(default=None)


class PrivateLink(Bound, Table, tablename="private_link"):
    """A link that was sent to the person, as the hash of its token; valid as long as the data lives."""

    token_hash = Bytea(primary_key=True, default=b"")
    candidate_id = UUID(default=None)
    purpose = Text()
    created_at = Timestamptz(default=None)
