"""The audit trail: written with what it tells of, without personal data, and never changed."""

import json
import re
from uuid import uuid4

import asyncpg
import pytest

from ats.core import db
from ats.core.access import Candidate, Role, Staff, System, Visitor
from ats.core.audit import DETAIL_KEYS, Tag, record
from ats.core.clock import read_clock
from ats.core.tables import AuditEvent

ACTORS = (
    (Visitor(), "visitor", ""),
    (Candidate(uuid4(), "en"), "candidate", ""),
    (Staff(uuid4(), "Greta Peeters", Role.RECRUITER, "en"), "staff", "recruiter"),
    (System("worker"), "system", "worker"),
)


@pytest.mark.parametrize(("actor", "kind", "name"), ACTORS, ids=[each[1] for each in ACTORS])
async def test_an_event_says_who_by_kind_id_and_role_and_never_by_name(services, superuser, actor, kind, name):
    candidate_id, object_id = uuid4(), uuid4()
    now = read_clock()
    await record(
        Tag.APPLICATION_VIEW, actor, now=now, candidate_id=candidate_id, object_id=object_id, detail={"count": 3}
    )
    row = await superuser.fetchrow("SELECT * FROM audit_event")
    assert (row["actor_kind"], row["actor_id"], row["actor_name"]) == (kind, actor.id, name)
    assert (row["tag"], row["at"]) == ("staff:application:view", now)
    assert (row["candidate_id"], row["object_id"]) == (candidate_id, object_id)
    assert json.loads(row["detail"]) == {"count": 3}
    assert "Greta" not in str(row)


@pytest.mark.parametrize("key", ["name", "email", "text", "reason", "q", "file", ""])
async def test_a_detail_without_a_place_on_the_list_is_refused(services, superuser, key):
    with pytest.raises(ValueError, match="not allowed"):
        await record(Tag.APPLICATION_VIEW, Visitor(), now=read_clock(), detail={"count": 1, key: "x"})
    assert await superuser.fetchval("SELECT count(*) FROM audit_event") == 0


def test_no_key_of_the_list_is_a_place_for_personal_data():
    assert not DETAIL_KEYS & {"name", "email", "telephone", "address", "text", "words", "reason", "filename", "value"}


def test_every_tag_says_source_subject_and_action():
    for tag in Tag:
        assert re.fullmatch(r"(candidate|staff|system):[a-z]+:[a-z-]+", tag.value), tag
    assert len({tag.value for tag in Tag}) == len(Tag)


async def test_an_event_is_undone_with_what_it_tells_of(services, superuser):
    with pytest.raises(ZeroDivisionError):
        async with db.transaction():
            await record(Tag.APPLICATION_VIEW, Visitor(), now=read_clock())
            raise ZeroDivisionError
    assert await superuser.fetchval("SELECT count(*) FROM audit_event") == 0


async def test_events_are_numbered_in_the_order_in_which_they_were_written(services):
    now = read_clock()
    for number in range(5):
        await record(Tag.APPLICATION_VIEW, Visitor(), now=now, detail={"count": number})
    rows = await AuditEvent.select(AuditEvent.id, AuditEvent.detail).order_by(AuditEvent.id)
    assert [json.loads(row["detail"])["count"] for row in rows] == list(range(5))
    assert len({row["id"] for row in rows}) == 5


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE audit_event SET tag = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "INSERT INTO audit_event (id, at, tag, actor_kind) OVERRIDING SYSTEM VALUE VALUES (1, now(), 'x', 'robot')",
        "DROP TABLE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    ],
)
async def test_the_application_can_add_to_the_trail_and_nothing_else(services, superuser, attempt):
    await record(Tag.APPLICATION_VIEW, Visitor(), now=read_clock())
    before = await superuser.fetch("SELECT * FROM audit_event")
    for mode in ("off", "on"):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.CheckViolationError)):
            async with db.transaction():
                await db.fetch("SELECT set_config('ats.erasing', $1, true)", mode)
                await db.fetch(attempt)
    assert await superuser.fetch("SELECT * FROM audit_event") == before
