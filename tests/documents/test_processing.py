"""Reading a document in the worker: its reasons for refusing, its keys, and people who go meanwhile."""

import base64
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from ats.applications.queries import load_application_for
from ats.applications.reading import view_application
from ats.core import db, outbox
from ats.core.clock import read_clock
from ats.core.crypto import Keyring
from ats.core.rooms import Subject
from ats.core.tables import Outbox
from ats.documents.rules import DocumentRefused, Refusal
from ats.documents.tables import Document
from ats.retention.actions import erase
from ats.rooms import HOLDING_PEOPLE
from tests.retention.looking import make_due
from tests.rights.people import applied
from tests.support.applying import ELIAS, PLAIN, apply
from tests.support.environment import MASTER_KEY
from worker.jobs import job_actions, run_job

OLD_ID, _, OLD_KEY = MASTER_KEY.partition(":")
OLD = base64.b64decode(OLD_KEY)


def with_keys(services, **keys):
    return replace(services, settings=msgspec.structs.replace(services.settings, keyring=Keyring(keys)))


async def process(services, reader, *, now=None):
    """Run what waits for documents; gives how many jobs were completed."""
    now = now or read_clock()
    rows = await Outbox.select(Outbox.id).where(Outbox.kind == "documents.process", Outbox.done_at.is_null())
    return sum([await run_job(services, job_actions(reader), row["id"], clock=lambda: now) for row in rows])


class Interrupted:
    """The real reader, during whose work something else happens."""

    def __init__(self, reader, happens, refusal=None):
        self._reader, self._happens, self._refusal = reader, happens, refusal

    async def read(self, data, kind, *, limits):
        text = await self._reader.read(data, kind, limits=limits)
        await self._happens()
        if self._refusal:
            raise DocumentRefused(self._refusal)
        return text

    async def detect(self, text):
        return await self._reader.detect(text)


async def count(superuser, tag):
    return await superuser.fetchval("SELECT count(*) FROM audit_event WHERE tag = $1", tag)


async def test_a_document_that_cannot_be_read_is_refused_with_its_reason(client, cast, services, superuser, sandbox):
    broken = ("cv.pdf", b"%PDF-1.7\n" + b"not really" * 50, "application/pdf")
    assert (await apply(client, cv=broken, vacancy=cast.vacancy_slug)).status_code == 303
    assert await process(services, sandbox) == 1
    row = await superuser.fetchrow("SELECT * FROM document")
    assert row["state"] == "refused"
    assert Refusal(row["refusal"]).message
    assert row["content"] is None
    assert row["search"] is None
    event = await superuser.fetchval("SELECT detail::text FROM audit_event WHERE tag = 'system:document:refuse'")
    assert row["refusal"] in event
    # It is no failure, so nothing is tried again.
    assert await Outbox.count().where(Outbox.kind == "documents.process", Outbox.done_at.is_null()) == 0


async def test_a_document_is_read_once_however_often_its_job_comes(services, superuser, sandbox):
    known = await applied(services)
    assert await process(services, sandbox) == 1
    before = await superuser.fetch("SELECT * FROM finding ORDER BY id")
    document_id = await superuser.fetchval("SELECT id FROM document")
    async with db.transaction():
        await outbox.put(
            services.doorbell, "documents.process", document_id, now=read_clock(), candidate_id=known.candidate_id
        )
    assert await process(services, sandbox) == 1
    assert await superuser.fetch("SELECT * FROM finding ORDER BY id") == before
    assert await count(superuser, "system:document:read") == 1


@pytest.mark.parametrize("refusal", [None, Refusal.EMPTY], ids=["readable", "refused"])
@pytest.mark.parametrize("whole", [True, False], ids=["the person", "the application"])
async def test_what_is_erased_while_it_is_read_stays_erased(services, superuser, sandbox, whole, refusal):
    known = await applied(services, days_ago=20)
    if not whole:
        await process(services, sandbox)
        assert (await applied(services)).candidate_id == known.candidate_id
        document_id = await superuser.fetchval(
            "SELECT id FROM document WHERE application_id = $1", known.application_id
        )
        await superuser.execute("UPDATE document SET state = 'waiting' WHERE id = $1", document_id)
        await superuser.execute("UPDATE outbox SET done_at = NULL WHERE subject_id = $1", document_id)
        await superuser.execute("UPDATE outbox SET done_at = now() WHERE subject_id <> $1", document_id)
    today = services.today(read_clock())

    async def erase_now():
        now = read_clock()
        await make_due(superuser, known.application_id, today)
        subject = Subject(known.candidate_id, None if whole else known.application_id)
        assert await erase(services, HOLDING_PEOPLE, subject, "due", on=today, moment=now, now=now)

    read_before = await count(superuser, "system:document:read")
    await process(services, Interrupted(sandbox, erase_now, refusal))
    document = await superuser.fetch("SELECT FROM document WHERE application_id = $1", known.application_id)
    assert document == []
    assert await count(superuser, "system:document:read") == read_before
    assert await count(superuser, "system:document:refuse") == 0
    assert await superuser.fetchval("SELECT count(*) FROM outbox WHERE done_at IS NULL AND attempts > 0") == 0
    assert await superuser.fetchval("SELECT count(*) FROM erasure WHERE done_at IS NOT NULL") == 1


async def test_without_the_master_key_a_document_waits_and_is_read_once_the_key_is_back(services, superuser, sandbox):
    await applied(services)
    locked = with_keys(services, other=b"o" * 32)
    assert await process(locked, sandbox) == 0
    job = await superuser.fetchrow("SELECT * FROM outbox WHERE kind = 'documents.process'")
    assert (job["attempts"], job["done_at"], job["dead_at"], job["last_error"]) == (1, None, None, "Unreadable")
    assert await superuser.fetchval("SELECT state FROM document") == "waiting"
    assert await process(services, sandbox, now=read_clock() + timedelta(minutes=1)) == 1
    assert await superuser.fetchval("SELECT state FROM document") == "read"


async def test_after_a_rotation_old_documents_are_read_and_new_people_get_the_new_key(
    cast, services, superuser, sandbox
):
    waiting = await applied(services, vacancy=cast.vacancy)
    rotated = with_keys(services, new=b"n" * 32, **{OLD_ID: OLD})
    # Sent before the rotation, read after it; and somebody new.
    assert await process(rotated, sandbox) == 1
    fresh = await applied(rotated, ELIAS, vacancy=cast.vacancy)
    again = await applied(rotated)
    assert again.candidate_id == waiting.candidate_id
    assert await process(rotated, sandbox) == 2
    keys = {row["candidate_id"]: row["master_key_id"] for row in await superuser.fetch("SELECT * FROM candidate_key")}
    assert keys == {waiting.candidate_id: OLD_ID, fresh.candidate_id: "new"}
    assert await Document.count().where(Document.state == "read") == 3
    for known in (waiting, fresh):
        application = await load_application_for(cast.owner, known.application_id)
        reading = await view_application(rotated, cast.owner, application, now=read_clock())
        assert PLAIN in "".join(segment.text for sheet in reading.sheets for segment in sheet.segments)


async def test_an_object_that_is_missing_fails_the_job_and_not_the_worker(services, superuser, sandbox, tmp_path):
    await applied(services)
    await applied(services, ELIAS)
    lost = await superuser.fetchval("SELECT blob_path FROM document LIMIT 1")
    (tmp_path / "files" / lost).unlink()
    assert await process(services, sandbox) == 1
    states = await superuser.fetch("SELECT state FROM document ORDER BY state")
    assert [row["state"] for row in states] == ["read", "waiting"]
    assert await superuser.fetchval("SELECT last_error FROM outbox WHERE last_error <> ''") == "NotFound"


async def test_an_object_that_was_changed_is_not_read(services, superuser, sandbox, tmp_path):
    await applied(services)
    path = tmp_path / "files" / await superuser.fetchval("SELECT blob_path FROM document")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert await process(services, sandbox) == 0
    assert await superuser.fetchval("SELECT state FROM document") == "waiting"
    assert await superuser.fetchval("SELECT count(*) FROM finding") == 0
