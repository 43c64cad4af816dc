"""Erasure, and the sweep that finds what is due.

One engine for every cause. Its steps: the entry in the register (before anything is destroyed), keys, objects, rows,
a check that nothing refers to the person any more, the report. Each step is harmless when repeated, and the register
says how far it came, so an erasure that was interrupted is finished by the next sweep.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

import msgspec
import structlog

from ats.core import audit, db, outbox
from ats.core.access import System
from ats.core.errors import AtsError
from ats.core.outbox import Job
from ats.core.rooms import EraseHook, Room, Subject
from ats.core.services import Services
from ats.core.tables import Outbox
from ats.retention import queries
from ats.retention.tables import Erasure, RetentionRun

SWEEP = "retention.sweep"
ENGINE = System("retention")
BATCH = 100

log = structlog.get_logger()


class Report(msgspec.Struct, frozen=True):
    """What one sweep did: applications erased on their own, whole people, and subjects that failed this time."""

    applications: int = 0
    candidates: int = 0
    failed: int = 0


class NotErased(AtsError):
    """Something still refers to a person after all rooms have erased; the erasure stays open and is tried again."""

    def __init__(self) -> None:
        super().__init__("an erasure left something behind")


async def erase(services: Services, rooms: Sequence[Room], subject: Subject, cause: str, *, now: datetime) -> None:
    """Erase one application or one whole person, from wherever an earlier attempt came to.

    cause: due, withdrawn or requested. Raises NotErased, Unavailable (a store does not answer); nothing is reported
    as done then.
    """
    erasure_id, counts = await _begin(subject, cause, now)
    for step, hooks in (
        ("keys destroyed", [room.destroys_keys for room in rooms]),
        ("objects erased", [room.erases_objects for room in rooms]),
        ("rows erased", [room.erases_rows for room in rooms]),
    ):
        await _run_step(services, subject, erasure_id, step, [hook for hook in hooks if hook], counts)
    await _verify(subject)
    await _finish(subject, erasure_id, cause, counts, now)


async def _begin(subject: Subject, cause: str, now: datetime) -> tuple[UUID, Counter[str]]:
    async with db.transaction():
        rows = await db.fetch(
            "INSERT INTO erasure (id, candidate_id, application_id, cause, step, begun_at) "
            "VALUES ($1, $2, $3, $4, 'begun', $5) ON CONFLICT DO NOTHING RETURNING id",
            uuid4(), subject.candidate_id, subject.application_id, cause, now,
        )  # fmt: skip
        if rows:
            await audit.record(
                audit.Tag.ERASURE_BEGIN, ENGINE, now=now, candidate_id=subject.candidate_id,
                object_id=subject.application_id, detail={"cause": cause},
            )  # fmt: skip
            return rows[0]["id"], Counter()
        begun = await queries.erasure_of(subject)
        return begun.id, Counter(begun.counts)


async def _run_step(
    services: Services,
    subject: Subject,
    erasure_id: UUID,
    step: str,
    hooks: Sequence[EraseHook],
    counts: Counter[str],
) -> None:
    async with db.transaction():
        async with db.past_due_visible():
            for hook in hooks:
                counts.update(await hook(services, subject))
            if step == "rows erased" and subject.application_id is None:
                gone = await Outbox.delete().where(Outbox.candidate_id == subject.candidate_id).returning(Outbox.id)
                counts["outbox"] += len(gone)
        await Erasure.update({Erasure.step: step, Erasure.counts: json.dumps(counts)}).where(
            Erasure.id == erasure_id, Erasure.done_at.is_null()
        )


async def _verify(subject: Subject) -> None:
    async with db.transaction(), db.past_due_visible():
        remaining = await queries.references_to(subject)
    if remaining:
        raise NotErased


async def _finish(subject: Subject, erasure_id: UUID, cause: str, counts: Mapping[str, int], now: datetime) -> None:
    async with db.transaction():
        finished = await (
            Erasure.update({Erasure.step: "done", Erasure.done_at: now})
            .where(Erasure.id == erasure_id, Erasure.done_at.is_null())
            .returning(Erasure.id)
        )
        if finished:
            await audit.record(
                audit.Tag.ERASURE_DONE, ENGINE, now=now, candidate_id=subject.candidate_id,
                object_id=subject.application_id, detail={"cause": cause, "counts": dict(counts)},
            )  # fmt: skip


async def sweep(services: Services, rooms: Sequence[Room], *, on: date, now: datetime) -> Report:
    """Erase everything that is due on the date `on`, and finish what an interruption left.

    A subject that fails is reported and left for the next sweep; it never delays the others.
    """
    run_id = uuid4()
    await RetentionRun.insert(RetentionRun(id=run_id, on_date=on, begun_at=now))
    applications = candidates = 0
    failed: set[UUID] = set()
    for open_erasure in await queries.open_erasures():
        subject = Subject(open_erasure.candidate_id, open_erasure.application_id)
        if not await _erase_or_report(services, rooms, subject, open_erasure.cause, now):
            failed.add(open_erasure.candidate_id)
        elif subject.application_id is None:
            candidates += 1
        else:
            applications += 1
    moment = max(now, datetime.combine(on, time.min, services.organisation.zone).astimezone(UTC))
    while due := await queries.due_subjects(on=on, moment=moment, skip=failed, limit=BATCH):
        for subject in due:
            if not await _erase_or_report(services, rooms, subject, "due", now):
                failed.add(subject.candidate_id)
            elif subject.application_id is None:
                candidates += 1
            else:
                applications += 1
    report = Report(applications, candidates, len(failed))
    await _store_run(run_id, report, now)
    return report


async def _erase_or_report(
    services: Services, rooms: Sequence[Room], subject: Subject, cause: str, now: datetime
) -> bool:
    try:
        await erase(services, rooms, subject, cause, now=now)
    except Exception:  # one poisoned person must not delay the others
        log.exception("erasure_failed", cause=cause)
        return False
    return True


async def _store_run(run_id: UUID, report: Report, now: datetime) -> None:
    async with db.transaction():
        await RetentionRun.update(
            {
                RetentionRun.done_at: now,
                RetentionRun.erased_applications: report.applications,
                RetentionRun.erased_candidates: report.candidates,
                RetentionRun.failed: report.failed,
            },
        ).where(RetentionRun.id == run_id)
        await audit.record(
            audit.Tag.RETENTION_RUN, ENGINE, now=now, object_id=run_id, detail={"counts": msgspec.to_builtins(report)}
        )


async def plan_sweep(services: Services, *, now: datetime) -> None:
    """See to it that today's sweep exists as a job. Called at every tick, so a day that was missed is caught up."""
    today = services.today(now)
    async with db.transaction():
        await outbox.put(services.doorbell, SWEEP, uuid4(), now=now, dedupe_key=f"{SWEEP}:{today}")


async def run_sweep(services: Services, rooms: Sequence[Room], job: Job, now: datetime) -> None:
    """Job: the sweep for today."""
    report = await sweep(services, rooms, on=services.today(now), now=now)
    log.info("retention_run", applications=report.applications, candidates=report.candidates, failed=report.failed)
    async with db.transaction():
        await outbox.complete(job, now=now)


async def erase_withdrawn(services: Services, rooms: Sequence[Room], job: Job, now: datetime) -> None:
    """Job: erase an application whose grace after a withdrawal is over; with it the person, if it was their last."""
    subject = await queries.withdrawn_subject(job.subject_id, on=services.today(now), now=now)
    if subject is not None:
        await erase(services, rooms, subject, "withdrawn", now=now)
    async with db.transaction():
        await outbox.complete(job, now=now)
