"""Publishing the statement, and recording what people were shown and chose."""

import json
from datetime import datetime
from uuid import UUID, uuid4

from ats.consent.rules import Kind, Purpose, text_hash
from ats.consent.statement import pool_wording, render_statement
from ats.consent.tables import ConsentEvent
from ats.core import db
from ats.core.rooms import Subject
from ats.core.services import Services
from ats.organisation import LANGUAGES


async def publish(services: Services, *, now: datetime) -> str:
    """Store the present statement and wordings if they are new; gives the statement's hash.

    Called at every start, so what a form shows can always be shown again.
    """
    statement = render_statement(services.organisation)
    async with db.transaction():
        await db.fetch(
            "INSERT INTO statement_version (hash, texts, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            statement.hash, json.dumps(statement.texts), now,
        )  # fmt: skip
        for language in LANGUAGES:
            wording = pool_wording(services.organisation, language)
            await db.fetch(
                "INSERT INTO consent_wording (hash, purpose, language, wording) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT DO NOTHING",
                text_hash(wording), Purpose.TALENT_POOL.value, language, wording,
            )  # fmt: skip
    return statement.hash


async def record_event(
    candidate_id: UUID,
    kind: Kind,
    *,
    statement_hash: str,
    wording_hash: str,
    language: str,
    channel: str,
    now: datetime,
) -> UUID:
    """Append one event about the talent pool in the open transaction; gives its id."""
    event_id = uuid4()
    await ConsentEvent.insert(
        ConsentEvent(
            id=event_id,
            candidate_id=candidate_id,
            purpose=Purpose.TALENT_POOL.value,
            kind=kind.value,
            statement_hash=statement_hash,
            wording_hash=wording_hash,
            language=language,
            channel=channel,
            at=now,
        ),
    )
    return event_id


async def erase_rows(_services: Services, subject: Subject) -> dict[str, int]:
    """Erasure of a person: the database removes their events, which no role of ours may delete by itself."""
    if subject.application_id is not None:
        return {}
    row = await db.fetch_row("SELECT erase_consent_events($1) AS gone", subject.candidate_id)
    return {"consent_event": row["gone"] if row else 0}
