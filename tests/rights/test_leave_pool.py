"""Leaving the talent pool from the private page, and from a mail program's own button."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import httpx
import pytest

from ats.core.clock import read_clock
from ats.core.services import Services
from ats.pool.queries import membership_of
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from tests.rights.people import applied
from tests.support.applying import ELIAS, NOOR
from tests.support.mails import mails, private_path

Work = Callable[[], Awaitable[int]]


async def test_one_press_leaves_the_pool_at_once(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    known = await applied(services, pool=True)
    answer = await client.post(known.path + "/leave-pool")
    assert answer.status_code == 303
    assert answer.headers["location"] == known.path + "?done=left-pool"
    assert await membership_of(known.candidate_id) is None
    page = (await client.get(answer.headers["location"])).text
    assert "You have left the talent pool" in page
    assert "You are not in our talent pool" in page
    kinds = await superuser.fetch("SELECT kind, channel FROM consent_event ORDER BY at, kind = 'withdrawn'")
    assert [row["kind"] for row in kinds] == ["shown", "given", "withdrawn"]
    assert kinds[-1]["channel"] == "private page"


async def test_leaving_is_audited_once_however_often_it_is_pressed(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    known = await applied(services, pool=True)
    answers = [await client.post(known.path + "/leave-pool") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await superuser.fetchval("SELECT count(*) FROM audit_event WHERE tag = 'candidate:pool:withdraw'") == 1
    assert await superuser.fetchval("SELECT count(*) FROM consent_event WHERE kind = 'withdrawn'") == 1
    assert await superuser.fetchval("SELECT count(*) FROM message WHERE template = 'pool_left'") == 1


async def test_somebody_who_never_joined_gets_the_same_answer_and_nothing_is_recorded(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    known = await applied(services)
    answer = await client.post(known.path + "/leave-pool")
    assert answer.headers["location"] == known.path + "?done=left-pool"
    assert await superuser.fetchval("SELECT count(*) FROM consent_event WHERE kind = 'withdrawn'") == 0


async def test_the_one_click_of_a_mail_program_works_without_origin_or_cookies(
    client: httpx.AsyncClient, services: Services
) -> None:
    known = await applied(services, pool=True)
    answer = await client.post(
        known.path + "/leave-pool",
        data={"List-Unsubscribe": "One-Click"},
        headers={"User-Agent": "Gmail-One-Click", "Origin": "https://mail.example"},
    )
    assert answer.status_code == 303
    assert await membership_of(known.candidate_id) is None


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", None])
async def test_leaving_asks_nothing_of_the_body(
    client: httpx.AsyncClient, services: Services, kind: str | None
) -> None:
    known = await applied(services, pool=True)
    headers = {"Content-Type": kind} if kind else {}
    answer = await client.post(known.path + "/leave-pool", content=b"\xff\x00", headers=headers)
    assert answer.status_code == 303
    assert await membership_of(known.candidate_id) is None


async def test_an_application_within_its_year_stays_and_gets_its_own_clock_back(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    known = await applied(services, pool=True, days_ago=100)
    await client.post(known.path + "/leave-pool")
    row = await superuser.fetchrow("SELECT basis, due_on - applied_on AS days, erase_after FROM application")
    assert row["basis"] == "application"
    assert row["days"] in (365, 366)
    assert row["erase_after"] is None


async def test_a_person_with_an_older_and_a_newer_application_keeps_the_newer_only(
    client: httpx.AsyncClient, services: Services, work: Work
) -> None:
    await applied(services, pool=True, days_ago=500)
    newer = await applied(services, days_ago=10)
    page = (await client.get(newer.path)).text
    assert page.count("Withdraw this application") == 2
    assert "These applications are kept for the talent pool only" in page
    assert "this page will no longer exist" not in page
    answer = await client.post(newer.path + "/leave-pool")
    assert answer.status_code == 303
    assert (await client.get(newer.path)).text.count("Withdraw this application") == 1
    await work()
    assert "You have left our talent pool" in [str(mail["Subject"]) for mail in mails(services, NOOR.email)]


async def test_leaving_with_nothing_but_an_old_application_says_that_everything_will_be_erased(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, work: Work
) -> None:
    known = await applied(services, pool=True, days_ago=500)
    assert "this page will no longer exist" in (await client.get(known.path)).text
    answer = await client.post(known.path + "/leave-pool")
    assert answer.status_code == 200
    assert "will be erased for good" in answer.text
    assert NOOR.email not in answer.text
    assert (await client.get(known.path)).status_code == 404
    assert (await client.post(known.path + "/leave-pool")).status_code == 404
    await work()
    assert "You have left our talent pool" not in [str(mail["Subject"]) for mail in mails(services, NOOR.email)]
    # Within the grace it is still there, invisible; after it the sweep takes everything.
    now = read_clock()
    await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
    assert await superuser.fetchval("SELECT count(*) FROM candidate") == 1
    later = now + timedelta(hours=services.organisation.retention.grace_hours, minutes=1)
    await sweep(services, HOLDING_PEOPLE, on=services.today(later), now=later)
    assert await superuser.fetchval("SELECT count(*) FROM candidate") == 0


async def test_the_confirmation_has_a_private_link_that_works(
    client: httpx.AsyncClient, services: Services, work: Work
) -> None:
    known = await applied(services, pool=True)
    await client.post(known.path + "/leave-pool")
    await work()
    path = private_path(services, NOOR.email)
    assert path != known.path
    assert (await client.get(path)).status_code == 200


async def test_the_language_of_the_page_is_kept(client: httpx.AsyncClient, services: Services) -> None:
    known = await applied(services, pool=True, language="nl")
    page = (await client.get(known.path + "?language=fr")).text
    assert f'action="{known.path}/leave-pool?language=fr"' in page
    answer = await client.post(known.path + "/leave-pool?language=fr")
    assert answer.headers["location"] == known.path + "?language=fr&done=left-pool"


async def test_leaving_moves_nobody_else(client: httpx.AsyncClient, services: Services) -> None:
    noor = await applied(services, NOOR, pool=True)
    elias = await applied(services, ELIAS, pool=True)
    await client.post(noor.path + "/leave-pool")
    assert await membership_of(elias.candidate_id) is not None


@pytest.mark.parametrize("days_ago", [10, 500])
async def test_pressing_twice_at_the_same_moment_leaves_once(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, days_ago: int
) -> None:
    known = await applied(services, pool=True, days_ago=days_ago)
    answers = await asyncio.gather(*(client.post(known.path + "/leave-pool") for _ in range(4)))
    # Who comes when nothing can be read any more has no page; nobody gets an error.
    assert {answer.status_code for answer in answers} <= ({303} if days_ago == 10 else {200, 404})
    assert await superuser.fetchval("SELECT count(*) FROM consent_event WHERE kind = 'withdrawn'") == 1
    assert await superuser.fetchval("SELECT count(*) FROM outbox WHERE kind = 'retention.erase_withdrawn'") == (
        0 if days_ago == 10 else 1
    )
