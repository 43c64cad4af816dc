# ruff: noqa: S608 -- only constants of this module are put together; every value is a placeholder
"""Reading the audit trail, and whether the erasures keep up."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from ats.core import db
from ats.core.audit import Tag

PAGE_SIZE = 50
MAX_ID = 2**63 - 1


class Entry(msgspec.Struct, frozen=True):
    """One event. who: the name of the account or process, "" for somebody without one. Of candidates only the id."""

    id: int
    at: datetime
    tag: str
    actor_kind: str
    who: str
    role: str
    candidate_id: UUID | None
    object_id: UUID | None
    detail: dict[str, Any]


class Trail(msgspec.Struct, frozen=True):
    """One page of the trail, the newest first. older, newer: where the neighbouring pages begin, None at an end."""

    entries: list[Entry]
    total: int
    older: int | None
    newer: int | None


class Overdue(msgspec.Struct, frozen=True):
    """What has to be erased by now and is not yet; nobody can read it. oldest: since which civil date, if any is."""

    applications: int
    oldest: date | None


async def read_trail(*, tag: Tag | None, candidate_id: UUID | None, before: int | None, after: int | None) -> Trail:
    """One page of the audit trail.

    tag, candidate_id: only these. before: the page of events older than this one; after: newer than this one.
    """
    backwards = after is not None
    chosen = "($1 = '' OR tag = $1) AND ($2::uuid IS NULL OR candidate_id = $2)"
    where = "audit_event.id > $3 AND " if backwards else "audit_event.id < $3 AND "
    order = "audit_event.id ASC" if backwards else "audit_event.id DESC"
    start = after if after is not None else before if before is not None else MAX_ID
    rows = await db.fetch(
        "SELECT audit_event.id, at, tag, actor_kind, coalesce(account.name, '') AS account_name, actor_name, "
        "candidate_id, object_id, detail FROM audit_event LEFT JOIN account ON account.id = actor_id "
        f"WHERE {where}{chosen} ORDER BY {order} LIMIT $4",
        tag.value if tag else "", candidate_id, start, PAGE_SIZE + 1,
    )  # fmt: skip
    counted = await db.fetch(
        f"SELECT count(*) AS total FROM audit_event WHERE {chosen}", tag.value if tag else "", candidate_id
    )
    entries = [_entry(row) for row in rows[:PAGE_SIZE]]
    goes_on = len(rows) > PAGE_SIZE
    if backwards:
        entries.reverse()
    has_older, has_newer = (True, goes_on) if backwards else (goes_on, before is not None)
    return Trail(
        entries,
        counted[0]["total"],
        older=entries[-1].id if entries and has_older else None,
        newer=entries[0].id if entries and has_newer else None,
    )


def _entry(row: Any) -> Entry:
    is_staff = row["actor_kind"] == "staff"
    return Entry(
        id=row["id"],
        at=row["at"],
        tag=row["tag"],
        actor_kind=row["actor_kind"],
        who=row["account_name"] if is_staff else row["actor_name"],
        role=row["actor_name"] if is_staff else "",
        candidate_id=row["candidate_id"],
        object_id=row["object_id"],
        detail=json.loads(row["detail"]),
    )


async def overdue(*, today: date, now: datetime) -> Overdue:
    """What the sweep has left: past its due date on `today` or withdrawn, with its grace over by `now`."""
    async with db.transaction(), db.past_due_visible():
        rows = await db.fetch(
            "SELECT count(*) AS applications, min(least(due_on, erase_after::date)) AS oldest FROM application "
            "WHERE (due_on <= $1 OR withdrawn_at IS NOT NULL) AND (erase_after IS NULL OR erase_after <= $2)",
            today, now,
        )  # fmt: skip
    return Overdue(rows[0]["applications"], rows[0]["oldest"])
