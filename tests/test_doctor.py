"""`ats doctor` finds each thing that is broken, goes on with the others, and shows no secret."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ats.core.clock import civil_date, read_clock
from tests.support.applying import apply
from tests.support.environment import environment

ROOT = Path(__file__).resolve().parents[1]
SECRET_WORD = "hunter2-canary"
CHECKS = ["PostgreSQL", "master key", "erasure", "jobs", "Redis", "files", "mail", "sandbox"]


@pytest.fixture
def environ(services, servers, tmp_path):
    return environment(servers.urls, tmp_path)


def last_week():
    return civil_date(read_clock(), ZoneInfo("Europe/Brussels")) - timedelta(days=7)


async def doctor(environ):
    """Its exit status, and for each check whether it is good and what is said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ats", "doctor",
        cwd=ROOT, env={"PATH": os.environ["PATH"], **environ},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 90)
    assert "Traceback" not in err.decode()
    assert SECRET_WORD not in (out + err).decode()
    findings = {}
    for line in out.decode().splitlines():
        verdict, name, text = line[:5].strip(), *line[7:].split(": ", 1)
        findings[name] = (verdict == "ok", text)
    assert list(findings) == CHECKS, err.decode()
    return process.returncode, findings


async def test_a_sound_installation_is_good_in_every_respect(environ, client):
    assert (await apply(client)).status_code == 303
    status, findings = await doctor(environ)
    assert [name for name, (good, _) in findings.items() if not good] == []
    assert status == 0
    assert list(Path(environ["ATS_MAIL_URL"]).glob("*")) == []
    assert not Path(environ["ATS_FILES_URL"], "probe").exists()


async def test_everything_that_is_broken_is_found_at_once_with_what_to_do(environ, tmp_path):
    (tmp_path / "file").touch()
    status, findings = await doctor(
        environ
        | {
            "ATS_DATABASE_URL": f"postgresql://ats_app:{SECRET_WORD}@127.0.0.1:1/ats",
            "ATS_REDIS_URL": f"redis://:{SECRET_WORD}@127.0.0.1:1",
            "ATS_FILES_URL": str(tmp_path / "file"),
            "ATS_MAIL_URL": f"smtp://mailer:{SECRET_WORD}@127.0.0.1:1",
            "ATS_MAIL_FROM": "jobs@example.be",
        }
    )
    assert status == 1
    assert [name for name, (good, _) in findings.items() if good] == ["sandbox"]
    for name, variable in (("PostgreSQL", "DATABASE"), ("Redis", "REDIS"), ("files", "FILES"), ("mail", "MAIL")):
        assert f"ATS_{variable}_URL" in findings[name][1]


async def test_an_erasure_that_is_overdue_is_found(environ, client, superuser):
    assert (await apply(client)).status_code == 303
    async with superuser.acquire() as connection, connection.transaction():
        # Past the triggers that refuse to move the start of a clock.
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("UPDATE application SET due_on = $1, applied_on = $1::date - 9", last_week())
    status, findings = await doctor(environ)
    assert (status, findings["erasure"][0]) == (1, False)
    assert "due for 7 days" in findings["erasure"][1]
    assert "ats worker" in findings["erasure"][1]


async def test_a_master_key_that_does_not_open_what_is_stored_is_found(environ, client):
    assert (await apply(client)).status_code == 303
    another = "test:" + "A" * 43 + "="
    status, findings = await doctor(environ | {"ATS_MASTER_KEY": another})
    assert (status, findings["master key"][0]) == (1, False)
    assert "the one with the id test" in findings["master key"][1]
    # In a rotation the old key stands behind the new one.
    rotating = f"next:{'A' * 43}=,{environ['ATS_MASTER_KEY']}"
    _, findings = await doctor(environ | {"ATS_MASTER_KEY": rotating})
    assert findings["master key"][0]


async def test_a_role_with_too_many_rights_and_a_database_behind_the_program_are_found(environ, servers, superuser):
    all_powerful = servers.superuser_url.replace("/postgres?", "/ats?")
    await superuser.execute('CREATE DATABASE "behind" OWNER ats_owner')
    try:
        behind = environ["ATS_DATABASE_URL"].replace("/ats?", "/behind?")
        (_, powerful), (_, old) = await asyncio.gather(
            doctor(environ | {"ATS_DATABASE_URL": all_powerful}), doctor(environ | {"ATS_DATABASE_URL": behind})
        )
    finally:
        await superuser.execute('DROP DATABASE "behind" WITH (FORCE)')
    assert (powerful["PostgreSQL"][0], "neither superuser nor owner" in powerful["PostgreSQL"][1]) == (False, True)
    assert (old["PostgreSQL"][0], "ats migrate" in old["PostgreSQL"][1]) == (False, True)
