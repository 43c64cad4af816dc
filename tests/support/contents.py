"""What the database holds, to see that something wrote nothing or exactly so much."""

import asyncpg


async def contents(superuser: asyncpg.Pool) -> dict[str, str]:
    """A fingerprint of each table's rows and of the transactions that wrote them: equal only if nothing was written."""
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {
        row["tablename"]: await superuser.fetchval(
            f"SELECT md5(string_agg(concat(t.xmin, t.*), ';' ORDER BY t.ctid)) FROM \"{row['tablename']}\" AS t"
        )
        for row in tables
    }


async def counts(superuser: asyncpg.Pool, *tables: str) -> tuple[int, ...]:
    """How many rows each of `tables` has."""
    return tuple([await superuser.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables])
