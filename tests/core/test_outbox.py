import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from ats.core import db, outbox
from ats.core.clock import read_clock
from ats.core.tables import Outbox


async def put(services, *, now=None, **more):
    async with db.transaction():
        return await outbox.put(services.doorbell, "test", uuid4(), now=now or read_clock(), **more)


async def test_a_job_is_claimed_by_exactly_one_of_many(services):
    job_id = await put(services)
    now = read_clock()
    claims = await asyncio.gather(*(outbox.claim(job_id, now=now) for _ in range(20)))
    assert sum(claim is not None for claim in claims) == 1


async def test_a_job_whose_worker_died_is_claimed_again_after_its_lease(services):
    job_id = await put(services)
    now = read_clock()
    assert await outbox.claim(job_id, now=now) is not None
    assert await outbox.claim(job_id, now=now + outbox.LEASE - timedelta(seconds=1)) is None
    assert await outbox.waiting(now=now) == []
    later = now + outbox.LEASE + timedelta(seconds=1)
    assert await outbox.waiting(now=later) == [job_id]
    assert (await outbox.claim(job_id, now=later)).attempts == 2


async def test_whoever_lost_the_lease_cannot_commit(services):
    job_id = await put(services)
    now = read_clock()
    slow = await outbox.claim(job_id, now=now)
    quick = await outbox.claim(job_id, now=now + outbox.LEASE + timedelta(seconds=1))
    with pytest.raises(outbox.LeaseLost):
        async with db.transaction():
            await put_effect()
            await outbox.complete(slow, now=now)
    async with db.transaction():
        await outbox.complete(quick, now=now)
    assert not await Outbox.exists().where(Outbox.kind == "effect")


async def put_effect():
    await db.fetch(
        "INSERT INTO outbox (id, kind, subject_id, created_at, run_after) "
        "VALUES (gen_random_uuid(), 'effect', gen_random_uuid(), now(), now())"
    )


async def test_a_failing_job_comes_back_later_and_later_and_ends_among_the_dead(services):
    job_id = await put(services)
    now = read_clock()
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        job = await outbox.claim(job_id, now=now)
        assert job.attempts == attempt
        await outbox.fail(job, ValueError("jan.peeters@example.org"), now=now)
        now += outbox.back_off(attempt)
    row = await Outbox.select(Outbox.dead_at, Outbox.last_error).first()
    assert row["dead_at"] is not None
    assert row["last_error"] == "ValueError"
    assert await outbox.claim(job_id, now=now + timedelta(days=1)) is None


async def test_dead_jobs_are_listed_and_revived(services):
    job_id = await put(services)
    now = read_clock()
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        await outbox.fail(await outbox.claim(job_id, now=now), ValueError(), now=now)
        now += outbox.back_off(attempt)
    assert await outbox.dead() == [outbox.Dead("test", "ValueError", 1)]
    assert await outbox.revive(now=now) == 1
    assert await outbox.dead() == []
    assert (await outbox.claim(job_id, now=now)).attempts == 1


def test_the_delay_doubles_up_to_an_hour():
    delays = [outbox.back_off(attempt).total_seconds() for attempt in (1, 2, 3, 10, 50)]
    assert delays == [5, 10, 20, 2560, 3600]


async def test_a_job_is_not_claimed_before_its_time(services):
    now = read_clock()
    job_id = await put(services, now=now, run_after=now + timedelta(hours=1))
    assert await outbox.claim(job_id, now=now) is None
    assert await outbox.claim(job_id, now=now + timedelta(hours=1)) is not None


async def test_one_key_makes_one_job(services):
    assert await put(services, dedupe_key="today") is not None
    assert await put(services, dedupe_key="today") is None


async def test_the_doorbell_rings_after_the_commit_and_never_after_a_rollback(services):
    rung = []

    async def ring(job_id):
        rung.append(job_id)

    doorbell = outbox.Doorbell(ring)
    async with db.transaction():
        job_id = await outbox.put(doorbell, "test", uuid4(), now=read_clock())
        await doorbell.quiet()
        assert rung == []
    await doorbell.quiet()
    assert rung == [job_id]
    with pytest.raises(ZeroDivisionError):
        async with db.transaction():
            await outbox.put(doorbell, "test", uuid4(), now=read_clock())
            raise ZeroDivisionError
    await doorbell.quiet()
    assert rung == [job_id]


async def test_a_doorbell_that_is_out_of_order_breaks_nothing(services):
    async def broken(_job_id):
        raise ConnectionError

    doorbell = outbox.Doorbell(broken)
    async with db.transaction():
        job_id = await outbox.put(doorbell, "test", uuid4(), now=read_clock())
    await doorbell.quiet()
    assert await outbox.waiting(now=read_clock()) == [job_id]
