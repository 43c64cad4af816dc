"""A private PostgreSQL: its cluster, its configuration, its start, and the roles of the product."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from asyncio.subprocess import Process
from pathlib import Path

import asyncpg

from ats.core.embedded.binaries import POSTGRES_MAJOR, Binaries
from ats.core.embedded.errors import EmbeddedError, of_start
from ats.core.embedded.layout import Layout
from ats.core.embedded.log import ServerLog
from ats.core.embedded.process import kill, spawn
from ats.core.embedded.process import stop as process_stop

SUPERUSER = "postgres"
OWNER = "ats_owner"
APP = "ats_app"
DATABASE = "ats"
PORT = 5432
# Replaying the log after a crash may take long; a server that makes progress is left alone.
_READY_SECONDS = 300.0
_FAST_STOP_SECONDS = 10.0
_MAP = "ats"


def socket(layout: Layout) -> Path:
    """The path of the socket."""
    return layout.run / f".s.PGSQL.{PORT}"


def url(layout: Layout, role: str, database: str = DATABASE) -> str:
    """The address for a role: a socket directory, no password (the operating system says who we are)."""
    # The port is named because asyncpg would otherwise take it from the environment.
    return f"postgresql://{role}@/{database}?host={layout.run}&port={PORT}"


def _server_config(layout: Layout) -> str:
    return f"""\
# Written at every start; changes are lost.
hba_file = '{layout.conf}/pg_hba.conf'
ident_file = '{layout.conf}/pg_ident.conf'
listen_addresses = ''
port = {PORT}
unix_socket_directories = '{layout.run}'
unix_socket_permissions = 0700
allow_alter_system = off
cluster_name = 'ats'

max_connections = 50
shared_buffers = 64MB
max_wal_size = 256MB
wal_level = minimal
max_wal_senders = 0
io_method = sync
max_worker_processes = 4
max_logical_replication_workers = 0
max_parallel_workers_per_gather = 0
jit = off

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'

# No statement and no value may reach the log: an error's text and details quote both. Errors reach the client anyway;
# the log keeps what concerns the server itself (LOG, FATAL and PANIC).
log_destination = 'stderr'
logging_collector = off
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_statement = 'none'
log_min_duration_statement = -1
log_lock_waits = off
log_checkpoints = off
log_temp_files = -1
log_autovacuum_min_duration = -1
"""


def _access_config(layout: Layout) -> tuple[str, str]:
    """Who may connect: only the account that runs this program, as one of the three roles, through the socket."""
    roles = (SUPERUSER, OWNER, APP)
    access = f"local all {','.join(roles)} peer map={_MAP}\n"
    identities = "".join(f'{_MAP} "{layout.account.client}" {role}\n' for role in roles)
    return access, identities


async def prepare(layout: Layout, binaries: Binaries, lock: int) -> None:
    """Make the cluster if there is none, else check that this PostgreSQL can run it. Raises EmbeddedError, OSError."""
    if not layout.postgres.exists():
        await _make_cluster(layout, binaries, lock)
    try:
        found = (layout.postgres / "PG_VERSION").read_bytes()[:20].strip()
    except FileNotFoundError:
        found = b""
    if not found.isdigit():
        raise EmbeddedError(
            f"The database in {layout.postgres} is damaged: it does not say which PostgreSQL made it.",
            f"Restore {layout.postgres} from a backup, or move it away to start afresh.",
        )
    if int(found) != POSTGRES_MAJOR:
        raise EmbeddedError(
            f"The database in {layout.postgres} was made by PostgreSQL {int(found)}; ours is {POSTGRES_MAJOR}.",
            "Dump it with the version that made it and restore the dump here, or move it away to start afresh.",
        )


async def _make_cluster(layout: Layout, binaries: Binaries, lock: int) -> None:
    """Run initdb aside and rename, so that a start which was cut short never leaves half a cluster."""
    aside = layout.root / "postgres.new"
    shutil.rmtree(aside, ignore_errors=True)
    layout.give(aside)
    process = await spawn(
        [
            binaries.initdb,
            f"--pgdata={aside}",
            f"--username={SUPERUSER}",
            "--auth=peer",
            "--encoding=UTF8",
            "--data-checksums",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ],
        env={"LC_ALL": "C", "PATH": os.defpath},
        account=layout.account.ids,
        cwd=layout.run,
        death_signal=signal.SIGKILL,
        output=subprocess.PIPE,
        keep=[lock],
    )
    try:
        output, _ = await process.communicate()
    finally:
        kill(process)
    if process.returncode != 0:
        shutil.rmtree(aside, ignore_errors=True)
        raise of_start("PostgreSQL", layout.postgres, output.decode("utf-8", "replace")[-3000:].strip())
    aside.rename(layout.postgres)


def _refuse_foreign_server(layout: Layout) -> None:
    """Somebody may have started a server on these files by hand, without our lock; Linux tells."""
    with contextlib.suppress(OSError, ValueError):
        pid = int((layout.postgres / "postmaster.pid").read_bytes().split(b"\n", 1)[0])
        if Path(f"/proc/{pid}/cwd").samefile(layout.postgres):
            raise EmbeddedError(
                f"Another PostgreSQL server (process {pid}) is running on {layout.postgres}.",
                "Stop that server, then start again.",
            )


def _sweep(layout: Layout) -> None:
    """Remove what a killed server left.

    Every server of ours holds the lock that we hold now, so none is alive: the process ids in these files are of dead
    processes, or by now of others, and PostgreSQL would believe them.
    """
    (layout.postgres / "postmaster.pid").unlink(missing_ok=True)
    path = socket(layout)
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".lock").unlink(missing_ok=True)


async def start(layout: Layout, binaries: Binaries, log: ServerLog, lock: int) -> Process:
    """Start PostgreSQL, wait until it answers, and see to its roles and database.

    Raises EmbeddedError with the end of its log, or OSError.
    """
    _refuse_foreign_server(layout)
    _sweep(layout)
    config = layout.write_config("postgresql.conf", _server_config(layout))
    access, identities = _access_config(layout)
    layout.write_config("pg_hba.conf", access)
    layout.write_config("pg_ident.conf", identities)
    process = await spawn(
        [binaries.postgres, "-D", str(layout.postgres), "-c", f"config_file={config}"],
        env={"LC_ALL": "C", "PATH": os.defpath},
        account=layout.account.ids,
        cwd=layout.run,
        # An immediate shutdown, which always comes to an end; the next start recovers.
        death_signal=signal.SIGQUIT,
        output=log.file,
        keep=[lock],
    )
    try:
        connection = await _connect(layout, process, log)
        try:
            await _bootstrap(connection)
        finally:
            await connection.close()
    except BaseException:
        await stop(process)
        raise
    return process


async def stop(process: Process) -> int:
    """Stop the server: roll back, write a checkpoint, end. Returns its exit status.

    If that takes too long, without the checkpoint: PostgreSQL 18 does not finish this kind of shutdown when it is asked
    while it recovers from the crash of one of its processes.
    """
    return await process_stop(process, ((signal.SIGINT, _FAST_STOP_SECONDS), (signal.SIGQUIT, 8.0)))


async def _connect(layout: Layout, process: Process, log: ServerLog) -> asyncpg.Connection:
    deadline = asyncio.get_running_loop().time() + _READY_SECONDS
    while True:
        try:
            return await asyncpg.connect(url(layout, SUPERUSER, "postgres"), timeout=10)
        except (OSError, asyncpg.CannotConnectNowError, TimeoutError):
            pass
        except asyncpg.PostgresError as error:
            raise of_start("PostgreSQL", layout.postgres, log.tail()) from error
        if process.returncode is not None or asyncio.get_running_loop().time() > deadline:
            raise of_start("PostgreSQL", layout.postgres, log.tail())
        await asyncio.sleep(0.02)


async def _bootstrap(connection: asyncpg.Connection) -> None:
    """Make the two roles and the database, whichever of them an interrupted start left out.

    The owner runs the migrations and grants the application what it needs; the application's role can do nothing else.
    """
    existing = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    for role in (OWNER, APP):
        if role not in existing:
            await connection.execute(
                f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
            )
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
        await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    if await connection.fetchval("SELECT datacl IS NULL FROM pg_database WHERE datname = $1", DATABASE):
        async with connection.transaction():
            await connection.execute(f"REVOKE ALL ON DATABASE {DATABASE}, postgres, template1 FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}")
