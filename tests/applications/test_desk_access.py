"""Who may open which page of the desk: not signed in, wrong role, not assigned, withdrawn, past its date."""

from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from ats.core import db
from ats.core.clock import read_clock
from tests.support.applying import ELIAS, NOOR, apply
from tests.support.cast import sign_in

HERE = {"sec-fetch-site": "same-origin"}
REASON = {"reason": "The candidate asked us to check it."}


@pytest_asyncio.fixture(loop_scope="session")
async def sent(client, cast, work, superuser):
    """Noor applied for the owner's vacancy; her documents have been read. Gives the application's id."""
    assert (await apply(client, vacancy=cast.vacancy_slug)).status_code == 303
    await work()
    return await superuser.fetchval("SELECT id FROM application")


@pytest_asyncio.fixture(loop_scope="session")
async def finding(sent, superuser):
    """A restricted part of Noor's CV."""
    return await superuser.fetchval("SELECT id FROM finding WHERE tier = 'restricted' ORDER BY start_at LIMIT 1")


@pytest.fixture
def addresses(cast, sent):
    """Every page of the desk that shows candidates."""
    return ["/desk", f"/desk/vacancies/{cast.vacancy}", "/desk/spontaneous", f"/desk/applications/{sent}", "/desk/pool"]


async def test_a_visitor_is_sent_to_the_sign_in_page_by_every_page(client, addresses):
    for path in addresses:
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/sign-in?next={path}"), path
        assert NOOR.name not in answer.text


async def test_a_visitor_cannot_have_a_part_shown(client, finding):
    answer = await client.post(f"/desk/findings/{finding}/reveal", data=REASON, headers=HERE)
    assert answer.status_code == 401


async def test_the_administrator_opens_none_of_them(client, cast, addresses, finding):
    await sign_in(client, cast.administrator)
    for path in addresses:
        answer = await client.get(path)
        assert answer.status_code == 403 and NOOR.name not in answer.text, path
    answer = await client.post(f"/desk/findings/{finding}/reveal", data=REASON, headers=HERE)
    assert answer.status_code == 403


async def test_a_recruiter_of_other_vacancies_is_told_that_there_is_nothing(client, cast, sent, finding, superuser):
    await sign_in(client, cast.colleague)
    unknown = await client.get(f"/desk/applications/{uuid4()}")
    theirs = await client.get(f"/desk/applications/{sent}")
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.text == unknown.text
    assert (await client.get(f"/desk/vacancies/{cast.vacancy}")).status_code == 404
    # Not even 403, which would say that there is such a part and that it is restricted.
    answer = await client.post(f"/desk/findings/{finding}/reveal", data=REASON, headers=HERE)
    assert answer.status_code == 404
    overview = await client.get("/desk")
    assert str(cast.vacancy) not in overview.text
    assert not await superuser.fetch("SELECT FROM audit_event WHERE tag = 'staff:application:view'")
    assert not await superuser.fetch("SELECT FROM reveal")


async def test_the_recruiter_of_the_vacancy_and_the_coordinator_open_it(client, cast, sent):
    for account in (cast.owner, cast.coordinator):
        await sign_in(client, account)
        assert str(cast.vacancy) in (await client.get("/desk")).text
        assert NOOR.name in (await client.get(f"/desk/vacancies/{cast.vacancy}")).text
        answer = await client.get(f"/desk/applications/{sent}")
        assert answer.status_code == 200 and NOOR.email in answer.text


async def test_every_recruiter_opens_a_spontaneous_application(client, cast, superuser):
    await apply(client, ELIAS)
    application = await superuser.fetchval("SELECT id FROM application")
    for account in (cast.owner, cast.colleague, cast.coordinator):
        await sign_in(client, account)
        assert ELIAS.name in (await client.get("/desk/spontaneous")).text
        assert (await client.get(f"/desk/applications/{application}")).status_code == 200


async def gone(client, cast, sent, finding):
    """Nothing of Noor is left for anybody at the desk."""
    for account in (cast.owner, cast.coordinator):
        await sign_in(client, account)
        overview = await client.get("/desk")
        assert "1 application" not in overview.text
        listed = await client.get(f"/desk/vacancies/{cast.vacancy}")
        assert listed.status_code == 200 and NOOR.name not in listed.text and "No applications yet" in listed.text
        for words in ("Noor", "Antwerpen"):
            found = await client.post(f"/desk/vacancies/{cast.vacancy}", data={"q": words}, follow_redirects=True)
            assert NOOR.name not in found.text and "Nothing found" in found.text
        pool = await client.get("/desk/pool")
        assert pool.status_code == 200 and NOOR.name not in pool.text and str(sent) not in pool.text
        assert (await client.get(f"/desk/applications/{sent}")).status_code == 404
        answer = await client.post(f"/desk/findings/{finding}/reveal", data=REASON, headers=HERE)
        assert answer.status_code == 404


async def test_a_withdrawn_application_is_gone_from_every_page(client, cast, sent, finding):
    await db.fetch("UPDATE application SET withdrawn_at = $1, erase_after = $1", read_clock() + timedelta(days=1))
    await gone(client, cast, sent, finding)


async def test_an_application_past_its_date_is_gone_from_every_page_before_any_sweep(
    client, cast, sent, finding, services, superuser
):
    today = services.today(read_clock())
    async with superuser.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "UPDATE application SET applied_on = $1, due_on = $2", today - timedelta(days=300), today
        )
    await gone(client, cast, sent, finding)
    assert await superuser.fetchval("SELECT count(*) FROM application") == 1


@pytest.mark.parametrize("path", ["/desk/vacancies/1", "/desk/applications/none", "/desk/findings/x/reveal"])
async def test_a_malformed_reference_is_a_page_that_does_not_exist(client, cast, path):
    await sign_in(client, cast.owner)
    answer = await client.post(path, data=REASON, headers=HERE) if "reveal" in path else await client.get(path)
    assert answer.status_code == 404


async def test_desk_pages_are_never_stored_by_a_browser(client, cast, addresses):
    await sign_in(client, cast.owner)
    for path in addresses:
        answer = await client.get(path)
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store", path
        assert "set-cookie" not in answer.headers
