"""Groups of digits on a page, and the windows of consecutive groups that could be one number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_GROUP = re.compile(r"\d+")
_BETWEEN = re.compile(r"(?:[ ]{1,2}|[ ]?[.\-–/·][ ]?|[ ]?\n[ ]{0,40}|\.\n[ ]{0,40}|-\n[ ]{0,40})?\Z")
_MAX_GROUPS = 11


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive groups of digits with nothing but separators between them."""

    groups: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Where the first digit stands."""
        return self.groups[0][0]

    @property
    def end(self) -> int:
        """Where the last digit ends."""
        return self.groups[-1][1]


def runs(low: str) -> list[Run]:
    """Give every run of digit groups, left to right; a run may cross one line break between groups."""
    out: list[Run] = []
    groups: list[tuple[int, int]] = []
    for match in _GROUP.finditer(low):
        start, end = match.span()
        if groups and not _joined(low, groups[-1], start):
            out.append(Run(tuple(groups)))
            groups = []
        groups.append((start, end))
    if groups:
        out.append(Run(tuple(groups)))
    return out


def _joined(low: str, before: tuple[int, int], start: int) -> bool:
    """Tell whether two groups can belong to one number: a full stop and a space after a long group end a sentence."""
    between = low[before[1] : start]
    if len(between) > 44 or not _BETWEEN.match(between):
        return False
    return not (between == ". " and before[1] - before[0] > 3)


def windows(run: Run, low: str, fewest: int, most: int) -> Iterator[tuple[int, int, str, tuple[int, ...]]]:
    """Give (start, end, digits, length of each group) of every series of whole groups that holds this many digits, the longest first."""
    groups = run.groups
    for first in range(len(groups)):
        digits = ""
        found: list[tuple[int, int, str, tuple[int, ...]]] = []
        lengths: tuple[int, ...] = ()
        for last in range(first, min(len(groups), first + _MAX_GROUPS)):
            start, end = groups[last]
            digits += low[start:end]
            lengths += (end - start,)
            if len(digits) > most:
                break
            if len(digits) >= fewest:
                found.append((groups[first][0], end, digits, lengths))
        yield from reversed(found)
