"""Turns candidates into findings that do not overlap."""

from __future__ import annotations

from dataclasses import replace

from pii.candidates import Candidate
from pii.findings import Finding, finding
from pii.labels import RANK, Label, tier_of
from pii.spans import Spans
from pii.text import Page

THRESHOLD = 0.5
_SMALLEST_PART = 0.4


def resolve(page: Page, candidates: list[Candidate]) -> tuple[Finding, ...]:
    """Give the findings in reading order.

    Overlapping candidates of one label become one. Identifiers own their characters, also when they were dismissed;
    then the stricter tier, the higher score and the longer stretch win. What a stronger candidate leaves of a weaker
    one is kept when it still holds the words that gave it, or most of a field's value.
    """
    kept: list[Finding] = []
    accepted = [c for c in candidates if not c.dismissed and c.score >= THRESHOLD]
    owned = Spans((c.start, c.end) for c in candidates if c.owner and c.dismissed)
    order = sorted(
        _united(accepted),
        key=lambda c: (not c.owner, -RANK[tier_of(c.label)], -c.score, c.start - c.end),
    )
    for candidate in order:
        for start, end in _free(page, candidate, owned):
            owned.add(start, end)
            block = page.block_at(start)
            kept.append(
                finding(
                    start, end, candidate.label, round(candidate.score, 3), candidate.reason,
                    section=block.section, language=page.language,
                )
            )  # fmt: skip
    return tuple(sorted(kept, key=lambda f: f.start))


def _united(candidates: list[Candidate]) -> list[Candidate]:
    """Make overlapping candidates of one label one, with the best score and its reason."""
    out: list[Candidate] = []
    last: dict[Label, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: (c.start, -c.end)):
        before = last.get(candidate.label)
        if before is None or candidate.start >= before.end or before.owner or candidate.owner:
            fresh = replace(candidate)
            out.append(fresh)
            last[candidate.label] = fresh
            continue
        before.end = max(before.end, candidate.end)
        if candidate.first >= 0:
            before.cores += candidate.cores
        if candidate.score > before.score:
            before.score, before.reason = candidate.score, candidate.reason
    return out


def _free(page: Page, candidate: Candidate, owned: Spans) -> list[tuple[int, int]]:
    """Give the parts of a candidate that no stronger one owns, trimmed to letters and digits at both ends."""
    parts: list[tuple[int, int]] = []
    at = candidate.start
    for start, end in owned.over(candidate.start, candidate.end):
        if at < start:
            parts.append((at, start))
        at = max(at, end)
    if at < candidate.end:
        parts.append((at, candidate.end))
    out = []
    whole = len(parts) == 1 and parts[0] == (candidate.start, candidate.end)
    for part in parts:
        left, right = part
        if not whole and not _holds_core(page, candidate, left, right):
            continue
        while left < right and not page.text[left].isalnum() and page.text[left] not in "+(@€$£#":
            left += 1
        while right > left and not page.text[right - 1].isalnum() and page.text[right - 1] not in ")%€$£+":
            right -= 1
        if sum(char.isalnum() for char in page.text[left:right]) >= (1 if candidate.rule == "field" else 2):
            out.append((left, right))
    return out


def _holds_core(page: Page, candidate: Candidate, left: int, right: int) -> bool:
    if candidate.rule in ("term", "traits", "amount", "grade", "partner", "age"):
        return any(left <= page.starts[first] and page.ends[last - 1] <= right for first, last in candidate.cores)
    inner = [(f, n) for f, n in candidate.cores if (f, n) != (candidate.first, candidate.last)]
    if any(left <= page.starts[first] and page.ends[last - 1] <= right for first, last in inner):
        return True
    return right - left >= _SMALLEST_PART * (candidate.end - candidate.start)
