"""The operator's commands, each as a real process on real servers, and the product as production runs it."""

import asyncio
import base64
import os
import signal
import socket
import sys
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from ats.cli import main
from ats.core.clock import read_clock
from ats.core.supervisor import HOPELESS_STATUS
from ats.documents.tables import Document
from ats.staff.tables import Account
from tests.support.applying import apply
from tests.support.cast import PASSWORD
from tests.support.environment import MASTER_KEY, environment

ROOT = Path(__file__).resolve().parents[1]
SECRET_WORD = "hunter2-canary"


class Done:
    """How a command ended, and what it said."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out.decode(), err.decode()


async def start(environ, *words, cwd=ROOT, **more):
    """Start `ats WORDS` with exactly this environment."""
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ats", *words, cwd=cwd, env={**base, "PYTHONPATH": str(ROOT), **environ}, **more
    )


async def ats(environ, *words, given=b"", cwd=ROOT):
    """Run `ats WORDS` to its end. Nothing ever ends in a traceback or shows a secret."""
    pipe = asyncio.subprocess.PIPE
    process = await start(environ, *words, cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe)
    out, err = await asyncio.wait_for(process.communicate(given), 60)
    done = Done(process.returncode, out, err)
    for unwanted in ("Traceback", MASTER_KEY.split(":")[1], SECRET_WORD, PASSWORD):
        assert unwanted not in done.out + done.err
    return done


@pytest.fixture
def environ(services, servers, tmp_path):
    """What a production process is given."""
    return environment(servers.urls, tmp_path)


@asynccontextmanager
async def database(superuser, name):
    """A database of its own, empty and owned by the owner."""
    await superuser.execute(f'CREATE DATABASE "{name}" OWNER ats_owner')
    try:
        yield
    finally:
        await superuser.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def on(environ, name):
    """The same environment, for another database."""
    urls = ("ATS_DATABASE_URL", "ATS_OWNER_DATABASE_URL")
    return environ | {each: environ[each].replace("/ats?", f"/{name}?") for each in urls}


def test_every_command_explains_itself():
    shown = CliRunner().invoke(main, ["--help"]).output
    for name, command in main.commands.items():
        assert name in shown
        assert command.help
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_a_new_master_key_is_random_and_is_taken_as_it_is():
    made = [CliRunner().invoke(main, ["key", "new", "--id", "2026a"]).output.strip() for _ in range(2)]
    assert made[0] != made[1]
    key_id, _, encoded = made[0].partition(":")
    assert (key_id, len(base64.b64decode(encoded, validate=True))) == ("2026a", 32)
    refused = CliRunner().invoke(main, ["key", "new", "--id", "a:b"])
    assert refused.exit_code == HOPELESS_STATUS
    assert "letters and digits" in refused.output


async def test_wrong_settings_stop_every_command_at_once_and_are_all_named(tmp_path):
    wrong = {"ATS_DATABASE_URL": f"mysql://u:{SECRET_WORD}@h/d", "ATS_PORT": "x", "ATS_MASTERKEY": SECRET_WORD}
    commands = (("web",), ("worker",), ("migrate",), ("doctor",), ("retention", "run"))
    for done in await asyncio.gather(*(ats(wrong, *words, cwd=tmp_path) for words in commands)):
        assert done.status == HOPELESS_STATUS
        for name in ("ATS_DATABASE_URL must", "ATS_REDIS_URL is missing", "ATS_PORT must", "ATS_MASTERKEY is not"):
            assert name in done.err


async def test_without_settings_and_without_a_running_product_a_command_says_what_to_do(tmp_path):
    done = await ats({}, "doctor", cwd=tmp_path)
    assert done.status == HOPELESS_STATUS
    assert "Start `ats run` first" in done.err


async def test_migrating_is_done_once_however_many_do_it_at_the_same_time(environ, superuser):
    async with database(superuser, "migrated"):
        there = on(environ, "migrated")
        early = await ats(there, "retention", "run", "--dry-run")
        assert (early.status, "run `ats migrate`" in early.err) == (HOPELESS_STATUS, True)
        done = await asyncio.gather(ats(there, "migrate"), ats(there, "migrate"))
        assert [(each.status, each.out) for each in done] == [(0, "The database is up to date.\n")] * 2
        late = await ats(there, "retention", "run", "--dry-run")
        assert (late.status, "Nothing erased" in late.out) == (0, True)


async def test_migrating_needs_the_owner(environ):
    missing = await ats({name: value for name, value in environ.items() if "OWNER" not in name}, "migrate")
    assert (missing.status, "ATS_OWNER_DATABASE_URL is missing" in missing.err) == (HOPELESS_STATUS, True)


async def test_a_database_that_is_away_or_signs_in_with_too_many_rights_is_explained(environ, servers, tmp_path):
    superuser = servers.superuser_url.replace("/postgres?", "/ats?")
    away, all_powerful, owner, unknown_option = await asyncio.gather(
        ats(environ | {"ATS_DATABASE_URL": f"postgresql://ats_app:{SECRET_WORD}@127.0.0.1:1/ats"}, "worker"),
        ats(environ | {"ATS_DATABASE_URL": superuser}, "web"),
        ats(environ | {"ATS_DATABASE_URL": environ["ATS_OWNER_DATABASE_URL"]}, "worker"),
        ats(environ | {"ATS_DATABASE_URL": f"postgresql://a:{SECRET_WORD}@h/d?sslmode=maybe"}, "worker"),
    )
    assert (away.status, "ats doctor" in away.err) == (1, True)
    assert (all_powerful.status, "neither superuser nor owner" in all_powerful.err) == (HOPELESS_STATUS, True)
    assert (owner.status, "neither superuser nor owner" in owner.err) == (HOPELESS_STATUS, True)
    assert (unknown_option.status, "ATS_DATABASE_URL" in unknown_option.err) == (HOPELESS_STATUS, True)


async def test_an_account_is_added_with_a_password_that_nobody_sees(environ, tmp_path):
    words = ("user", "add", "--email", "an@desk.example", "--name", "An Claes", "--role", "recruiter")
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    done = await ats(environ, *words, "--password-file", str(file))
    assert (done.status, done.out) == (0, "The account was added.\n")
    account = await Account.select().first()
    assert (account["email"], account["role"], account["language"]) == ("an@desk.example", "recruiter", "nl")
    again, weak = await asyncio.gather(
        ats(environ, *words, "--password-file", "-", given=PASSWORD.encode()),
        ats(environ, "user", "add", "--email", "no", "--name", " ", "--role", "recruiter", "--password-file", "-",
            given=b"short"),
    )  # fmt: skip
    assert (again.status, "email: There is already an account" in again.err) == (1, True)
    assert weak.status == 1
    for field in ("email:", "name:", "password:"):
        assert field in weak.err
    assert await Account.count() == 1


async def test_retention_counts_first_and_then_erases_what_is_due_on_a_date(environ, client, services):
    assert (await apply(client)).status_code == 303
    due = str(services.today(read_clock()) + timedelta(days=366))
    now, counted = await asyncio.gather(
        ats(environ, "retention", "run", "--dry-run"), ats(environ, "retention", "run", "--on", due, "--dry-run")
    )
    assert "0 applications, with them 0 people. Nothing erased." in now.out
    assert f"Due on {due}: 1 applications, with them 1 people. Nothing erased." in counted.out
    erased = await ats(environ, "retention", "run", "--on", due)
    assert (erased.status, f"Erased what was due on {due}" in erased.out, "1 people" in erased.out) == (0, True, True)
    assert await Document.count() == 0
    assert (await ats(environ, "retention", "run", "--on", "2027-02-30")).status == 2


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def until(condition, seconds=40):
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.1)


async def test_web_and_worker_need_nothing_but_the_environment_and_stop_when_told(environ, services):
    """Production: no private servers of our own are started, no file of this folder is needed."""
    port = free_port()
    environ |= {"ATS_PORT": str(port), "ATS_BASE_URL": f"http://127.0.0.1:{port}"}
    secret = Path(environ["ATS_FILES_URL"]).parent / "master.key"
    secret.write_text(environ.pop("ATS_MASTER_KEY"))
    environ["ATS_MASTER_KEY_FILE"] = str(secret)
    processes = [await start(environ, name, cwd="/") for name in ("web", "worker")]
    headers = {"Sec-Fetch-Site": "same-origin"}
    try:
        async with httpx.AsyncClient(base_url=environ["ATS_BASE_URL"], headers=headers) as browser:

            async def answers():
                try:
                    return (await browser.get("/health")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(answers)
            assert (await apply(browser)).status_code == 303
            await until(lambda: Document.exists().where(Document.state == "read"))
    finally:
        began = time.monotonic()
        for process in processes:
            process.send_signal(signal.SIGTERM)
        statuses = await asyncio.gather(*(asyncio.wait_for(process.wait(), 20) for process in processes))
    assert statuses == [0, 0]
    assert time.monotonic() - began < 10
