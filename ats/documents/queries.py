"""Reading documents: masked for whoever may see the application, one part in clear for whoever was granted it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ats.core import db
from ats.core.access import Power, Staff
from ats.core.crypto import unseal
from ats.core.errors import Forbidden, NotFound
from ats.core.rooms import Subject
from ats.documents.places import place
from ats.documents.rules import Refusal
from ats.documents.tables import Document, Finding


class Waiting(msgspec.Struct, frozen=True):
    """A document that the worker is to read."""

    id: UUID
    candidate_id: UUID
    media: str
    blob_path: str
    wrapped_key: bytes


class MaskedPart(msgspec.Struct, frozen=True):
    """What stands in the place of a sensitive part: which finding, and of what kind. `shown`: its text, if granted."""

    finding: UUID
    label: str
    tier: str
    shown: str | None = None


class DocumentView(msgspec.Struct, frozen=True):
    """A document as staff read it: masked, except for parts that were revealed to this account just now."""

    id: UUID
    purpose: str
    state: str
    refusal: Refusal | None
    pages: int
    language: str
    parts: list[str | MaskedPart]


class DocumentCard(msgspec.Struct, frozen=True):
    """A document as its owner sees it listed: name, size in bytes, state, and the labels that were found."""

    id: UUID
    application_id: UUID
    purpose: str
    name: str
    size: int
    state: str
    refusal: Refusal | None
    labels: list[str]


class FoundPart(msgspec.Struct, frozen=True):
    """One finding with what is needed to decide who may see it."""

    id: UUID
    document_id: UUID
    application_id: UUID
    candidate_id: UUID
    label: str
    tier: str


class RevealRecord(msgspec.Struct, frozen=True):
    """That a sensitive part was shown to somebody: what kind, by which role, when, why."""

    at: datetime
    label: str
    tier: str
    role: str
    reason: str


async def load_for_processing(document_id: UUID) -> Waiting | None:
    """A document that still waits to be read; None when it is read, refused, withdrawn from sight or erased."""
    row = await db.fetch_row(
        "SELECT document.id, application.candidate_id, media, blob_path, wrapped_key FROM document "
        "JOIN application ON application.id = document.application_id WHERE document.id = $1 AND state = 'waiting'",
        document_id,
    )
    return Waiting(**row) if row else None


async def documents_of(application_id: UUID, data_key: bytes, actor: Staff, *, now: datetime) -> list[DocumentView]:
    """The documents of an application, masked, for an actor who has been allowed to see the application."""
    rows = await (
        Document.select(
            Document.id, Document.purpose, Document.state, Document.refusal, Document.pages, Document.language,
            Document.masked,
        )
        .where(Document.application_id == application_id)
        .order_by(Document.purpose)
    )  # fmt: skip
    shown = await _revealed(application_id, data_key, actor, now=now)
    return [_view(row, data_key, shown) for row in rows]


def _view(row: dict[str, Any], data_key: bytes, shown: dict[UUID, str]) -> DocumentView:
    parts: list[str | MaskedPart] = []
    if row["masked"] is not None:
        sealed = unseal(data_key, row["masked"], place("masked", row["id"]))
        parts = [
            msgspec.structs.replace(part, shown=shown[part.finding])
            if isinstance(part, MaskedPart) and part.finding in shown
            else part
            for part in msgspec.json.decode(sealed, type=list[str | MaskedPart])
        ]
    return DocumentView(
        id=row["id"],
        purpose=row["purpose"],
        state=row["state"],
        refusal=Refusal(row["refusal"]) if row["refusal"] else None,
        pages=row["pages"],
        language=row["language"],
        parts=parts,
    )


async def _revealed(application_id: UUID, data_key: bytes, actor: Staff, *, now: datetime) -> dict[UUID, str]:
    """What this account has been shown and may still see: finding -> text."""
    rows = await db.fetch(
        "SELECT DISTINCT finding.id, finding.start_at, finding.end_at, document.id AS document_id, document.content "
        "FROM reveal JOIN finding ON finding.id = reveal.finding_id JOIN document ON document.id = finding.document_id "
        "WHERE document.application_id = $1 AND reveal.account_id = $2 AND reveal.ends_at > $3",
        application_id, actor.id, now,
    )  # fmt: skip
    shown = {}
    for row in rows:
        text = unseal(data_key, row["content"], place("content", row["document_id"])).decode()
        shown[row["id"]] = text[row["start_at"] : row["end_at"]]
    return shown


async def load_finding_for(actor: Staff, finding_id: UUID) -> FoundPart:
    """A masked part that this role may reveal; whether it may see the application is checked by the applications room.

    Raises NotFound, or Forbidden when the role may not reveal this tier.
    """
    row = await db.fetch_row(
        "SELECT finding.id, document_id, application.id AS application_id, candidate_id, label, tier FROM finding "
        "JOIN document ON document.id = document_id JOIN application ON application.id = application_id "
        "WHERE finding.id = $1 AND tier <> 'standard'",
        finding_id,
    )
    if row is None:
        raise NotFound
    found = FoundPart(**row)
    power = Power.REVEAL_RESTRICTED if found.tier == "restricted" else Power.REVEAL_CONFIDENTIAL
    if not actor.may(power):
        raise Forbidden
    return found


async def cards_of(application_ids: Sequence[UUID], data_key: bytes) -> list[DocumentCard]:
    """The documents of a person's applications, as the person sees them listed."""
    rows = await db.fetch(
        "SELECT id, application_id, purpose, name, size, state, refusal, ARRAY(SELECT DISTINCT label FROM finding "
        "WHERE document_id = document.id AND tier <> 'standard' ORDER BY label) AS labels "
        "FROM document WHERE application_id = ANY($1) ORDER BY purpose",
        list(application_ids),
    )
    return [
        DocumentCard(
            id=row["id"],
            application_id=row["application_id"],
            purpose=row["purpose"],
            name=unseal(data_key, row["name"], place("name", row["id"])).decode(),
            size=row["size"],
            state=row["state"],
            refusal=Refusal(row["refusal"]) if row["refusal"] else None,
            labels=list(row["labels"]),
        )
        for row in rows
    ]


async def reveals_of(candidate_id: UUID, data_key: bytes) -> list[RevealRecord]:
    """Every time a sensitive part of this person was shown to somebody, the latest first."""
    rows = await db.fetch(
        "SELECT reveal.id, reveal.at, finding.label, finding.tier, account.role, reveal.reason FROM reveal "
        "JOIN finding ON finding.id = reveal.finding_id JOIN document ON document.id = finding.document_id "
        "JOIN application ON application.id = document.application_id JOIN account ON account.id = reveal.account_id "
        "WHERE application.candidate_id = $1 ORDER BY reveal.at DESC",
        candidate_id,
    )
    return [
        RevealRecord(
            at=row["at"],
            label=row["label"],
            tier=row["tier"],
            role=row["role"],
            reason=unseal(data_key, row["reason"], f"reveal.reason:{row['id']}").decode(),
        )
        for row in rows
    ]


async def blob_paths(subject: Subject) -> list[str]:
    """Where the objects of what is erased stand."""
    rows = await db.fetch(
        "SELECT blob_path FROM document JOIN application ON application.id = application_id "
        "WHERE candidate_id = $1 AND ($2::uuid IS NULL OR application.id = $2)",
        subject.candidate_id, subject.application_id,
    )  # fmt: skip
    return [row["blob_path"] for row in rows]


async def delete_rows(subject: Subject) -> dict[str, int]:
    """Delete the documents of what is erased; gives counts by table."""
    ids = await db.fetch(
        "SELECT document.id FROM document JOIN application ON application.id = application_id "
        "WHERE candidate_id = $1 AND ($2::uuid IS NULL OR application.id = $2)",
        subject.candidate_id, subject.application_id,
    )  # fmt: skip
    document_ids = [row["id"] for row in ids]
    if not document_ids:
        return {}
    findings = await Finding.delete().where(Finding.document_id.is_in(document_ids)).returning(Finding.id)
    documents = await Document.delete().where(Document.id.is_in(document_ids)).returning(Document.id)
    return {"finding": len(findings), "document": len(documents)}
