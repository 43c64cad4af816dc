"""What a sweep finds, whatever happened before it: downtime, a wrong clock, people who apply, leave or come back."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from ats.core import outbox
from ats.core.clock import read_clock
from ats.retention.actions import plan_sweep, sweep
from ats.rooms import HOLDING_PEOPLE
from tests.retention.looking import make_due
from tests.rights.people import applied
from tests.support.applying import ELIAS, NOOR, Applicant
from tests.support.cast import sign_in
from tests.support.mails import mails
from worker.jobs import job_actions, run_job


async def left(superuser):
    return {row["id"] for row in await superuser.fetch("SELECT id FROM application")}


async def run(services, sandbox, job_id, now):
    return await run_job(services, job_actions(sandbox), job_id, clock=lambda: now)


async def planned(services, now):
    await plan_sweep(services, now=now)
    return await outbox.waiting(now=now)


async def test_claim_17_applying_again_during_the_sweep_keeps_the_new_application(services, superuser):
    today = services.today(read_clock())
    old = []
    for number in range(4):
        someone = Applicant(f"Person {number}", f"p{number}@example.org")
        known = await applied(services, someone, days_ago=300)
        await make_due(superuser, known.application_id, today)
        old.append((someone, known))
    now = read_clock()
    new = await asyncio.gather(
        *(applied(services, someone) for someone, _ in old),
        sweep(services, HOLDING_PEOPLE, on=today, now=now),
    )
    assert new.pop().failed == 0
    assert await left(superuser) == {each.application_id for each in new}
    assert await superuser.fetchval("SELECT count(*) FROM candidate_key") == len(new)


async def test_claim_17_a_new_application_never_brings_an_old_one_back(services, superuser):
    # The oldest is past its date and no sweep has come by; another application keeps the person.
    old = await applied(services, days_ago=200)
    between = await applied(services, days_ago=100)
    today = services.today(read_clock())
    await make_due(superuser, old.application_id, today)
    new = await applied(services, pool=True)
    assert new.candidate_id == old.candidate_id
    rows = {row["id"]: row for row in await superuser.fetch("SELECT id, basis, due_on FROM application")}
    assert rows[between.application_id]["basis"] == rows[new.application_id]["basis"] == "talent_pool"
    assert (rows[old.application_id]["basis"], rows[old.application_id]["due_on"]) == ("application", today)
    now = read_clock()
    report = await sweep(services, HOLDING_PEOPLE, on=today, now=now)
    assert (report.applications, report.candidates, report.failed) == (1, 0, 0)
    assert await left(superuser) == {between.application_id, new.application_id}


async def test_claim_18_leaving_the_pool_within_the_year_hides_from_the_pool_and_keeps_the_application_its_year(
    client, cast, services, superuser, work
):
    known = await applied(services, vacancy=cast.vacancy, pool=True, days_ago=50)
    await work()
    await sign_in(client, cast.owner)
    assert NOOR.name in (await client.get("/desk/pool")).text
    await sign_in(client, None)
    assert (await client.post(f"{known.path}/leave-pool")).status_code == 303
    await sign_in(client, cast.owner)
    assert NOOR.name not in (await client.get("/desk/pool")).text
    assert (await client.get(f"/desk/applications/{known.application_id}")).status_code == 200
    row = await superuser.fetchrow("SELECT * FROM application")
    assert (row["basis"], row["erase_after"]) == ("application", None)
    now = read_clock()
    day_before = row["due_on"] - timedelta(days=1)
    assert (await sweep(services, HOLDING_PEOPLE, on=day_before, now=now)).candidates == 0
    assert (await sweep(services, HOLDING_PEOPLE, on=row["due_on"], now=now)).candidates == 1


async def test_a_pool_consent_covers_what_came_before_it_and_not_what_comes_later(services, superuser):
    first = await applied(services, days_ago=60)
    second = await applied(services, pool=True, days_ago=40)
    third = await applied(services, days_ago=20)
    basis = {row["id"]: row["basis"] for row in await superuser.fetch("SELECT id, basis FROM application")}
    assert basis[first.application_id] == basis[second.application_id] == "talent_pool"
    assert basis[third.application_id] == "application"
    # Leaving sets every one of them back to its own year.
    assert await superuser.fetchval("SELECT count(*) FROM pool_membership") == 1


async def test_leaving_the_pool_with_an_application_of_400_days_hides_it_at_once_and_erases_it_after_the_grace(
    client, cast, services, superuser, work
):
    known = await applied(services, vacancy=cast.vacancy, pool=True, days_ago=400)
    await work()
    await sign_in(client, cast.owner)
    assert (await client.get(f"/desk/applications/{known.application_id}")).status_code == 200
    await sign_in(client, None)
    assert (await client.post(f"{known.path}/leave-pool")).status_code == 200
    await sign_in(client, cast.owner)
    for path in ("/desk/pool", f"/desk/vacancies/{cast.vacancy}", f"/desk/vacancies/{cast.vacancy}?q=Noor"):
        assert NOOR.name not in (await client.get(path)).text
    assert (await client.get(f"/desk/applications/{known.application_id}")).status_code == 404
    sent = len(mails(services, NOOR.email))
    await work()
    # Nothing is mailed to somebody of whom nothing can be read.
    assert len(mails(services, NOOR.email)) == sent
    # Coming back within the grace is a new start: what is on its way out does not return.
    again = await applied(services, pool=True, vacancy=cast.vacancy)
    assert again.candidate_id != known.candidate_id
    later = read_clock() + timedelta(hours=services.organisation.retention.grace_hours, minutes=1)
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(later), now=later)
    assert (report.candidates, report.failed) == (1, 0)
    assert await left(superuser) == {again.application_id}


async def test_claim_19_after_days_of_downtime_everything_overdue_goes_and_nothing_else(services, superuser, sandbox):
    today = services.today(read_clock())
    overdue = []
    for days in (0, 1, 9):
        known = await applied(services, Applicant(f"Person {days}", f"p{days}@example.org"))
        await make_due(superuser, known.application_id, today - timedelta(days=days))
        overdue.append(known.application_id)
    early = await applied(services)
    await make_due(superuser, early.application_id, today + timedelta(days=1))
    now = read_clock()
    [*jobs] = await planned(services, now)
    for job_id in jobs:
        await run(services, sandbox, job_id, now)
    assert await left(superuser) == {early.application_id}
    assert await superuser.fetchval("SELECT count(*) FROM erasure") == len(overdue)


async def test_claim_19_a_workers_clock_that_is_ahead_erases_nothing_early(services, superuser, sandbox, client, work):
    due_tomorrow = await applied(services)
    today = services.today(read_clock())
    await make_due(superuser, due_tomorrow.application_id, today + timedelta(days=1))
    withdrawn = await applied(services, ELIAS)
    await client.post(f"{withdrawn.path}/withdraw/{withdrawn.application_id}")
    await work()
    ahead = read_clock() + timedelta(days=1, hours=2)
    for job_id in await planned(services, ahead):
        await run(services, sandbox, job_id, ahead)
    assert await left(superuser) == {due_tomorrow.application_id, withdrawn.application_id}
    # The day's sweep was this one; the one of tomorrow is still to come, and finds both.
    keys = await superuser.fetch("SELECT dedupe_key FROM outbox WHERE kind = 'retention.sweep'")
    assert [row["dedupe_key"] for row in keys] == [f"retention.sweep:{today}"]
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(ahead), now=ahead)
    assert (report.candidates, report.failed) == (2, 0)


async def test_claim_19_a_workers_clock_that_is_behind_is_made_good_by_the_next_sweep(services, superuser, sandbox):
    known = await applied(services)
    today = services.today(read_clock())
    await make_due(superuser, known.application_id, today)
    now = read_clock()
    behind = now - timedelta(days=1)
    for job_id in await planned(services, behind):
        await run(services, sandbox, job_id, behind)
    assert await left(superuser) == {known.application_id}
    for job_id in await planned(services, now):
        await run(services, sandbox, job_id, now)
    assert await left(superuser) == set()


async def test_a_day_has_one_sweep_however_often_it_is_planned(services, superuser):
    now = read_clock()
    await asyncio.gather(*(plan_sweep(services, now=now) for _ in range(5)))
    assert await superuser.fetchval("SELECT count(*) FROM outbox WHERE kind = 'retention.sweep'") == 1


async def test_the_job_of_an_application_that_is_gone_ends_quietly(services, superuser, sandbox):
    from ats.core import db
    from ats.retention.rules import ERASE_WITHDRAWN

    now = read_clock()
    async with db.transaction():
        job_id = await outbox.put(services.doorbell, ERASE_WITHDRAWN, uuid4(), now=now)
    assert await run(services, sandbox, job_id, now)
    assert await superuser.fetchval("SELECT count(*) FROM erasure") == 0
