"""The outbox: every job is a row, written in the transaction that causes it. Redis is only told to ring.

A job is claimed by a conditional update that sets a lease. Whoever holds the lease completes it inside the job's own
transaction, so its effect and its completion commit together: a worker killed at any line leaves a row that somebody
claims again, and one whose lease was lost cannot commit.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from ats.core import db
from ats.core.tables import Outbox

LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 8
BACK_OFF_SECONDS = 5
MAX_BACK_OFF = timedelta(hours=1)
KEEP_DONE = timedelta(days=7)

Ring = Callable[[UUID], Awaitable[None]]


class LeaseLost(Exception):
    """Somebody else has claimed the job meanwhile; this attempt must not commit."""

    def __init__(self) -> None:
        super().__init__("the lease of this job was lost")


class Job(msgspec.Struct, frozen=True):
    """A claimed job: what to do (`kind`), to what (`subject_id`), and the lease under which it runs."""

    id: UUID
    kind: str
    subject_id: UUID
    attempts: int
    lease_id: UUID


class Doorbell:
    """Tells the worker that a job waits. A failure is harmless: the worker's sweep finds the row anyway."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._tasks: set[asyncio.Task[None]] = set()

    def ring(self, job_id: UUID) -> None:
        """Ring without waiting, so that a slow Redis never slows a request down."""
        task = asyncio.create_task(self._ring_quietly(job_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ring_quietly(self, job_id: UUID) -> None:
        try:
            await asyncio.wait_for(self._ring(job_id), timeout=5)
        except Exception:  # noqa: BLE001 -- whatever Redis does, the row is there and the sweep rings again
            return

    async def quiet(self) -> None:
        """Wait until nothing rings any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)


async def put(
    doorbell: Doorbell,
    kind: str,
    subject_id: UUID,
    *,
    now: datetime,
    run_after: datetime | None = None,
    candidate_id: UUID | None = None,
    dedupe_key: str | None = None,
) -> UUID | None:
    """Add a job in the open transaction; the doorbell rings after its commit.

    run_after: not before this moment. candidate_id: whose erasure takes the row along. dedupe_key: at most one job
    with this key ever exists; None is given back when there is one already.
    """
    job_id = uuid4()
    rows = await db.fetch(
        "INSERT INTO outbox (id, kind, subject_id, candidate_id, dedupe_key, created_at, run_after) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (dedupe_key) DO NOTHING RETURNING id",
        job_id, kind, subject_id, candidate_id, dedupe_key, now, run_after or now,
    )  # fmt: skip
    if not rows:
        return None
    if run_after is None or run_after <= now:

        async def ring() -> None:
            doorbell.ring(job_id)

        db.open_transaction().after_commit(ring)
    return job_id


async def claim(job_id: UUID, *, now: datetime, lease: timedelta = LEASE) -> Job | None:
    """Take the job if it is open, due and not leased; None when it is not (any more)."""
    lease_id = uuid4()
    rows = await db.fetch(
        "UPDATE outbox SET lease_id = $2, lease_until = $3, attempts = attempts + 1 "
        "WHERE id = $1 AND done_at IS NULL AND dead_at IS NULL AND run_after <= $4 "
        "AND (lease_until IS NULL OR lease_until <= $4) RETURNING kind, subject_id, attempts",
        job_id, lease_id, now + lease, now,
    )  # fmt: skip
    if not rows:
        return None
    row = rows[0]
    return Job(job_id, row["kind"], row["subject_id"], row["attempts"], lease_id)


async def extend(job: Job, *, now: datetime, lease: timedelta = LEASE) -> None:
    """Keep the lease for longer, if it is still ours."""
    await Outbox.update({Outbox.lease_until: now + lease}).where(
        Outbox.id == job.id, Outbox.lease_id == job.lease_id, Outbox.done_at.is_null()
    )


async def release(job: Job) -> None:
    """Give the lease up unused, so that the job can be claimed at once."""
    await Outbox.update({Outbox.lease_until: None}).where(
        Outbox.id == job.id, Outbox.lease_id == job.lease_id, Outbox.done_at.is_null()
    )


async def complete(job: Job, *, now: datetime) -> None:
    """Mark the job done in the open transaction. Raises LeaseLost when the lease is no longer ours."""
    rows = await (
        Outbox.update({Outbox.done_at: now, Outbox.lease_until: None, Outbox.last_error: ""})
        .where(Outbox.id == job.id, Outbox.lease_id == job.lease_id, Outbox.done_at.is_null())
        .returning(Outbox.id)
    )
    if not rows:
        raise LeaseLost


async def is_done(job: Job) -> bool:
    """Whether the job has been completed."""
    return await Outbox.exists().where(Outbox.id == job.id, Outbox.done_at.is_not_null())


async def fail(job: Job, error: BaseException, *, now: datetime) -> None:
    """Put the job back for later, or, after the last attempt, among the dead. Only the error's type is kept."""
    if job.attempts >= MAX_ATTEMPTS:
        values: dict[object, object] = {Outbox.dead_at: now}
    else:
        values = {Outbox.run_after: now + back_off(job.attempts)}
    values |= {Outbox.lease_until: None, Outbox.last_error: type(error).__name__}
    await Outbox.update(values).where(Outbox.id == job.id, Outbox.lease_id == job.lease_id)  # type: ignore[arg-type]


def back_off(attempts: int) -> timedelta:
    """How long a job waits after its `attempts`-th failure: 5 s, 10 s, 20 s ... an hour at most."""
    doublings = min(max(attempts - 1, 0), int(math.log2(MAX_BACK_OFF.total_seconds())))
    return min(timedelta(seconds=BACK_OFF_SECONDS * 2**doublings), MAX_BACK_OFF)


async def waiting(*, now: datetime, limit: int = 100) -> list[UUID]:
    """Ids of jobs that can be claimed now, the longest waiting first: what the worker's sweep rings again."""
    rows = await db.fetch(
        "SELECT id FROM outbox WHERE done_at IS NULL AND dead_at IS NULL AND run_after <= $1 "
        "AND (lease_until IS NULL OR lease_until <= $1) ORDER BY run_after LIMIT $2",
        now, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


class Dead(msgspec.Struct, frozen=True):
    """Jobs of one kind that failed as often as they may, by the type of their last error."""

    kind: str
    error: str
    count: int


async def dead() -> list[Dead]:
    """The dead jobs, counted by kind and error: what an operator looks at."""
    rows = await db.fetch(
        "SELECT kind, last_error AS error, count(*) AS count FROM outbox WHERE dead_at IS NOT NULL "
        "GROUP BY kind, last_error ORDER BY kind, last_error"
    )
    return [Dead(**row) for row in rows]


async def revive(*, now: datetime) -> int:
    """Let every dead job be tried anew, once its cause is mended; gives how many."""
    rows = await (
        Outbox.update({Outbox.dead_at: None, Outbox.attempts: 0, Outbox.run_after: now})
        .where(Outbox.dead_at.is_not_null())
        .returning(Outbox.id)
    )
    return len(rows)


async def prune(*, now: datetime) -> None:
    """Delete jobs that were done a week ago or longer."""
    await Outbox.delete().where(Outbox.done_at < now - KEEP_DONE)
