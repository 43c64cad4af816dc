"""Attaching uploads to an application, reading them in the worker, and revealing what was masked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

import pii
from ats.candidates import queries as candidates
from ats.core import audit, db, outbox
from ats.core.access import Staff, System
from ats.core.crypto import open_chunks, seal, unseal
from ats.core.errors import NotFound
from ats.core.outbox import Job
from ats.core.rooms import Subject
from ats.core.services import Services
from ats.documents import queries
from ats.documents.places import Purpose, place
from ats.documents.reader import Detected, FoundSpan, Reader, ReadText
from ats.documents.rules import DocumentRefused, Kind, Limits, Refusal
from ats.documents.tables import Document, Finding, Reveal, Upload
from ats.documents.uploads import Received, blob_context, blob_path

PROCESS = "documents.process"
WORKER = System("worker")
REVEAL_LIFE = timedelta(minutes=15)


async def attach(
    services: Services,
    received: Received,
    purpose: Purpose,
    application_id: UUID,
    candidate_id: UUID,
    data_key: bytes,
    *,
    now: datetime,
) -> None:
    """Make an upload a document of an application, in the open transaction, and ask the worker to read it.

    The upload's key is wrapped with the person's. Raises NotFound when the upload was used or cleaned up meanwhile.
    """
    document_id = received.id
    if not await Upload.delete().where(Upload.id == document_id).returning(Upload.id):
        raise NotFound
    await Document.insert(
        Document(
            id=document_id,
            application_id=application_id,
            purpose=purpose.value,
            media=received.kind.value,
            name=seal(data_key, received.name.encode(), place("name", document_id)),
            size=received.size,
            blob_path=blob_path(document_id),
            wrapped_key=seal(data_key, received.key, place("wrapped_key", document_id)),
            state="waiting",
        ),
    )
    await outbox.put(services.doorbell, PROCESS, document_id, now=now, candidate_id=candidate_id)


async def process_document(services: Services, reader: Reader, job: Job, now: datetime) -> None:
    """Job: read one document, find what is sensitive, and store text, findings and the masked copy together."""
    document = await queries.load_for_processing(job.subject_id)
    if document is None:
        await _complete(job, now)
        return
    data_key = await candidates.data_key(services, document.candidate_id)
    content = await _content(services, document, data_key)
    limits = Limits(size=services.settings.upload_max_bytes, pages=services.settings.document_max_pages)
    try:
        text = await reader.read(content, Kind(document.media), limits=limits)
        detected = await reader.detect(text.text)
    except DocumentRefused as refused:
        await _store_refusal(job, document, refused.reason, now)
        return
    await _store_reading(job, document, data_key, text, detected, now)


async def _content(services: Services, document: queries.Waiting, data_key: bytes) -> bytes:
    key = unseal(data_key, document.wrapped_key, place("wrapped_key", document.id))
    chunks = open_chunks(services.blobs.get(document.blob_path), key, blob_context(document.id))
    return b"".join([chunk async for chunk in chunks])


async def _store_refusal(job: Job, document: queries.Waiting, reason: Refusal, now: datetime) -> None:
    async with db.transaction():
        changed = await (
            Document.update({Document.state: "refused", Document.refusal: reason.value, Document.read_at: now})
            .where(Document.id == document.id, Document.state == "waiting")
            .returning(Document.id)
        )
        if changed:
            await audit.record(
                audit.Tag.DOCUMENT_REFUSE, WORKER, now=now, candidate_id=document.candidate_id, object_id=document.id,
                detail={"refusal": reason.value},
            )  # fmt: skip
        await outbox.complete(job, now=now)


async def _store_reading(
    job: Job, document: queries.Waiting, data_key: bytes, text: ReadText, detected: Detected, now: datetime
) -> None:
    found = _stored_findings(detected.findings)
    parts = masked_parts(text.text, found)
    visible = " ".join(part for part in parts if isinstance(part, str))
    async with db.transaction():
        changed = await (
            Document.update(
                {
                    Document.state: "read",
                    Document.pages: text.pages,
                    Document.language: detected.language,
                    Document.content: seal(data_key, text.text.encode(), place("content", document.id)),
                    Document.masked: seal(data_key, msgspec.json.encode(parts), place("masked", document.id)),
                    Document.read_at: now,
                },
            )
            .where(Document.id == document.id, Document.state == "waiting")
            .returning(Document.id)
        )
        if changed:
            await db.fetch("UPDATE document SET search = to_tsvector('simple', $2) WHERE id = $1", document.id, visible)
            if found:
                await Finding.insert(
                    *(
                        Finding(
                            id=each_id,
                            document_id=document.id,
                            start_at=each.start,
                            end_at=each.end,
                            label=str(each.label),
                            tier=str(each.tier),
                            score=each.score,
                            reason=each.reason,
                            section=each.section,
                        )
                        for each_id, each in found
                    ),
                )
            await audit.record(
                audit.Tag.DOCUMENT_READ, WORKER, now=now, candidate_id=document.candidate_id, object_id=document.id,
                detail={"findings": len(found), "labels": sorted({str(each.label) for _, each in found})},
            )  # fmt: skip
        await outbox.complete(job, now=now)


def _stored_findings(findings: Sequence[FoundSpan]) -> list[tuple[UUID, pii.Finding]]:
    """What is stored: masked findings made disjoint (so each row is one masked part), then the open ones."""
    spans = [
        pii.Finding(
            start=each.start,
            end=each.end,
            label=pii.Label(each.label),
            tier=pii.Tier(each.tier),
            score=each.score,
            reason=each.reason,
            section=each.section,
            language="",
        )
        for each in findings
    ]
    kept = [*pii.merged(spans), *(each for each in spans if each.tier not in pii.MASKED_TIERS)]
    return [(uuid4(), each) for each in sorted(kept, key=lambda each: (each.start, each.end))]


def masked_parts(text: str, found: Sequence[tuple[UUID, pii.Finding]]) -> list[str | queries.MaskedPart]:
    """The masked copy: stretches of text, and in place of each sensitive part what it is and which finding."""
    ids = {(each.start, each.end): each_id for each_id, each in found if each.tier in pii.MASKED_TIERS}
    return [
        part
        if isinstance(part, str)
        else queries.MaskedPart(ids[part.start, part.end], str(part.label), str(part.tier))
        for part in pii.masked_parts(text, [each for _, each in found])
    ]


async def _complete(job: Job, now: datetime) -> None:
    async with db.transaction():
        await outbox.complete(job, now=now)


async def reveal_finding(
    services: Services, actor: Staff, finding: queries.FoundPart, reason: str, *, now: datetime
) -> None:
    """Show one masked part to one account for a quarter of an hour; the reason is kept, sealed, and audited.

    The caller has loaded `finding` through `queries.load_finding_for`, which checks power and vacancy.
    """
    reveal_id = uuid4()
    data_key = await candidates.data_key(services, finding.candidate_id)
    async with db.transaction():
        await Reveal.insert(
            Reveal(
                id=reveal_id,
                finding_id=finding.id,
                account_id=actor.id,
                reason=seal(data_key, reason.encode(), f"reveal.reason:{reveal_id}"),
                at=now,
                ends_at=now + REVEAL_LIFE,
            ),
        )
        await audit.record(
            audit.Tag.FINDING_REVEAL, actor, now=now, candidate_id=finding.candidate_id, object_id=finding.id,
            detail={"label": finding.label, "tier": finding.tier},
        )  # fmt: skip


async def erase_objects(services: Services, subject: Subject) -> dict[str, int]:
    """Erasure: delete the objects in the blob store."""
    gone = 0
    for path in await queries.blob_paths(subject):
        gone += await services.blobs.delete(path)
    return {"blob": gone}


async def erase_rows(_services: Services, subject: Subject) -> dict[str, int]:
    """Erasure: delete documents with their texts, findings and reveals."""
    return await queries.delete_rows(subject)
