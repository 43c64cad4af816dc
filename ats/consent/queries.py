"""Reading consent events and statement versions."""

import json
from datetime import datetime
from uuid import UUID

import msgspec

from ats.consent.tables import ConsentEvent, ConsentWording, StatementVersion
from ats.core.errors import NotFound


class ConsentRecord(msgspec.Struct, frozen=True):
    """One event as its person may see it."""

    id: UUID
    kind: str
    at: datetime
    channel: str
    language: str
    statement_hash: str
    wording_hash: str
    wording: str


async def events_of(candidate_id: UUID) -> list[ConsentRecord]:
    """Every consent event of a person, the oldest first, each with the exact words that stood there."""
    rows = await (
        ConsentEvent.select(
            ConsentEvent.id, ConsentEvent.kind, ConsentEvent.at, ConsentEvent.channel, ConsentEvent.language,
            ConsentEvent.statement_hash, ConsentEvent.wording_hash,
        )
        .where(ConsentEvent.candidate_id == candidate_id)
        .order_by(ConsentEvent.at)
    )  # fmt: skip
    wordings = await ConsentWording.select(ConsentWording.hash, ConsentWording.wording).where(
        ConsentWording.hash.is_in([row["wording_hash"] for row in rows] or [""]),
    )
    by_hash = {row["hash"]: row["wording"] for row in wordings}
    return [ConsentRecord(**row, wording=by_hash[row["wording_hash"]]) for row in rows]


async def statement_text(version: str, language: str) -> str:
    """The statement with this hash in `language`, as it was stored. Raises NotFound."""
    row = await StatementVersion.select(StatementVersion.texts).where(StatementVersion.hash == version).first()
    texts: dict[str, str] = json.loads(row["texts"]) if row else {}
    if language not in texts:
        raise NotFound
    return texts[language]
