"""Masking: replace what was found by constant placeholders.

Needs the findings only, so a process that never loads the detector can mask stored texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from pii.findings import Finding
from pii.labels import Label, Tier

MASKED_TIERS: frozenset[Tier] = frozenset({Tier.CONFIDENTIAL, Tier.RESTRICTED})


def placeholder(label: Label | str) -> str:
    """Give the token that stands for every value of a label; its width says nothing about the value."""
    return f"[{Label(label).value}]"


def merged(findings: Iterable[Finding], *, tiers: Collection[Tier | str] = MASKED_TIERS) -> list[Finding]:
    """Give the findings of these tiers in order, overlapping ones made one under the strictest label."""
    wanted = {Tier(tier) for tier in tiers}
    out: list[Finding] = []
    for found in sorted((f for f in findings if f.tier in wanted), key=lambda f: (f.start, -f.end)):
        if out and found.start < out[-1].end:
            last = out[-1]
            winner = max(last, found, key=lambda f: f.rank)
            out[-1] = replace(winner, start=last.start, end=max(last.end, found.end))
        else:
            out.append(found)
    return out


def masked_parts(
    text: str, findings: Iterable[Finding], *, tiers: Collection[Tier | str] = MASKED_TIERS
) -> list[str | Finding]:
    """Cut a text into plain stretches and the findings to hide, in reading order.

    Plain stretches are never empty. Joining the plain stretches and ``text[f.start:f.end]`` of each finding gives the
    text back, so offsets stay computable and a page can offer a button for each hidden part.
    Raises ``ValueError`` when a finding lies outside the text.
    """
    parts: list[str | Finding] = []
    at = 0
    for found in merged(findings, tiers=tiers):
        if not 0 <= found.start <= found.end <= len(text):
            raise ValueError("a finding lies outside the text")
        if found.start > at:
            parts.append(text[at : found.start])
        parts.append(found)
        at = found.end
    if at < len(text):
        parts.append(text[at:])
    return parts


def mask(text: str, findings: Iterable[Finding], *, tiers: Collection[Tier | str] = MASKED_TIERS) -> str:
    """Give the text with every finding of these tiers replaced by the placeholder of its label."""
    parts = masked_parts(text, findings, tiers=tiers)
    return "".join(part if isinstance(part, str) else placeholder(part.label) for part in parts)
