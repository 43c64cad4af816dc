"""Requests a second of the careers page and of a recruiter's list, beside the bare SQL that they need."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

from ats.core import db
from ats.core.access import Role
from ats.core.clock import read_clock
from ats.core.crypto import hash_token, new_token
from ats.process import open_services
from ats.settings import read_settings
from ats.staff.rules import ABSOLUTE_LIFE
from ats.web.sessions import COOKIE
from bench.figures import row
from bench.stack import Stack, folder, stack
from tests.support.app import serving

APPLICATIONS = 10_000
SECONDS = 5
CONNECTIONS = 4


async def measure() -> None:
    """Fill in ten thousand applications, then ask for the two pages."""
    async with folder() as data, stack(data, demo=True) as product:
        settings = read_settings(product.local.environment(product.urls, port=0, demo=True))
        async with open_services(settings, name="bench") as services:
            vacancy, cookie = await _fill()
            for name, path in (
                ("careers page", "/nl/jobs"),
                (f"recruiter's list of {APPLICATIONS} applications", f"/desk/vacancies/{vacancy}"),
            ):
                statements = await _statements(services, path, cookie)
                pages = await _pages_a_second(product, path, cookie)
                sql = await _sql_a_second(settings.database_url, statements)
                row(
                    name,
                    f"{pages:.0f} /s",
                    f"its {len(statements)} SQL statements alone {sql:.0f} /s ({pages / sql:.2f})",
                )


async def _fill() -> tuple[str, str]:
    """Ten thousand applications for the first vacancy, and a recruiter's session; gives vacancy and cookie."""
    account = await db.fetch_row("SELECT id FROM account WHERE role = $1", Role.RECRUITER.value)
    vacancy = await db.fetch_row(
        "SELECT vacancy_id AS id FROM vacancy_recruiter WHERE account_id = $1 LIMIT 1", account["id"]
    )
    async with db.transaction():
        await db.fetch(
            "INSERT INTO application (id, candidate_id, vacancy_id, language, statement_hash, form_hash, applied_at, "
            "applied_on, basis, due_on) SELECT gen_random_uuid(), gen_random_uuid(), $1, 'nl', "
            "(SELECT hash FROM statement_version LIMIT 1), sha256(n::text::bytea), now() - n * interval '10 minutes', "
            "(now() - n * interval '10 minutes')::date, 'application', "
            "((now() - n * interval '10 minutes')::date + interval '1 year')::date FROM generate_series(1, $2::int) AS n",
            vacancy["id"], APPLICATIONS,
        )  # fmt: skip
        await db.fetch(
            "INSERT INTO candidate (id, name, email, telephone, language, created_at) SELECT candidate_id, 'Person ' || "
            "row_number() OVER (), 'p' || row_number() OVER () || '@example.org', '+32470123456', 'nl', applied_at "
            "FROM application WHERE vacancy_id = $1 AND NOT EXISTS "
            "(SELECT FROM candidate WHERE candidate.id = application.candidate_id)",
            vacancy["id"],
        )
    token, now = new_token(), read_clock()
    await db.fetch(
        "INSERT INTO session (token_hash, account_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)",
        hash_token(token), account["id"], now, now + ABSOLUTE_LIFE,
    )  # fmt: skip
    return str(vacancy["id"]), f"{COOKIE}={token}"


async def _statements(services, path: str, cookie: str) -> list[tuple[str, tuple[object, ...]]]:
    """The SQL that one request of a page sends, with its values."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(query) -> None:
        if "FROM" in query.query and "pg_catalog" not in query.query:
            seen.append((query.query, tuple(query.args)))

    async with serving(services) as client:
        headers = {"Cookie": cookie}
        await client.get(path, headers=headers)
        connections = [holder._con for holder in db.engine.pool._holders if holder._con]
        for connection in connections:
            connection.add_query_logger(note)
        answer = await client.get(path, headers=headers)
        assert answer.status_code == 200, answer.status_code
        for connection in connections:
            connection.remove_query_logger(note)
    return seen


async def _pages_a_second(product: Stack, path: str, cookie: str) -> float:
    parts = urlsplit(product.base_url)
    request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n\r\n".encode()

    @asynccontextmanager
    async def asking():
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)

        async def ask() -> None:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head[:40]
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))

        try:
            yield ask
        finally:
            writer.close()

    return await _rate(asking)


async def _sql_a_second(url: str, statements: list[tuple[str, tuple[object, ...]]]) -> float:
    @asynccontextmanager
    async def asking():
        connection = await asyncpg.connect(url)

        async def ask() -> None:
            for sql, values in statements:
                await connection.fetch(sql, *values)

        try:
            yield ask
        finally:
            await connection.close()

    return await _rate(asking)


async def _rate(asking: Callable) -> float:
    """How often a second a few callers together can do it."""
    done = 0
    stop = time.perf_counter() + SECONDS

    async def caller() -> None:
        nonlocal done
        async with asking() as ask:
            act: Callable[[], Awaitable[None]] = ask
            while time.perf_counter() < stop:
                await act()
                done += 1

    await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))
    return done / SECONDS
