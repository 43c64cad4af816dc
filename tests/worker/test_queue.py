"""arq's side of the doorbell, on a real Redis that comes and goes."""

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import pytest
import redis.asyncio

from ats.core.bell import QUEUE
from worker import queue
from worker.queue import answer_rings

# arq 0.28 hangs up in a way that redis-py calls old.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated close")


@asynccontextmanager
async def answering(redis_url, run):
    """A worker that answers rings; gives what stops it, and waits for its end."""
    stopping = asyncio.Event()
    task = asyncio.create_task(answer_rings(redis_url, run, stopping))
    try:
        yield stopping
    finally:
        stopping.set()
        await asyncio.wait_for(task, 15)


async def until(condition, seconds=10):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_ring_runs_its_job_and_leaves_nothing_in_redis(servers, bell, looking):
    ran = []

    async def run(job_id):
        ran.append(job_id)

    async with answering(servers.urls.redis_url, run):
        ids = [uuid4() for _ in range(5)]
        for job_id in ids:
            await bell.ring(job_id)
        await until(lambda: len(ran) == 5)
        # Answered, it can be rung again at once: no result is kept.
        await asyncio.sleep(0.3)
        await bell.ring(ids[0])
        await until(lambda: len(ran) == 6)
    assert sorted(ran[:5]) == sorted(ids)
    assert [key for key in await looking.keys("*") if b"ring:" in key] == []


async def test_a_job_that_raises_is_neither_tried_again_nor_kept(servers, bell, looking):
    ran = []

    async def run(job_id):
        ran.append(job_id)
        raise ValueError("Noor Willems")

    async with answering(servers.urls.redis_url, run):
        await bell.ring(uuid4())
        await until(lambda: ran)
        await bell.ring(uuid4())
        await until(lambda: len(ran) == 2)
        await asyncio.sleep(0.5)
    assert len(ran) == 2
    for key in await looking.keys("*"):
        assert b"Noor" not in (await looking.get(key) if await looking.type(key) == b"string" else b"")


async def test_a_redis_that_throws_everybody_out_and_forgets_everything_is_answered_again(servers, bell, looking):
    ran = []

    async def run(job_id):
        ran.append(job_id)

    async def ring_until_heard(job_id):
        async with asyncio.timeout(15):
            while job_id not in ran:
                with suppress(redis.exceptions.RedisError, OSError):
                    await bell.ring(job_id)
                await asyncio.sleep(0.2)

    async with answering(servers.urls.redis_url, run):
        await ring_until_heard(uuid4())
        for _ in range(2):
            await looking.flushall()
            await looking.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            await ring_until_heard(uuid4())
    assert len(ran) == 3


async def test_a_redis_that_is_not_there_yet_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(queue, "RESTART_SECONDS", 0.05)
    tries = []
    monkeypatch.setattr(queue.log, "warning", lambda *_args, **_more: tries.append(1))

    async def run(_job_id):
        raise AssertionError

    async with answering(f"unix://{tmp_path / 'nobody.sock'}", run):
        await until(lambda: len(tries) >= 3)


async def test_stopping_lets_a_short_job_end(servers, bell, looking):
    begun, ended = asyncio.Event(), []

    async def run(job_id):
        begun.set()
        await asyncio.sleep(0.5)
        ended.append(job_id)

    async with answering(servers.urls.redis_url, run) as stopping:
        job_id = uuid4()
        await bell.ring(job_id)
        await asyncio.wait_for(begun.wait(), 10)
        stopping.set()
    assert ended == [job_id]


async def test_stopping_cancels_a_long_job_within_its_grace_and_takes_no_new_one(servers, bell, looking, monkeypatch):
    monkeypatch.setattr(queue, "GRACE_SECONDS", 0.5)
    begun, cancelled = [], []

    async def run(job_id):
        begun.append(job_id)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(job_id)
            raise

    long, new = uuid4(), uuid4()
    async with answering(servers.urls.redis_url, run) as stopping:
        await bell.ring(long)
        await until(lambda: begun)
        stopping.set()
        began = time.monotonic()
        await bell.ring(new)
    assert time.monotonic() - began < 5
    assert (begun, cancelled) == ([long], [long])
    assert await looking.zscore(QUEUE, f"ring:{new}") is not None
