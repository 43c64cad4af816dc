"""Withdrawing an application from the private page."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest

from ats.core.clock import read_clock
from ats.core.services import Services
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from ats.web.environment import environment
from tests.rights.people import Known, applied
from tests.support.applying import ELIAS, NOOR, SECRETS
from tests.support.cast import Cast
from tests.support.mails import mails

Work = Callable[[], Awaitable[int]]
DONE = "?done=withdrawn"


def withdrawal(known: Known) -> str:
    """Where the withdrawal of somebody's latest application is posted."""
    return f"{known.path}/withdraw/{known.application_id}"


async def test_withdrawing_says_what_happens_before_and_when_it_will_be_erased_after(
    client: httpx.AsyncClient, services: Services, cast: Cast, superuser: asyncpg.Pool
) -> None:
    known = await applied(services, vacancy=cast.vacancy)
    before = (await client.get(known.path)).text
    assert f'action="{withdrawal(known)}"' in before
    assert "After 24 hours it is erased" in before
    answer = await client.post(withdrawal(known))
    assert answer.status_code == 303
    assert answer.headers["location"] == known.path + DONE
    after = (await client.get(known.path + DONE)).text
    assert "Your application is withdrawn" in after
    assert "Erased after" in after
    assert "Withdraw this application" not in after
    row = await superuser.fetchrow("SELECT withdrawn_at, erase_after FROM application")
    assert row["erase_after"] - row["withdrawn_at"] == timedelta(hours=services.organisation.retention.grace_hours)


async def test_withdrawing_again_gives_the_same_answer_and_moves_no_date(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    known = await applied(services)
    answers = [await client.post(withdrawal(known))]
    first = await superuser.fetchval("SELECT erase_after FROM application")
    answers += [await client.post(withdrawal(known)) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {known.path + DONE}
    assert await superuser.fetchval("SELECT erase_after FROM application") == first
    assert await superuser.fetchval("SELECT count(*) FROM audit_event WHERE tag LIKE '%application:withdraw'") == 1
    assert await superuser.fetchval("SELECT count(*) FROM message WHERE template = 'application_withdrawn'") == 1


async def test_another_persons_link_cannot_withdraw_my_application(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    noor = await applied(services, NOOR)
    elias = await applied(services, ELIAS)
    answer = await client.post(f"{elias.path}/withdraw/{noor.application_id}")
    nobody = await client.post(f"{elias.path}/withdraw/{uuid4()}")
    assert answer.status_code == nobody.status_code == 404
    assert answer.text == nobody.text
    assert await superuser.fetchval("SELECT count(*) FROM application WHERE withdrawn_at IS NOT NULL") == 0


@pytest.mark.parametrize("application_id", ["1", "x", "%00", "00000000-0000-0000-0000-00000000000g"])
async def test_a_malformed_application_is_not_found(
    client: httpx.AsyncClient, services: Services, application_id: str
) -> None:
    known = await applied(services)
    assert (await client.post(f"{known.path}/withdraw/{application_id}")).status_code in (400, 404)


async def test_withdrawing_everything_erases_the_person_after_the_grace(
    client: httpx.AsyncClient, services: Services, cast: Cast, superuser: asyncpg.Pool, work: Work
) -> None:
    first = await applied(services, vacancy=cast.vacancy, pool=True, days_ago=30)
    second = await applied(services, vacancy=cast.other_vacancy)
    await work()
    for known in (first, second):
        assert (await client.post(f"{second.path}/withdraw/{known.application_id}")).status_code == 303
    page = await client.get(second.path)
    assert page.status_code == 200
    assert page.text.count("Erased after") == 2
    await work()
    subjects = [str(mail["Subject"]) for mail in mails(services, NOOR.email)]
    assert subjects.count("Your application is withdrawn") == 2
    later = read_clock() + timedelta(hours=services.organisation.retention.grace_hours, minutes=1)
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(later), now=later)
    assert (report.candidates, report.failed) == (1, 0)
    for table in ("candidate", "application", "document", "finding", "consent_event", "message", "private_link"):
        assert await superuser.fetchval(f'SELECT count(*) FROM "{table}"') == 0, table
    assert (await client.get(second.path)).status_code == 404


async def test_withdrawing_one_of_two_leaves_the_other(
    client: httpx.AsyncClient, services: Services, cast: Cast, superuser: asyncpg.Pool
) -> None:
    first = await applied(services, vacancy=cast.vacancy, days_ago=30)
    second = await applied(services, vacancy=cast.other_vacancy)
    await client.post(withdrawal(first))
    later = read_clock() + timedelta(hours=services.organisation.retention.grace_hours, minutes=1)
    await sweep(services, HOLDING_PEOPLE, on=services.today(later), now=later)
    assert await superuser.fetchval("SELECT id FROM application") == second.application_id
    assert (await client.get(second.path)).status_code == 200


async def test_the_mail_names_the_moment_and_nothing_sensitive(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, work: Work
) -> None:
    known = await applied(services, language="nl")
    await client.post(withdrawal(known))
    await work()
    text = mails(services, NOOR.email)[-1].get_content()
    when = await superuser.fetchval("SELECT erase_after FROM application")
    assert environment("nl", services.organisation.zone).filters["datetime"](when) in text
    assert not any(secret in text for secret in SECRETS)
