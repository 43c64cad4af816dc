"""Joining the pool, and what happens when a withdrawal overtakes a form."""

from ats.core.access import Candidate
from ats.core.clock import read_clock
from ats.rights.actions import leave_pool
from tests.rights.people import applied


async def test_a_form_that_is_stored_after_a_later_withdrawal_does_not_join(services, superuser, work):
    await applied(services, days_ago=2, pool=True)
    candidate_id = await superuser.fetchval("SELECT id FROM candidate")
    await leave_pool(services, Candidate(candidate_id, "en"), channel="page", now=read_clock())
    # Sent yesterday, before the withdrawal of today, and stored only now: it is an application all the same.
    await applied(services, days_ago=1, pool=True)
    assert await superuser.fetchval("SELECT count(*) FROM pool_membership") == 0
    assert {row["basis"] for row in await superuser.fetch("SELECT basis FROM application")} == {"application"}
    kinds = [row["kind"] for row in await superuser.fetch("SELECT kind FROM consent_event ORDER BY at, kind")]
    assert kinds.count("given") == 2
    assert kinds[-1] == "withdrawn"


async def test_coming_back_is_a_fresh_consent(services, superuser):
    await applied(services, days_ago=2, pool=True)
    candidate_id = await superuser.fetchval("SELECT id FROM candidate")
    await leave_pool(services, Candidate(candidate_id, "en"), channel="page", now=read_clock())
    await applied(services, pool=True)
    assert await superuser.fetchval("SELECT count(*) FROM pool_membership") == 1
