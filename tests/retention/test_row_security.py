"""Past its date a row exists for nobody who reads, on every table, before any sweep; and the engine alone removes it."""

from datetime import timedelta

import asyncpg
import pytest

from ats.core import db
from ats.core.clock import read_clock
from ats.pool.queries import membership_of
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from tests.retention.looking import make_due, unbound
from tests.rights.people import applied
from tests.support.applying import ELIAS, NOOR
from tests.support.cast import sign_in

TABLES = (
    "application", "candidate", "candidate_key", "private_link", "message", "consent_event", "sharing_objection",
    "pool_membership", "document", "finding", "reveal",
)  # fmt: skip
# What nothing hides: rows about a person hold an id at most.
WITHOUT_PEOPLE = {
    "audit_event", "outbox", "rate_limit", "account", "session", "vacancy", "vacancy_text", "vacancy_recruiter",
    "statement_version", "consent_wording", "upload", "erasure", "retention_run", "migration",
}  # fmt: skip


async def everything(client, cast, services, superuser, work):
    """A person with a row in every table."""
    known = await applied(services, vacancy=cast.vacancy, pool=True, objects=True)
    await work()
    await superuser.execute(
        "INSERT INTO reveal (id, finding_id, account_id, reason, at, ends_at) "
        "SELECT gen_random_uuid(), id, $1, 'x', now(), now() FROM finding LIMIT 1",
        cast.coordinator.id,
    )
    return known


async def seen():
    return {table: len(await db.fetch(f'SELECT FROM "{table}"')) for table in TABLES}


async def test_every_table_is_either_hidden_by_date_or_holds_nobody(services, superuser):
    rows = await superuser.fetch(
        "SELECT relname, relrowsecurity FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    assert {row["relname"] for row in rows if row["relrowsecurity"]} == set(TABLES)
    assert {row["relname"] for row in rows if not row["relrowsecurity"]} == WITHOUT_PEOPLE


async def test_past_its_date_no_row_of_a_person_can_be_read_changed_or_deleted(client, cast, services, superuser, work):
    known = await everything(client, cast, services, superuser, work)
    assert all(count > 0 for count in (await seen()).values())
    today = services.today(read_clock())
    await make_due(superuser, known.application_id, today + timedelta(days=1))
    assert all(count > 0 for count in (await seen()).values())
    await make_due(superuser, known.application_id, today)
    assert await seen() == dict.fromkeys(TABLES, 0)
    for table in TABLES:
        if table == "consent_event":
            continue
        await db.fetch(f'DELETE FROM "{table}"')
        assert await superuser.fetchval(f'SELECT count(*) FROM "{table}"') > 0, table
    await db.fetch("UPDATE candidate SET name = 'Somebody else'")
    assert await superuser.fetchval("SELECT name FROM candidate") == NOOR.name
    # The engine's mode sees them all, for one transaction only.
    async with db.transaction(), db.past_due_visible():
        assert all(count > 0 for count in (await seen()).values())
    async with db.transaction():
        assert await seen() == dict.fromkeys(TABLES, 0)
    assert await seen() == dict.fromkeys(TABLES, 0)


async def test_a_failed_engine_transaction_leaves_its_connection_blind_again(services, superuser):
    known = await applied(services)
    await make_due(superuser, known.application_id, services.today(read_clock()))
    for _ in range(12):
        with pytest.raises(ZeroDivisionError):
            async with db.transaction(), db.past_due_visible():
                raise ZeroDivisionError
    for _ in range(12):
        assert await db.fetch("SELECT FROM application") == []


async def test_a_person_with_one_application_past_its_date_keeps_the_other(client, cast, services, superuser, work):
    old = await applied(services, days_ago=20, vacancy=cast.vacancy)
    new = await applied(services, vacancy=cast.vacancy)
    await work()
    await make_due(superuser, old.application_id, services.today(read_clock()))
    page = (await client.get(new.path)).text
    assert page.count("Withdraw this application") == 1
    await sign_in(client, cast.owner)
    assert (await client.get(f"/desk/applications/{old.application_id}")).status_code == 404
    assert (await client.get(f"/desk/applications/{new.application_id}")).status_code == 200
    assert len(await db.fetch("SELECT FROM document")) == 1
    assert len(await db.fetch("SELECT FROM candidate")) == 1


async def test_a_membership_past_its_date_is_invisible_while_its_person_stays(client, cast, services, superuser):
    known = await applied(services, vacancy=cast.vacancy, pool=True)
    today = services.today(read_clock())
    async with unbound(superuser) as connection:
        await connection.execute("UPDATE pool_membership SET since = $1::date - 900, due_on = $1", today)
    assert await membership_of(known.candidate_id) is None
    await sign_in(client, cast.owner)
    assert NOOR.name not in (await client.get("/desk/pool")).text
    assert (await client.get(known.path)).status_code == 200


async def test_somebody_whose_membership_is_over_can_join_again_before_any_sweep(services, superuser):
    await applied(services, pool=True)
    today = services.today(read_clock())
    async with unbound(superuser) as connection:
        await connection.execute("UPDATE pool_membership SET since = $1::date - 900, due_on = $1", today)
    again = await applied(services, pool=True)
    membership = await membership_of(again.candidate_id)
    assert membership is not None
    assert membership.since == today


async def test_the_sweep_ends_memberships_that_are_over_and_says_so_in_the_persons_events(services, superuser):
    over = await applied(services, pool=True)
    stays = await applied(services, ELIAS, pool=True)
    today = services.today(read_clock())
    async with unbound(superuser) as connection:
        await connection.execute(
            "UPDATE pool_membership SET since = $1::date - 900, due_on = $1 WHERE candidate_id = $2",
            today, over.candidate_id,
        )  # fmt: skip
    now = read_clock()
    report = await sweep(services, HOLDING_PEOPLE, on=today, now=now)
    assert (report.candidates, report.applications, report.failed) == (0, 0, 0)
    assert await superuser.fetch("SELECT candidate_id FROM pool_membership") == [(stays.candidate_id,)]
    events = await superuser.fetch("SELECT candidate_id, channel FROM consent_event WHERE kind = 'expired'")
    assert [tuple(row) for row in events] == [(over.candidate_id, "retention")]


async def test_the_application_cannot_switch_its_own_rules_off(services):
    for attempt in (
        "SET session_replication_role = replica",
        "ALTER TABLE application DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE application DISABLE TRIGGER ALL",
        "DROP POLICY application_until_due ON application",
        "ALTER TABLE application DROP CONSTRAINT application_due_within_statement",
        "SET ROLE ats_owner",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.fetch(attempt)
