"""arq's side: answers the rings, and is started again whenever Redis takes it down."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

import structlog
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func

from ats.core.bell import QUEUE, RING, decode, encode, worker_settings

JOBS_AT_ONCE = 4
JOB_SECONDS = 3600
GRACE_SECONDS = 10
POLL_SECONDS = 0.1
HEALTH_SECONDS = 15
RESTART_SECONDS = 1.0

log = structlog.get_logger()


async def answer_rings(redis_url: str, run: Callable[[UUID], Awaitable[object]], stopping: asyncio.Event) -> None:
    """Run jobs as they ring until `stopping` is set.

    arq's worker ends with an error when Redis goes away; here it is replaced by a new one as often as that happens.
    """

    async def ring(_ctx: dict[Any, Any], job_id: str) -> None:
        await run(UUID(job_id))

    while not stopping.is_set():
        worker = Worker(
            # The outbox decides about repeats, so arq never tries twice and keeps no result.
            [func(cast(WorkerCoroutine, ring), name=RING, max_tries=1, timeout=JOB_SECONDS, keep_result=0)],
            queue_name=QUEUE,
            redis_settings=worker_settings(redis_url),
            handle_signals=False,
            max_jobs=JOBS_AT_ONCE,
            poll_delay=POLL_SECONDS,
            health_check_interval=HEALTH_SECONDS,
            job_completion_wait=GRACE_SECONDS,
            retry_jobs=False,
            log_results=False,
            job_serializer=encode,
            job_deserializer=decode,
        )
        await _run_until(worker, stopping)


async def _run_until(worker: Worker, stopping: asyncio.Event) -> None:
    running = asyncio.create_task(worker.async_run())
    asked = asyncio.create_task(stopping.wait())
    await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
    if stopping.is_set():
        await _drain(worker)
    else:
        log.warning("queue_lost", error=type(running.exception()).__name__ if not running.cancelled() else "cancelled")
    asked.cancel()
    running.cancel()
    await asyncio.gather(running, asked, return_exceptions=True)
    pool = worker.pool
    try:
        await worker.close()
    except Exception as error:  # noqa: BLE001 -- Redis is gone; what arq wanted to tell it does not matter
        log.debug("queue_close_failed", error=type(error).__name__)
        if pool is not None:
            # arq did not come as far as hanging up, and Redis goes away often in the life of a worker.
            with suppress(Exception):
                await pool.aclose(close_connection_pool=True)
    if not stopping.is_set():
        await asyncio.sleep(RESTART_SECONDS)


async def _drain(worker: Worker) -> None:
    """Take no more jobs, and let those that run come to their end; what does not in time is put back by its runner."""
    worker.allow_pick_jobs = False
    pending = [task for task in worker.tasks.values() if not task.done()]
    if pending:
        await asyncio.wait(pending, timeout=GRACE_SECONDS)
