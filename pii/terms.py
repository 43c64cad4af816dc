"""Candidates from the lexicons."""

from __future__ import annotations

from collections.abc import Iterator

from pii.candidates import Candidate
from pii.labels import Label
from pii.lexicon import shipped
from pii.text import Page

BASE = {"sure": 0.9, "self": 0.6, "weak": 0.3}
_LABELS = {label.value for label in Label}


def term_candidates(page: Page) -> Iterator[Candidate]:
    """Give a candidate for every lexicon phrase on the page."""
    for hit in shipped().find(page.words):
        if hit.entry.name in _LABELS:
            start, end = page.starts[hit.first], page.ends[hit.last - 1]
            yield Candidate(start, end, Label(hit.entry.name), BASE[hit.entry.kind], f"phrase of the list {hit.entry.source}")
