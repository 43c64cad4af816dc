"""Objecting to sharing with affiliates: in force at once, recorded and confirmed by the worker."""

from datetime import datetime
from uuid import UUID, uuid4

from ats.candidates import actions as links
from ats.candidates import queries as candidates
from ats.candidates.rules import private_url
from ats.core import audit, db, outbox
from ats.core.access import Candidate, System, Visitor
from ats.core.errors import NotFound
from ats.core.outbox import Job
from ats.core.rooms import Subject
from ats.core.services import Services
from ats.messages.actions import write_message
from ats.sharing.rules import ALL_AFFILIATES
from ats.sharing.tables import SharingObjection

RECORD = "sharing.record_objection"
WORKER = System("worker")


async def object_to_sharing(
    services: Services,
    actor: Candidate | Visitor,
    candidate_id: UUID,
    *,
    channel: str,
    now: datetime,
    affiliate: str = ALL_AFFILIATES,
) -> None:
    """Object to sharing with one affiliate, or with all, in the open transaction (GDPR Art. 21; statement, S 3.3).

    No reason is asked and nobody decides. Objecting again changes nothing. Raises NotFound for an unknown affiliate.
    """
    if affiliate and affiliate not in {each.key for each in services.organisation.affiliates}:
        raise NotFound
    objection_id = uuid4()
    rows = await db.fetch(
        "INSERT INTO sharing_objection (id, candidate_id, affiliate, channel, objected_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (candidate_id, affiliate) DO NOTHING RETURNING id",
        objection_id, candidate_id, affiliate, channel, now,
    )  # fmt: skip
    if not rows:
        return
    await audit.record(
        audit.Tag.SHARING_OBJECT, actor, now=now, candidate_id=candidate_id, object_id=objection_id,
        detail={"affiliate": affiliate or "all", "channel": channel},
    )  # fmt: skip
    await outbox.put(services.doorbell, RECORD, objection_id, now=now, candidate_id=candidate_id)


async def record_objection(services: Services, job: Job, now: datetime) -> None:
    """Job: carry an objection out. It is recorded, audited, and confirmed to the person by mail."""
    async with db.transaction():
        rows = await (
            SharingObjection.update({SharingObjection.recorded_at: now})
            .where(SharingObjection.id == job.subject_id, SharingObjection.recorded_at.is_null())
            .returning(SharingObjection.candidate_id, SharingObjection.affiliate)
        )
        if rows:
            await _confirm(services, rows[0]["candidate_id"], rows[0]["affiliate"], job.subject_id, now)
        await outbox.complete(job, now=now)


async def _confirm(services: Services, candidate_id: UUID, affiliate: str, objection_id: UUID, now: datetime) -> None:
    await audit.record(
        audit.Tag.SHARING_OBJECTION_RECORD, WORKER, now=now, candidate_id=candidate_id, object_id=objection_id,
        detail={"affiliate": affiliate or "all"},
    )  # fmt: skip
    person = await candidates.load_person(candidate_id)
    names = {each.key: each.name for each in services.organisation.affiliates}
    token = await links.new_link(candidate_id, now=now)
    await write_message(
        services,
        candidate_id,
        await candidates.data_key(services, candidate_id),
        "objection_recorded",
        person.language,
        {
            "affiliate": names.get(affiliate, ""),
            "link": private_url(services.settings.base_url, token),
        },
        now=now,
    )


async def erase_rows(_services: Services, subject: Subject) -> dict[str, int]:
    """Erasure of a person: delete their objections."""
    if subject.application_id is not None:
        return {}
    gone = await (
        SharingObjection.delete()
        .where(SharingObjection.candidate_id == subject.candidate_id)
        .returning(SharingObjection.id)
    )
    return {"sharing_objection": len(gone)}
