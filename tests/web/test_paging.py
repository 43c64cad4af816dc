"""Pages by key: nothing is lost or shown twice, whichever way one leafs."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.core.errors import BadRequest
from ats.web.paging import Cursor, Page, make_page

Row = tuple[datetime, UUID]


def key(row: Row) -> Row:
    """A row is its own key."""
    return row


def query(rows: list[Row], cursor: Cursor | None, size: int) -> list[Row]:
    """What the SQL of a room does: newest first; the opposite way for a backwards cursor."""
    newest = sorted(rows, reverse=True)
    if cursor is None:
        return newest[: size + 1]
    place = (cursor.at, cursor.id)
    if cursor.backwards:
        return [row for row in reversed(newest) if row > place][: size + 1]
    return [row for row in newest if row < place][: size + 1]


def leaf(rows: list[Row], text: str | None, size: int) -> Page[Row]:
    """One page."""
    cursor = Cursor.parse(text or "")
    return make_page(query(rows, cursor, size), total=len(rows), cursor=cursor, key=key, size=size)


# Moments that many rows share: the id has to decide.
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3).map(lambda seconds: BEGIN + timedelta(seconds=seconds))


@given(st.lists(st.tuples(moments, st.uuids()), unique=True, max_size=30), st.integers(1, 7))
def test_leafing_forth_and_back_shows_every_row_once(rows: list[Row], size: int) -> None:
    pages = [leaf(rows, None, size)]
    while pages[-1].next:
        pages.append(leaf(rows, pages[-1].next, size))
    assert [row for page in pages for row in page.items] == sorted(rows, reverse=True)
    assert pages[0].previous is None
    back = [pages[-1]]
    while back[-1].previous:
        back.append(leaf(rows, back[-1].previous, size))
    assert [page.items for page in reversed(back)] == [page.items for page in pages]
    assert {page.total for page in pages} == {len(rows)}


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.booleans())
def test_a_cursor_survives_its_way_through_an_address(at: datetime, number: UUID, backwards: bool) -> None:
    cursor = Cursor(at, number, backwards)
    assert Cursor.parse(str(cursor)) == cursor
    assert str(cursor).replace("-", "").replace("_", "").isalnum()


def test_no_cursor_is_the_first_page() -> None:
    assert Cursor.parse("") is None


RIGHT = str(Cursor(datetime(2026, 11, 24, tzinfo=UTC), UUID(int=1)))


@pytest.mark.parametrize(
    "text",
    ["x", "é", "\0", RIGHT[:-1], RIGHT + "A", RIGHT + "=", " " + RIGHT, "A" * 10_000, "_" * len(RIGHT), "B" + RIGHT[1:],
     "AH" + "_" * (len(RIGHT) - 2), "\ud800"],
)  # fmt: skip
def test_any_other_cursor_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest):
        Cursor.parse(text)


@given(st.text())
def test_no_text_raises_anything_but_bad_request(text: str) -> None:
    try:
        Cursor.parse(text)
    except BadRequest:
        return


def test_an_hour_is_an_hour_whatever_the_time_zone() -> None:
    from zoneinfo import ZoneInfo

    at = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Brussels"))
    found = Cursor.parse(str(Cursor(at, UUID(int=1))))
    assert found is not None
    assert found.at - at == timedelta(0)
