"""The doorbell on a real Redis."""

import asyncio
from uuid import uuid4

import pytest
from redis.exceptions import RedisError

from ats.core.bell import QUEUE, ArqBell, decode, encode
from ats.core.outbox import Doorbell


async def test_the_same_row_rung_many_times_is_one_ring(bell, looking):
    job_id, other = uuid4(), uuid4()
    await asyncio.gather(*(bell.ring(job_id) for _ in range(20)), bell.ring(other))
    assert sorted(await looking.zrange(QUEUE, 0, -1)) == sorted(f"ring:{each}".encode() for each in (job_id, other))


async def test_what_is_in_redis_is_json_with_an_id_and_ends_by_itself(bell, looking):
    job_id = uuid4()
    await bell.ring(job_id)
    stored = await looking.get(f"arq:job:ring:{job_id}")
    assert stored.startswith(b"{")
    content = decode(stored)
    assert content["a"] == [str(job_id)]
    assert content["k"] == {}
    # A pickle would run when it is read: it begins so, whatever its version.
    for key in await looking.keys("*"):
        kind = await looking.type(key)
        assert not (kind == b"string" and (await looking.get(key)).startswith(b"\x80")), key
    assert 0 < await looking.pttl(f"arq:job:ring:{job_id}") <= 2 * 24 * 3600 * 1000


def test_what_is_written_is_read_back():
    value = {"t": 1, "f": "ring", "a": ["x"], "k": {}, "et": 5}
    assert decode(encode(value)) == value
    with pytest.raises(Exception, match="malformed"):
        decode(b"\x80\x04]\x94.")


async def test_a_redis_that_is_away_costs_no_one_more_than_seconds(tmp_path):
    bell = ArqBell(f"unix://{tmp_path / 'nobody.sock'}")
    with pytest.raises((RedisError, OSError)):
        await bell.check()
    doorbell = Doorbell(bell.ring)
    async with asyncio.timeout(10):
        doorbell.ring(uuid4())
        await doorbell.quiet()
    await bell.close()


async def test_a_redis_that_comes_back_is_rung_again_by_the_same_bell(bell, looking):
    await bell.ring(uuid4())
    await looking.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    job_id = uuid4()
    doorbell = Doorbell(bell.ring)
    # The first may find its connection cut; the worker's sweep would ring again, as here.
    for _ in range(2):
        doorbell.ring(job_id)
        await doorbell.quiet()
    assert await looking.zscore(QUEUE, f"ring:{job_id}") is not None
