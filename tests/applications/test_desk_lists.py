"""The lists of the desk: counts, order, pages, search, and what a row says."""

from datetime import timedelta

import pytest
from lxml import html

from ats.applications import queries
from ats.core.clock import read_clock
from ats.web.paging import PAGE_SIZE, Cursor
from tests.support.applying import ELIAS, NOOR, SECRETS, Applicant, apply
from tests.support.cast import sign_in


def people_on(page):
    return [link.text_content() for link in html.fromstring(page).xpath("//tbody//th//a")]


async def listed(client, cast, words=""):
    path = f"/desk/vacancies/{cast.vacancy}"
    answer = await (client.post(path, data={"q": words}, follow_redirects=True) if words else client.get(path))
    assert answer.status_code == 200
    return answer.text


async def test_the_overview_counts_what_this_account_can_open(client, cast):
    await apply(client, NOOR, vacancy=cast.vacancy_slug)
    await apply(client, ELIAS, vacancy=cast.other_slug)
    await apply(client, ELIAS)
    await sign_in(client, cast.owner)
    mine = (await client.get("/desk")).text
    assert mine.count("1 application") == 2 and str(cast.other_vacancy) not in mine
    await sign_in(client, cast.coordinator)
    all_of_them = (await client.get("/desk")).text
    assert all_of_them.count("1 application") == 3 and str(cast.other_vacancy) in all_of_them
    await sign_in(client, cast.colleague)
    nothing = (await client.get("/desk")).text
    assert nothing.count("1 application") == 1 and "You do not work on a vacancy yet" in nothing


async def test_the_newest_application_comes_first(client, cast):
    await apply(client, NOOR, vacancy=cast.vacancy_slug)
    await apply(client, ELIAS, vacancy=cast.vacancy_slug)
    await sign_in(client, cast.owner)
    assert people_on(await listed(client, cast)) == [ELIAS.name, NOOR.name]


async def test_a_row_says_pool_objection_and_state_of_the_documents(client, cast, work):
    await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True)
    await sign_in(client, cast.owner)
    row = html.fromstring(await listed(client, cast)).xpath("//tbody/tr")[0].text_content()
    assert "In the pool" in row and "No objection" in row and "Being read" in row
    await work()
    await apply(client, ELIAS, vacancy=cast.vacancy_slug, objects=True, cv=("cv.pdf", b"%PDF-1.7 broken", "a/b"))
    await work()
    rows = [row.text_content() for row in html.fromstring(await listed(client, cast)).xpath("//tbody/tr")]
    assert "Objects" in rows[0] and "In the pool" not in rows[0] and "Could not be read" in rows[0]
    assert "Read and masked" in rows[1]


async def test_search_finds_words_of_the_masked_text_and_of_the_name(client, cast, work):
    await apply(client, NOOR, vacancy=cast.vacancy_slug)
    other = b"Elias Dubois\n\nExperience\nBaker in Namur, 2015-2026.\n"
    await apply(client, ELIAS, vacancy=cast.vacancy_slug, cv=("cv.txt", other, "text/plain"))
    await work()
    await sign_in(client, cast.owner)
    assert people_on(await listed(client, cast, "antwerpen bank")) == [NOOR.name]
    assert people_on(await listed(client, cast, "dubois ELIAS")) == [ELIAS.name]
    assert people_on(await listed(client, cast, "bak")) == []
    assert people_on(await listed(client, cast, '"baker in namur"')) == [ELIAS.name]
    assert people_on(await listed(client, cast, "_")) == [] and people_on(await listed(client, cast, "%")) == []


async def test_search_finds_nothing_that_is_masked(client, cast, work, superuser):
    await apply(client, NOOR, vacancy=cast.vacancy_slug)
    await work()
    assert await superuser.fetchval("SELECT count(*) FROM finding WHERE tier = 'restricted'") >= 2
    for account in (cast.owner, cast.coordinator):
        await sign_in(client, account)
        for number in (SECRETS[0], "85073003328"):
            # A national register number may not even be looked for.
            refused = await client.post(f"/desk/vacancies/{cast.vacancy}", data={"q": number})
            assert refused.status_code == 422 and NOOR.name not in refused.text
        for secret in (*SECRETS[1:], "85.07.30", "033", "epilep"):
            page = await listed(client, cast, secret)
            assert people_on(page) == [] and NOOR.name not in page, secret
        # The positive control: the same document is found by what is not masked.
        assert people_on(await listed(client, cast, "Antwerpen")) == [NOOR.name]


async def test_search_stays_inside_the_vacancy(client, cast, work):
    await apply(client, NOOR, vacancy=cast.vacancy_slug)
    await apply(client, ELIAS)
    await work()
    await sign_in(client, cast.owner)
    assert people_on(await listed(client, cast, "Antwerpen")) == [NOOR.name]
    spontaneous = await client.get("/desk/spontaneous", params={"q": "Antwerpen"})
    assert people_on(spontaneous.text) == [ELIAS.name]


@pytest.mark.parametrize("words", ["'", '"', "a & | b", "-", "\\", "<b>", "x" * 200])
async def test_any_words_can_be_searched(client, cast, words):
    await sign_in(client, cast.owner)
    page = await listed(client, cast, words)
    assert "Nothing found" in page and "<b>" not in page


@pytest.mark.parametrize("query", ["q=%00", "q=%ff", "page=nonsense", "page=AAAA", "sought=" + "x" * 2001])
async def test_an_unreadable_query_is_refused(client, cast, query):
    await sign_in(client, cast.owner)
    assert (await client.get(f"/desk/vacancies/{cast.vacancy}?{query}")).status_code == 400


@pytest.mark.parametrize("body", [b"q=%00", b"q=" + b"x" * 201])
async def test_unreadable_words_are_refused(client, cast, body):
    await sign_in(client, cast.owner)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.post(f"/desk/vacancies/{cast.vacancy}", content=body, headers=headers)).status_code == 422


async def test_a_search_that_was_sealed_for_somebody_else_or_forged_is_refused(client, cast):
    await sign_in(client, cast.owner)
    answer = await client.post(f"/desk/vacancies/{cast.vacancy}", data={"q": "words"})
    assert answer.status_code == 303
    await sign_in(client, cast.coordinator)
    assert (await client.get(answer.headers["location"])).status_code == 422
    assert (await client.get(f"/desk/vacancies/{cast.vacancy}?sought=forged")).status_code == 422


async def test_nobody_searches_where_they_may_not_look(client, cast):
    for account, status in ((None, 401), (cast.administrator, 403), (cast.colleague, 404)):
        await sign_in(client, account)
        assert (await client.post(f"/desk/vacancies/{cast.vacancy}", data={"q": "x"})).status_code == status


async def many(superuser, cast, count):
    """Applications sent at once by many people: pairs of them in the very same moment."""
    now = read_clock()
    await superuser.execute(
        "WITH people AS (INSERT INTO candidate SELECT gen_random_uuid(), 'Person ' || n, 'p' || n || '@example.org', '', "
        "'en', $2 FROM generate_series(1, $3) AS n RETURNING id, name) "
        "INSERT INTO application (id, candidate_id, vacancy_id, language, statement_hash, form_hash, applied_at, "
        "applied_on, basis, due_on) SELECT gen_random_uuid(), id, $1, 'en', (SELECT hash FROM statement_version LIMIT 1), "
        "decode(md5(id::text), 'hex'), $2 - (row_number() OVER () / 2) * interval '1 minute', $4, 'application', $5 "
        "FROM people",
        cast.vacancy, now, count, now.date(), now.date() + timedelta(days=300),
    )  # fmt: skip


async def test_every_application_is_on_exactly_one_page_in_both_directions(client, cast, superuser):
    count = 2 * PAGE_SIZE + 7
    await many(superuser, cast, count)
    seen, cursor, backwards = [], None, []
    while True:
        page = await queries.list_applications(cast.owner, cast.vacancy, sought="", cursor=Cursor.parse(cursor or ""))
        assert page.total == count
        seen += page.items
        backwards.append([each.id for each in page.items])
        if page.next is None:
            break
        cursor = page.next
    assert len({each.id for each in seen}) == len(seen) == count
    assert [each.applied_at for each in seen] == sorted((each.applied_at for each in seen), reverse=True)
    before = await queries.list_applications(cast.owner, cast.vacancy, sought="", cursor=Cursor.parse(page.previous))
    assert [each.id for each in before.items] == backwards[1]
    sought = await queries.list_applications(cast.owner, cast.vacancy, sought="person", cursor=None)
    assert (sought.total, [each.id for each in sought.items]) == (count, backwards[0])
    second = await queries.list_applications(
        cast.owner, cast.vacancy, sought="person", cursor=Cursor.parse(sought.next or "")
    )
    assert [each.id for each in second.items] == backwards[1]


async def test_a_list_says_how_many_and_leads_on(client, cast, superuser):
    await many(superuser, cast, PAGE_SIZE + 1)
    await sign_in(client, cast.owner)
    page = await listed(client, cast)
    assert f"Showing {PAGE_SIZE} of {PAGE_SIZE + 1}" in page
    onward = html.fromstring(page).xpath("//a[@rel='next']/@href")[0]
    last = await client.get(onward)
    assert f"Showing 1 of {PAGE_SIZE + 1}" in last.text and len(people_on(last.text)) == 1
    back = html.fromstring(last.text).xpath("//a[@rel='prev']/@href")[0]
    assert people_on((await client.get(back)).text) == people_on(page)


async def test_the_pages_of_a_search_keep_the_words(client, cast, superuser):
    await many(superuser, cast, PAGE_SIZE + 1)
    await sign_in(client, cast.owner)
    onward = html.fromstring(await listed(client, cast, "Person")).xpath("//a[@rel='next']/@href")[0]
    # Sealed: somebody's name may be among the words, and addresses are kept in many places.
    assert "sought=" in onward and "Person" not in onward
    assert f"Showing 1 of {PAGE_SIZE + 1}" in (await client.get(onward)).text


async def test_a_spontaneous_list_holds_no_application_for_a_vacancy(client, cast):
    await apply(client, Applicant("Ada Maes", "ada@example.org"), vacancy=cast.vacancy_slug)
    await sign_in(client, cast.owner)
    assert "No applications yet" in (await client.get("/desk/spontaneous")).text
