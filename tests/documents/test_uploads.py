"""Uploads on their way: encrypted from the first byte, and gone without a trace when nobody takes them."""

import asyncio
from datetime import timedelta

import pytest

from ats.core import db
from ats.core.clock import read_clock
from ats.core.crypto import new_key, open_chunks
from ats.core.errors import NotFound
from ats.documents.actions import attach
from ats.documents.places import Purpose
from ats.documents.rules import Limits, Refusal
from ats.documents.tables import Upload
from ats.documents.uploads import UPLOAD_LIFE, UploadSink, blob_context, blob_path, clean_up, still_there
from tests.retention.looking import blobs
from tests.rights.people import applied
from tests.support.applying import CV


async def sent(services, data=CV, name="cv.txt", *, now=None, limits=None, chunk=40):
    sink = UploadSink(services, name, limits=limits or Limits(), now=now or read_clock())
    for start in range(0, len(data), chunk):
        await sink.write(data[start : start + chunk])
    await sink.finish()
    return sink


async def known():
    return await Upload.count()


async def test_what_arrives_stands_in_the_store_encrypted_and_opens_with_its_key(services, tmp_path):
    received = (await sent(services)).received
    assert received.size == len(CV)
    [stored] = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert b"Willems" not in stored.read_bytes()
    assert "cv" not in stored.name
    opened = open_chunks(services.blobs.get(blob_path(received.id)), received.key, blob_context(received.id))
    assert b"".join([chunk async for chunk in opened]) == CV
    assert await known() == 1


@pytest.mark.parametrize("finished", [True, False], ids=["after its end", "in the middle"])
async def test_an_upload_that_is_given_up_leaves_neither_object_nor_row(services, tmp_path, finished):
    sink = UploadSink(services, "cv.txt", limits=Limits(), now=read_clock())
    await sink.write(CV)
    if finished:
        await sink.finish()
        assert len(blobs(tmp_path)) == 1
    await sink.abort()
    assert blobs(tmp_path) == {}
    assert await known() == 0
    assert sink.received is None
    await sink.abort()


async def test_the_first_file_goes_when_the_form_breaks_off_in_the_second(client, services, tmp_path):
    """Over HTTP: a form whose second file is cut off keeps nothing of the first, which was complete."""
    head = b'--abc\r\nContent-Disposition: form-data; name="%s"; filename="%s.txt"\r\nContent-Type: text/plain\r\n\r\n'
    body = head % (b"cv", b"cv") + CV + b"\r\n" + head % (b"letter", b"letter") + b"Dear reader"
    answer = await client.post("/en/apply", content=body, headers={"Content-Type": "multipart/form-data; boundary=abc"})
    assert answer.status_code == 400
    assert blobs(tmp_path) == {}
    assert await known() == 0


@pytest.mark.parametrize(
    ("data", "name", "limits", "refusal"),
    [
        (b"x" * 2_000, "cv.txt", Limits(size=1_000, pages=30), Refusal.TOO_LARGE),
        (b"", "cv.txt", None, Refusal.EMPTY),
        (b"MZ\x90\x00" + b"\x00" * 100, "cv.exe", None, None),
    ],
    ids=["too large", "empty", "a program"],
)
async def test_a_refused_file_leaves_nothing(services, tmp_path, data, name, limits, refusal):
    sink = await sent(services, data, name, limits=limits)
    assert sink.received is None
    assert sink.refusal is not None
    assert refusal in {None, sink.refusal}
    assert blobs(tmp_path) == {}
    assert await known() == 0


async def test_forgotten_uploads_are_cleaned_up_and_younger_ones_stay(services, tmp_path):
    now = read_clock()
    old = (await sent(services, now=now - UPLOAD_LIFE - timedelta(minutes=1))).received
    young = (await sent(services, now=now - UPLOAD_LIFE + timedelta(minutes=1))).received
    assert await clean_up(services, now=now) == 1
    assert set(blobs(tmp_path)) == {str(young.id)}
    with pytest.raises(NotFound):
        await still_there(old.id)
    await still_there(young.id)
    assert await clean_up(services, now=now) == 0


async def test_an_object_that_cannot_be_deleted_keeps_no_other_from_going(services, tmp_path):
    now = read_clock()
    uploads = [(await sent(services, now=now - UPLOAD_LIFE * 2)).received for _ in range(3)]
    stuck = tmp_path / "files" / blob_path(uploads[0].id)
    stuck.unlink()
    stuck.symlink_to(stuck)
    assert await clean_up(services, now=now) == 2
    # It is still known, so the next time it goes as well.
    assert await known() == 1
    stuck.unlink()
    stuck.write_bytes(b"x")
    assert await clean_up(services, now=now) == 1
    assert blobs(tmp_path) == {}


async def test_an_upload_becomes_a_document_once(services, superuser):
    person = await applied(services)
    received = (await sent(services)).received

    async def take():
        async with db.transaction():
            await attach(
                services, received, Purpose.LETTER, person.application_id, person.candidate_id, new_key(),
                now=read_clock(),
            )  # fmt: skip

    results = await asyncio.gather(take(), take(), take(), return_exceptions=True)
    assert [type(each) for each in results if each is not None] == [NotFound, NotFound]
    assert await superuser.fetchval("SELECT count(*) FROM document WHERE id = $1", received.id) == 1


async def test_a_form_that_takes_an_old_upload_at_the_last_moment_keeps_its_file(services, superuser, tmp_path):
    person = await applied(services)
    now = read_clock()
    received = (await sent(services, now=now - UPLOAD_LIFE * 2)).received
    taken = asyncio.Event()

    async def take():
        async with db.transaction():
            await attach(
                services, received, Purpose.LETTER, person.application_id, person.candidate_id, new_key(), now=now
            )
            taken.set()
            await asyncio.sleep(0.3)

    async def clean():
        await taken.wait()
        return await clean_up(services, now=now)

    _, cleaned = await asyncio.gather(take(), clean())
    assert cleaned == 0
    assert str(received.id) in blobs(tmp_path)
    assert await superuser.fetchval("SELECT count(*) FROM document WHERE id = $1", received.id) == 1
