"""`ats doctor`: looks at everything that the product needs, one by one, and says what to do about what is wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ats.candidates.queries import unknown_master_keys
from ats.core import db, outbox
from ats.core.bell import ArqBell
from ats.core.blobs import open_blobs
from ats.core.clock import civil_date, read_clock
from ats.core.mail import open_mailer
from ats.core.migrate import pending
from ats.documents.rules import Kind
from ats.health import MAX_OVERDUE_DAYS
from ats.process import NotMigrated, WrongMasterKey
from ats.retention import queries as retention
from ats.settings import Settings
from worker.sandbox import Sandbox


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is good, and in a sentence what was seen or what to do."""

    name: str
    good: bool
    text: str


class Overdue(Exception):
    """Something should have been erased days ago."""


class DeadJobs(Exception):
    """Jobs failed as often as they may, and nobody has looked at them yet."""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything. Each is looked at even when another is broken."""
    checks: list[tuple[str, Callable[[Settings], Awaitable[str]], str]] = [
        ("PostgreSQL", _database, "check ATS_DATABASE_URL, and that the server runs and lets this role in"),
        ("master key", _master_key, "cannot be tried before PostgreSQL is good"),
        ("erasure", _erasure, "cannot be looked at before PostgreSQL is good"),
        ("jobs", _jobs, "cannot be looked at before PostgreSQL is good"),
        ("Redis", _redis, "check ATS_REDIS_URL; meanwhile jobs wait, nothing is lost"),
        ("files", _files, "check ATS_FILES_URL and, for s3://, the ATS_FILES_ settings"),
        ("mail", _mail, "check ATS_MAIL_URL, and that the server takes connections"),
        ("sandbox", _sandbox, "documents cannot be read: check that the whole package is installed, and memory limits"),
    ]
    return [await _look(settings, *check) for check in checks]


async def _look(settings: Settings, name: str, check: Callable[[Settings], Awaitable[str]], remedy: str) -> Finding:
    try:
        return Finding(name, True, await check(settings))
    except (db.UnsafeRole, NotMigrated, WrongMasterKey, Overdue, DeadJobs) as error:
        return Finding(name, False, str(error))
    except Exception as error:  # noqa: BLE001 -- whatever it is, the other checks go on, and texts may hold secrets
        return Finding(name, False, f"{type(error).__name__}; {remedy}")


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[None]:
    await db.connect(settings.database_url, size=1, timezone=settings.organisation.timezone, name="ats doctor")
    try:
        yield
    finally:
        await db.disconnect()


async def _database(settings: Settings) -> str:
    async with _connected(settings):
        if await pending():
            raise NotMigrated
        row = await db.fetch_row("SELECT current_setting('server_version') AS version")
    return f"version {row['version'] if row else ''}, migrated, and its role cannot change what protects the data"


async def _master_key(settings: Settings) -> str:
    async with _connected(settings):
        if unknown := await unknown_master_keys(settings.keyring):
            raise WrongMasterKey(unknown)
    return "opens what is stored"


async def _erasure(settings: Settings) -> str:
    async with _connected(settings):
        now = read_clock()
        days = await retention.days_overdue(on=civil_date(now, settings.organisation.zone), now=now)
    if days > MAX_OVERDUE_DAYS:
        raise Overdue(f"something has been due for {days} days: `ats worker` must run; its log says what failed")
    return "nothing is overdue"


async def _jobs(settings: Settings) -> str:
    async with _connected(settings):
        found = await outbox.dead()
    if found:
        count = sum(each.count for each in found)
        raise DeadJobs(f"{count} failed for good: `ats jobs dead` says which, `ats jobs revive` tries them anew")
    return "none has failed for good"


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
