"""Named limits, counted in a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar import Request

from ats.core import db
from ats.core.errors import TooManyRequests
from ats.core.services import Services
from ats.web.limits import HitInTransaction, Limit, client_key, hit, prune

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SIGN_IN = Limit("sign-in", 3, 60)


async def refused(services: Services, key: str, now: datetime, limit: Limit = SIGN_IN) -> int | None:
    """Hit once; the seconds to wait when it was one too many."""
    try:
        await hit(services, limit, key, now=now)
    except TooManyRequests as error:
        return error.retry_after
    return None


async def test_one_hit_too_many_is_refused_until_the_window_ends(services: Services) -> None:
    for second in range(3):
        assert await refused(services, "192.0.2.1", NOW + timedelta(seconds=second)) is None
    assert await refused(services, "192.0.2.1", NOW + timedelta(seconds=3)) == 57
    assert await refused(services, "192.0.2.1", NOW + timedelta(seconds=59.5)) == 1
    assert await refused(services, "192.0.2.1", NOW + timedelta(seconds=60)) is None


async def test_keys_and_limits_are_counted_apart(services: Services) -> None:
    for _ in range(3):
        await hit(services, SIGN_IN, "a", now=NOW)
    assert await refused(services, "b", NOW) is None
    assert await refused(services, "a", NOW, Limit("apply", 3, 60)) is None
    assert await refused(services, "a", NOW) is not None


async def test_parallel_hits_are_all_counted(services: Services) -> None:
    answers = await asyncio.gather(*(refused(services, "a", NOW) for _ in range(20)))
    assert answers.count(None) == 3


async def test_no_key_is_kept_in_clear_and_the_count_stops_past_the_limit(services: Services) -> None:
    for _ in range(10):
        await refused(services, "192.0.2.77", NOW)
    [row] = await db.fetch("SELECT key, hits FROM rate_limit")
    assert len(row["key"]) == 32
    assert b"192.0.2.77" not in row["key"]
    assert row["hits"] == 4


async def test_ended_windows_are_pruned(services: Services) -> None:
    await hit(services, SIGN_IN, "a", now=NOW)
    await hit(services, SIGN_IN, "b", now=NOW + timedelta(seconds=30))
    await prune(NOW + timedelta(seconds=60))
    assert len(await db.fetch("SELECT FROM rate_limit")) == 1


async def test_a_hit_inside_a_transaction_is_refused_since_a_roll_back_would_forget_it(services: Services) -> None:
    async with db.transaction():
        with pytest.raises(HitInTransaction):
            await hit(services, SIGN_IN, "a", now=NOW)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_becomes_a_key(address: str | None, key: str) -> None:
    client: Any = (address, 1) if address else None
    assert client_key(Request({"type": "http", "client": client, "headers": []})) == key  # type: ignore[arg-type]
