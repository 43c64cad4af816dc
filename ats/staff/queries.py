"""Reading accounts, and whose session a token belongs to."""

from datetime import datetime
from uuid import UUID

import msgspec

from ats.core import db
from ats.core.access import Role, Staff
from ats.core.audit import Tag
from ats.staff.rules import IDLE_LIFE, SEEN_BUCKET
from ats.web.keyset import keyset
from ats.web.paging import PAGE_SIZE, Cursor, Page, make_page


class AccountRow(msgspec.Struct, frozen=True):
    """An account as the administrator sees it."""

    id: UUID
    name: str
    email: str
    role: Role
    created_at: datetime
    disabled: bool
    signed_in_at: datetime | None


async def resolve_session(token_hash: bytes, now: datetime) -> Staff | None:
    """Whose session this is; None when it is unknown, ended, idle for too long, or its account is disabled.

    Asked at every request. Its use is noted at most once a minute.
    """
    row = await db.fetch_row(
        "SELECT account.id, account.name, account.role, account.language, session.seen_at FROM session "
        "JOIN account ON account.id = session.account_id "
        "WHERE token_hash = $1 AND expires_at > $2 AND seen_at > $3 AND disabled_at IS NULL",
        token_hash, now, now - IDLE_LIFE,
    )  # fmt: skip
    if row is None:
        return None
    if row["seen_at"] <= now - SEEN_BUCKET:
        # Conditional, so that parallel requests of one browser write once.
        await db.fetch(
            "UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at <= $3",
            token_hash, now, now - SEEN_BUCKET,
        )  # fmt: skip
    return Staff(row["id"], row["name"], Role(row["role"]), row["language"])


async def accounts_page(cursor: Cursor | None) -> Page[AccountRow]:
    """Accounts, the newest first, with their last sign-in. Nothing about candidates."""
    by_key = keyset(cursor, at="created_at", id="id", placeholders=("$1", "$2"))
    rows = await db.fetch(
        "SELECT id, name, email, role, created_at, disabled_at IS NOT NULL AS disabled, "  # noqa: S608 -- constants only
        "(SELECT max(at) FROM audit_event WHERE object_id = account.id AND tag = $3) AS signed_in_at "
        f"FROM account WHERE {by_key.condition} ORDER BY {by_key.order} LIMIT $4",
        by_key.at, by_key.id, Tag.STAFF_SIGN_IN.value, PAGE_SIZE + 1,
    )  # fmt: skip
    found = [AccountRow(**{**row, "role": Role(row["role"])}) for row in rows]
    total = await db.fetch("SELECT count(*) AS total FROM account")
    return make_page(found, total=total[0]["total"], cursor=cursor, key=lambda each: (each.created_at, each.id))
