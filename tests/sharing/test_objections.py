"""Objecting to sharing: in force when it is said, recorded and confirmed by the worker, once."""

import asyncio

import asyncpg
import pytest

from ats.core import db
from ats.core.access import Candidate
from ats.core.clock import read_clock
from ats.core.errors import NotFound
from ats.sharing.actions import object_to_sharing
from ats.sharing.queries import may_share, objections_of
from ats.sharing.rules import ALL_AFFILIATES
from tests.retention.looking import make_due
from tests.rights.people import applied
from tests.support.applying import ELIAS, NOOR
from tests.support.mails import mails


def keys(services):
    return [each.key for each in services.organisation.affiliates]


async def objects(services, known, affiliate=ALL_AFFILIATES):
    async with db.transaction():
        await object_to_sharing(
            services, Candidate(known.candidate_id, "en"), known.candidate_id, channel="test", now=read_clock(),
            affiliate=affiliate,
        )  # fmt: skip


async def recorded(known):
    return [each.recorded_at is not None for each in await objections_of(known.candidate_id)]


async def test_from_the_commit_of_an_objection_no_affiliate_may_get_the_person(services):
    known = await applied(services)
    affiliates = keys(services)
    assert affiliates
    assert [await may_share(known.candidate_id, key) for key in affiliates] == [True] * len(affiliates)
    await objects(services, known)
    # No worker has run yet.
    assert await recorded(known) == [False]
    for key in (*affiliates, "one that joins the group later"):
        assert not await may_share(known.candidate_id, key)


async def test_an_objection_to_one_affiliate_stops_that_one(services):
    known = await applied(services)
    first, *others = keys(services)
    await objects(services, known, first)
    assert not await may_share(known.candidate_id, first)
    assert all([await may_share(known.candidate_id, key) for key in others])


async def test_an_objection_on_the_form_is_in_force_with_the_application(services):
    known = await applied(services, objects=True)
    assert not any([await may_share(known.candidate_id, key) for key in keys(services)])


async def test_an_objection_of_one_person_stops_nobody_else(services):
    known = await applied(services, objects=True)
    other = await applied(services, ELIAS)
    assert known.candidate_id != other.candidate_id
    assert await may_share(other.candidate_id, keys(services)[0])


async def test_the_worker_records_and_confirms_each_objection_once(services, superuser, work):
    known = await applied(services)
    await work()
    before = len(mails(services, NOOR.email))
    for _ in range(2):
        await objects(services, known)
        await objects(services, known, keys(services)[0])
        await work()
    assert await recorded(known) == [True, True]
    assert len(mails(services, NOOR.email)) == before + 2
    for tag in ("candidate:sharing:object", "system:sharing:record-objection"):
        assert await superuser.fetchval("SELECT count(*) FROM audit_event WHERE tag = $1", tag) == 2


async def test_objecting_twice_at_once_is_one_objection(services, superuser):
    known = await applied(services)
    await asyncio.gather(*(objects(services, known) for _ in range(4)))
    assert await superuser.fetchval("SELECT count(*) FROM sharing_objection") == 1
    jobs = await superuser.fetchval("SELECT count(*) FROM outbox WHERE kind = 'sharing.record_objection'")
    assert jobs == 1


async def test_an_affiliate_that_does_not_exist_is_not_found_and_nothing_is_stored(services, superuser):
    known = await applied(services)
    with pytest.raises(NotFound):
        await objects(services, known, "nobody")
    assert await superuser.fetchval("SELECT count(*) FROM sharing_objection") == 0


async def test_the_objection_and_its_trace_are_one_transaction(services, superuser):
    known = await applied(services)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with db.transaction():
            await object_to_sharing(
                services, Candidate(known.candidate_id, "en"), known.candidate_id, channel="test", now=read_clock()
            )
            await db.fetch("SELECT 1 / 0")
    assert await may_share(known.candidate_id, keys(services)[0])
    assert await superuser.fetchval("SELECT count(*) FROM audit_event WHERE tag = 'candidate:sharing:object'") == 0


async def test_the_job_of_somebody_who_cannot_be_read_any_more_ends_quietly(services, superuser, work):
    known = await applied(services, objects=True)
    await make_due(superuser, known.application_id, services.today(read_clock()))
    await work()
    assert mails(services) == []
    assert await superuser.fetchval("SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL") == 0
