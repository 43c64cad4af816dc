"""Running one job of the outbox: claim, act, complete; and put it back when that fails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from uuid import UUID

import structlog

from ats.core import db, outbox
from ats.core.outbox import Job, LeaseLost
from ats.core.rooms import JobAction
from ats.core.services import Services
from ats.documents import actions as documents
from ats.documents.reader import Reader
from ats.rooms import rooms

HEARTBEAT_SECONDS = 30

log = structlog.get_logger()


def job_actions(reader: Reader) -> dict[str, JobAction]:
    """What to do for each kind of job. reader: the sandbox in which documents are read."""

    async def process_document(services: Services, job: Job, now: datetime) -> None:
        await documents.process_document(services, reader, job, now)

    actions: dict[str, JobAction] = {documents.PROCESS: process_document}
    for room in rooms(demo=False):
        actions.update(room.jobs)
    return actions


async def run_job(
    services: Services, actions: Mapping[str, JobAction], job_id: UUID, *, clock: Callable[[], datetime]
) -> bool:
    """Run the job if it is open and nobody has it; whether it was completed by this call.

    A failure is logged by type, and the job put back with a growing delay.
    """
    job = await outbox.claim(job_id, now=clock())
    if job is None:
        return False
    try:
        async with _lease_kept(job, clock):
            await actions[job.kind](services, job, clock())
        if not await outbox.is_done(job):
            async with db.transaction():
                await outbox.complete(job, now=clock())
    except asyncio.CancelledError:
        # The worker stops: whoever comes next need not wait for the lease to end.
        await outbox.release(job)
        raise
    except LeaseLost:
        # Either somebody else runs it now, or its person was erased together with the job.
        return False
    except Exception as error:
        log.warning(
            "job_failed",
            kind=job.kind,
            job_id=str(job.id),
            attempts=job.attempts,
            where=getattr(error, "where", ""),
            exc_info=error,
        )
        await outbox.fail(job, error, now=clock())
        return False
    return True


@contextlib.asynccontextmanager
async def _lease_kept(job: Job, clock: Callable[[], datetime]) -> AsyncIterator[None]:
    """Extend the lease while a long job runs, so that nobody claims it meanwhile."""

    async def extend() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await outbox.extend(job, now=clock())

    heartbeat = asyncio.create_task(extend())
    try:
        yield
    finally:
        heartbeat.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await heartbeat
