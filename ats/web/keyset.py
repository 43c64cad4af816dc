"""The SQL of one page of a list that is sorted by (moment, id), the newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ats.web.paging import Cursor

_AFTER_ALL = Cursor(datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Keyset:
    """Where a page begins and in which order its rows come.

    condition, order: SQL without any value. at, id: the values of the two placeholders in the condition.
    """

    condition: str
    order: str
    at: datetime
    id: UUID


def keyset(cursor: Cursor | None, *, at: str, id: str, placeholders: tuple[str, str]) -> Keyset:  # noqa: A002 -- the column
    """The page at `cursor`, None for the first. at, id: columns, as SQL. placeholders: such as ("$2", "$3")."""
    start = cursor or _AFTER_ALL
    sign, direction = (">", "ASC") if start.backwards else ("<", "DESC")
    return Keyset(
        condition=f"({at}, {id}) {sign} ({placeholders[0]}, {placeholders[1]})",
        order=f"{at} {direction}, {id} {direction}",
        at=start.at,
        id=start.id,
    )
