"""What the database really holds of somebody, seen past every rule; and a way to let time pass there."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

# Proof that an erasure happened, and what was done; ids only.
KEEPS_REFERENCES = {"audit_event", "erasure"}


@asynccontextmanager
async def unbound(superuser: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """A transaction in which no trigger and no foreign key speaks; checks still do."""
    async with superuser.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        yield connection


async def make_due(superuser: asyncpg.Pool, application_id: UUID, due_on: date) -> None:
    """Move an application, whole, to where its one-year clock ends on `due_on`."""
    async with unbound(superuser) as connection:
        await connection.execute(
            "UPDATE application SET applied_on = $2::date - 300, applied_at = $2::date - 300, basis = 'application', "
            "due_on = $2 WHERE id = $1",
            application_id, due_on,
        )  # fmt: skip


async def uuid_columns(superuser: asyncpg.Pool) -> list[tuple[str, str]]:
    """Every uuid column of every table."""
    rows = await superuser.fetch(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type = 'uuid' ORDER BY 1, 2"
    )
    return [tuple(row) for row in rows]


async def references(superuser: asyncpg.Pool, *ids: UUID) -> set[str]:
    """Where any of the ids stands: table.column."""
    return {
        f"{table}.{column}"
        for table, column in await uuid_columns(superuser)
        if await superuser.fetchval(f'SELECT count(*) FROM "{table}" WHERE "{column}" = ANY($1)', list(ids))
    }


async def ids_of(superuser: asyncpg.Pool, candidate_id: UUID) -> set[UUID]:
    """The person's own id and those of all that belongs to them."""
    rows = await superuser.fetch(
        "SELECT $1::uuid UNION SELECT id FROM application WHERE candidate_id = $1 "
        "UNION SELECT document.id FROM document JOIN application ON application.id = application_id "
        "WHERE candidate_id = $1 UNION SELECT finding.id FROM finding JOIN document ON document.id = document_id "
        "JOIN application ON application.id = application_id WHERE candidate_id = $1 "
        "UNION SELECT id FROM message WHERE candidate_id = $1 UNION SELECT id FROM consent_event WHERE candidate_id = $1 "
        "UNION SELECT id FROM sharing_objection WHERE candidate_id = $1",
        candidate_id,
    )
    return {row[0] for row in rows}


async def rows_by_table(superuser: asyncpg.Pool, *, without: set[str] = frozenset()) -> dict[str, set[str]]:
    """A digest of each row, by table."""
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {
        table: {
            hashlib.sha256(row[0].encode()).hexdigest()
            for row in await superuser.fetch(f'SELECT each::text FROM "{table}" AS each')
        }
        for table in [row["tablename"] for row in tables]
        if table not in without
    }


def blobs(folder: Path) -> dict[str, str]:
    """Every object in the store with its digest."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "files").rglob("*")
        if path.is_file()
    }


def yesterday(today: date) -> date:
    return today - timedelta(days=1)
