"""A finding: where something sensitive stands, what it is and why it was flagged."""

from __future__ import annotations

from dataclasses import dataclass

from pii.labels import RANK, Label, Tier, tier_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One flagged stretch of a text.

    ``start`` and ``end`` are character offsets into the text that was examined (end exclusive); ``score`` lies in
    0..1; ``reason`` names the rule or model in words and never holds the value; ``section`` is the kind of section
    it stands in ("" when unknown) and ``language`` one of nl, fr, en, de or "".
    """

    start: int
    end: int
    label: Label
    tier: Tier
    score: float
    reason: str
    section: str = ""
    language: str = ""

    @property
    def rank(self) -> tuple[int, float, int]:
        """Order of precedence where findings overlap: stricter tier, then score, then length."""
        return RANK[self.tier], self.score, self.end - self.start


def finding(
    start: int, end: int, label: Label, score: float, reason: str, *, section: str = "", language: str = ""
) -> Finding:
    """Make a finding with the tier that its label has."""
    return Finding(start, end, label, tier_of(label), score, reason, section, language)
