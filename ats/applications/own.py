"""What candidates read of their own applications: also withdrawn ones, until they are erased."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from ats.core import db
from ats.retention.rules import Basis
from ats.vacancies.queries import titles


class OwnApplication(msgspec.Struct, frozen=True):
    """An application as its owner sees it.

    vacancy: its title in the reader's language, or in one that it has; "" for a spontaneous application.
    applied_on, due_on: civil dates of the organisation; from due_on on it is unreadable. erase_after: the moment after
    which a withdrawn application is erased.
    """

    id: UUID
    vacancy: str
    source: str
    applied_on: date
    basis: Basis
    due_on: date
    withdrawn_at: datetime | None
    erase_after: datetime | None


async def applications_of(candidate_id: UUID, language: str) -> list[OwnApplication]:
    """Every application of a person that still exists, the newest first."""
    rows = await db.fetch(
        "SELECT id, vacancy_id, source, applied_on, basis, due_on, withdrawn_at, erase_after FROM application "
        "WHERE candidate_id = $1 ORDER BY applied_at DESC, id",
        candidate_id,
    )
    names = await titles([row["vacancy_id"] for row in rows if row["vacancy_id"]], language)
    return [
        OwnApplication(
            id=row["id"],
            vacancy=names.get(row["vacancy_id"], ""),
            source=row["source"],
            applied_on=row["applied_on"],
            basis=Basis(row["basis"]),
            due_on=row["due_on"],
            withdrawn_at=row["withdrawn_at"],
            erase_after=row["erase_after"],
        )
        for row in rows
    ]


async def has_applications(candidate_id: UUID) -> bool:
    """Whether anything of a person is left to read: without an application nobody sees anything of them."""
    return bool(await db.fetch("SELECT FROM application WHERE candidate_id = $1 LIMIT 1", candidate_id))
