import asyncio
from datetime import date

import asyncpg
import pytest

from ats.core import db
from ats.core.access import Visitor
from ats.core.audit import Tag, record
from ats.core.clock import read_clock
from ats.core.tables import AuditEvent, Outbox


async def put(kind):
    await db.fetch(
        "INSERT INTO outbox (id, kind, subject_id, created_at, run_after) "
        "VALUES (gen_random_uuid(), $1, gen_random_uuid(), now(), now())",
        kind,
    )


async def kinds():
    return {row["kind"] for row in await Outbox.select(Outbox.kind)}


async def test_a_transaction_commits_everything_or_nothing(services):
    async with db.transaction():
        await put("kept")
    with pytest.raises(ZeroDivisionError):
        async with db.transaction():
            await put("lost")
            raise ZeroDivisionError
    assert await kinds() == {"kept"}


async def test_a_savepoint_undoes_only_what_is_inside(services):
    async with db.transaction():
        await put("outer")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with db.savepoint():
                await db.fetch("UPDATE outbox SET dedupe_key = 'same'")
                await put("inner")
                await db.fetch("UPDATE outbox SET dedupe_key = 'same'")
        await put("after")
    assert await kinds() == {"outer", "after"}


async def test_a_transaction_inside_a_transaction_is_refused(services):
    async with db.transaction():
        with pytest.raises(db.NestedTransaction):
            async with db.transaction():
                pass


async def test_a_failing_commit_gives_its_connection_back(services):
    for _ in range(15):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with db.transaction():
                # The foreign key to the candidate is deferred: it is the COMMIT that fails.
                await db.fetch(
                    "INSERT INTO application (id, candidate_id, language, statement_hash, form_hash, applied_at, "
                    "applied_on, basis, due_on) SELECT gen_random_uuid(), gen_random_uuid(), 'nl', hash, 'x', now(), "
                    "ats_today(), 'application', ats_today() + 10 FROM statement_version"
                )
    assert db.engine.current_transaction.get() is None
    await asyncio.wait_for(put("still works"), timeout=2)


async def test_a_cancelled_transaction_leaves_nothing(services):
    entered = asyncio.Event()

    async def slow():
        async with db.transaction():
            await put("cancelled")
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(slow())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await kinds() == set()


async def test_what_is_to_happen_after_the_commit_does_not_happen_after_a_rollback(services):
    rung = []

    async def ring():
        rung.append(1)

    async with db.transaction() as current:
        current.after_commit(ring)
        assert rung == []
    assert rung == [1]
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as current:
            current.after_commit(ring)
            raise ZeroDivisionError
    assert rung == [1]


async def test_without_a_pool_no_query_opens_a_connection_of_its_own(services):
    pool, db.engine.pool = db.engine.pool, None
    try:
        with pytest.raises(db.NotConnected):
            await Outbox.count()
        with pytest.raises(db.NotConnected):
            await db.fetch("SELECT 1")
        with pytest.raises(db.NotConnected):
            async with db.transaction():
                pass
    finally:
        db.engine.pool = pool


async def test_claim_54_the_application_refuses_to_work_as_superuser_or_owner(servers, services):
    pool = db.engine.pool
    for url in (servers.superuser_url.replace("/postgres?", "/ats?"), servers.urls.owner_database_url):
        with pytest.raises(db.UnsafeRole):
            await db.connect(url)
    assert db.engine.pool is pool


async def test_audit_events_cannot_be_changed_or_removed(services, superuser):
    await record(Tag.APPLICATION_SUBMIT, Visitor(), now=read_clock())
    for statement in ("UPDATE audit_event SET tag = ''", "DELETE FROM audit_event", "TRUNCATE audit_event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.fetch(statement)
        # Not even by somebody who may do everything, unless they take the trigger away first.
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await superuser.execute(statement)
    assert await AuditEvent.count() == 1


async def test_an_audit_detail_has_no_room_for_personal_data(services):
    with pytest.raises(ValueError, match="not allowed"):
        await record(Tag.APPLICATION_SUBMIT, Visitor(), now=read_clock(), detail={"email": "a@example.org"})


async def test_the_database_takes_another_day_for_today_only_where_it_is_told_to(services):
    with db.as_of(date(2020, 2, 29)):
        async with db.transaction():
            assert (await db.fetch_row("SELECT ats_today() AS day"))["day"] == date(2020, 2, 29)
    async with db.transaction():
        assert (await db.fetch_row("SELECT ats_today() AS day"))["day"] == services.today(read_clock())


async def test_statements_and_locks_have_time_outs(services):
    row = await db.fetch_row("SELECT current_setting('statement_timeout') AS s, current_setting('lock_timeout') AS l")
    assert (row["s"], row["l"]) == ("20s", "5s")
