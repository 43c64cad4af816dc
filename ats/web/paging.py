"""Pages by key: a cursor says after (or before) which row a page begins, so a page costs the same however deep."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Self, TypeVar
from uuid import UUID

from ats.core.errors import BadRequest

T = TypeVar("T")
PAGE_SIZE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_BYTES = 8
_CURSOR_BYTES = 1 + _TIME_BYTES + 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list sorted by (moment, id): the page begins after it, or ends before it when `backwards`."""

    at: datetime
    id: UUID
    backwards: bool = False

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a cursor out of a query; None for "". Raises BadRequest for anything that `str` did not make."""
        if not text:
            return None
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            if len(raw) != _CURSOR_BYTES or raw[0] > 1:
                raise BadRequest
            microseconds = int.from_bytes(raw[1 : 1 + _TIME_BYTES], "big", signed=True)
            cursor = cls(_EPOCH + timedelta(microseconds=microseconds), UUID(bytes=raw[-16:]), bool(raw[0]))
        except (binascii.Error, ValueError, OverflowError):
            raise BadRequest from None
        if str(cursor) != text:
            raise BadRequest
        return cursor

    def __str__(self) -> str:
        microseconds = (self.at - _EPOCH) // timedelta(microseconds=1)
        raw = bytes([self.backwards]) + microseconds.to_bytes(_TIME_BYTES, "big", signed=True) + self.id.bytes
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. total: of the whole list. next, previous: cursors as text, None at an end."""

    items: list[T]
    total: int
    next: str | None
    previous: str | None


def make_page(
    rows: Sequence[T], *, total: int, cursor: Cursor | None, key: Callable[[T], tuple[datetime, UUID]],
    size: int = PAGE_SIZE,
) -> Page[T]:  # fmt: skip
    """A page from the rows that a query found.

    rows: at most size + 1, in the order of the list, or in the opposite order for a backwards cursor. The one too many
    tells that the list goes on. key: the (moment, id) of a row by which the list is sorted.
    """
    backwards = cursor is not None and cursor.backwards
    goes_on = len(rows) > size
    items = list(rows[:size])
    if backwards:
        items.reverse()
    has_next, has_previous = (bool(items), goes_on) if backwards else (goes_on, cursor is not None and bool(items))
    return Page(
        items,
        total,
        next=str(Cursor(*key(items[-1]))) if has_next else None,
        previous=str(Cursor(*key(items[0]), backwards=True)) if has_previous else None,
    )
