"""What happens by itself: forgotten jobs are rung again, the day's sweep is planned, remains are cleaned up.

It looks at the database, never at what fired when: after any downtime the first tick finds everything that waits.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from ats.core import outbox
from ats.core.services import Services
from ats.documents import uploads
from ats.retention import actions as retention
from ats.staff import actions as staff
from ats.web import limits

TICK_SECONDS = 2.0
# A job that has waited this long was not heard: its ring is lost, or it became due by itself.
HOUSEKEEPING = timedelta(minutes=5)

log = structlog.get_logger()


async def keep_schedule(services: Services, stopping: asyncio.Event, *, clock: Callable[[], datetime]) -> None:
    """Tick until `stopping` is set. An error is logged and the next tick tries again."""
    next_housekeeping = clock()
    while not stopping.is_set():
        now = clock()
        try:
            await retention.plan_sweep(services, now=now)
            for job_id in await outbox.waiting(now=now):
                services.doorbell.ring(job_id)
            if now >= next_housekeeping:
                await keep_house(services, now=now)
                next_housekeeping = now + HOUSEKEEPING
        except Exception as error:  # noqa: BLE001 -- the database is away for a moment; the schedule outlives that
            log.warning("tick_failed", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), TICK_SECONDS)


async def keep_house(services: Services, *, now: datetime) -> None:
    """Delete what has served: uploads whose form never came, done jobs, ended sessions and limits."""
    await uploads.clean_up(services, now=now)
    await outbox.prune(now=now)
    await staff.prune_sessions(now=now)
    await limits.prune(now=now)
