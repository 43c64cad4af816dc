"""Start-up time and memory."""

import asyncio

from bench.figures import limit, row
from bench.stack import folder, stack

MEGABYTE = 1024 * 1024
WEB_MEGABYTES = 130
WORKER_MEGABYTES = 600
SECOND_START_SECONDS = 5


async def measure() -> None:
    """Start twice; look at memory once the demonstration's documents have been read."""
    async with folder() as data:
        async with stack(data, demo=True) as first:
            row("first start, with the demonstration", f"{first.started:.2f} s")
            await asyncio.sleep(20)
        async with stack(data, demo=True) as second:
            row("second start", f"{second.started:.2f} s", limit(second.started, SECOND_START_SECONDS, "s"))
            await asyncio.sleep(8)
            web, worker = (second.memory(name) / MEGABYTE for name in ("web", "worker"))
            row("memory of web", f"{web:.0f} MB", limit(web, WEB_MEGABYTES, "MB"))
            row("memory of worker with its children", f"{worker:.0f} MB", limit(worker, WORKER_MEGABYTES, "MB"))
