"""A worker killed at any step, with Redis emptied in between, loses nothing and does nothing twice."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
import redis.asyncio

from ats.core.clock import read_clock
from ats.core.tables import AuditEvent, Outbox
from ats.documents.tables import Document, Finding
from tests.faults.killing_worker import STEPS
from tests.support.applying import Applicant, apply
from tests.support.environment import environment
from tests.support.mails import mails

ROOT = Path(__file__).resolve().parents[2]


async def start_worker(servers, folder, step):
    environ = {**os.environ, **environment(servers.urls, folder), "PYTHONPATH": str(ROOT)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.killing_worker", step, cwd=ROOT, env=environ
    )


async def until(condition, seconds=40):
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.1)


async def all_done():
    return not await Outbox.exists().where(Outbox.done_at.is_null())


async def count(tag):
    return await AuditEvent.count().where(AuditEvent.tag == tag)


@pytest.mark.timeout(240)
async def test_after_a_kill_at_every_step_everything_is_processed_once(client, cast, services, servers, tmp_path):
    flusher = redis.asyncio.Redis.from_url(servers.urls.redis_url)
    for number, step in enumerate(STEPS):
        applicant = Applicant(f"Person {number}", f"person{number}@example.org", f"+32 470 12 34 {number:02}")
        assert (await apply(client, applicant, vacancy=cast.vacancy_slug)).status_code == 303
        worker = await start_worker(servers, tmp_path, step)
        try:
            assert await asyncio.wait_for(worker.wait(), 40) == -signal.SIGKILL, step
        finally:
            if worker.returncode is None:
                worker.kill()
        await flusher.flushall()
    survivor = await start_worker(servers, tmp_path, "none")
    try:
        await until(all_done)
    finally:
        survivor.terminate()
        assert await asyncio.wait_for(survivor.wait(), 20) == 0
        await flusher.aclose()

    people = len(STEPS)
    assert await Document.count().where(Document.state == "read") == people
    assert await count("system:document:read") == people
    assert await count("system:message:send") == people
    # The same CV has the same findings, so a document that was read twice would show.
    per_document = [
        await Finding.count().where(Finding.document_id == row["id"]) for row in await Document.select(Document.id)
    ]
    assert len(set(per_document)) == 1
    assert per_document[0] >= 2
    for number in range(people):
        assert len(mails(services, f"person{number}@example.org")) == 1
    assert not await Outbox.exists().where(Outbox.dead_at.is_not_null())


async def test_a_worker_goes_on_after_redis_threw_it_out(client, cast, servers, services, tmp_path):
    worker = await start_worker(servers, tmp_path, "none")
    flusher = redis.asyncio.Redis.from_url(servers.urls.redis_url)
    try:
        await until(lambda: answers(flusher))
        for number in range(2):
            # Every connection is cut, the worker's among them; arq ends, and is started again.
            await cut_connections(flusher)
            applicant = Applicant("Still Here", f"still{number}@example.org", "+32 470 12 34 56")
            assert (await apply(client, applicant, vacancy=cast.vacancy_slug)).status_code == 303
            await until(all_done)
        assert worker.returncode is None
    finally:
        worker.terminate()
        await asyncio.wait_for(worker.wait(), 20)
        await flusher.aclose()
    assert await Document.count().where(Document.state == "read") == 2


async def answers(client):
    return bool(await client.keys("ats*health*"))


async def cut_connections(client):
    await client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


async def test_a_sweep_that_was_missed_is_caught_up_by_the_next_worker(services, servers, tmp_path):
    worker = await start_worker(servers, tmp_path, "none")
    key = f"retention.sweep:{services.today(read_clock())}"
    try:
        await until(lambda: Outbox.exists().where(Outbox.dedupe_key == key, Outbox.done_at.is_not_null()))
    finally:
        worker.terminate()
        await asyncio.wait_for(worker.wait(), 20)
    assert await count("system:retention:run") == 1
