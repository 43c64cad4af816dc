"""The worker process: rings, the schedule, and the sandbox, under one roof."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

import structlog

from ats.core.clock import read_clock
from ats.process import open_services
from ats.settings import Settings
from worker.jobs import job_actions, run_job
from worker.queue import answer_rings
from worker.sandbox import Sandbox
from worker.schedule import keep_schedule

log = structlog.get_logger()


async def run_worker(settings: Settings, *, on_ready: Callable[[], None] = lambda: None) -> None:
    """Work until SIGINT or SIGTERM. Raises what `open_services` raises."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    sandbox = Sandbox()
    async with open_services(settings, name="ats worker") as services:
        actions = job_actions(sandbox)

        async def run(job_id: UUID) -> None:
            await run_job(services, actions, job_id, clock=read_clock)

        warming = asyncio.create_task(_warm(sandbox.start))
        on_ready()
        try:
            await asyncio.gather(
                answer_rings(settings.redis_url, run, stopping),
                keep_schedule(services, stopping, clock=read_clock),
            )
        finally:
            warming.cancel()
            with suppress(asyncio.CancelledError):
                await warming
            await sandbox.stop()


async def _warm(start: Callable[[], Awaitable[None]]) -> None:
    try:
        await start()
    except Exception as error:  # noqa: BLE001 -- it starts by itself with the first document, or that one says why not
        log.warning("sandbox_not_warm", error=type(error).__name__)
