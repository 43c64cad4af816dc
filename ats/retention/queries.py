"""What is due, what is being erased, and whether anything still refers to somebody."""

import json
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec

from ats.core import db
from ats.core.rooms import Subject

# These keep references without personal data: the proof that an erasure happened.
_KEEPS_REFERENCES = ("audit_event", "erasure")


class OpenErasure(msgspec.Struct, frozen=True):
    """An entry of the register: what is erased, why, and the counts so far. done_at: None while it is open."""

    id: UUID
    candidate_id: UUID
    application_id: UUID | None
    cause: str
    done_at: datetime | None
    counts: dict[str, int]


class Run(msgspec.Struct, frozen=True):
    """One sweep, as the privacy coordinator sees it."""

    on_date: date
    begun_at: datetime
    done_at: datetime | None
    erased_applications: int
    erased_candidates: int
    failed: int


class Due(msgspec.Struct, frozen=True):
    """What a sweep would erase: applications, and people of whom nothing would be left."""

    applications: int
    candidates: int


# An application goes when it is due, or withdrawn with its grace over; the person when nothing of theirs stays.
_GONE = (
    "(application.due_on <= $1 OR application.withdrawn_at IS NOT NULL) "
    "AND (application.erase_after IS NULL OR application.erase_after <= $2)"
)
_OTHERS_STAY = (
    "EXISTS (SELECT FROM application AS other WHERE other.candidate_id = application.candidate_id "
    f"AND NOT ({_GONE.replace('application.', 'other.')}))"
)


async def due_subjects(*, on: date, moment: datetime, skip: Collection[UUID], limit: int) -> dict[Subject, str]:
    """What is due on the date `on` (graces compared with `moment`) and why, the longest overdue first.

    An application alone while the person has others that stay; otherwise the person, once. The cause is `due`, or
    `withdrawn` where only a withdrawal brings the end about.
    """
    async with db.transaction(), db.past_due_visible():
        rows = await db.fetch(
            "SELECT application.id, application.candidate_id, application.due_on <= $1 AS past_date, "  # noqa: S608 -- constants of this module
            f"{_OTHERS_STAY} AS others_stay FROM application "
            f"WHERE {_GONE} AND NOT application.candidate_id = ANY($3) ORDER BY due_on, id LIMIT $4",
            on, moment, list(skip), limit,
        )  # fmt: skip
    subjects: dict[Subject, str] = {}
    for row in rows:
        subject = Subject(row["candidate_id"], row["id"] if row["others_stay"] else None)
        subjects.setdefault(subject, "withdrawn")
        if row["past_date"]:
            subjects[subject] = "due"
    return subjects


async def count_due(*, on: date, moment: datetime) -> Due:
    """How much a sweep for `on` would erase."""
    async with db.transaction(), db.past_due_visible():
        rows = await db.fetch(
            "SELECT count(*) AS applications, "  # noqa: S608 -- constants of this module
            f"count(DISTINCT candidate_id) FILTER (WHERE NOT {_OTHERS_STAY}) AS candidates "
            f"FROM application WHERE {_GONE}",
            on, moment,
        )  # fmt: skip
    return Due(rows[0]["applications"], rows[0]["candidates"])


async def withdrawn_subject(application_id: UUID, *, on: date, now: datetime) -> Subject | None:
    """What to erase for one application that is due on `on` or withdrawn, once its grace is over by `now`.

    None when it is gone already, or is not to go.
    """
    async with db.transaction(), db.past_due_visible():
        row = await db.fetch_row(
            f"SELECT application.candidate_id, {_OTHERS_STAY} AS others_stay FROM application "  # noqa: S608 -- constants of this module
            f"WHERE application.id = $3 AND {_GONE}",
            on, now, application_id,
        )  # fmt: skip
    return Subject(row["candidate_id"], application_id if row["others_stay"] else None) if row else None


async def is_due(subject: Subject, *, on: date, moment: datetime) -> bool:
    """Whether everything of the subject is due, as in `due_subjects`; asked again once the person is locked."""
    async with db.past_due_visible():
        row = await db.fetch_row(
            f"SELECT coalesce(bool_and({_GONE}), false) AS due FROM application "  # noqa: S608 -- constants of this module
            "WHERE candidate_id = $3 AND ($4::uuid IS NULL OR id = $4)",
            on, moment, subject.candidate_id, subject.application_id,
        )  # fmt: skip
    return bool(row and row["due"])


async def lock_person(candidate_id: UUID) -> None:
    """Hold a person until the open transaction ends: what they do and the beginning of their erasure take turns."""
    async with db.past_due_visible():
        await db.fetch("SELECT FROM candidate WHERE id = $1 FOR NO KEY UPDATE", candidate_id)


async def being_erased(candidate_ids: Collection[UUID]) -> set[UUID]:
    """Those of whom everything is being erased; nothing new may be stored under such an id."""
    rows = await db.fetch(
        "SELECT candidate_id FROM erasure WHERE candidate_id = ANY($1) AND application_id IS NULL", list(candidate_ids)
    )
    return {row["candidate_id"] for row in rows}


async def end_memberships(*, on: date, now: datetime) -> None:
    """End every pool membership that is due on the date `on`; its person's events say that the consent expired."""
    await db.fetch(
        "WITH ended AS (DELETE FROM pool_membership WHERE due_on <= $1 RETURNING given_event_id) "
        "INSERT INTO consent_event "
        "(id, candidate_id, purpose, kind, statement_hash, wording_hash, language, channel, at) "
        "SELECT gen_random_uuid(), candidate_id, purpose, 'expired', statement_hash, wording_hash, language, "
        "'retention', $2 FROM consent_event WHERE id IN (SELECT given_event_id FROM ended)",
        on, now,
    )  # fmt: skip


async def erasure_of(subject: Subject) -> OpenErasure | None:
    """The register's entry for a subject; there is exactly one once an erasure has begun."""
    rows = await _erasures(
        "candidate_id = $1 AND coalesce(application_id, candidate_id) = $2",
        subject.candidate_id, subject.application_id or subject.candidate_id,
    )  # fmt: skip
    return rows[0] if rows else None


async def lock_open_erasure(erasure_id: UUID) -> OpenErasure | None:
    """An entry, locked until the open transaction ends; None when somebody else has finished it."""
    rows = await _erasures("id = $1 AND done_at IS NULL", erasure_id, lock=True)
    return rows[0] if rows else None


async def open_erasures() -> list[OpenErasure]:
    """Erasures that were begun and not finished, the oldest first."""
    return await _erasures("done_at IS NULL")


async def _erasures(condition: str, *values: object, lock: bool = False) -> list[OpenErasure]:
    rows = await db.fetch(
        "SELECT id, candidate_id, application_id, cause, done_at, counts FROM erasure "  # noqa: S608 -- conditions of this module
        f"WHERE {condition} ORDER BY begun_at{' FOR UPDATE' if lock else ''}",
        *values,
    )
    return [OpenErasure(**{**row, "counts": json.loads(row["counts"])}) for row in rows]


async def references_to(subject: Subject) -> list[str]:
    """Tables in which any uuid column still holds the subject's id, whatever foreign keys there are.

    The job that erases a withdrawn application names it until it is pruned; jobs about a person go with the person.
    """
    keep = _KEEPS_REFERENCES if subject.application_id is None else (*_KEEPS_REFERENCES, "outbox")
    columns = await db.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND data_type = 'uuid' AND NOT table_name = ANY($1)",
        list(keep),
    )
    return [
        row["table_name"]
        for row in columns
        if await db.fetch(
            f'SELECT FROM "{row["table_name"]}" WHERE "{row["column_name"]}" = $1 LIMIT 1',
            subject.application_id or subject.candidate_id,
        )
    ]


async def earlier_clock(now: datetime) -> datetime:
    """The earlier of `now` and the database's own clock: one clock that is ahead erases nothing early."""
    rows = await db.fetch("SELECT least($1, clock_timestamp()) AS earlier", now)
    earlier: datetime = rows[0]["earlier"]
    return earlier


async def days_overdue(*, on: date, now: datetime) -> int:
    """For how many days the longest overdue application has been waiting for its erasure; 0 when none has.

    Overdue from the due date on, or, withdrawn earlier, from the end of the grace on; in whole days.
    """
    async with db.transaction(), db.past_due_visible():
        row = await db.fetch_row(
            "SELECT greatest(max($1 - due_on) FILTER (WHERE due_on <= $1 AND erase_after IS NULL), "
            "max(extract(epoch FROM $2 - erase_after)::int / 86400), 0) AS days FROM application",
            on, now,
        )  # fmt: skip
    return row["days"] if row else 0


async def latest_runs(limit: int = 20) -> list[Run]:
    """The latest sweeps."""
    rows = await db.fetch(
        "SELECT on_date, begun_at, done_at, erased_applications, erased_candidates, failed FROM retention_run "
        "ORDER BY begun_at DESC LIMIT $1",
        limit,
    )
    return [Run(**row) for row in rows]
