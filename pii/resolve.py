"""Turns candidates into findings that do not overlap."""

from __future__ import annotations

from pii.candidates import Candidate
from pii.findings import Finding, finding
from pii.labels import RANK, tier_of
from pii.text import Page

THRESHOLD = 0.5


def resolve(page: Page, candidates: list[Candidate]) -> tuple[Finding, ...]:
    """Give the findings in reading order.

    Identifiers own their characters, also when they were dismissed; then the stricter tier, the higher score and the
    longer stretch win. What is left of a weaker candidate beside a stronger one is kept when it still has words.
    """
    kept: list[Finding] = []
    owned: list[tuple[int, int]] = []
    order = sorted(
        candidates,
        key=lambda c: (not c.owner, -RANK[tier_of(c.label)], -c.score, c.start - c.end),
    )
    for candidate in order:
        if candidate.owner and candidate.dismissed:
            owned.append((candidate.start, candidate.end))
        if candidate.dismissed or candidate.score < THRESHOLD:
            continue
        for start, end in _free(page, candidate, owned):
            owned.append((start, end))
            block = page.block_at(start)
            kept.append(
                finding(
                    start, end, candidate.label, round(candidate.score, 3), candidate.reason,
                    section=block.section, language=page.language,
                )
            )  # fmt: skip
    return tuple(sorted(kept, key=lambda f: f.start))


def _free(page: Page, candidate: Candidate, owned: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the parts of a candidate that no stronger one owns, trimmed to letters and digits at both ends."""
    parts = [(candidate.start, candidate.end)]
    for start, end in owned:
        if end <= candidate.start or start >= candidate.end:
            continue
        next_parts = []
        for left, right in parts:
            if end <= left or start >= right:
                next_parts.append((left, right))
                continue
            if left < start:
                next_parts.append((left, start))
            if end < right:
                next_parts.append((end, right))
        parts = next_parts
    out = []
    for left, right in parts:
        while left < right and not page.text[left].isalnum() and page.text[left] not in "+(@€$£#":
            left += 1
        while right > left and not page.text[right - 1].isalnum() and page.text[right - 1] not in ")%€$£+":
            right -= 1
        if sum(char.isalnum() for char in page.text[left:right]) >= 2:
            out.append((left, right))
    return out
