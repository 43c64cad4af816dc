"""Whether somebody may be shared with an affiliate."""

from datetime import datetime
from uuid import UUID

import msgspec

from ats.sharing.rules import ALL_AFFILIATES
from ats.sharing.tables import SharingObjection


class Objection(msgspec.Struct, frozen=True):
    """An objection; an empty `affiliate` covers all. recorded_at: when the worker carried it out."""

    affiliate: str
    objected_at: datetime
    recorded_at: datetime | None


async def objections_of(candidate_id: UUID) -> list[Objection]:
    """The objections of a person, the oldest first. In force from the moment they were made."""
    rows = await (
        SharingObjection.select(SharingObjection.affiliate, SharingObjection.objected_at, SharingObjection.recorded_at)
        .where(SharingObjection.candidate_id == candidate_id)
        .order_by(SharingObjection.objected_at)
    )
    return [Objection(**row) for row in rows]


async def may_share(candidate_id: UUID, affiliate: str) -> bool:
    """Whether nothing the person said forbids sharing with this affiliate. Asked again at each hand-over."""
    return not await SharingObjection.exists().where(
        SharingObjection.candidate_id == candidate_id,
        SharingObjection.affiliate.is_in([ALL_AFFILIATES, affiliate]),
    )
