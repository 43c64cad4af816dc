# ruff: noqa: S608 -- only constants of this module are put together; every value is a placeholder
"""Reading vacancies: the open ones for everybody, and those of a recruiter for the desk."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time
from uuid import UUID

import msgspec

from ats.core import db
from ats.core.access import Power, Staff
from ats.core.errors import NotFound
from ats.vacancies.rules import Contract, is_open
from ats.web.keyset import keyset
from ats.web.paging import PAGE_SIZE, Cursor, Page, make_page

# The text in the language $2, or in the first one that there is.
_TEXT = (
    " JOIN LATERAL (SELECT language, title, summary, description FROM vacancy_text WHERE vacancy_id = vacancy.id "
    "ORDER BY language = $2 DESC, array_position('{nl,fr,en,de}', language) LIMIT 1) AS words ON true "
)
_OPEN = " published_on <= $1 AND (closed_on IS NULL OR closed_on > $1) "
_LISTED = "SELECT id, slug, place, contract, pay_from, pay_to, published_on, language, title, summary FROM vacancy"
_DESK = "SELECT id, slug, place, contract, published_on, closed_on, language, title FROM vacancy"
# A coordinator sees every vacancy, a recruiter the assigned ones.
_MINE = " ($1 OR EXISTS (SELECT FROM vacancy_recruiter WHERE vacancy_id = vacancy.id AND account_id = $3)) "


class ListedVacancy(msgspec.Struct, frozen=True):
    """An open vacancy as the careers pages list it. Pay in euro gross a month. language: of title and summary."""

    id: UUID
    slug: str
    place: str
    contract: Contract
    pay_from: int
    pay_to: int
    published_on: date
    language: str
    title: str
    summary: str


class OpenVacancy(ListedVacancy, frozen=True):
    """An open vacancy with its whole text."""

    description: str

    @property
    def paragraphs(self) -> list[str]:
        """The description's paragraphs: a blank line stands between them."""
        return [part.strip() for part in self.description.split("\n\n") if part.strip()]


class DeskVacancy(msgspec.Struct, frozen=True):
    """A vacancy as its recruiters see it, open or closed. language: of the title."""

    id: UUID
    slug: str
    place: str
    contract: Contract
    published_on: date
    closed_on: date | None
    language: str
    title: str

    def is_open(self, today: date) -> bool:
        """Whether people can apply on the civil date `today`."""
        return is_open(self.published_on, self.closed_on, today)


async def open_vacancies(
    language: str, today: date, *, cursor: Cursor | None = None, size: int = PAGE_SIZE
) -> Page[ListedVacancy]:
    """One page of the vacancies that are open on `today`, the newest first, in `language` or one that they have."""
    by_key = keyset(cursor, at="published_on", id="id", placeholders=("$3", "$4"))
    rows = await db.fetch(
        f"{_LISTED}{_TEXT}WHERE{_OPEN}AND {by_key.condition} ORDER BY {by_key.order} LIMIT $5",
        today, language, by_key.at.date(), by_key.id, size + 1,
    )  # fmt: skip
    counted = await db.fetch_row("SELECT count(*) AS total FROM vacancy WHERE" + _OPEN, today)
    return make_page(
        [ListedVacancy(**{**row, "contract": Contract(row["contract"])}) for row in rows],
        total=counted["total"] if counted else 0,
        cursor=cursor,
        key=_key,
        size=size,
    )


def _key(vacancy: ListedVacancy) -> tuple[datetime, UUID]:
    return datetime.combine(vacancy.published_on, time(), UTC), vacancy.id


async def vacancy_by_slug(slug: str, language: str, today: date) -> OpenVacancy:
    """The vacancy of that name if it is open on `today`, in `language` or one that it has. Raises NotFound."""
    row = await db.fetch_row(
        _LISTED.replace("summary", "summary, description") + _TEXT + "WHERE" + _OPEN + "AND slug = $3",
        today, language, slug,
    )  # fmt: skip
    if row is None:
        raise NotFound
    return OpenVacancy(**{**row, "contract": Contract(row["contract"])})


async def vacancies_for(actor: Staff) -> list[DeskVacancy]:
    """The vacancies on which this account works, or all of them for who may read all; the newest first."""
    rows = await db.fetch(
        _DESK + _TEXT + "WHERE" + _MINE + "ORDER BY published_on DESC, id DESC",
        actor.may(Power.READ_ALL_VACANCIES), actor.language, actor.id,
    )  # fmt: skip
    return [DeskVacancy(**{**row, "contract": Contract(row["contract"])}) for row in rows]


async def load_vacancy_for(actor: Staff, vacancy_id: UUID) -> DeskVacancy:
    """One vacancy, open or closed. Raises NotFound when there is none or it is not this account's."""
    row = await db.fetch_row(
        _DESK + _TEXT + "WHERE" + _MINE + "AND id = $4",
        actor.may(Power.READ_ALL_VACANCIES), actor.language, actor.id, vacancy_id,
    )  # fmt: skip
    if row is None:
        raise NotFound
    return DeskVacancy(**{**row, "contract": Contract(row["contract"])})


async def titles(ids: Collection[UUID], language: str) -> dict[UUID, str]:
    """The titles of some vacancies, open or closed, in `language` or one that they have."""
    rows = await db.fetch("SELECT id, title FROM vacancy" + _TEXT + "WHERE id = ANY($1::uuid[])", list(ids), language)
    return {row["id"]: row["title"] for row in rows}
