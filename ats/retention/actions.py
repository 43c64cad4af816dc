"""Erasure, and the sweep that finds what is due.

One engine for every cause. Its steps: the entry in the register (before anything is destroyed), keys, objects, rows,
a check that nothing refers to the person any more, the report. Each step is harmless when repeated, and the register
says how far it came, so an erasure that was interrupted is finished by the next sweep.
"""

import json
from collections import Counter
from collections.abc import Sequence
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
REQUESTED = "requested"
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


async def erase(
    services: Services,
    rooms: Sequence[Room],
    subject: Subject,
    cause: str,
    *,
    on: date,
    moment: datetime,
    now: datetime,
) -> bool:
    """Erase one application or one whole person, from wherever an earlier attempt came to; whether there was a need.

    cause: due, withdrawn or requested. on, moment: as in `queries.due_subjects`; what is no longer due by them, since
    the person applied again meanwhile, is left alone unless it was requested. Erasing what is erased does nothing.
    Raises NotErased, Unavailable (a store does not answer); nothing is reported as done then.
    """
    erasure_id = await _begin(subject, cause, on, moment, now)
    if erasure_id is None:
        return False
    for step, hooks in (
        ("keys destroyed", [room.destroys_keys for room in rooms]),
        ("objects erased", [room.erases_objects for room in rooms]),
        ("rows erased", [room.erases_rows for room in rooms]),
    ):
        await _run_step(services, subject, erasure_id, step, [hook for hook in hooks if hook])
    await _verify(subject)
    await _finish(subject, erasure_id, now)
    return True


async def _begin(subject: Subject, cause: str, on: date, moment: datetime, now: datetime) -> UUID | None:
    """The entry to work on; None when there is nothing to do (any more)."""
    async with db.transaction():
        # An application that the person sends now is stored before this or under another id; see `recognise`.
        await queries.lock_person(subject.candidate_id)
        begun = await queries.erasure_of(subject)
        if begun is not None:
            return begun.id if begun.done_at is None else None
        if cause != REQUESTED and not await queries.is_due(subject, on=on, moment=moment):
            return None
        erasure_id = uuid4()
        await Erasure.insert(
            Erasure(
                id=erasure_id,
                candidate_id=subject.candidate_id,
                application_id=subject.application_id,
                cause=cause,
                step="begun",
                begun_at=now,
                counts="{}",
            ),
        )
        await audit.record(
            audit.Tag.ERASURE_BEGIN, ENGINE, now=now, candidate_id=subject.candidate_id,
            object_id=subject.application_id, detail={"cause": cause},
        )  # fmt: skip
        return erasure_id


async def _run_step(
    services: Services, subject: Subject, erasure_id: UUID, step: str, hooks: Sequence[EraseHook]
) -> None:
    async with db.transaction():
        begun = await queries.lock_open_erasure(erasure_id)
        if begun is None:
            # Another worker was at it as well, and has finished.
            return
        counts = Counter(begun.counts)
        async with db.past_due_visible():
            for hook in hooks:
                counts.update(await hook(services, subject))
            if step == "rows erased" and subject.application_id is None:
                gone = await Outbox.delete().where(Outbox.candidate_id == subject.candidate_id).returning(Outbox.id)
                counts["outbox"] += len(gone)
        await Erasure.update({Erasure.step: step, Erasure.counts: json.dumps(counts)}).where(Erasure.id == erasure_id)


async def _verify(subject: Subject) -> None:
    async with db.transaction(), db.past_due_visible():
        remaining = await queries.references_to(subject)
    if remaining:
        raise NotErased


async def _finish(subject: Subject, erasure_id: UUID, now: datetime) -> None:
    async with db.transaction():
        begun = await queries.lock_open_erasure(erasure_id)
        if begun is None:
            return
        await Erasure.update({Erasure.step: "done", Erasure.done_at: now}).where(Erasure.id == erasure_id)
        await audit.record(
            audit.Tag.ERASURE_DONE, ENGINE, now=now, candidate_id=subject.candidate_id,
            object_id=subject.application_id, detail={"cause": begun.cause, "counts": begun.counts},
        )  # fmt: skip


async def sweep(services: Services, rooms: Sequence[Room], *, on: date, now: datetime) -> Report:
    """Erase everything that is due on the date `on`, and finish what an interruption left.

    A subject that fails is reported and left for the next sweep; it never delays the others.
    """
    run_id = uuid4()
    await RetentionRun.insert(RetentionRun(id=run_id, on_date=on, begun_at=now))
    moment = max(now, datetime.combine(on, time.min, services.organisation.zone).astimezone(UTC))
    erased: list[Subject] = []
    failed: set[UUID] = set()
    tried: set[Subject] = set()

    async def attempt(subject: Subject, cause: str) -> None:
        try:
            if await erase(services, rooms, subject, cause, on=on, moment=moment, now=now):
                erased.append(subject)
        except Exception:  # one poisoned person must not delay the others
            log.exception("erasure_failed", cause=cause)
            failed.add(subject.candidate_id)

    for begun in await queries.open_erasures():
        await attempt(Subject(begun.candidate_id, begun.application_id), begun.cause)
    while due := await queries.due_subjects(on=on, moment=moment, skip=failed, limit=BATCH):
        for subject, cause in due.items():
            if subject in tried:
                # Its entry says that it was erased, and it is still there: the next sweep would not end either.
                log.error("erasure_left_something")
                failed.add(subject.candidate_id)
            else:
                tried.add(subject)
                await attempt(subject, cause)
    await _end_memberships(on, now)
    people = sum(subject.application_id is None for subject in erased)
    report = Report(len(erased) - people, people, len(failed))
    await _store_run(run_id, report, now)
    return report


async def _end_memberships(on: date, now: datetime) -> None:
    # Of people who stay for a later application; with the others their membership has gone already.
    async with db.transaction(), db.past_due_visible():
        await queries.end_memberships(on=on, now=now)


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
    today = services.today(await queries.earlier_clock(now))
    async with db.transaction():
        await outbox.put(services.doorbell, SWEEP, uuid4(), now=now, dedupe_key=f"{SWEEP}:{today}")


async def run_sweep(services: Services, rooms: Sequence[Room], job: Job, now: datetime) -> None:
    """Job: the sweep for today."""
    earlier = await queries.earlier_clock(now)
    report = await sweep(services, rooms, on=services.today(earlier), now=earlier)
    log.info("retention_run", applications=report.applications, candidates=report.candidates, failed=report.failed)
    async with db.transaction():
        await outbox.complete(job, now=now)


async def erase_withdrawn(services: Services, rooms: Sequence[Room], job: Job, now: datetime) -> None:
    """Job: erase an application whose grace after a withdrawal is over; with it the person, if it was their last."""
    earlier = await queries.earlier_clock(now)
    on = services.today(earlier)
    subject = await queries.withdrawn_subject(job.subject_id, on=on, now=earlier)
    if subject is not None:
        await erase(services, rooms, subject, "withdrawn", on=on, moment=earlier, now=earlier)
    async with db.transaction():
        await outbox.complete(job, now=now)
