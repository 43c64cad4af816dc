"""The talent pool at the desk: who is in it, who may open what, and who is gone from it."""

from ats.applications import queries
from ats.core import db
from ats.core.clock import read_clock
from ats.web.paging import PAGE_SIZE, Cursor
from tests.support.applying import ELIAS, NOOR, apply
from tests.support.cast import sign_in
from tests.support.mails import private_path


async def page_of(client, account):
    await sign_in(client, account)
    answer = await client.get("/desk/pool")
    assert answer.status_code == 200
    return answer.text


async def test_only_who_asked_for_it_is_in_the_pool(client, cast):
    await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True)
    await apply(client, ELIAS, vacancy=cast.vacancy_slug)
    page = await page_of(client, cast.owner)
    assert NOOR.name in page and ELIAS.name not in page
    assert "Showing 1 of 1" in page


async def test_a_link_only_to_what_this_account_may_open(client, cast, superuser):
    await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True)
    application = await superuser.fetchval("SELECT id FROM application")
    assert f"/desk/applications/{application}" in await page_of(client, cast.owner)
    assert f"/desk/applications/{application}" in await page_of(client, cast.coordinator)
    colleague = await page_of(client, cast.colleague)
    assert NOOR.name in colleague and "/desk/applications/" not in colleague


async def test_the_link_leads_to_the_latest_application(client, cast, superuser):
    await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True)
    await apply(client, NOOR)
    latest = await superuser.fetchval("SELECT id FROM application ORDER BY applied_at DESC LIMIT 1")
    page = await page_of(client, cast.owner)
    assert f"/desk/applications/{latest}" in page and page.count("/desk/applications/") == 1


async def test_who_leaves_is_gone_at_once(client, cast, work, services):
    await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True)
    await work()
    link = private_path(services, NOOR.email)
    assert (await client.post(f"{link}/leave-pool")).status_code == 303
    assert NOOR.name not in await page_of(client, cast.owner)


async def test_who_withdrew_every_application_is_not_listed_or_counted(client, cast):
    await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True)
    await db.fetch("UPDATE application SET withdrawn_at = $1, erase_after = $1", read_clock())
    page = await page_of(client, cast.coordinator)
    assert NOOR.name not in page and "Nobody is in the talent pool" in page


async def test_every_member_is_on_exactly_one_page(client, cast, superuser):
    await apply(client, NOOR, pool=True)
    count = PAGE_SIZE + 5
    now = read_clock()
    async with superuser.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "WITH people AS (INSERT INTO candidate SELECT gen_random_uuid(), 'Person ' || n, 'p' || n || '@example.org', "
            "'', 'en', $1 FROM generate_series(1, $2) AS n RETURNING id), sent AS (INSERT INTO application (id, "
            "candidate_id, language, statement_hash, form_hash, applied_at, applied_on, basis, due_on) SELECT "
            "gen_random_uuid(), id, 'en', 'x', decode(md5(id::text), 'hex'), $1, $3, 'talent_pool', $4 FROM people) "
            "INSERT INTO pool_membership SELECT id, gen_random_uuid(), $3, $4 FROM people",
            now, count - 1, now.date(), now.date().replace(year=now.year + 2),
        )  # fmt: skip
    first = await queries.list_members(cast.owner, None)
    second = await queries.list_members(cast.owner, Cursor.parse(first.next or ""))
    assert (first.total, len(first.items), len(second.items), second.next) == (count, PAGE_SIZE, 5, None)
    assert len({each.candidate_id for each in (*first.items, *second.items)}) == count
    back = await queries.list_members(cast.owner, Cursor.parse(second.previous or ""))
    assert back.items == first.items


async def test_a_visitor_and_the_administrator_do_not_open_it(client, cast):
    answer = await client.get("/desk/pool")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in?next=/desk/pool")
    await sign_in(client, cast.administrator)
    assert (await client.get("/desk/pool")).status_code == 403
