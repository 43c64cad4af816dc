"""The demonstration's database: real applications on the real path, some of them past their dates."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from ats.applications.actions import submit_application
from ats.core import db
from ats.core.access import Role
from ats.core.clock import add_years, read_clock
from ats.core.services import Services
from ats.demo.fill import SIGN_INS, fill
from ats.demo.people import people
from ats.demo.vacancies import vacancies
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from ats.staff.actions import sign_in
from tests.rights.people import fingerprint
from tests.support.cast import add_account
from tests.support.mails import mails, private_path

Work = Callable[[], Awaitable[int]]


def still_kept(services: Services) -> set[str]:
    """The e-mail addresses of those whose time is not over, by the statement's own periods."""
    today = services.today(read_clock())
    return {
        person.email
        for person in people()
        if add_years(today, -(3 if person.pool else 1)).toordinal() < today.toordinal() - person.days_ago
    }


async def test_there_is_one_account_a_role_and_each_signs_in(services: Services) -> None:
    await fill(services, now=read_clock())
    assert [each.role for each in SIGN_INS] == list(Role)
    for each in SIGN_INS:
        signed_in = await sign_in(each.email, each.password, now=read_clock())
        assert signed_in is not None
        assert signed_in.actor.role is each.role


async def test_everybody_applied_and_whose_time_is_over_is_invisible(
    services: Services, superuser: asyncpg.Pool
) -> None:
    await fill(services, now=read_clock())
    everybody = {row["email"] for row in await superuser.fetch("SELECT email FROM candidate")}
    assert everybody == {person.email for person in people()}
    over = everybody - still_kept(services)
    assert {"pieter.goossens@example.com", "elodie.marchand@example.org", "jeroen.maes@example.com"} == over
    assert {row["email"] for row in await db.fetch("SELECT email FROM candidate")} == still_kept(services)


async def test_each_came_with_what_they_chose(services: Services, superuser: asyncpg.Pool) -> None:
    await fill(services, now=read_clock())
    in_pool = await superuser.fetch("SELECT email FROM pool_membership JOIN candidate ON id = candidate_id")
    assert {row["email"] for row in in_pool} == {person.email for person in people() if person.pool}
    objected = await superuser.fetch(
        "SELECT email FROM sharing_objection JOIN candidate ON candidate.id = candidate_id"
    )
    assert {row["email"] for row in objected} == {person.email for person in people() if person.objects}
    documents = await superuser.fetchval("SELECT count(*) FROM document")
    assert documents == sum(2 if person.letter else 1 for person in people())
    assert await superuser.fetchval("SELECT count(*) FROM upload") == 0
    published = await superuser.fetch("SELECT slug FROM vacancy")
    assert {row["slug"] for row in published} == {vacancy.slug for vacancy in vacancies()}


async def test_filling_again_changes_nothing(services: Services, superuser: asyncpg.Pool) -> None:
    await fill(services, now=read_clock())
    before = await fingerprint(superuser)
    await fill(services, now=read_clock())
    assert await fingerprint(superuser) == before


async def test_an_interrupted_filling_goes_on_where_it_stopped(
    services: Services, superuser: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):
        pass

    count = 0

    async def stop_at_the_sixth(*args: Any, **kwargs: Any) -> bool:
        nonlocal count
        count += 1
        if count > 5:
            raise Stopped
        return await submit_application(*args, **kwargs)

    monkeypatch.setattr("ats.demo.fill.submit_application", stop_at_the_sixth)
    with pytest.raises(Stopped):
        await fill(services, now=read_clock())
    assert await superuser.fetchval("SELECT count(*) FROM candidate") == 5
    monkeypatch.undo()
    await fill(services, now=read_clock())
    assert await superuser.fetchval("SELECT count(*) FROM candidate") == len(people())
    assert await superuser.fetchval("SELECT count(*) FROM application") == len(people())
    assert await superuser.fetchval("SELECT count(*) FROM account") == len(SIGN_INS)


async def test_somebody_elses_database_is_left_alone(services: Services, superuser: asyncpg.Pool) -> None:
    await add_account("owner", Role.RECRUITER)
    await fill(services, now=read_clock())
    assert await superuser.fetchval("SELECT count(*) FROM candidate") == 0
    assert await superuser.fetchval("SELECT count(*) FROM account") == 1


async def test_the_first_sweep_erases_whose_time_is_over(services: Services, superuser: asyncpg.Pool) -> None:
    now = read_clock()
    await fill(services, now=now)
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
    assert (report.candidates, report.applications, report.failed) == (3, 0, 0)
    left = await superuser.fetch("SELECT email FROM candidate")
    assert {row["email"] for row in left} == still_kept(services)


async def test_every_document_is_read_and_who_stays_gets_a_link_that_works(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, work: Work
) -> None:
    await fill(services, now=read_clock())
    await work()
    states = await superuser.fetch(
        "SELECT state, count(*) AS count FROM document JOIN application ON application.id = application_id "
        "WHERE due_on > current_date GROUP BY state"
    )
    assert [row["state"] for row in states] == ["read"]
    assert await superuser.fetchval("SELECT count(*) FROM outbox WHERE done_at IS NULL") == 0
    assert {str(mail["To"]).split("<")[1].rstrip(">") for mail in mails(services)} == still_kept(services)
    for email in still_kept(services):
        assert (await client.get(private_path(services, email))).status_code == 200
