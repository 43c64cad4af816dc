"""Plants unique words in everything a person sends and looks for them wherever they must not be.

Each place where they may be is looked at as well: a search that could not find anything there would prove nothing.
"""

import base64
import contextlib
import io
import json
import logging
import os
import secrets
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pytest
import redis.asyncio
import structlog

from ats.core.clock import read_clock
from ats.core.logs import configure_logs
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from tests.support.applying import Applicant, apply
from tests.support.cast import sign_in
from tests.support.mails import private_path


def canary():
    return "qz" + secrets.token_hex(6) + "k"


@pytest.fixture
def words():
    """One word a field, which no stemmer changes and nobody writes by chance."""
    return {field: canary() for field in ("name", "email", "cv", "health", "file")}


@pytest.fixture
def applicant(words):
    return Applicant(f"Noor {words['name'].capitalize()}", f"{words['email']}@example.org", "+32 470 98 76 54")


@pytest.fixture
def logs():
    """Everything that is logged, at the most talkative level."""
    stream = io.StringIO()
    configure_logs("debug")
    root = logging.getLogger()
    handlers, root.handlers[:] = list(root.handlers), [logging.StreamHandler(stream)]
    root.handlers[0].setFormatter(handlers[0].formatter)
    root.setLevel(logging.DEBUG)
    for name in ("uvicorn", "arq", "arq.worker", "litestar", "asyncpg", "httpx"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(stream))
    yield stream
    root.handlers[:] = handlers
    structlog.reset_defaults()


def spellings(word):
    """A word as it may be written somewhere: case, UTF-16, hex, base64 at every alignment, JSON."""
    plain = word.encode()
    yield from (plain, plain.upper(), plain.capitalize(), word.encode("utf-16-le"), plain.hex().encode())
    for shift in range(3):
        encoded = base64.b64encode(b"x" * shift + plain)
        yield encoded[(shift * 4 + 2) // 3 + 1 : -4]


def found(words, data):
    lowered = data.lower()
    return {
        field
        for field, word in words.items()
        if any(spelling in data for spelling in spellings(word)) or word.encode() in lowered
    }


async def dump(superuser, tables=None):
    """Every row of every table, with bytes as they are, by table."""
    rows = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    dumped = {}
    for row in rows:
        parts = []
        for each in await superuser.fetch(f'SELECT * FROM "{row["tablename"]}"'):
            parts += [value if isinstance(value, bytes) else str(value).encode() for value in each.values()]
        dumped[row["tablename"]] = b"\n".join(parts)
    return dumped


def cv(words):
    return (
        f"Curriculum vitae\n\nNoor\n\nErvaring\nIk werkte bij {words['cv']} als analist.\n"
        f"Ik heb epilepsie sinds {words['health']}.\n"
    ).encode()


def files(folder):
    return b"\n".join(path.read_bytes() for path in Path(folder).rglob("*") if path.is_file())


def fresh_temporary_files(since):
    for folder, _folders, names in os.walk(tempfile.gettempdir(), onerror=lambda _error: None):
        for path in (Path(folder, name) for name in names):
            # Other programs' files come and go while we look.
            with contextlib.suppress(OSError):
                if path.is_file() and path.stat().st_mtime >= since and path.stat().st_size < 5_000_000:
                    yield path, path.read_bytes()


async def redis_contents(url):
    client = redis.asyncio.Redis.from_url(url)
    try:
        parts = []
        async for key in client.scan_iter():
            parts += [key, await client.dump(key) or b""]
        return b"\n".join(parts)
    finally:
        await client.aclose()


async def live_through(client, cast, services, work, applicant, words):
    """The whole path, with an error in between."""
    started = await apply(
        client, applicant, vacancy=cast.vacancy_slug, pool=True, objects=True,
        cv=(f"cv-{words['file']}.txt", cv(words), "text/plain"),
    )  # fmt: skip
    assert started.status_code == 303
    await apply(client, applicant, vacancy=cast.vacancy_slug, cv=(f"{words['file']}.pdf", b"no pdf", "application/pdf"))
    await work()
    await sign_in(client, cast.owner)
    found = await client.post(f"/desk/vacancies/{cast.vacancy}", data={"q": words["cv"]}, follow_redirects=True)
    assert not [field for field, word in words.items() if word in str(found.url)]
    await sign_in(client, None)
    path = private_path(services, applicant.email)
    assert (await client.get(path)).status_code == 200
    await client.post(f"{path}/object")
    await client.get(f"/my/{words['name']}")
    await work()


async def test_claim_64_no_personal_data_in_logs_queues_or_audit(
    client, cast, services, superuser, servers, work, words, applicant, logs, tmp_path
):
    since = time.time() - 1
    await live_through(client, cast, services, work, applicant, words)
    tables = await dump(superuser)

    # Where it may be, it is found: the search works.
    assert found(words, tables["candidate"]) == {"name", "email"}
    assert "name" in found(words, files(tmp_path / "mail"))
    assert found(words, words["cv"].encode("utf-16-le")) == {"cv"}
    logging.getLogger("control").warning("a message that is not hidden")
    assert "a message that is not hidden" in logs.getvalue()

    # The masked text can be searched, so what is not sensitive stands in its index, and nowhere else in clear.
    assert found(words, tables["document"]) == {"cv"}
    for table, contents in tables.items():
        if table not in {"candidate", "document"}:
            assert not found(words, contents), table
    assert not found(words, files(tmp_path / "files"))
    assert not found(words, await redis_contents(servers.urls.redis_url))
    assert not found(words, logs.getvalue().encode())
    mail = str(tmp_path / "mail")
    leaking = [str(path) for path, data in fresh_temporary_files(since) if found(words, data) and mail not in str(path)]
    assert not leaking


async def test_claim_01_after_the_erasure_no_store_holds_a_byte_of_the_person(
    client, cast, services, superuser, servers, work, words, applicant, tmp_path
):
    await live_through(client, cast, services, work, applicant, words)
    before = await dump(superuser)
    assert found(words, before["candidate"])
    assert found(words, before["document"])
    blobs = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert blobs

    now = read_clock()
    report = await sweep(services, HOLDING_PEOPLE, on=services.today(now) + timedelta(days=3 * 366), now=now)
    assert (report.candidates, report.failed) == (1, 0)

    for table, contents in (await dump(superuser)).items():
        assert not found(words, contents), table
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert not found(words, await redis_contents(servers.urls.redis_url))


async def test_claim_04_what_a_backup_holds_cannot_be_read_once_the_key_is_destroyed(
    client, cast, services, superuser, work, words, applicant
):
    from ats.candidates.rules import key_context
    from ats.core.crypto import Unreadable, new_key, unseal
    from ats.documents.places import place

    await live_through(client, cast, services, work, applicant, words)
    backup = await superuser.fetchrow("SELECT id, content FROM document WHERE content IS NOT NULL")
    key = await superuser.fetchrow("SELECT * FROM candidate_key")
    opened = services.keyring.unwrap(key["master_key_id"], key["wrapped"], key_context(key["candidate_id"]))
    assert words["cv"] in unseal(opened, backup["content"], place("content", backup["id"])).decode()
    now = read_clock()
    await sweep(services, HOLDING_PEOPLE, on=services.today(now) + timedelta(days=3 * 366), now=now)
    assert await superuser.fetchval("SELECT count(*) FROM candidate_key") == 0
    with pytest.raises(Unreadable):
        unseal(new_key(), backup["content"], place("content", backup["id"]))


def test_a_library_s_message_is_logged_without_its_values(logs):
    logging.getLogger("some.library").warning("cannot reach %s", "jan.peeters@example.org")
    try:
        raise ValueError("jan.peeters@example.org")
    except ValueError:
        logging.getLogger("some.library").exception("failed")
    structlog.get_logger().error("ours", email="jan.peeters@example.org", error="ValueError")
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert "jan.peeters" not in logs.getvalue()
    assert lines[0]["event"] == "cannot reach %s"
    assert lines[1]["error"] == "ValueError"
    assert lines[2]["dropped"] == 1
