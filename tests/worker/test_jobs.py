import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from ats.core import db, outbox
from ats.core.clock import read_clock
from ats.core.errors import Unavailable
from ats.core.tables import Outbox
from worker.jobs import run_job


async def put(services):
    async with db.transaction():
        return await outbox.put(services.doorbell, "test", uuid4(), now=read_clock())


async def run(services, job_id, action, *, clock=read_clock):
    return await run_job(services, {"test": action}, job_id, clock=clock)


async def test_a_job_whose_action_forgets_to_complete_it_is_completed(services):
    job_id = await put(services)

    async def action(_services, _job, _now):
        return None

    assert await run(services, job_id, action) is True
    assert await Outbox.exists().where(Outbox.done_at.is_not_null())
    assert await run(services, job_id, action) is False


async def test_a_failure_is_put_back_and_leaves_no_effect(services):
    job_id = await put(services)

    async def action(services, _job, now):
        async with db.transaction():
            await outbox.put(services.doorbell, "effect", uuid4(), now=now)
            raise Unavailable

    assert await run(services, job_id, action) is False
    row = await Outbox.select(Outbox.kind, Outbox.last_error, Outbox.run_after).first()
    assert (row["kind"], row["last_error"]) == ("test", "Unavailable")
    assert row["run_after"] > read_clock()


async def test_a_worker_that_stops_gives_its_job_back_at_once(services):
    job_id = await put(services)
    begun = asyncio.Event()

    async def action(_services, _job, _now):
        begun.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(run(services, job_id, action))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await outbox.waiting(now=read_clock()) == [job_id]


async def test_a_long_job_keeps_its_lease(services, monkeypatch):
    monkeypatch.setattr("worker.jobs.HEARTBEAT_SECONDS", 0.05)
    job_id = await put(services)
    times = []

    async def action(_services, _job, _now):
        for _ in range(2):
            times.append((await Outbox.select(Outbox.lease_until).first())["lease_until"])
            await asyncio.sleep(0.2)

    assert await run(services, job_id, action) is True
    assert times[1] > times[0]


async def test_a_job_that_was_claimed_by_somebody_else_meanwhile_is_left_to_them(services):
    job_id = await put(services)

    async def action(_services, job, now):
        later = read_clock() + outbox.LEASE + timedelta(seconds=1)
        assert await outbox.claim(job_id, now=later) is not None
        async with db.transaction():
            await outbox.complete(job, now=now)

    assert await run(services, job_id, action) is False
    assert not await Outbox.exists().where(Outbox.done_at.is_not_null())
