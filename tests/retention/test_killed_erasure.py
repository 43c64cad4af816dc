"""An erasure killed at any step ends, after a restart, where one that was left alone ends."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from ats.core.clock import read_clock
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from tests.retention.killing_erasure import STEPS
from tests.retention.looking import KEEPS_REFERENCES, blobs, ids_of, make_due, references
from tests.rights.people import applied
from tests.support.applying import Applicant, apply
from tests.support.environment import environment

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = "SELECT count(*) FROM candidate"


async def killed(servers, folder, step, candidate_id):
    environ = {**os.environ, **environment(servers.urls, folder), "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.retention.killing_erasure", step, str(candidate_id), cwd=ROOT, env=environ
    )
    try:
        return await asyncio.wait_for(process.wait(), 60)
    finally:
        if process.returncode is None:
            process.kill()


@pytest.mark.timeout(180)
async def test_claim_06_an_erasure_killed_after_any_step_ends_in_the_same_state(
    client, cast, services, servers, superuser, tmp_path, work
):
    letter = ("letter.txt", b"Dear reader, this is my letter.", "text/plain")
    applicants = {
        step: Applicant(f"Person {number}", f"p{number}@example.org", "+32 470 12 34 56")
        for number, step in enumerate(["left alone", *STEPS])
    }
    people = {}
    for step, applicant in applicants.items():
        answer = await apply(client, applicant, vacancy=cast.vacancy_slug, letter=letter, pool=True, objects=True)
        assert answer.status_code == 303
        row = await superuser.fetchrow(
            "SELECT candidate_id, application.id FROM application JOIN candidate ON candidate.id = candidate_id "
            "WHERE email = $1",
            applicant.email,
        )
        people[step] = row["candidate_id"]
        await superuser.execute("UPDATE outbox SET done_at = now() WHERE kind <> 'documents.process'")
        await make_due(superuser, row["id"], services.today(read_clock()))
    bystander = await applied(services, Applicant("Somebody Else", "somebody@example.org"))
    ids = {step: await ids_of(superuser, candidate_id) for step, candidate_id in people.items()}

    for number in range(0, len(STEPS), 2):
        pair = list(STEPS)[number : number + 2]
        ends = await asyncio.gather(*(killed(servers, tmp_path, step, people[step]) for step in pair))
        assert ends == [-signal.SIGKILL] * len(pair), pair
    open_ones = await superuser.fetchval("SELECT count(*) FROM erasure WHERE done_at IS NULL")
    # Only the one that was killed after its report needs nothing more.
    assert open_ones == len(STEPS) - 1
    assert await superuser.fetchval(PEOPLE) > 2

    now = read_clock()
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now)
    assert (report.candidates, report.applications, report.failed) == (len(STEPS), 0, 0)
    register = {
        row["candidate_id"]: (row["cause"], row["step"], json.loads(row["counts"]))
        for row in await superuser.fetch("SELECT * FROM erasure WHERE done_at IS NOT NULL")
    }
    alone = register[people["left alone"]]
    assert (alone[0], alone[1], alone[2]["blob"], alone[2]["candidate"]) == ("due", "done", 2, 1)
    for step, candidate_id in people.items():
        cause, reached, counts = register[candidate_id]
        assert (cause, reached) == alone[:2], step
        # What was deleted outside the database just before a kill is not counted; everything else is, once.
        assert {**counts, "blob": 2} == alone[2], step
        assert {each.split(".")[0] for each in await references(superuser, *ids[step])} <= KEEPS_REFERENCES, step
        for tag in ("system:erasure:begin", "system:erasure:done"):
            counted = await superuser.fetchval(
                "SELECT count(*) FROM audit_event WHERE tag = $1 AND candidate_id = $2", tag, candidate_id
            )
            assert counted == 1, (step, tag)
    assert await superuser.fetch("SELECT id FROM candidate") == [(bystander.candidate_id,)]
    assert len(blobs(tmp_path)) == 1
