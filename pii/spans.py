"""Stretches of a text that are taken, kept sorted so that asking stays fast however many there are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Spans:
    """Disjoint stretches; adding one that overlaps others makes them one."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Take a stretch (end exclusive)."""
        first = bisect_right(self._ends, start)
        last = bisect_left(self._starts, end)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def free(self, start: int, end: int) -> bool:
        """Tell whether nothing of a stretch is taken."""
        return bisect_right(self._ends, start) >= bisect_left(self._starts, end)

    def over(self, start: int, end: int) -> list[tuple[int, int]]:
        """Give the taken stretches that overlap one, in order."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        return list(zip(self._starts[first:last], self._ends[first:last], strict=True))
