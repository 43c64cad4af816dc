"""What must not be read in an application document: finds it, says why, and masks it.

``load`` and ``detect`` bring in spaCy when first called; everything else is light enough for a process
that only shows masked texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pii.findings import Finding
from pii.labels import Label, Tier, tier_of
from pii.language import language_of
from pii.masking import MASKED_TIERS, mask, masked_parts, merged, placeholder

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = [
    "MASKED_TIERS",
    "Finding",
    "Label",
    "Tier",
    "detect",
    "language_of",
    "load",
    "mask",
    "masked_parts",
    "merged",
    "placeholder",
    "tier_of",
]


def load() -> Language:
    """Give the spaCy pipeline whose ``doc.spans["pii"]`` holds the findings; a new one at every call."""
    from pii.pipeline import build

    return build()


def detect(text: str) -> tuple[Finding, ...]:
    """Find what is sensitive in a text, in reading order and without overlaps; nothing of the text is kept."""
    from pii.pipeline import detect as run

    return run(text)
