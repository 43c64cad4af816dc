"""Uploads on their way, documents, what was found in them, and who was shown a finding."""

from piccolo.columns import UUID, Bytea, Integer, Real, Text, Timestamptz
from piccolo.table import Table

from ats.core.db import Bound


class Upload(Bound, Table, tablename="upload"):
    """An object in the blob store that no application refers to yet; forgotten ones are cleaned up by this row."""

    id = UUID(primary_key=True, default=None)
    blob_path = Text()
    created_at = Timestamptz(default=None)


class Document(Bound, Table, tablename="document"):
    """A CV or letter. `name`, `content` and `masked` are sealed with the person's key; the object with its own."""

    id = UUID(primary_key=True, default=None)
    application_id = UUID(default=None)
    purpose = Text()
    media = Text()
    name = Bytea(default=b"")
    size = Integer()
    blob_path = Text()
    wrapped_key = Bytea(default=b"")
    state = Text()
    refusal = Text()
    pages = Integer()
    language = Text()
    content = Bytea(null=True, default=None)
    masked = Bytea(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)


class Finding(Bound, Table, tablename="finding"):
    """A sensitive part of a document's text: characters start_at up to end_at."""

    id = UUID(primary_key=True, default=None)
    document_id = UUID(default=None)
    start_at = Integer()
    end_at = Integer()
    label = Text()
    tier = Text()
    score = Real()
    reason = Text()
    section = Text()


class Reveal(Bound, Table, tablename="reveal"):
    """A finding shown to an account for a while; the reason is sealed with the person's key."""

    id = UUID(primary_key=True, default=None)
    finding_id = UUID(default=None)
    account_id = UUID(default=None)
    reason = Bytea(default=b"")
    at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
