"""GET /health: whether this instance can work, for load balancers and monitoring. Says nothing about anybody."""

import asyncio

from litestar import Response, get
from litestar.di import NamedDependency

from ats.core.access import PUBLIC
from ats.core.clock import read_clock
from ats.core.services import Services
from ats.retention import queries as retention

# A sweep runs every day: what has been due for longer than a day and a night shows that none does.
MAX_OVERDUE_DAYS = 1
CHECK_SECONDS = 5


@get("/health", name="ats:health:check", needs=PUBLIC, anonymous=True)
async def check(services: NamedDependency[Services]) -> Response[dict[str, object]]:
    """200 when the database answers and nothing is overdue, else 503; the body names what is wrong."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            now = read_clock()
            overdue = await retention.days_overdue(on=services.today(now), now=now)
    except Exception:  # noqa: BLE001 -- whatever it is, the answer is that this instance cannot work now
        return Response({"status": "unhealthy", "database": "unreachable"}, status_code=503)
    healthy = overdue <= MAX_OVERDUE_DAYS
    return Response(
        {"status": "healthy" if healthy else "unhealthy", "database": "reachable", "days_overdue": overdue},
        status_code=200 if healthy else 503,
    )


HANDLERS = (check,)
