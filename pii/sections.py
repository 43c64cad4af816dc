"""Sections of a document and ``label: value`` lines."""

from __future__ import annotations

from pii.text import Page


def mark_sections(page: Page) -> None:
    """Give every block the kind of section it stands in."""
