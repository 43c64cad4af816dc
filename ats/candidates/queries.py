"""Reading people, and opening what is sealed with their key."""

from typing import Any
from uuid import UUID

import msgspec

from ats.candidates.rules import LINK_PURPOSE, key_context
from ats.candidates.tables import Candidate, CandidateKey, PrivateLink
from ats.core import db
from ats.core.access import Candidate as CandidateActor
from ats.core.crypto import Keyring, Unreadable, hash_token
from ats.core.errors import NotFound
from ats.core.services import Services


class Person(msgspec.Struct, frozen=True):
    """Identity and contact details, as shown to the person and to who may reach them."""

    id: UUID
    name: str
    email: str
    telephone: str
    language: str


async def load_candidate_for(token: str) -> CandidateActor:
    """Who holds this private link. Raises NotFound: the same for a wrong link and for somebody who was erased."""
    row = await (
        PrivateLink.select(PrivateLink.candidate_id)
        .where(PrivateLink.token_hash == hash_token(token), PrivateLink.purpose == LINK_PURPOSE)
        .first()
    )
    if row is None:
        raise NotFound
    person = await load_person(row["candidate_id"])
    return CandidateActor(person.id, person.language)


async def load_person(candidate_id: UUID) -> Person:
    """One person by id, for code that has already established the right to see them. Raises NotFound."""
    row = await (
        Candidate.select(Candidate.id, Candidate.name, Candidate.email, Candidate.telephone, Candidate.language)
        .where(Candidate.id == candidate_id)
        .first()
    )
    if row is None:
        raise NotFound
    return Person(**row)


async def data_key(services: Services, candidate_id: UUID) -> bytes:
    """The person's own key (32 bytes). Raises NotFound when it was destroyed, Unreadable without the master key."""
    row = await (
        CandidateKey.select(CandidateKey.master_key_id, CandidateKey.wrapped)
        .where(CandidateKey.candidate_id == candidate_id)
        .first()
    )
    if row is None:
        raise NotFound
    return services.keyring.unwrap(row["master_key_id"], row["wrapped"], key_context(candidate_id))


async def unknown_master_keys(keyring: Keyring) -> list[str]:
    """Ids of master keys that wrapped somebody's key and are missing from `keyring`, or are not the same any more."""
    rows = await db.fetch(
        "SELECT DISTINCT ON (master_key_id) master_key_id, candidate_id, wrapped FROM candidate_key "
        "ORDER BY master_key_id"
    )
    return [row["master_key_id"] for row in rows if not _opens(keyring, row)]


def _opens(keyring: Keyring, row: Any) -> bool:
    try:
        keyring.unwrap(row["master_key_id"], row["wrapped"], key_context(row["candidate_id"]))
    except Unreadable:
        return False
    return True
