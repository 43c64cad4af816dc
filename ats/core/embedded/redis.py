"""A private Redis that keeps nothing: a doorbell for the workers, on a socket of its own."""

import asyncio
import contextlib
import signal
from asyncio.subprocess import Process
from pathlib import Path

from ats.core.embedded.binaries import Binaries
from ats.core.embedded.errors import of_start
from ats.core.embedded.layout import Layout
from ats.core.embedded.log import ServerLog
from ats.core.embedded.process import spawn
from ats.core.embedded.process import stop as process_stop

SOCKET = "redis.sock"
_READY_SECONDS = 20.0
# Lua (CVE-2025-49844), loading of code, writing of files, reading of other clients' commands, reconfiguration: arq
# needs none of them, and without them a client can do no more than change what is in memory.
_REMOVED = (
    "EVAL", "EVALSHA", "SCRIPT", "MODULE", "CONFIG", "DEBUG", "ACL", "MONITOR", "SLOWLOG", "LATENCY",
    "SAVE", "BGSAVE", "BGREWRITEAOF", "SHUTDOWN", "REPLICAOF", "SLAVEOF", "FAILOVER", "SYNC", "PSYNC", "REPLCONF",
    "CLUSTER", "MIGRATE", "RESTORE", "RESTORE-ASKING", "DUMP", "PFDEBUG", "PFSELFTEST",
)  # fmt: skip


def socket(layout: Layout) -> Path:
    """The path of the socket."""
    return layout.run / SOCKET


def _config(layout: Layout) -> str:
    lines = [
        "port 0",
        f"unixsocket {socket(layout)}",
        "unixsocketperm 700",
        f'dir "{layout.redis}"',
        'save ""',
        "appendonly no",
        "daemonize no",
        "maxmemory 64mb",
        # A full memory refuses new jobs; it never drops some silently.
        "maxmemory-policy noeviction",
        "loglevel warning",
        # A crash report would print the arguments of commands.
        "crash-log-enabled no",
        "slowlog-log-slower-than -1",
        *(f'rename-command {name} ""' for name in _REMOVED),
    ]
    return "\n".join(lines) + "\n"


async def start(layout: Layout, binaries: Binaries, log: ServerLog, lock: int) -> Process:
    """Start Redis and wait until it answers. Raises EmbeddedError with the end of its log, or OSError."""
    config = layout.write_config("redis.conf", _config(layout))
    process = await spawn(
        [binaries.redis_server, str(config)],
        env={"LC_ALL": "C"},
        account=layout.account.ids,
        cwd=layout.run,
        # Nothing is lost by an abrupt end, so the surest signal.
        death_signal=signal.SIGKILL,
        output=log.file,
        keep=[lock],
    )
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while process.returncode is None and not await _answers(socket(layout)):  # noqa: ASYNC110 - another process, nothing to wait on
                await asyncio.sleep(0.01)
    except TimeoutError:
        await stop(process)
    except BaseException:
        await stop(process)
        raise
    if process.returncode is not None:
        raise of_start("Redis", layout.redis, log.tail())
    return process


async def stop(process: Process) -> int:
    """Stop the server. Returns its exit status."""
    return await process_stop(process, [(signal.SIGTERM, 5.0)])


async def _answers(path: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    except ConnectionError:
        return False
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
