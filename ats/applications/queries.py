# ruff: noqa: S608 -- only constants of this module are put together; every value is a placeholder
"""What staff read of applications: never a withdrawn one, and never one that is not theirs.

Rows past their due date do not exist for these queries: the database hides them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import msgspec

from ats.core import db
from ats.core.access import Power, Staff
from ats.core.errors import Forbidden, NotFound
from ats.retention.rules import Basis
from ats.web.keyset import keyset
from ats.web.paging import PAGE_SIZE, Cursor, Page, make_page

# A recruiter reads the applications of the vacancies that are assigned to them and the spontaneous ones. $1: whether
# the account reads all vacancies; $2: its id.
_MINE = (
    "application.withdrawn_at IS NULL AND ($1 OR application.vacancy_id IS NULL OR EXISTS (SELECT FROM "
    "vacancy_recruiter WHERE vacancy_recruiter.vacancy_id = application.vacancy_id AND account_id = $2))"
)
# Every word of the query stands in the name, or the query is met by the masked text of one document. $4: a text query
# in web search syntax; $5: LIKE patterns in lower case.
_FOUND = (
    "(candidate_id IN (SELECT id FROM candidate WHERE lower(name) LIKE ALL ($5::text[])) OR application.id IN "
    "(SELECT application_id FROM document WHERE search @@ websearch_to_tsquery('simple', $4)))"
)


class OpenApplication(msgspec.Struct, frozen=True):
    """An application that this account may read. vacancy_id: None when spontaneous. due_on: unreadable from then on."""

    id: UUID
    candidate_id: UUID
    vacancy_id: UUID | None
    language: str
    source: str
    applied_at: datetime
    applied_on: date
    basis: Basis
    due_on: date


class ApplicationRow(msgspec.Struct, frozen=True):
    """An application in a list.

    in_pool, objects: whether its person is in the talent pool, and objects to sharing. states: of its documents
    (waiting, read, refused).
    """

    id: UUID
    name: str
    applied_at: datetime
    applied_on: date
    due_on: date
    in_pool: bool
    objects: bool
    states: list[str]


class Counts(msgspec.Struct, frozen=True):
    """How many applications an account may read: by vacancy, and without one."""

    by_vacancy: dict[UUID, int]
    spontaneous: int


async def load_application_for(actor: Staff, application_id: UUID) -> OpenApplication:
    """The one door to an application for staff.

    Raises NotFound when there is none, it was withdrawn, is due, or belongs to a vacancy that is not this account's;
    Forbidden when the role reads no applications at all.
    """
    if not actor.may(Power.READ_APPLICATIONS):
        raise Forbidden
    row = await db.fetch_row(
        "SELECT id, candidate_id, vacancy_id, language, source, applied_at, applied_on, basis, due_on "
        f"FROM application WHERE {_MINE} AND id = $3",
        *_who(actor), application_id,
    )  # fmt: skip
    if row is None:
        raise NotFound
    return OpenApplication(**{**row, "basis": Basis(row["basis"])})


async def load_application_of_finding_for(actor: Staff, finding_id: UUID) -> OpenApplication:
    """The application in whose document this finding stands, through the same door and with the same errors."""
    row = await db.fetch_row(
        "SELECT application_id FROM finding JOIN document ON document.id = document_id WHERE finding.id = $1",
        finding_id,
    )
    if row is None:
        raise NotFound
    return await load_application_for(actor, row["application_id"])


async def count_applications(actor: Staff) -> Counts:
    """How many applications wait on each vacancy of this account, and among the spontaneous ones."""
    rows = await db.fetch(
        f"SELECT vacancy_id, count(*) AS found FROM application WHERE {_MINE} GROUP BY vacancy_id", *_who(actor)
    )
    counts = {row["vacancy_id"]: row["found"] for row in rows}
    return Counts(spontaneous=counts.pop(None, 0), by_vacancy=counts)


async def list_applications(
    actor: Staff, vacancy_id: UUID | None, *, sought: str, cursor: Cursor | None
) -> Page[ApplicationRow]:
    """One page of a vacancy's applications (None: the spontaneous ones), the newest first.

    sought: words in the masked text or in the name; "" for all. There is no other order and no score.
    """
    if sought:
        return await _search(actor, vacancy_id, sought, cursor)
    by_key = keyset(cursor, at="applied_at", id="id", placeholders=("$4", "$5"))
    page = (
        "SELECT id, candidate_id, applied_at, applied_on, due_on FROM application "
        f"WHERE {_MINE} AND {_of(vacancy_id)} AND {by_key.condition} ORDER BY {by_key.order} LIMIT $6"
    )
    rows = await db.fetch(
        _rows(page, by_key.order), *_who(actor), vacancy_id, by_key.at, by_key.id, PAGE_SIZE + 1,
    )  # fmt: skip
    counted = await db.fetch(
        f"SELECT count(*) AS total FROM application WHERE {_MINE} AND {_of(vacancy_id)}", *_who(actor), vacancy_id
    )
    return _page(rows, counted[0]["total"], cursor)


async def _search(actor: Staff, vacancy_id: UUID | None, sought: str, cursor: Cursor | None) -> Page[ApplicationRow]:
    # One statement, since finding is the costly part: row security keeps text operators from using an index.
    by_key = keyset(cursor, at="applied_at", id="id", placeholders=("$6", "$7"))
    page = f"SELECT * FROM found WHERE {by_key.condition} ORDER BY {by_key.order} LIMIT $8"
    rows = await db.fetch(
        "WITH found AS MATERIALIZED (SELECT id, candidate_id, applied_at, applied_on, due_on FROM application "
        f"WHERE {_MINE} AND {_of(vacancy_id)} AND {_FOUND}), total AS (SELECT count(*) AS total FROM found) "
        f"SELECT total, listed.* FROM total LEFT JOIN ({_rows(page, by_key.order)}) AS listed ON true "
        f"ORDER BY {by_key.order}",
        *_who(actor), vacancy_id, sought, _patterns(sought), by_key.at, by_key.id, PAGE_SIZE + 1,
    )  # fmt: skip
    listed = [{key: row[key] for key in ApplicationRow.__struct_fields__} for row in rows if row["id"] is not None]
    return _page(listed, rows[0]["total"], cursor)


def _rows(page: str, order: str) -> str:
    """The list's columns for the applications that the query `page` picks."""
    return (
        "SELECT page.id, candidate.name, applied_at, applied_on, due_on, "
        "EXISTS (SELECT FROM pool_membership AS member WHERE member.candidate_id = page.candidate_id) AS in_pool, "
        "EXISTS (SELECT FROM sharing_objection AS made WHERE made.candidate_id = page.candidate_id) AS objects, "
        "ARRAY(SELECT state FROM document WHERE application_id = page.id ORDER BY purpose) AS states "
        f"FROM ({page}) AS page JOIN candidate ON candidate.id = page.candidate_id ORDER BY {order}"
    )


def _page(rows: Sequence[Any], total: int, cursor: Cursor | None) -> Page[ApplicationRow]:
    found = [ApplicationRow(**row) for row in rows]
    return make_page(found, total=total, cursor=cursor, key=lambda each: (each.applied_at, each.id))


def _who(actor: Staff) -> tuple[bool, UUID]:
    return actor.may(Power.READ_ALL_VACANCIES), actor.id


def _of(vacancy_id: UUID | None) -> str:
    # Both forms use the index of the list, and both have the same placeholder.
    return "application.vacancy_id = $3" if vacancy_id else "($3::uuid IS NULL AND application.vacancy_id IS NULL)"


def _patterns(sought: str) -> list[str]:
    escaped = sought.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [f"%{word}%" for word in escaped.split()]


class Member(msgspec.Struct, frozen=True):
    """A member of the talent pool. application_id: their latest one that this account may open, if there is any."""

    candidate_id: UUID
    name: str
    since: date
    due_on: date
    application_id: UUID | None
    vacancy_id: UUID | None


async def list_members(actor: Staff, cursor: Cursor | None) -> Page[Member]:
    """One page of the talent pool, the newest members first. Who withdrew every application is left out."""
    by_key = keyset(cursor, at="since", id="member.candidate_id", placeholders=("$3", "$4"))
    members = (
        "FROM pool_membership AS member WHERE EXISTS (SELECT FROM application WHERE "
        "application.candidate_id = member.candidate_id AND application.withdrawn_at IS NULL)"
    )
    rows = await db.fetch(
        "SELECT member.candidate_id, candidate.name, since, member.due_on, latest.id AS application_id, vacancy_id "
        f"FROM (SELECT candidate_id, since, due_on {members} AND {by_key.condition} ORDER BY {by_key.order} LIMIT $5) "
        "AS member JOIN candidate ON candidate.id = member.candidate_id LEFT JOIN LATERAL (SELECT id, vacancy_id "
        f"FROM application WHERE candidate_id = member.candidate_id AND {_MINE} ORDER BY applied_at DESC LIMIT 1) "
        f"AS latest ON true ORDER BY {by_key.order}",
        *_who(actor), by_key.at.date(), by_key.id, PAGE_SIZE + 1,
    )  # fmt: skip
    counted = await db.fetch(f"SELECT count(*) AS total {members}")
    return make_page(
        [Member(**row) for row in rows],
        total=counted[0]["total"],
        cursor=cursor,
        key=lambda each: (datetime.combine(each.since, time(), UTC), each.candidate_id),
    )
