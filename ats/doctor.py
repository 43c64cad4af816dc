"""`ats doctor`: looks at everything that the product needs, one by one, and says what to do about what is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
from redis.exceptions import RedisError

from ats.core import db
from ats.core.bell import ArqBell
from ats.core.blobs import open_blobs
from ats.core.errors import AtsError
from ats.core.mail import open_mailer
from ats.core.migrate import pending
from ats.documents.rules import Kind
from ats.process import NotMigrated
from ats.settings import Settings
from worker.sandbox import Sandbox


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is good, and in a sentence what was seen or what to do."""

    name: str
    good: bool
    text: str


async def examine(settings: Settings) -> list[Finding]:
    """Look at database, Redis, files, mail and the sandbox. Each is looked at even when another is broken."""
    checks: list[tuple[str, Callable[[Settings], Awaitable[str]], str]] = [
        ("PostgreSQL", _database, "check ATS_DATABASE_URL, and that the server runs and lets this role in"),
        ("Redis", _redis, "check ATS_REDIS_URL; meanwhile jobs wait, nothing is lost"),
        ("files", _files, "check ATS_FILES_URL and, for s3://, the ATS_FILES_ settings"),
        ("mail", _mail, "check ATS_MAIL_URL, and that the server takes connections"),
        ("sandbox", _sandbox, "documents cannot be read: check that the whole package is installed, and memory limits"),
    ]
    return [await _look(settings, *check) for check in checks]


async def _look(settings: Settings, name: str, check: Callable[[Settings], Awaitable[str]], remedy: str) -> Finding:
    try:
        return Finding(name, True, await check(settings))
    except (db.UnsafeRole, NotMigrated) as error:
        return Finding(name, False, str(error))
    except (AtsError, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError, OSError, ValueError) as error:
        return Finding(name, False, f"{type(error).__name__}; {remedy}")


async def _database(settings: Settings) -> str:
    await db.connect(settings.database_url, size=1, timezone=settings.organisation.timezone, name="ats doctor")
    try:
        waiting = await pending()
        row = await db.fetch_row("SELECT current_setting('server_version') AS version")
    finally:
        await db.disconnect()
    if waiting:
        raise NotMigrated
    return f"version {row['version'] if row else ''}, migrated, and its role cannot change what protects the data"


async def _redis(settings: Settings) -> str:
    bell = ArqBell(settings.redis_url)
    try:
        await bell.check()
    finally:
        await bell.close()
    return "answers"


async def _files(settings: Settings) -> str:
    await open_blobs(settings.files_url, settings.files_access).check()
    return "an object was written, read and deleted"


async def _mail(settings: Settings) -> str:
    await open_mailer(settings.mail_url).check()
    return "would be taken"


async def _sandbox(_settings: Settings) -> str:
    sandbox = Sandbox()
    try:
        text = await sandbox.read(b"A line of text.", Kind.TEXT)
        await sandbox.detect(text.text)
    finally:
        await sandbox.stop()
    return "documents are read in limited child processes"
