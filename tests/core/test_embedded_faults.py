"""What goes wrong with the embedded servers, with real processes killed and real files spoilt."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import pytest_asyncio

from ats.core import embedded
from ats.core.embedded import EmbeddedError, postgres
from ats.core.embedded.account import server_account
from ats.core.embedded.binaries import locate
from ats.core.embedded.layout import opened
from ats.core.embedded.process import spawn, stop

GONE_SECONDS = 8.0

# Runs the servers on argv[1], says where they are, and stays.
HOLDER = """
import asyncio, sys
from pathlib import Path
from ats.core import embedded

async def main():
    async with embedded.servers(Path(sys.argv[1])) as servers:
        print(servers.urls.owner_database_url, flush=True)
        await servers.failed

asyncio.run(main())
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A fresh data directory that the servers' account can reach (pytest's own are closed to it)."""
    parent = Path(tempfile.mkdtemp(prefix="ats-test-", dir="/tmp"))
    parent.chmod(0o711)
    yield parent / "data"
    shutil.rmtree(parent)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def used() -> AsyncIterator[Path]:
    """A data directory that was used before. Every test leaves it so that the next start works, and shows that."""
    parent = Path(tempfile.mkdtemp(prefix="ats-test-", dir="/tmp"))
    parent.chmod(0o711)
    await works(parent / "data")
    yield parent / "data"
    shutil.rmtree(parent)


@contextlib.contextmanager
def spoilt(path: Path, content: bytes | None) -> Iterator[None]:
    """Put `content` (None: nothing) in the place of a file or directory, and put that back afterwards."""
    aside = path.with_name(path.name + ".aside")
    path.rename(aside)
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
        os.chown(path, aside.stat().st_uid, aside.stat().st_gid)
    yield
    path.unlink(missing_ok=True)
    aside.rename(path)


@contextlib.asynccontextmanager
async def holder(data_dir: Path) -> AsyncIterator[tuple[Process, str]]:
    """Another process that runs the servers; yields it and the owner's address. Killed in the end."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(data_dir), stdout=PIPE)
    try:
        assert process.stdout is not None
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


def servers_in(data_dir: Path) -> list[psutil.Process]:
    """Our own children that work in a data directory."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if Path(child.cwd()).is_relative_to(data_dir):
                found.append(child)
    return found


def alive(pids: list[int]) -> list[int]:
    """Those that still run. What nobody has reaped yet has ended too."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found


async def gone(pids: list[int]) -> None:
    async with asyncio.timeout(GONE_SECONDS):
        while alive(pids):
            await asyncio.sleep(0.02)


async def refused(data_dir: Path, message: str) -> EmbeddedError:
    with pytest.raises(EmbeddedError, match=message) as caught:
        async with embedded.servers(data_dir):
            pass
    assert caught.value.remedy
    assert caught.value.remedy in str(caught.value)
    return caught.value


async def works(data_dir: Path) -> None:
    async with embedded.servers(data_dir) as servers:
        connection = await asyncpg.connect(servers.urls.database_url)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


async def test_killing_the_parent_ends_every_server_and_the_next_start_recovers(used: Path) -> None:
    async with holder(used) as (parent, url):
        pids = [child.pid for child in psutil.Process(parent.pid).children(recursive=True)]
        assert len(pids) >= 5
        connection = await asyncpg.connect(url)
        await connection.execute(
            "DROP TABLE IF EXISTS fate; CREATE TABLE fate (word text); INSERT INTO fate VALUES ('committed')"
        )
        half = connection.transaction()
        await half.start()
        await connection.execute("INSERT INTO fate VALUES ('not committed')")
        assert alive(pids) == pids
        parent.kill()
        await gone(pids)
        with contextlib.suppress(asyncpg.PostgresError, OSError):
            await connection.close(timeout=1)
    async with embedded.servers(used) as servers:
        connection = await asyncpg.connect(servers.urls.owner_database_url)
        assert await connection.fetch("SELECT word FROM fate") == [("committed",)]
        await connection.close()
    assert "automatic recovery in progress" in (used / "servers/log/postgres.log").read_text()


async def test_a_start_right_after_the_parents_death_waits_for_the_last_server(used: Path) -> None:
    for _ in range(2):
        async with holder(used) as (parent, _):
            parent.kill()
            await works(used)


async def test_killing_all_at_once_leaves_nothing_that_stops_the_next_start(used: Path) -> None:
    async with holder(used) as (parent, _):
        children = [child.pid for child in psutil.Process(parent.pid).children(recursive=True)]
        parent.send_signal(signal.SIGSTOP)
        for pid in (*children, parent.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await gone([*children, parent.pid])
    assert (used / "servers/postgres/postmaster.pid").exists()
    assert (used / "servers/run/redis.sock").exists()
    await works(used)


async def test_killing_the_parent_while_postgresql_recovers_ends_it_too(used: Path) -> None:
    async with holder(used) as (parent, url):
        connection = await asyncpg.connect(url)
        os.kill(connection.get_server_pid(), signal.SIGSEGV)
        await asyncio.sleep(0.03)
        pids = [child.pid for child in psutil.Process(parent.pid).children(recursive=True)]
        parent.kill()
        await gone(pids)
        with contextlib.suppress(asyncpg.PostgresError, OSError):
            await connection.close(timeout=1)
    await works(used)


@pytest.mark.parametrize("after", [0.15, 0.5])
async def test_a_first_start_cut_short_is_made_good_by_the_next(data_dir: Path, after: float) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(data_dir), stdout=PIPE)
    await asyncio.sleep(after)
    process.kill()
    await process.communicate()
    await works(data_dir)
    assert not (data_dir / "servers/postgres.new").exists()


def _leave_traces(data_dir: Path, pid: int) -> None:
    """What a killed server leaves, with the process id that it had."""
    run = data_dir / "servers/run"
    lines = [pid, data_dir / "servers/postgres", 1, 5432, run, "", f"{1234:9d} {5678:9d}", "ready   "]
    text = "".join(f"{line}\n" for line in lines)
    for path in (data_dir / "servers/postgres/postmaster.pid", run / ".s.PGSQL.5432.lock"):
        path.write_text(text)
        path.chmod(0o600)
        os.chown(path, path.parent.stat().st_uid, path.parent.stat().st_gid)


async def test_a_stale_process_id_that_another_program_has_now_is_not_believed(used: Path) -> None:
    other = await asyncio.create_subprocess_exec("sleep", "60")
    _leave_traces(used, other.pid)
    await works(used)
    assert other.returncode is None
    other.kill()
    await other.wait()


@pytest.fixture
def zombie() -> Iterator[int]:
    """The process id of a dead child that nobody has reaped."""
    process = subprocess.Popen("true")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process.pid
    process.wait()


async def test_a_stale_process_id_of_a_dead_process_that_nobody_reaped_is_not_believed(used: Path, zombie: int) -> None:
    assert psutil.Process(zombie).status() == psutil.STATUS_ZOMBIE
    _leave_traces(used, zombie)
    await works(used)


async def test_a_server_that_somebody_started_by_hand_is_noticed(used: Path) -> None:
    account = server_account()
    binary = locate(account).postgres
    await works(used)
    async with opened(used, account) as (layout, _):
        pass
    with (used.parent / "by-hand.log").open("wb") as log:
        process = await spawn(
            [binary, "-D", str(layout.postgres), "-c", f"config_file={layout.conf}/postgresql.conf"],
            env={},
            death_signal=signal.SIGQUIT,
            account=account.ids,
            output=log,
        )
        async with asyncio.timeout(10):
            while not postgres.socket(layout).exists():
                await asyncio.sleep(0.02)
        try:
            error = await refused(used, "Another PostgreSQL server")
            assert str(process.pid) in error.message
            assert process.returncode is None
        finally:
            await stop(process, [(signal.SIGINT, 10)])
    await works(used)


@pytest.mark.parametrize("name", ["redis-server", "postgres"])
async def test_a_server_that_ends_by_itself_is_reported(used: Path, name: str) -> None:
    async with embedded.servers(used) as servers:
        victims = [child for child in servers_in(used) if child.name() == name]
        assert len(victims) == 1
        assert not servers.failed.done()
        victims[0].kill()
        error = await asyncio.wait_for(servers.failed, 3)
        assert isinstance(error, EmbeddedError)
        assert ("Redis" if name == "redis-server" else "PostgreSQL") in error.message
        assert error.message.endswith("ended by itself, by signal SIGKILL.")
    await works(used)


async def test_a_cluster_of_another_postgresql_is_refused_by_name(used: Path) -> None:
    with spoilt(used / "servers/postgres/PG_VERSION", b"16\n"):
        error = await refused(used, r"made by PostgreSQL 16; ours is 18")
    assert "Dump it" in error.remedy
    await works(used)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"99\n", r"another version of this program \(layout 99, expected 1\)"),
        (b"\x00\xffnonsense", "layout unknown"),
        (None, "not the file `layout`"),
    ],
)
async def test_a_directory_of_another_version_of_this_program_is_refused(
    used: Path, content: bytes | None, message: str
) -> None:
    with spoilt(used / "servers/layout", content):
        await refused(used, message)
    await works(used)


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01garbage"])
async def test_a_cluster_that_does_not_say_its_version_is_refused_as_damaged(used: Path, content: bytes | None) -> None:
    with spoilt(used / "servers/postgres/PG_VERSION", content):
        error = await refused(used, "damaged")
    assert "backup" in error.remedy
    await works(used)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("global/pg_control", b"\x13" * 8192),
        ("global/pg_control", b""),
        ("pg_wal", None),
        ("global/1262", b"\x13" * 8192),
    ],
)
async def test_a_damaged_cluster_is_refused_with_the_end_of_its_log(
    used: Path, name: str, content: bytes | None
) -> None:
    with spoilt(used / "servers/postgres" / name, content):
        error = await refused(used, "damaged")
        assert "FATAL" in error.detail or "PANIC" in error.detail
        assert error.detail in str(error)
        assert servers_in(used) == []
    await works(used)


async def test_a_full_disk_at_a_later_start_is_named(used: Path) -> None:
    # The real error of the real system: every write to this device fails with ENOSPC.
    path = used / "servers/postgres/postmaster.opts"
    path.unlink()
    path.symlink_to("/dev/full")
    error = await refused(used, "no room left")
    assert "Free some space" in error.remedy
    assert "No space left on device" in error.detail
    path.unlink()
    await works(used)


async def test_a_full_disk_before_the_servers_start_is_named(used: Path) -> None:
    (used / "servers/conf/.redis.conf").symlink_to("/dev/full")
    await refused(used, "no room left")
    (used / "servers/conf/.redis.conf").unlink()
    await works(used)


async def test_a_limit_on_file_sizes_at_the_first_start_is_named_and_leaves_no_half_cluster(data_dir: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        await refused(data_dir, "no room left")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (data_dir / "servers/postgres").exists()
    await works(data_dir)


@pytest.fixture
def small_disk(data_dir: Path) -> Iterator[Path]:
    """A data directory on a disk of 20 MB, too small for a cluster."""
    data_dir.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(data_dir)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk needs root; the other tests of a full disk run everywhere")
    yield data_dir
    subprocess.run(["umount", data_dir], check=True)


async def test_a_disk_that_fills_up_while_the_cluster_is_made_is_named(small_disk: Path) -> None:
    await refused(small_disk, "no room left")
    grow = await asyncio.create_subprocess_exec("mount", "-o", "remount,size=200m", str(small_disk))
    assert await grow.wait() == 0
    await works(small_disk)


async def test_a_directory_that_cannot_be_made_is_refused(data_dir: Path) -> None:
    data_dir.write_text("a file")
    await refused(data_dir, "not a directory")
    await refused(Path("/proc/ats"), "cannot be prepared|cannot be written")


async def test_missing_programs_are_named_with_the_command_that_installs_them(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    error = await refused(data_dir, "not installed")
    assert "ats[embedded]" in error.remedy
    assert not data_dir.exists()


async def test_an_interrupted_start_leaves_no_process(used: Path) -> None:
    for delay in (0.0, 0.02, 0.05, 0.08):
        task = asyncio.create_task(works(used))
        await asyncio.sleep(delay)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert servers_in(used) == []
    await works(used)
