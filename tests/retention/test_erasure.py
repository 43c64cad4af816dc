"""The engine: repeated, at once, past failures, and without touching anybody else."""

import asyncio
import shutil
from datetime import timedelta

import pytest

from ats.core.clock import read_clock
from ats.core.rooms import Room, Subject
from ats.core.tables import AuditEvent
from ats.retention import actions
from ats.retention.actions import NotErased, erase, sweep
from ats.rooms import HOLDING_PEOPLE
from tests.retention.looking import KEEPS_REFERENCES, blobs, ids_of, make_due, references, rows_by_table
from tests.rights.people import applied
from tests.support.applying import ELIAS, NOOR, Applicant
from tests.support.cast import sign_in

NAMESAKE = Applicant("Noor Willems", "noor.willems@example.com", "+32 470 12 34 56")


def when(services):
    now = read_clock()
    return {"on": services.today(now), "moment": now, "now": now}


async def due(services, superuser, applicant=NOOR, **more):
    known = await applied(services, applicant, **more)
    await make_due(superuser, known.application_id, services.today(read_clock()))
    return known


async def tags(tag):
    return await AuditEvent.count().where(AuditEvent.tag == tag)


async def test_claim_07_erasing_twice_is_one_entry_and_no_error(services, superuser):
    known = await due(services, superuser, pool=True)
    subject = Subject(known.candidate_id)
    assert await erase(services, HOLDING_PEOPLE, subject, "due", **when(services))
    assert not await erase(services, HOLDING_PEOPLE, subject, "due", **when(services))
    assert not await erase(services, HOLDING_PEOPLE, subject, "requested", **when(services))
    rows = await superuser.fetch("SELECT cause, step FROM erasure")
    assert [tuple(row) for row in rows] == [("due", "done")]
    assert await tags("system:erasure:begin") == await tags("system:erasure:done") == 1


async def test_claim_07_two_workers_at_once_are_one_entry_and_no_error(services, superuser, work):
    people = [
        await due(services, superuser, Applicant(f"Person {number}", f"p{number}@example.org"), pool=True, objects=True)
        for number in range(4)
    ]
    await work()
    now = read_clock()
    reports = await asyncio.gather(
        *(sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now) for _ in range(3)),
        *(erase(services, HOLDING_PEOPLE, Subject(each.candidate_id), "due", **when(services)) for each in people),
    )
    assert [report.failed for report in reports[:3]] == [0, 0, 0]
    assert await superuser.fetchval("SELECT count(*) FROM erasure WHERE done_at IS NOT NULL") == len(people)
    assert await superuser.fetchval("SELECT count(*) FROM erasure") == len(people)
    assert await tags("system:erasure:begin") == await tags("system:erasure:done") == len(people)
    # Whoever did which part: each count is what was there, once.
    for row in await superuser.fetch("SELECT counts ->> 'document', counts ->> 'blob' FROM erasure"):
        assert tuple(row) == ("1", "1")


async def test_claim_09_no_column_refers_to_an_erased_person(client, cast, services, superuser, work):
    known = await applied(services, vacancy=cast.vacancy, pool=True, objects=True)
    other = await applied(services, ELIAS, vacancy=cast.vacancy)
    await work()
    await client.post(known.path + "/leave-pool")
    ids = await ids_of(superuser, known.candidate_id)
    before = await references(superuser, *ids)
    # The search sees them: everything that a person can have is there.
    assert {"application.candidate_id", "candidate_key.candidate_id", "finding.document_id", "message.candidate_id",
            "consent_event.candidate_id", "outbox.subject_id", "sharing_objection.candidate_id"} <= before  # fmt: skip
    await make_due(superuser, known.application_id, services.today(read_clock()))
    assert await erase(services, HOLDING_PEOPLE, Subject(known.candidate_id), "due", **when(services))
    after = {each.split(".")[0] for each in await references(superuser, *ids)}
    assert after == KEEPS_REFERENCES
    assert await references(superuser, other.candidate_id) >= {"candidate.id", "application.candidate_id"}


async def test_claim_12_erasing_one_person_changes_no_byte_of_another(services, superuser, work, tmp_path, cast):
    # Another person with the same name, number, CV and vacancy, and somebody at the same mail domain.
    known = await applied(services, NOOR, vacancy=cast.vacancy, pool=True, objects=True)
    own_blobs = blobs(tmp_path)
    await applied(services, NAMESAKE, vacancy=cast.vacancy, pool=True, objects=True)
    await applied(services, Applicant("Lotte Maes", "lotte.maes@example.org"), vacancy=cast.vacancy)
    await work()
    whole, stored = await rows_by_table(superuser), blobs(tmp_path)
    await make_due(superuser, known.application_id, services.today(read_clock()))
    assert await erase(services, HOLDING_PEOPLE, Subject(known.candidate_id), "due", **when(services))

    after = await rows_by_table(superuser)
    grows = {"audit_event", "erasure"}
    for table, rows in whole.items():
        if table in grows:
            assert rows <= after[table]
        else:
            # What is left was there before, unchanged; what is gone was the erased person's.
            assert after[table] <= rows, table
            counted = await superuser.fetchval("SELECT (counts ->> $1)::int FROM erasure", table)
            assert len(rows) - len(after[table]) == (counted or 0), table
    assert blobs(tmp_path) == {name: digest for name, digest in stored.items() if name not in own_blobs}
    assert len(blobs(tmp_path)) == 2


async def test_what_still_refers_to_the_person_keeps_the_erasure_open(services, superuser):
    known = await due(services, superuser)
    forgetful = [room for room in HOLDING_PEOPLE if room.name != "candidates"]
    with pytest.raises(NotErased):
        await erase(services, forgetful, Subject(known.candidate_id), "due", **when(services))
    assert await superuser.fetchval("SELECT done_at FROM erasure") is None
    assert await tags("system:erasure:done") == 0
    assert await erase(services, HOLDING_PEOPLE, Subject(known.candidate_id), "due", **when(services))
    assert await superuser.fetchval("SELECT done_at FROM erasure") is not None


async def test_claim_22_one_poisoned_person_delays_nobody_else(services, superuser, tmp_path):
    poisoned = await due(services, superuser)
    others = [
        await due(services, superuser, Applicant(f"Person {number}", f"p{number}@example.org")) for number in range(3)
    ]
    path = await superuser.fetchval("SELECT blob_path FROM document WHERE application_id = $1", poisoned.application_id)
    blob = tmp_path / "files" / path
    kept = blob.read_bytes()
    blob.unlink()
    # A link that leads to itself can neither be looked at nor be taken for missing.
    blob.symlink_to(blob)
    now = read_clock()
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
    assert (report.candidates, report.failed) == (len(others), 1)
    assert await superuser.fetch("SELECT id FROM candidate") == [(poisoned.candidate_id,)]
    assert await superuser.fetchval("SELECT step FROM erasure WHERE done_at IS NULL") == "keys destroyed"

    blob.unlink()
    blob.write_bytes(kept)
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
    assert (report.candidates, report.failed) == (1, 0)
    assert not blobs(tmp_path)


async def test_claim_08_without_the_object_store_nothing_is_reported_done_and_it_is_tried_again(
    client, cast, services, superuser, tmp_path
):
    with_file = await due(services, superuser, vacancy=cast.vacancy)
    without = await due(services, superuser, ELIAS, vacancy=cast.vacancy)
    await superuser.execute("DELETE FROM document WHERE application_id = $1", without.application_id)
    path = await superuser.fetchval("SELECT blob_path FROM document")
    assert path.rsplit("/")[-1] in blobs(tmp_path)
    store = tmp_path / "files"
    shutil.move(store, tmp_path / "elsewhere")
    store.symlink_to(store)
    try:
        now = read_clock()
        for _ in range(2):
            report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
            assert report.failed == 1
            # Nobody who reads sees the person, and nothing says that they are erased.
            assert (await client.get(with_file.path)).status_code == 404
            await sign_in(client, cast.owner)
            assert NOOR.name not in (await client.get(f"/desk/vacancies/{cast.vacancy}")).text
            await sign_in(client, None)
        assert await superuser.fetchval("SELECT count(*) FROM candidate") == 1
        rows = await superuser.fetch("SELECT object_id FROM audit_event WHERE tag = 'system:erasure:done'")
        assert len(rows) == 1
        assert (
            await superuser.fetchval("SELECT done_at FROM erasure WHERE candidate_id = $1", with_file.candidate_id)
            is None
        )
    finally:
        store.unlink()
        shutil.move(tmp_path / "elsewhere", store)
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
    assert (report.candidates, report.failed) == (1, 0)
    assert await superuser.fetchval("SELECT count(*) FROM candidate") == 0
    assert path.rsplit("/")[-1] not in blobs(tmp_path)


async def test_whoever_applies_again_before_their_erasure_begins_keeps_what_they_sent(services, superuser):
    withdrawn = await applied(services, days_ago=30)
    now = read_clock()
    await superuser.execute("UPDATE application SET withdrawn_at = $1, erase_after = $1", now - timedelta(hours=25))
    # The sweep has made its list: everything of the person is over. Now they apply again.
    again = await applied(services)
    assert again.candidate_id == withdrawn.candidate_id
    assert not await erase(services, HOLDING_PEOPLE, Subject(withdrawn.candidate_id), "due", **when(services))
    assert await superuser.fetchval("SELECT count(*) FROM application") == 2
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=read_clock())
    assert (report.applications, report.candidates, report.failed) == (1, 0, 0)
    assert await superuser.fetchval("SELECT id FROM application") == again.application_id


async def test_whoever_applies_again_while_they_are_erased_comes_back_as_somebody_new(services, superuser, tmp_path):
    withdrawn = await applied(services, days_ago=30)
    now = read_clock()
    await superuser.execute("UPDATE application SET withdrawn_at = $1, erase_after = $1", now - timedelta(hours=25))

    async def stuck(_services, _subject):
        raise OSError

    broken = [*HOLDING_PEOPLE[:1], Room(name="stuck", erases_objects=stuck), *HOLDING_PEOPLE[1:]]
    with pytest.raises(OSError):
        await erase(services, broken, Subject(withdrawn.candidate_id), "due", **when(services))
    again = await applied(services)
    assert again.candidate_id != withdrawn.candidate_id
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=read_clock())
    assert (report.candidates, report.failed) == (1, 0)
    assert await superuser.fetchval("SELECT id FROM application") == again.application_id
    assert await superuser.fetchval("SELECT id FROM candidate") == again.candidate_id


async def test_a_form_sent_while_the_erasure_begins_is_stored_under_one_id_or_the_other(services, superuser):
    for number in range(6):
        someone = Applicant(f"Person {number}", f"p{number}@example.org")
        known = await applied(services, someone, days_ago=30)
        await superuser.execute(
            "UPDATE application SET withdrawn_at = $1, erase_after = $1 WHERE id = $2",
            read_clock() - timedelta(hours=25), known.application_id,
        )  # fmt: skip
        again, _ = await asyncio.gather(
            applied(services, someone),
            erase(services, HOLDING_PEOPLE, Subject(known.candidate_id), "withdrawn", **when(services)),
        )
        now = read_clock()
        await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
        kept = await superuser.fetch(
            "SELECT application.id FROM application JOIN candidate ON candidate.id = candidate_id "
            "JOIN candidate_key USING (candidate_id) WHERE email = $1",
            someone.email,
        )
        assert [row["id"] for row in kept] == [again.application_id]


async def test_an_entry_that_says_done_beside_a_person_who_is_there_does_not_hold_the_sweep_up(services, superuser):
    known = await due(services, superuser)
    await superuser.execute(
        "INSERT INTO erasure (id, candidate_id, cause, step, begun_at, done_at) "
        "VALUES (gen_random_uuid(), $1, 'due', 'done', now(), now())",
        known.candidate_id,
    )
    other = await due(services, superuser, ELIAS)
    now = read_clock()
    report = await asyncio.wait_for(sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now), 20)
    assert (report.candidates, report.failed) == (1, 1)
    assert await superuser.fetchval("SELECT count(*) FROM candidate WHERE id = $1", other.candidate_id) == 0


async def test_a_batch_is_no_limit(services, superuser, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    for number in range(5):
        await due(services, superuser, Applicant(f"Person {number}", f"p{number}@example.org"))
    now = read_clock()
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
    assert (report.candidates, report.failed) == (5, 0)
