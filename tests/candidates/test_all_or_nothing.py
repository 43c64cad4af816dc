"""An application is stored whole or not at all, whichever part fails; what was uploaded is let go later."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from ats.core.clock import read_clock
from ats.documents.uploads import UPLOAD_LIFE, clean_up
from tests.applications.sending import CV_FILE, TYPED, open_form
from tests.retention.looking import blobs, rows_by_table
from tests.rights.people import applied

PARTS = (
    "candidate", "candidate_key", "application", "document", "consent_event", "pool_membership", "sharing_objection",
    "private_link", "message", "outbox", "audit_event",
)  # fmt: skip


@asynccontextmanager
async def failing(superuser, table, *, at_commit=False):
    """Make the database refuse every new row of `table`, at once or only when the transaction commits."""
    kind, when = ("CONSTRAINT TRIGGER", "AFTER") if at_commit else ("TRIGGER", "BEFORE")
    deferred = "DEFERRABLE INITIALLY DEFERRED" if at_commit else ""
    await superuser.execute(
        "CREATE FUNCTION fail_on_purpose() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = 'check_violation'; END $$"
    )
    await superuser.execute(
        f"CREATE {kind} fail_on_purpose {when} INSERT ON {table} {deferred} FOR EACH ROW "
        "EXECUTE FUNCTION fail_on_purpose()"
    )
    try:
        yield
    finally:
        await superuser.execute("DROP FUNCTION fail_on_purpose CASCADE")


async def stored(superuser):
    return await rows_by_table(superuser, without={"upload", "rate_limit"})


@pytest.mark.parametrize("at_commit", [False, True], ids=["at once", "at the commit"])
@pytest.mark.parametrize("part", PARTS)
async def test_when_one_part_fails_nothing_of_the_application_remains(services, superuser, tmp_path, part, at_commit):
    before = await stored(superuser)
    async with failing(superuser, part, at_commit=at_commit):
        with pytest.raises(asyncpg.CheckViolationError):
            await applied(services, pool=True, objects=True)
    assert await stored(superuser) == before
    # The upload is still known, so it does not stay for ever.
    assert await superuser.fetchval("SELECT count(*) FROM upload") == len(blobs(tmp_path)) == 1
    assert await clean_up(services, now=read_clock()) == 0
    assert await clean_up(services, now=read_clock() + UPLOAD_LIFE + timedelta(minutes=1)) == 1
    assert blobs(tmp_path) == {}
    # And the same person can apply.
    await applied(services, pool=True, objects=True)


async def test_after_our_own_failure_the_same_form_can_be_sent_again(client, services, superuser, cast):
    sheet = await open_form(client, cast.vacancy_slug)
    async with failing(superuser, "message"):
        answer = await sheet.send(client, TYPED, {"cv": CV_FILE})
        assert answer.status_code == 500
        assert TYPED["email"] not in answer.text
    assert await superuser.fetchval("SELECT count(*) FROM application") == 0
    assert (await sheet.send(client, TYPED, {"cv": CV_FILE})).status_code == 303
    assert (await sheet.send(client, TYPED, {"cv": CV_FILE})).status_code == 303
    assert await superuser.fetchval("SELECT count(*) FROM application") == 1


async def test_one_form_sent_many_times_at_the_same_moment_makes_one_application(client, superuser, cast):
    sheet = await open_form(client, cast.vacancy_slug)
    answers = await asyncio.gather(*(sheet.send(client, TYPED, {"cv": CV_FILE}) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    counts = [
        await superuser.fetchval(f"SELECT count(*) FROM {table}")
        for table in ("application", "candidate", "document", "message")
    ]
    assert counts == [1, 1, 1, 1]


async def test_many_forms_with_one_address_at_the_same_moment_make_one_person(client, superuser, cast):
    sheets = [await open_form(client, slug) for slug in (cast.vacancy_slug, cast.other_slug, None, None)]
    spellings = [TYPED["email"], TYPED["email"].upper(), TYPED["email"].title(), TYPED["email"]]
    answers = await asyncio.gather(
        *(
            sheet.send(client, {**TYPED, "email": email}, {"cv": CV_FILE})
            for sheet, email in zip(sheets, spellings, strict=True)
        )
    )
    assert {answer.status_code for answer in answers} == {303}
    assert await superuser.fetchval("SELECT count(*) FROM candidate") == 1
    assert await superuser.fetchval("SELECT count(*) FROM candidate_key") == 1
    assert await superuser.fetchval("SELECT count(DISTINCT candidate_id) FROM application") == 1
    assert await superuser.fetchval("SELECT count(*) FROM application") == len(sheets)
