"""Private PostgreSQL and Redis as children of this process, from the programs in two wheels.

For trying the product, for tests, and for one small machine; production names its own servers in ATS_DATABASE_URL and
ATS_REDIS_URL. Both servers listen on sockets in a private directory only, never on a network, and end with the process
that started them, however it ends.
"""

import asyncio
import contextlib
import logging
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from ats.core.embedded import postgres, redis
from ats.core.embedded.account import default_data_dir, server_account
from ats.core.embedded.binaries import locate
from ats.core.embedded.errors import EmbeddedError, of_end, of_system
from ats.core.embedded.layout import Layout, is_private, opened, root_of, socket_directory
from ats.core.embedded.log import ServerLog

__all__ = ["EmbeddedError", "EmbeddedServers", "EmbeddedUrls", "default_data_dir", "running", "servers"]

_logger = logging.getLogger(__name__)
_LOG_CHECK_SECONDS = 30.0


@dataclass(frozen=True)
class EmbeddedUrls:
    """Where the servers are: for the application's role, for the owner that migrates, and Redis. Without secrets."""

    database_url: str
    owner_database_url: str
    redis_url: str


@dataclass(frozen=True)
class EmbeddedServers:
    """The running servers.

    superuser_url: PostgreSQL's superuser on the database `postgres`, for making databases in tests. failed: is done as
    soon as a server ends without being told to, with the error to show as its result.
    """

    urls: EmbeddedUrls
    superuser_url: str
    failed: "asyncio.Future[EmbeddedError]"


@contextlib.asynccontextmanager
async def servers(data_dir: Path) -> AsyncIterator[EmbeddedServers]:
    """Run both servers on `data_dir` for as long as the block lasts; its data stays for the next time.

    The directory is made if it does not exist, and belongs to this program: it becomes 0700 (as root 0711, so that the
    unprivileged servers may pass through). Enter it in a thread that lasts: its end is the servers' end.

    Raises EmbeddedError, with a remedy, when they cannot run.
    """
    account = server_account()
    binaries = locate(account)
    async with opened(data_dir, account) as (layout, lock), contextlib.AsyncExitStack() as stack:
        try:
            logs = {name: ServerLog(layout.log / f"{name}.log") for name in ("postgres", "redis")}
            for log in logs.values():
                stack.callback(log.close)
            await postgres.prepare(layout, binaries, lock)
            redis_process = await redis.start(layout, binaries, logs["redis"], lock)
            stack.push_async_callback(redis.stop, redis_process)
            postgres_process = await postgres.start(layout, binaries, logs["postgres"], lock)
            stack.push_async_callback(postgres.stop, postgres_process)
        except OSError as error:
            raise of_system(error, layout.root) from error
        failed: asyncio.Future[EmbeddedError] = asyncio.get_running_loop().create_future()
        watchers = [
            asyncio.create_task(_watch("PostgreSQL", layout.postgres, postgres_process, logs["postgres"], failed)),
            asyncio.create_task(_watch("Redis", layout.redis, redis_process, logs["redis"], failed)),
        ]
        try:
            yield EmbeddedServers(_urls(layout), postgres.url(layout, postgres.SUPERUSER, "postgres"), failed)
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)


def running(data_dir: Path) -> EmbeddedUrls | None:
    """The addresses of servers that another process runs on `data_dir` now; None when there are none.

    For commands that are given beside a running product.
    """
    account = server_account()
    root = root_of(data_dir)
    layout = Layout(account, root, socket_directory(root, account))
    try:
        if not is_private(layout.run, account):
            return None
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(postgres.socket(layout)))
    except OSError:
        return None
    return _urls(layout)


def _urls(layout: Layout) -> EmbeddedUrls:
    return EmbeddedUrls(
        database_url=postgres.url(layout, postgres.APP),
        owner_database_url=postgres.url(layout, postgres.OWNER),
        redis_url=f"unix://{redis.socket(layout)}",
    )


async def _watch(
    name: str, place: Path, process: Process, log: ServerLog, failed: "asyncio.Future[EmbeddedError]"
) -> None:
    """Tell when the server ends by itself; meanwhile keep its log short."""
    while True:
        try:
            status = await asyncio.wait_for(process.wait(), _LOG_CHECK_SECONDS)
        except TimeoutError:
            with contextlib.suppress(OSError):
                log.cap()
            continue
        error = of_end(name, place, status, log.tail())
        _logger.error("embedded server stopped: %s", error.message)
        if not failed.done():
            failed.set_result(error)
        return
