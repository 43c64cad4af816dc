"""Reading memberships."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from ats.core import db


class Membership(msgspec.Struct, frozen=True):
    """An open membership: since when, until when at most, and the moment of the consent under it."""

    since: date
    due_on: date
    given_at: datetime


async def membership_of(candidate_id: UUID) -> Membership | None:
    """The open membership of a person, if any."""
    row = await db.fetch_row(
        "SELECT member.since, member.due_on, given.at AS given_at FROM pool_membership AS member "
        "JOIN consent_event AS given ON given.id = member.given_event_id WHERE member.candidate_id = $1",
        candidate_id,
    )
    return Membership(**row) if row else None
