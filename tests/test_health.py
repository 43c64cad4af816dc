"""GET /health: what a load balancer and monitoring are told."""

from datetime import timedelta

import pytest

from ats import health
from ats.core import db
from ats.core.clock import read_clock
from tests.support.applying import apply


async def due_for(superuser, days):
    """Move every application so that it has been due for so many days, past the triggers that refuse that."""
    async with superuser.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        due_on = read_clock().date() - timedelta(days=days)
        await connection.execute(
            "UPDATE application SET due_on = $1, applied_on = ($1::date - interval '1 year')::date", due_on
        )


async def test_an_instance_that_can_work_is_healthy(client):
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
    assert "set-cookie" not in answer.headers
    assert (await client.head("/health")).status_code == 200


async def test_what_has_been_due_for_days_makes_it_unhealthy_and_names_nobody(client, superuser):
    assert (await apply(client)).status_code == 303
    await due_for(superuser, 0)
    assert (await client.get("/health")).status_code == 200
    await due_for(superuser, 3)
    answer = await client.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unhealthy", "database": "reachable", "days_overdue": 3}


async def test_without_its_database_it_is_unhealthy_and_well_again_afterwards(client):
    pool, db.engine.pool = db.engine.pool, None
    try:
        answer = await client.get("/health")
    finally:
        db.engine.pool = pool
    assert answer.status_code == 503
    assert answer.json() == {"status": "unhealthy", "database": "unreachable"}
    assert (await client.get("/health")).status_code == 200


async def test_a_database_that_does_not_answer_in_time_is_unreachable(client, superuser, monkeypatch):
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.2)
    async with superuser.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE application IN ACCESS EXCLUSIVE MODE")
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
async def test_it_can_only_be_read(client, method):
    assert (await getattr(client, method)("/health")).status_code == 405
