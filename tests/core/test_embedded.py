"""The ordinary life of the embedded servers: start, use, stop, and what they never do."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import pytest_asyncio
import redis.exceptions
from arq import create_pool, func
from arq.connections import RedisSettings
from arq.worker import Worker

from ats.core import embedded
from ats.core.embedded import EmbeddedError, EmbeddedServers
from ats.core.embedded.log import CAP_BYTES, ServerLog

CANARY = "Ottoline-Vandersmissen"


@contextlib.contextmanager
def reachable_folder() -> Iterator[Path]:
    """A fresh folder that the servers' account can reach (pytest's own are closed to it)."""
    folder = Path(tempfile.mkdtemp(prefix="ats-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory that does not exist yet."""
    with reachable_folder() as folder:
        yield folder / "data"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared() -> AsyncIterator[tuple[Path, EmbeddedServers]]:
    """Running servers for the tests that leave nothing behind, with their data directory."""
    with reachable_folder() as folder:
        async with embedded.servers(folder / "data") as servers:
            yield folder / "data", servers


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def used() -> AsyncIterator[Path]:
    """A data directory that was used before, and is at rest."""
    with reachable_folder() as folder:
        async with embedded.servers(folder / "data"):
            pass
        yield folder / "data"


def server_processes(data_dir: Path) -> list[psutil.Process]:
    """The servers below this process that work in a data directory."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if Path(child.cwd()).is_relative_to(data_dir):
                found.append(child)
    return found


def tree(data_dir: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in data_dir.rglob("*") if path.is_file() and not path.is_symlink()}


async def timed_start(data_dir: Path) -> float:
    """Seconds until the servers are ready."""
    began = time.monotonic()
    async with embedded.servers(data_dir):
        return time.monotonic() - began


async def test_a_first_start_takes_under_three_seconds_and_a_later_one_under_half_of_that(data_dir: Path) -> None:
    # The limits are for a machine of our own: where others compute too, they grow with the queue.
    share = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    first, later = [], []
    for attempt in ("one", "two", "three"):
        data_dir.mkdir(exist_ok=True, mode=0o711)
        first.append(await timed_start(data_dir / attempt))
        later.append(await timed_start(data_dir / attempt))
        if min(first) < 3 * share and min(later) < 1.5 * share:
            return
    pytest.fail(f"first starts took {first}, later ones {later} seconds, with {share} as many programs as processors")


async def test_a_second_start_keeps_the_data(data_dir: Path) -> None:
    async with embedded.servers(data_dir) as servers:
        connection = await asyncpg.connect(servers.urls.owner_database_url)
        await connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
        await connection.close()
        assert not servers.failed.done()
    assert server_processes(data_dir) == []
    async with embedded.servers(data_dir) as servers:
        connection = await asyncpg.connect(servers.urls.owner_database_url)
        assert await connection.fetchval("SELECT word FROM kept") == "still here"
        await connection.close()
    assert server_processes(data_dir) == []


async def test_the_cluster_is_unicode_with_checksums_and_a_clean_stop_needs_no_recovery(used: Path) -> None:
    log = used / "servers/log/postgres.log"
    before = log.read_text()
    async with embedded.servers(used) as servers:
        connection = await asyncpg.connect(servers.urls.database_url)
        assert await connection.fetchval("SHOW data_checksums") == "on"
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SELECT lower('ÉLAN') || upper('ß')") == "élanß"
        await connection.close()
    text = log.read_text().removeprefix(before)
    assert "database system was shut down at" in text
    assert "not properly shut down" not in text


async def test_nothing_listens_on_a_network_and_every_directory_and_socket_is_private(
    shared: tuple[Path, EmbeddedServers],
) -> None:
    data_dir, servers = shared
    processes = server_processes(data_dir)
    assert {process.name() for process in processes} == {"postgres", "redis-server"}
    assert [link for process in processes for link in process.net_connections(kind="inet")] == []
    modes = {
        str(path.relative_to(data_dir)): stat.filemode(path.lstat().st_mode)
        for path in (data_dir / "servers").rglob("*")
        if path.is_dir() or path.is_socket()
    }
    passable = "drwx--x--x" if os.geteuid() == 0 else "drwx------"
    assert modes["servers/run/.s.PGSQL.5432"] == modes["servers/run/redis.sock"] == "srwx------"
    assert modes["servers/run"] == modes["servers/postgres"] == modes["servers/log"] == "drwx------"
    assert modes["servers/redis"] == "dr-x------"
    assert modes["servers/conf"] == stat.filemode(data_dir.stat().st_mode) == passable
    assert all(mode[4:] == "------" for name, mode in modes.items() if name != "servers/conf")
    connection = await asyncpg.connect(servers.superuser_url)
    assert await connection.fetchval("SHOW listen_addresses") == ""
    with pytest.raises(asyncpg.FeatureNotSupportedError):
        await connection.execute("ALTER SYSTEM SET listen_addresses = '*'")
    await connection.close()


async def test_the_applications_role_is_neither_superuser_nor_owner_and_can_make_nothing(
    shared: tuple[Path, EmbeddedServers],
) -> None:
    _, servers = shared
    owner = await asyncpg.connect(servers.urls.owner_database_url)
    await owner.execute("CREATE TABLE audit (what text)")
    app = await asyncpg.connect(servers.urls.database_url)
    row = await app.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
    assert row["rolname"] == "ats_app"
    attributes = ("rolsuper", "rolcreatedb", "rolcreaterole", "rolreplication", "rolbypassrls")
    assert [row[name] for name in attributes] == [False] * 5
    owner_row = await app.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'ats_owner'")
    assert [owner_row[name] for name in attributes] == [False] * 5
    assert await app.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'ats'") == "ats_owner"
    assert await app.fetchval("SELECT count(*) FROM pg_auth_members WHERE member = 'ats_app'::regrole") == 0
    for forbidden in (
        "CREATE ROLE intruder",
        "CREATE DATABASE loot",
        "CREATE TABLE here (a int)",
        "CREATE TEMPORARY TABLE there (a int)",
        "CREATE SCHEMA mine",
        "SELECT * FROM audit",
        "SET ROLE ats_owner",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('PG_VERSION')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(forbidden)
    await app.close()
    await owner.execute("DROP TABLE audit")
    await owner.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(servers.urls.database_url.replace("@/ats?", "@/postgres?"))


async def test_the_superuser_makes_databases_for_tests_that_the_other_roles_can_use(
    shared: tuple[Path, EmbeddedServers],
) -> None:
    _, servers = shared
    superuser = await asyncpg.connect(servers.superuser_url)
    await superuser.execute("CREATE DATABASE trial OWNER ats_owner")
    for url in (servers.urls.database_url, servers.urls.owner_database_url):
        connection = await asyncpg.connect(url.replace("@/ats?", "@/trial?"))
        assert await connection.fetchval("SELECT current_database()") == "trial"
        await connection.close()
    await superuser.execute("DROP DATABASE trial")
    await superuser.close()


async def test_no_statement_and_no_value_reaches_the_servers_log(used: Path) -> None:
    log = used / "servers/log/postgres.log"
    async with embedded.servers(used) as servers:
        connection = await asyncpg.connect(servers.urls.owner_database_url)
        await connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
        await connection.execute("INSERT INTO people VALUES ($1)", CANARY)
        with pytest.raises(asyncpg.UniqueViolationError, match="people_pkey"):
            await connection.execute("INSERT INTO people VALUES ($1)", CANARY)
        with pytest.raises(asyncpg.InvalidTextRepresentationError, match=CANARY):
            await connection.execute(f"SELECT '{CANARY}'::int")
        with pytest.raises(asyncpg.RaiseError, match=CANARY):
            await connection.execute(f"DO $$ BEGIN RAISE WARNING '{CANARY}'; RAISE EXCEPTION '{CANARY}'; END $$")
        # A crash of a backend makes the server name the statement that it was running.
        pid = connection.get_server_pid()
        query = asyncio.create_task(connection.execute(f"SELECT pg_sleep(60), '{CANARY}'"))
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGSEGV)
        with pytest.raises((asyncpg.PostgresError, ConnectionError)):
            await query
        while not re.search("reinitializing.*ready to accept connections", log.read_text(), re.DOTALL):
            await asyncio.sleep(0.02)
        assert not servers.failed.done()
    text = log.read_text()
    assert "was terminated by signal 11" in text
    assert CANARY not in text


async def note(context: dict[str, object], word: str) -> str:
    return word.upper()


async def test_arq_enqueues_and_runs_a_job_on_a_redis_that_knows_no_dangerous_command(
    shared: tuple[Path, EmbeddedServers],
) -> None:
    _, servers = shared
    pool = await create_pool(RedisSettings.from_dsn(servers.urls.redis_url))
    job = await pool.enqueue_job("note", "ring", _job_id="one")
    assert job is not None
    assert await pool.enqueue_job("note", "ring", _job_id="one") is None
    worker = Worker(
        functions=[func(note, name="note")],  # type: ignore[arg-type]
        redis_pool=pool,
        burst=True,
        poll_delay=0.01,
        handle_signals=False,
    )
    await worker.main()
    assert await job.result(timeout=1) == "RING"
    assert worker.jobs_complete == 1
    for command in (
        "EVAL",
        "EVALSHA",
        "SCRIPT",
        "CONFIG",
        "DEBUG",
        "MODULE",
        "SAVE",
        "BGSAVE",
        "REPLICAOF",
        "MONITOR",
    ):
        with pytest.raises(redis.exceptions.ResponseError, match="unknown command"):
            await pool.execute_command(command, "x", "0")  # type: ignore[no-untyped-call]
    await pool.aclose()


async def test_redis_writes_nothing_to_disk_and_forgets_everything(used: Path) -> None:
    async with embedded.servers(used) as servers:
        pool = await create_pool(RedisSettings.from_dsn(servers.urls.redis_url))
        for number in range(12):
            await pool.set(f"key-{number}", "only-in-memory")
        assert await pool.dbsize() == 12
        await pool.aclose()
    assert list((used / "servers/redis").iterdir()) == []
    contents = tree(used)
    assert any(path.endswith("PG_VERSION") for path in contents)
    assert [path for path, content in contents.items() if b"only-in-memory" in content] == []
    async with embedded.servers(used) as servers:
        pool = await create_pool(RedisSettings.from_dsn(servers.urls.redis_url))
        assert await pool.dbsize() == 0
        await pool.aclose()


async def test_a_full_redis_refuses_and_drops_nothing(shared: tuple[Path, EmbeddedServers]) -> None:
    _, servers = shared
    pool = await create_pool(RedisSettings.from_dsn(servers.urls.redis_url))
    await pool.set("first", "kept")
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        for number in range(100):
            await pool.set(f"big-{number}", b"x" * (1 << 20))
    assert await pool.get("first") == b"kept"
    await pool.flushdb()
    await pool.aclose()


async def test_a_second_start_on_a_directory_in_use_is_refused_and_the_first_goes_on(
    shared: tuple[Path, EmbeddedServers],
) -> None:
    data_dir, servers = shared
    with pytest.raises(EmbeddedError, match="in use") as caught:
        async with embedded.servers(data_dir):
            pass
    assert "Stop that one first" in caught.value.remedy
    connection = await asyncpg.connect(servers.urls.database_url)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()


async def test_other_commands_find_the_running_servers(used: Path) -> None:
    assert embedded.running(used) is None
    async with embedded.servers(used) as servers:
        assert embedded.running(used) == servers.urls
    assert embedded.running(used) is None


@pytest.mark.parametrize("name", ["deep/" + "d" * 120, "white space % and é"])
async def test_data_moved_to_a_path_too_long_or_too_odd_for_a_socket_gets_a_private_short_one(
    used: Path, data_dir: Path, name: str
) -> None:
    wanted = data_dir / name
    wanted.parent.mkdir(parents=True)
    for folder in (data_dir, wanted.parent):
        folder.chmod(0o711)
    used.rename(wanted)
    async with embedded.servers(wanted) as servers:
        assert embedded.running(wanted) == servers.urls
        directory = Path(servers.urls.redis_url.removeprefix("unix://")).parent
        assert not directory.is_relative_to(data_dir)
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        pool = await create_pool(RedisSettings.from_dsn(servers.urls.redis_url))
        assert await pool.ping()
        await pool.aclose()
        connection = await asyncpg.connect(servers.urls.database_url)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert not directory.exists()
    # Somebody else was there first, and left the door open.
    directory.mkdir()
    directory.chmod(0o777)
    try:
        with pytest.raises(EmbeddedError, match="made by somebody else"):
            async with embedded.servers(wanted):
                pass
    finally:
        directory.rmdir()
        wanted.rename(used)


async def test_surroundings_do_not_lead_clients_or_servers_astray(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGPORT": "1",
        "PGHOST": "db.example",
        "PGUSER": "x",
        "PGDATA": "/x",
        "LC_ALL": "xx_YY",
    }.items():
        monkeypatch.setenv(name, value)
    async with embedded.servers(used) as servers:
        connection = await asyncpg.connect(servers.urls.database_url)
        assert json.loads(await connection.fetchval("SELECT to_json(current_user)")) == "ats_app"
        await connection.close()


def test_a_log_is_cut_while_the_server_goes_on_writing(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "server.log")
    writer = os.dup(log.file.fileno())
    os.write(writer, b"old\n" + b"x" * (3 * CAP_BYTES) + b"last words\n")
    log.cap()
    os.write(writer, b"new words\n")
    assert log.path.read_bytes() == b"new words\n"
    older = (tmp_path / "server.log.1").read_bytes()
    assert len(older) == CAP_BYTES and older.endswith(b"last words\n")
    assert log.tail() == "new words"
    log.cap()
    assert log.path.read_bytes() == b"new words\n"
    os.close(writer)
    log.close()
