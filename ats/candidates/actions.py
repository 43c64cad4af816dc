"""Registering a person, their key and their links."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from ats.candidates import queries
from ats.candidates.rules import LINK_PURPOSE, email_lock, key_context, normalised_email
from ats.candidates.tables import Candidate, CandidateKey, PrivateLink
from ats.core import db
from ats.core.crypto import hash_token, new_key, new_token
from ats.core.rooms import Subject
from ats.core.services import Services
from ats.retention.queries import being_erased


class Contact(msgspec.Struct, frozen=True):
    """Who applies and how to reach them. telephone: E.164 or empty."""

    name: str
    email: str
    telephone: str
    language: str


class Registered(msgspec.Struct, frozen=True):
    """A person and their key. `is_new`: the row and key are still to be stored by `store_new`."""

    candidate_id: UUID
    data_key: bytes
    is_new: bool


async def recognise(services: Services, contact: Contact) -> Registered:
    """Find the person with this e-mail address, or name a new one. In the open transaction, which holds a lock.

    Somebody whose last application is past its due date, or whose erasure has begun, is not found: they come back as
    a new person.
    """
    email = normalised_email(contact.email)
    await db.fetch("SELECT pg_advisory_xact_lock($1)", email_lock(services.keyring.derive("email lock"), email))
    rows = await db.fetch("SELECT id FROM candidate WHERE email = $1 ORDER BY created_at FOR NO KEY UPDATE", email)
    # Asked once they are locked, so that no erasure can begin any more.
    going = await being_erased([row["id"] for row in rows])
    for row in rows:
        if row["id"] not in going:
            return Registered(row["id"], await queries.data_key(services, row["id"]), is_new=False)
    return Registered(uuid4(), new_key(), is_new=True)


async def store_new(services: Services, registered: Registered, contact: Contact, *, now: datetime) -> None:
    """Store a new person and their wrapped key. Their application must be stored before: it makes them visible."""
    await Candidate.insert(
        Candidate(
            id=registered.candidate_id,
            name=contact.name,
            email=normalised_email(contact.email),
            telephone=contact.telephone,
            language=contact.language,
            created_at=now,
        ),
    )
    master_key_id, wrapped = services.keyring.wrap(registered.data_key, key_context(registered.candidate_id))
    await CandidateKey.insert(
        CandidateKey(
            candidate_id=registered.candidate_id, master_key_id=master_key_id, wrapped=wrapped, created_at=now
        ),
    )


async def new_link(candidate_id: UUID, *, now: datetime) -> str:
    """Make another private link for the person; gives the token, of which only the hash is kept."""
    token = new_token()
    await PrivateLink.insert(
        PrivateLink(token_hash=hash_token(token), candidate_id=candidate_id, purpose=LINK_PURPOSE, created_at=now),
    )
    return token


async def destroy_key(_services: Services, subject: Subject) -> dict[str, int]:
    """Erasure: destroy the person's key. Nothing sealed of theirs opens from here on."""
    if subject.application_id is not None:
        return {}
    gone = await (
        CandidateKey.delete()
        .where(CandidateKey.candidate_id == subject.candidate_id)
        .returning(CandidateKey.candidate_id)
    )
    return {"candidate_key": len(gone)}


async def erase_rows(_services: Services, subject: Subject) -> dict[str, int]:
    """Erasure: delete the person and their links."""
    if subject.application_id is not None:
        return {}
    links = await (
        PrivateLink.delete().where(PrivateLink.candidate_id == subject.candidate_id).returning(PrivateLink.candidate_id)
    )
    people = await Candidate.delete().where(Candidate.id == subject.candidate_id).returning(Candidate.id)
    return {"private_link": len(links), "candidate": len(people)}
