"""What happens by itself: the day's sweep, lost rings, and the house kept clean."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from ats.core import db, outbox
from ats.core.clock import read_clock
from ats.core.crypto import hash_token, new_token
from ats.core.services import Services
from ats.core.tables import Outbox
from ats.documents import uploads
from ats.documents.rules import Limits
from ats.documents.tables import Upload
from ats.documents.uploads import UploadSink
from ats.retention import actions as retention
from ats.staff.tables import Session
from ats.web import limits
from tests.support.cast import sign_in
from worker import schedule
from worker.schedule import keep_house, keep_schedule


class Rung:
    """A doorbell that remembers who was rung."""

    def __init__(self):
        self.ids = []

    def ring(self, job_id):
        self.ids.append(job_id)


def with_bell(services):
    rung = Rung()
    made = Services(settings=services.settings, blobs=services.blobs, mailer=services.mailer, doorbell=rung)
    return made, rung


async def tick(services, clock, ticks=1):
    """Run the schedule for about so many ticks."""
    stopping = asyncio.Event()
    task = asyncio.create_task(keep_schedule(services, stopping, clock=clock))
    await asyncio.sleep(0.3 * ticks)
    stopping.set()
    await asyncio.wait_for(task, 5)


async def sweeps():
    return [row["dedupe_key"] for row in await Outbox.select(Outbox.dedupe_key).where(Outbox.kind == retention.SWEEP)]


async def test_each_day_has_one_sweep_however_many_workers_plan_it(services, monkeypatch):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.05)
    yesterday = read_clock() - timedelta(days=1)
    await asyncio.gather(*(tick(services, lambda: yesterday) for _ in range(4)))
    assert len(await sweeps()) == 1
    await asyncio.gather(*(tick(services, read_clock) for _ in range(4)))
    keys = await sweeps()
    assert len(keys) == len(set(keys)) == 2


async def test_a_ring_that_was_lost_is_rung_again_and_only_what_waits(services):
    made, rung = with_bell(services)
    now = read_clock()
    async with db.transaction():
        lost, claimed, done = [await outbox.put(services.doorbell, "test", uuid4(), now=now) for _ in range(3)]
        later = await outbox.put(services.doorbell, "test", uuid4(), now=now, run_after=now + timedelta(hours=1))
    await outbox.claim(claimed, now=now)
    job = await outbox.claim(done, now=now)
    async with db.transaction():
        await outbox.complete(job, now=now)
    await tick(made, lambda: now)
    assert lost in rung.ids
    assert not {claimed, done, later} & set(rung.ids)
    rung.ids.clear()
    # Its time comes, and the lease of a dead worker ends.
    await tick(made, lambda: now + timedelta(hours=2))
    assert {lost, claimed, later} <= set(rung.ids)
    assert done not in rung.ids


async def test_the_schedule_outlives_a_database_that_is_away_for_a_moment(services, monkeypatch):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.05)
    warned = []
    monkeypatch.setattr(schedule.log, "warning", lambda *_args, **more: warned.append(more["error"]))
    stopping = asyncio.Event()
    pool, db.engine.pool = db.engine.pool, None
    task = asyncio.create_task(keep_schedule(services, stopping, clock=read_clock))
    try:
        await asyncio.sleep(0.3)
    finally:
        db.engine.pool = pool
    assert set(warned) == {"NotConnected"}
    async with asyncio.timeout(5):
        while not await sweeps():
            await asyncio.sleep(0.05)
    stopping.set()
    await asyncio.wait_for(task, 5)


async def test_stopping_does_not_wait_for_the_next_tick(services, monkeypatch):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 60)
    stopping = asyncio.Event()
    task = asyncio.create_task(keep_schedule(services, stopping, clock=read_clock))
    await asyncio.sleep(0.3)
    stopping.set()
    await asyncio.wait_for(task, 2)


async def upload(services, now):
    sink = UploadSink(services, "cv.txt", limits=Limits(size=1000), now=now)
    await sink.write(b"A curriculum vitae of one line.")
    await sink.finish()
    return sink.received.id


async def test_the_house_is_kept_free_of_what_has_served_and_of_nothing_else(services, client, cast):
    now = read_clock()
    old_upload, new_upload = (
        await upload(services, now - uploads.UPLOAD_LIFE - timedelta(minutes=1)),
        await upload(services, now),
    )
    async with db.transaction():
        old_job, new_job, open_job = [await outbox.put(services.doorbell, "test", uuid4(), now=now) for _ in range(3)]
    for job_id, done_at in ((old_job, now - outbox.KEEP_DONE - timedelta(hours=1)), (new_job, now)):
        await Outbox.update({Outbox.done_at: done_at}).where(Outbox.id == job_id)
    await sign_in(client, cast.owner)
    ended = hash_token(new_token())
    row = await Session.select().first()
    await Session.insert(Session(**{**row, "token_hash": ended, "expires_at": now - timedelta(seconds=1)}))
    for key, hit_at in (("old", now - timedelta(hours=1)), ("new", now)):
        await limits.hit(services, limits.Limit("test", 5, 60), key, now=hit_at)

    await keep_house(services, now=now)

    assert [each["id"] for each in await Upload.select(Upload.id)] == [new_upload]
    assert not await services.blobs.exists(uploads.blob_path(old_upload))
    assert await services.blobs.exists(uploads.blob_path(new_upload))
    assert {each["id"] for each in await Outbox.select(Outbox.id)} == {new_job, open_job}
    assert [each["token_hash"] for each in await Session.select(Session.token_hash)] == [row["token_hash"]]
    assert len(await db.fetch("SELECT FROM rate_limit")) == 1
