"""Real servers for all tests: PostgreSQL and Redis of our own, started once; every test begins with empty tables."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import hypothesis
import pytest
import pytest_asyncio
import redis.asyncio

from ats.consent.actions import publish
from ats.core import db, embedded, outbox
from ats.core.bell import ArqBell
from ats.core.blobs import open_blobs
from ats.core.clock import read_clock
from ats.core.mail import FolderMailer
from ats.core.migrate import migrate
from ats.core.outbox import Doorbell
from ats.core.services import Services
from ats.settings import Settings, read_settings
from tests.support.app import serving
from tests.support.cast import Cast, make_cast
from tests.support.environment import environment
from worker.jobs import job_actions, run_job
from worker.sandbox import Sandbox


@pytest.fixture(scope="session")
def private_folder() -> Iterator[Path]:
    """A folder that the embedded servers can reach even when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="ats-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(private_folder: Path) -> AsyncIterator[embedded.EmbeddedServers]:
    """PostgreSQL (migrated) and Redis."""
    async with embedded.servers(private_folder / "data") as running:
        # Tests do not survive a power cut, so they need not wait for the disk.
        superuser = await asyncpg.connect(running.superuser_url)
        await superuser.execute("ALTER DATABASE ats SET synchronous_commit = off")
        await superuser.close()
        await migrate(running.urls.owner_database_url, running.urls.database_url)
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pool(servers: embedded.EmbeddedServers) -> AsyncIterator[None]:
    """The application's own pool, in the role of the application."""
    await db.connect(servers.urls.database_url, size=10, name="tests")
    yield
    await db.disconnect()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def superuser(servers: embedded.EmbeddedServers) -> AsyncIterator[asyncpg.Pool]:
    """A pool on the product's database that no rule binds, to look at what is really there."""
    url = servers.superuser_url.replace("/postgres?", "/ats?")
    async with asyncpg.create_pool(url, min_size=1, max_size=3) as connections:
        yield connections


@pytest.fixture
def settings(servers: embedded.EmbeddedServers, tmp_path: Path) -> Settings:
    """Settings as a production process would read them."""
    return read_settings(environment(servers.urls, tmp_path))


@pytest_asyncio.fixture(loop_scope="session")
async def services(settings: Settings, pool: None, superuser: asyncpg.Pool) -> AsyncIterator[Services]:
    """What actions need, on empty tables. The doorbell rings for nobody: `work` runs the jobs."""

    async def ring(_job_id: object) -> None:
        return

    doorbell = Doorbell(ring)
    made = Services(
        settings=settings,
        blobs=open_blobs(settings.files_url, settings.files_access),
        mailer=FolderMailer(Path(settings.mail_url)),
        doorbell=doorbell,
    )
    await publish(made, now=read_clock())
    yield made
    await doorbell.quiet()
    await empty_tables(superuser)


async def empty_tables(superuser: asyncpg.Pool) -> None:
    """Remove every row, past the triggers that forbid it."""
    async with superuser.acquire() as connection, connection.transaction():
        rows = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'"
        )
        await connection.execute("SET LOCAL session_replication_role = replica")
        for row in rows:
            await connection.execute(f'DELETE FROM "{row["tablename"]}"')


def pytest_configure() -> None:
    """Keep the machine's own settings out of the tests; elsewhere properties are tried with new values each time."""
    if os.environ.get("CI"):
        # A change is judged by the same values each time it is tried.
        hypothesis.settings.register_profile("ci", derandomize=True)
        hypothesis.settings.load_profile("ci")
    for name in [name for name in os.environ if name.startswith("ATS_")]:
        del os.environ[name]


@pytest_asyncio.fixture(loop_scope="session")
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without scripts, as far as HTTP goes."""
    async with serving(services) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def cast(services: Services) -> Cast:
    """The fixed cast: accounts and vacancies."""
    return await make_cast()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """The real children that read documents, kept warm for all tests."""
    made = Sandbox()
    yield made
    await made.stop()


@pytest.fixture
def work(services: Services, sandbox: Sandbox) -> Callable[[], Awaitable[int]]:
    """Run every job that waits, and those that they cause; gives how many were completed."""
    actions = job_actions(sandbox)

    async def run() -> int:
        completed = 0
        while waiting := await outbox.waiting(now=read_clock()):
            for job_id in waiting:
                completed += await run_job(services, actions, job_id, clock=read_clock)
        return completed

    return run


@pytest_asyncio.fixture(loop_scope="session")
async def looking(servers: embedded.EmbeddedServers) -> AsyncIterator[redis.asyncio.Redis]:
    """A client to look at what is in Redis, which begins empty."""
    client = redis.asyncio.Redis.from_url(servers.urls.redis_url)
    await client.flushall()
    yield client
    await client.flushall()
    await client.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def bell(servers: embedded.EmbeddedServers) -> AsyncIterator[ArqBell]:
    """The doorbell on the real Redis."""
    made = ArqBell(servers.urls.redis_url)
    yield made
    await made.close()
