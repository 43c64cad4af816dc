"""Several acts of one person at the same moment: whatever comes first, what is stored agrees with itself."""

import asyncio

import asyncpg

from ats.applications.actions import withdraw_application
from ats.candidates.actions import Contact, recognise
from ats.core import db
from ats.core.access import Candidate
from ats.core.clock import read_clock
from ats.pool.queries import membership_of
from ats.rights.actions import leave_pool, object_to_sharing
from tests.rights.people import applied
from tests.support.applying import NOOR, Applicant

DISAGREEING = (
    # A member whose consent has ended.
    (
        "SELECT FROM pool_membership AS member JOIN consent_event AS given ON given.id = given_event_id "
        "JOIN consent_event AS ended ON ended.candidate_id = member.candidate_id AND ended.kind = 'withdrawn' "
        "AND ended.at >= given.at"
    ),
    # An application kept for the pool by somebody who is not in it.
    (
        "SELECT FROM application WHERE basis = 'talent_pool' "
        "AND NOT EXISTS (SELECT FROM pool_membership WHERE candidate_id = application.candidate_id)"
    ),
    # One that was covered by the consent and is not kept for it.
    (
        "SELECT FROM application JOIN pool_membership USING (candidate_id) JOIN consent_event ON consent_event.id = given_event_id "
        "WHERE basis = 'application' AND applied_at <= at"
    ),
    # A person without a key, or a key without a person.
    "SELECT FROM candidate FULL JOIN candidate_key ON candidate_id = candidate.id WHERE id IS NULL OR candidate_id IS NULL",
    # A withdrawn application that nobody will erase.
    (
        "SELECT FROM application WHERE withdrawn_at IS NOT NULL AND NOT EXISTS "
        "(SELECT FROM outbox WHERE kind = 'retention.erase_withdrawn' AND subject_id = application.id)"
    ),
)


async def test_acts_at_the_same_moment_leave_nothing_that_disagrees(services, superuser):
    for number in range(8):
        someone = Applicant(f"Person {number}", f"p{number}@example.org")
        known = await applied(services, someone, days_ago=20, pool=True)
        actor = Candidate(known.candidate_id, "en")
        acts = [
            applied(services, someone, pool=True),
            leave_pool(services, actor, channel="test", now=read_clock()),
            object_to_sharing(services, actor, channel="test", now=read_clock()),
            withdraw_application(services, actor, known.application_id, now=read_clock()),
            leave_pool(services, actor, channel="test", now=read_clock()),
        ]
        results = await asyncio.gather(*(acts if number % 2 else acts[::-1]), return_exceptions=True)
        # A consent that was given before a withdrawal and comes to be stored after it is refused, the form with it.
        refused = [each for each in results if isinstance(each, BaseException)]
        assert all(isinstance(each, asyncpg.CheckViolationError) for each in refused), refused
        assert len(refused) <= 1
        for query in DISAGREEING:
            assert await superuser.fetch(query) == [], query
    assert await superuser.fetchval("SELECT count(*) FROM sharing_objection") == 8


async def test_leaving_the_pool_waits_for_a_form_of_the_same_person_that_is_being_stored(services):
    known = await applied(services, days_ago=20, pool=True)
    begun = asyncio.Event()

    async def leave():
        await begun.wait()
        return await leave_pool(services, Candidate(known.candidate_id, "en"), channel="test", now=read_clock())

    leaving = asyncio.create_task(leave())
    async with db.transaction():
        met = await recognise(services, Contact(NOOR.name, NOOR.email, "", "en"))
        assert met.candidate_id == known.candidate_id
        begun.set()
        await asyncio.sleep(0.3)
        assert not leaving.done()
        assert await membership_of(known.candidate_id) is not None
    assert await leaving
    assert await membership_of(known.candidate_id) is None
