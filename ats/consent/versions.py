"""The versions of the privacy statement that were ever published."""

from datetime import datetime

import msgspec

from ats.consent.tables import StatementVersion


class Version(msgspec.Struct, frozen=True):
    """One version: its address, and since when it has been published."""

    hash: str
    created_at: datetime


async def statement_versions() -> list[Version]:
    """All versions, the newest first. There is one more for each change of the text or of what it is rendered from."""
    rows = await StatementVersion.select(StatementVersion.hash, StatementVersion.created_at).order_by(
        StatementVersion.created_at, ascending=False
    )
    return [Version(**row) for row in rows]
