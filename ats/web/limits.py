"""Named rate limits, counted in PostgreSQL: the same for every process, and no address is kept in clear."""

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar.connection import ASGIConnection

from ats.core import db
from ats.core.crypto import keyed_hash
from ats.core.errors import TooManyRequests
from ats.core.services import Services

# One statement, so that parallel hits are all counted; it stops counting once the limit is passed.
_HIT = """
INSERT INTO rate_limit AS present (key, hits, ends_at) VALUES ($1, 1, $3)
ON CONFLICT (key) DO UPDATE SET
    hits = CASE WHEN present.ends_at <= $2 THEN 1 ELSE least(present.hits + 1, $4 + 1) END,
    ends_at = CASE WHEN present.ends_at <= $2 THEN excluded.ends_at ELSE present.ends_at END
RETURNING hits, ends_at
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `hits` a key in a window of `seconds` that begins with the first hit. `name` keeps limits apart."""

    name: str
    hits: int
    seconds: int


class HitInTransaction(RuntimeError):
    """`hit` was called inside a transaction, whose roll-back would forget the hit."""


async def hit(services: Services, limit: Limit, key: str, *, now: datetime) -> None:
    """Count one hit of `key` (an address, an account) under `limit`. Raises TooManyRequests when it is one too many."""
    if db.engine.current_transaction.get() is not None:
        raise HitInTransaction
    hashed = keyed_hash(services.keyring.derive("rate limits"), f"{limit.name}\0{key}")
    ends_at = now + timedelta(seconds=limit.seconds)
    row = await db.fetch_row(_HIT, hashed, now, ends_at, limit.hits)
    if row is not None and row["hits"] > limit.hits:
        raise TooManyRequests(max(1, math.ceil((row["ends_at"] - now).total_seconds())))


async def prune(now: datetime) -> None:
    """Delete windows that have ended."""
    await db.fetch("DELETE FROM rate_limit WHERE ends_at <= $1", now)


def client_key(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The key of who is asking: the IPv4 address, or the /64 network of an IPv6 address (one subscriber has a /64)."""
    client = connection.scope["client"]
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
