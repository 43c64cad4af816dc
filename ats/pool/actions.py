"""Joining the talent pool by one's own act, and leaving it."""

from datetime import date, datetime
from uuid import UUID

from ats.consent import actions as consent
from ats.consent.rules import Kind
from ats.core import db
from ats.core.rooms import Subject
from ats.core.services import Services
from ats.pool.tables import PoolMembership
from ats.retention.queries import lock_person
from ats.retention.rules import Basis, due_date


async def join_pool(services: Services, candidate_id: UUID, given_event_id: UUID, *, since: date) -> bool:
    """Make the person a member on the strength of a `given` event, in the open transaction; whether they are one now.

    since: the civil date of the event. Somebody who is a member already moves on to the newer consent, also when the
    older one is over and still to be swept. Somebody who withdrew after this consent was given stays out: a form can
    be stored later than it was sent. The database refuses an event that is not theirs or not `given`.
    """
    due_on = due_date(since, Basis.TALENT_POOL, services.organisation.retention)
    async with db.past_due_visible():
        rows = await db.fetch(
            "INSERT INTO pool_membership (candidate_id, given_event_id, since, due_on) SELECT $1, $2, $3, $4 "
            "WHERE NOT EXISTS (SELECT FROM consent_event AS given JOIN consent_event AS ended "
            "ON ended.candidate_id = given.candidate_id AND ended.purpose = given.purpose AND ended.at >= given.at "
            "AND ended.kind IN ('withdrawn', 'expired') WHERE given.id = $2) "
            "ON CONFLICT (candidate_id) DO UPDATE "
            "SET given_event_id = excluded.given_event_id, since = excluded.since, due_on = excluded.due_on "
            "RETURNING candidate_id",
            candidate_id, given_event_id, since, due_on,
        )  # fmt: skip
    return bool(rows)


async def leave_pool(candidate_id: UUID, *, channel: str, now: datetime) -> bool:
    """End the membership and append the withdrawal, in the open transaction; whether there was one to end.

    The withdrawal refers to the same statement and wording as the consent that it ends.
    """
    # A form of theirs that gives a new consent at the same moment comes either before this or after it.
    await lock_person(candidate_id)
    gone = await db.fetch("DELETE FROM pool_membership WHERE candidate_id = $1 RETURNING given_event_id", candidate_id)
    if not gone:
        return False
    given = await db.fetch_row(
        "SELECT statement_hash, wording_hash, language FROM consent_event WHERE id = $1", gone[0]["given_event_id"]
    )
    if given is None:
        return False
    await consent.record_event(
        candidate_id,
        Kind.WITHDRAWN,
        statement_hash=given["statement_hash"],
        wording_hash=given["wording_hash"],
        language=given["language"],
        channel=channel,
        now=now,
    )
    return True


async def erase_rows(_services: Services, subject: Subject) -> dict[str, int]:
    """Erasure of a person: end their membership."""
    if subject.application_id is not None:
        return {}
    gone = await (
        PoolMembership.delete()
        .where(PoolMembership.candidate_id == subject.candidate_id)
        .returning(PoolMembership.candidate_id)
    )
    return {"pool_membership": len(gone)}
