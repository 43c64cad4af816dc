"""What no role can store, tried by hand: as the application, and as the owner of every table."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import asyncpg
import pytest
import pytest_asyncio

from ats.core import db
from ats.core.clock import add_years, read_clock
from tests.rights.people import applied
from tests.support.applying import ELIAS


@pytest_asyncio.fixture(params=["application", "owner"], loop_scope="session")
async def role(request, servers, services) -> AsyncIterator[asyncpg.Connection]:
    """A connection in the role of the application, and in that of the owner."""
    urls = servers.urls
    url = urls.database_url if request.param == "application" else urls.owner_database_url
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def test_claim_16_no_membership_is_stored_for_longer_than_three_years(role, services, superuser):
    known = await applied(services, pool=True)
    since = await superuser.fetchval("SELECT since FROM pool_membership")
    latest = add_years(since, 3)
    for due_on in (latest + timedelta(days=1), date(2099, 1, 1), since, since - timedelta(days=1)):
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await role.execute("UPDATE pool_membership SET due_on = $1", due_on)
        assert caught.value.constraint_name == "pool_membership_due_within_statement"
    await role.execute("UPDATE pool_membership SET due_on = $1", latest)
    given = await superuser.fetchval("DELETE FROM pool_membership RETURNING given_event_id")
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await role.execute(
            "INSERT INTO pool_membership (candidate_id, given_event_id, since, due_on) VALUES ($1, $2, $3, $4)",
            known.candidate_id, given, since, latest + timedelta(days=1),
        )  # fmt: skip
    assert caught.value.constraint_name == "pool_membership_due_within_statement"


@pytest.mark.parametrize(("pool", "years"), [(False, 1), (True, 3)])
async def test_claim_16_no_application_is_stored_for_longer_than_the_statement_says(
    role, services, superuser, pool, years
):
    await applied(services, pool=pool)
    applied_on = await superuser.fetchval("SELECT applied_on FROM application")
    latest = add_years(applied_on, years)
    assert await superuser.fetchval("SELECT due_on FROM application") == latest
    for due_on in (latest + timedelta(days=1), date(2099, 1, 1), applied_on):
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await role.execute("UPDATE application SET due_on = $1", due_on)
        assert caught.value.constraint_name == "application_due_within_statement"


async def test_claim_15_the_start_of_a_clock_cannot_be_moved(role, services, superuser):
    await applied(services)
    other = await applied(services, ELIAS)
    for change in ("applied_on = applied_on + 1", "applied_at = now()", f"candidate_id = '{other.candidate_id}'"):
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await role.execute(f"UPDATE application SET {change}")
        assert caught.value.constraint_name == "application_clock_fixed"


async def test_claim_14_what_is_past_its_date_does_not_come_back(role, services, superuser):
    await applied(services, days_ago=100)
    async with role.transaction():
        await role.execute("SET LOCAL ats.erasing = 'on'")
        await role.execute("UPDATE application SET due_on = ats_today()")
        await role.execute("UPDATE application SET due_on = due_on - 1")
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        async with role.transaction():
            await role.execute("SET LOCAL ats.erasing = 'on'")
            await role.execute("UPDATE application SET due_on = ats_today() + 10")
    assert caught.value.constraint_name == "application_due_is_final"


async def join(role, candidate_id, event_id):
    await role.execute(
        "INSERT INTO pool_membership (candidate_id, given_event_id, since, due_on) "
        "VALUES ($1, $2, ats_today(), ats_today() + 10)",
        candidate_id, event_id,
    )  # fmt: skip


async def event(role, candidate_id, kind, at, purpose="talent_pool"):
    return await role.fetchval(
        "INSERT INTO consent_event "
        "(id, candidate_id, purpose, kind, statement_hash, wording_hash, language, channel, at) "
        "SELECT gen_random_uuid(), $1, $4, $2, statement_version.hash, consent_wording.hash, 'en', 'test', $3 "
        "FROM statement_version, consent_wording LIMIT 1 RETURNING id",
        candidate_id, kind, at, purpose,
    )  # fmt: skip


async def test_claim_32_no_membership_without_an_open_consent(role, services, superuser):
    known = await applied(services)
    await applied(services, ELIAS, pool=True)
    await superuser.execute("DELETE FROM pool_membership")
    now = read_clock()
    theirs = await superuser.fetchval("SELECT id FROM consent_event WHERE kind = 'given'")
    refused = await superuser.fetchval(
        "SELECT id FROM consent_event WHERE kind = 'refused' AND candidate_id = $1", known.candidate_id
    )
    shown = await superuser.fetchval(
        "SELECT id FROM consent_event WHERE kind = 'shown' AND candidate_id = $1", known.candidate_id
    )
    withdrawn = await event(role, known.candidate_id, "withdrawn", now)
    ended = await event(role, known.candidate_id, "given", now - timedelta(days=1))
    for event_id in (theirs, refused, shown, withdrawn, ended, known.candidate_id):
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await join(role, known.candidate_id, event_id)
        assert caught.value.constraint_name == "pool_membership_consent"
    # The control: an open consent of one's own is taken.
    fresh = await event(role, known.candidate_id, "given", now + timedelta(seconds=1))
    await join(role, known.candidate_id, fresh)
    # And a membership cannot move on to a consent that is over.
    with pytest.raises(asyncpg.CheckViolationError):
        await role.execute("UPDATE pool_membership SET given_event_id = $1", ended)


async def test_claim_32_a_consent_needs_a_statement_that_exists(role, services):
    known = await applied(services)
    for column in ("statement_hash", "wording_hash"):
        values = {
            "statement_hash": "(SELECT hash FROM statement_version)",
            "wording_hash": "(SELECT min(hash) FROM consent_wording)",
        }
        values[column] = "'nowhere'"
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await role.execute(
                "INSERT INTO consent_event (id, candidate_id, purpose, kind, statement_hash, wording_hash, language, "
                f"channel, at) VALUES (gen_random_uuid(), $1, 'talent_pool', 'given', {values['statement_hash']}, "
                f"{values['wording_hash']}, 'en', 'test', now())",
                known.candidate_id,
            )
    with pytest.raises(asyncpg.CheckViolationError):
        await event(role, known.candidate_id, "given", read_clock(), purpose="advertising")


async def test_claim_32_a_withdrawal_cannot_be_stored_beside_the_membership_that_it_ends(role, services):
    known = await applied(services, pool=True)
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await event(role, known.candidate_id, "withdrawn", read_clock())
    assert caught.value.constraint_name == "consent_event_ends_membership"
    async with role.transaction():
        await event(role, known.candidate_id, "withdrawn", read_clock())
        await role.execute("DELETE FROM pool_membership")


async def test_claim_39_the_application_can_neither_change_nor_delete_a_consent_event(services, superuser):
    known = await applied(services, pool=True)
    before = await superuser.fetch("SELECT * FROM consent_event ORDER BY id")
    for attempt in (
        "UPDATE consent_event SET kind = 'given'",
        "DELETE FROM consent_event",
        "TRUNCATE consent_event",
        "UPDATE consent_wording SET wording = ''",
        "DELETE FROM consent_wording",
        "UPDATE statement_version SET texts = '{}'",
        "DELETE FROM statement_version",
        "ALTER TABLE consent_event DISABLE TRIGGER ALL",
        "DROP TABLE consent_event CASCADE",
    ):
        for mode in ("off", "on"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with db.transaction():
                    await db.fetch("SELECT set_config('ats.erasing', $1, true)", mode)
                    await db.fetch(attempt)
    # Nor by way of the person, who cannot go while their events stand.
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await db.fetch("DELETE FROM candidate WHERE id = $1", known.candidate_id)
    assert await superuser.fetch("SELECT * FROM consent_event ORDER BY id") == before


async def test_claim_39_the_owner_cannot_change_a_consent_event_either(servers, services, superuser):
    await applied(services, pool=True)
    owner = await asyncpg.connect(servers.urls.owner_database_url)
    try:
        for attempt in (
            "UPDATE consent_event SET kind = 'given'",
            "TRUNCATE consent_event CASCADE",
            "UPDATE statement_version SET texts = '{}'",
            "DELETE FROM statement_version",
            "UPDATE consent_wording SET wording = ''",
            "UPDATE audit_event SET tag = ''",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await owner.execute(attempt)
    finally:
        await owner.close()


async def test_claim_39_events_go_only_with_an_erasure_that_is_under_way(services, superuser):
    known = await applied(services, pool=True)
    other = await applied(services, ELIAS, pool=True)
    await superuser.execute("DELETE FROM pool_membership")

    async def attempt():
        return await db.fetch("SELECT erase_consent_events($1) AS gone", known.candidate_id)

    async def begin(candidate_id, application_id, done):
        await superuser.execute(
            "INSERT INTO erasure (id, candidate_id, application_id, cause, step, begun_at, done_at) "
            "VALUES (gen_random_uuid(), $1, $2, 'due', 'begun', now(), CASE WHEN $3 THEN now() END)",
            candidate_id, application_id, done,
        )  # fmt: skip

    for candidate_id, application_id, done in (
        (other.candidate_id, None, False),
        (known.candidate_id, known.application_id, False),
        (known.candidate_id, None, True),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await attempt()
        await begin(candidate_id, application_id, done)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await attempt()
    await superuser.execute("UPDATE erasure SET done_at = NULL")
    assert (await attempt())[0]["gone"] == 2
    assert await superuser.fetchval("SELECT count(*) FROM consent_event") == 2
