"""The other end of the doorbell: arq. All that the product knows of Redis stands here and in `worker.queue`.

Nothing in Redis is precious or personal: a ring is the id of an outbox row, and a lost one is rung again.
"""

from typing import Any
from uuid import UUID

import msgspec
from arq.connections import ArqRedis, RedisSettings
from redis.asyncio import BlockingConnectionPool

QUEUE = "ats"
RING = "ring"
CONNECT_SECONDS = 2


def encode(value: dict[str, Any]) -> bytes:
    """How arq's jobs are written: JSON, since unpickling what stands in Redis would run it."""
    return msgspec.json.encode(value)


def decode(data: bytes) -> dict[str, Any]:
    """The reverse of `encode`."""
    return msgspec.json.decode(data, type=dict[str, Any])


class ArqBell:
    """Rings the worker through Redis; connects at the first ring, and again by itself after an outage."""

    def __init__(self, redis_url: str) -> None:
        pool = BlockingConnectionPool.from_url(
            redis_url,
            max_connections=4,
            timeout=CONNECT_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=CONNECT_SECONDS,
        )
        self._redis = ArqRedis(pool, job_serializer=encode, job_deserializer=decode, default_queue_name=QUEUE)

    async def ring(self, job_id: UUID) -> None:
        """Tell the worker about one outbox row. Raises redis.RedisError or OSError."""
        # The same id twice is one ring, as long as nobody has answered it.
        await self._redis.enqueue_job(RING, str(job_id), _job_id=f"{RING}:{job_id}")

    async def check(self) -> None:
        """Raise redis.RedisError or OSError when Redis does not answer."""
        await self._redis.ping()

    async def close(self) -> None:
        """Hang up."""
        await self._redis.aclose(close_connection_pool=True)


def worker_settings(redis_url: str) -> RedisSettings:
    """How arq's worker reaches the same Redis; it gives up soon, since its supervisor tries again."""
    settings = RedisSettings.from_dsn(redis_url)
    settings.conn_timeout = CONNECT_SECONDS
    settings.conn_retries = 0
    return settings
