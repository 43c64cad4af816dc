"""The privacy coordinator's page: the audit trail, and whether the erasures keep up."""

from datetime import timedelta
from uuid import uuid4

import pytest

from ats.core import audit, db
from ats.core.access import System
from ats.core.clock import read_clock
from ats.oversight import queries
from ats.oversight.rules import DETAIL_LABELS, TAG_LABELS
from ats.retention.actions import sweep
from tests.support.applying import NOOR, SECRETS, apply
from tests.support.cast import sign_in


async def trail(client, cast, query=""):
    await sign_in(client, cast.coordinator)
    answer = await client.get(f"/desk/audit{query}")
    assert answer.status_code == 200
    return answer.text


async def fill(count, tag=audit.Tag.MESSAGE_SEND):
    async with db.transaction():
        for _ in range(count):
            await audit.record(tag, System("worker"), now=read_clock())


async def test_what_happened_is_told_in_words(client, cast, work):
    await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True, objects=True)
    await work()
    page = await trail(client, cast)
    for label in ("Application sent", "Joined the talent pool", "Objected to sharing", "Document read and masked"):
        assert label in page, label
    assert page.index("Document read and masked", page.index("<tbody")) < page.rindex("Application sent")


async def test_no_personal_data_is_on_the_page(client, cast, work):
    await apply(client, NOOR, vacancy=cast.vacancy_slug)
    await work()
    page = await trail(client, cast)
    assert not [text for text in (NOOR.name, NOOR.email, *SECRETS) if text in page]


def test_every_tag_and_every_detail_has_a_label():
    assert set(TAG_LABELS) == set(audit.Tag)
    assert set(DETAIL_LABELS) == set(audit.DETAIL_KEYS)


async def test_the_trail_is_narrowed_to_one_kind_of_event(client, cast):
    await apply(client, NOOR, vacancy=cast.vacancy_slug, pool=True)
    page = await trail(client, cast, "?tag=candidate:pool:join")
    assert "Showing 1 of 1" in page and page.count("Application sent") == 1


async def test_the_trail_is_narrowed_to_one_candidate(client, cast, superuser):
    await apply(client, NOOR, vacancy=cast.vacancy_slug)
    candidate = await superuser.fetchval("SELECT id FROM candidate")
    await fill(3)
    total = await superuser.fetchval("SELECT count(*) FROM audit_event WHERE candidate_id = $1", candidate)
    page = await trail(client, cast, f"?candidate={candidate}")
    assert f"Showing {total} of {total}" in page
    assert "No such event" in await trail(client, cast, f"?candidate={uuid4()}")


async def test_a_reference_that_is_none_is_an_error_in_the_form(client, cast):
    await sign_in(client, cast.coordinator)
    answer = await client.get("/desk/audit?candidate=noor")
    assert answer.status_code == 422 and "This is not a reference" in answer.text and 'value="noor"' in answer.text


@pytest.mark.parametrize("query", ["?tag=nonsense", "?before=x", "?after=-1", "?before=99999999999999999999999"])
async def test_an_unreadable_query_is_refused(client, cast, query):
    await sign_in(client, cast.coordinator)
    assert (await client.get(f"/desk/audit{query}")).status_code == 400


async def test_every_event_is_on_exactly_one_page_in_both_directions(services):
    count = 2 * queries.PAGE_SIZE + 3
    await fill(count)
    pages = [await queries.read_trail(tag=None, candidate_id=None, before=None, after=None)]
    while pages[-1].older is not None:
        pages.append(await queries.read_trail(tag=None, candidate_id=None, before=pages[-1].older, after=None))
    ids = [entry.id for page in pages for entry in page.entries]
    assert len(ids) == len(set(ids)) == count == pages[0].total and ids == sorted(ids, reverse=True)
    assert pages[0].newer is None
    back = await queries.read_trail(tag=None, candidate_id=None, before=None, after=pages[2].newer)
    assert back.entries == pages[1].entries and back.newer is not None
    front = await queries.read_trail(tag=None, candidate_id=None, before=None, after=back.newer)
    assert front.entries == pages[0].entries and front.newer is None


async def test_what_is_overdue_stands_on_top_until_it_is_erased(client, cast, services, superuser):
    await apply(client, NOOR, vacancy=cast.vacancy_slug)
    assert "Nothing is overdue" in await trail(client, cast)
    today = services.today(read_clock())
    async with superuser.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "UPDATE application SET applied_on = $1, due_on = $2",
            today - timedelta(days=367), today - timedelta(days=2),
        )  # fmt: skip
    page = await trail(client, cast)
    assert "1 application is past its date" in page and "Nothing is overdue" not in page
    from ats.rooms import rooms

    await sweep(services, rooms(demo=False), on=today, now=read_clock())
    page = await trail(client, cast)
    assert "Nothing is overdue" in page and "The latest retention runs" in page
    assert "Erasure begun" in page and "Retention run" in page


async def test_only_the_privacy_coordinator_opens_it(client, cast):
    answer = await client.get("/desk/audit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in?next=/desk/audit")
    for account in (cast.owner, cast.administrator):
        await sign_in(client, account)
        assert (await client.get("/desk/audit")).status_code == 403
