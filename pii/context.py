"""Weighs each candidate by its context: who has it, in which section, in what kind of sentence."""

from __future__ import annotations

from pii.candidates import Candidate
from pii.text import Page


def weigh(page: Page, candidates: list[Candidate]) -> None:
    """Change the scores of the candidates and dismiss those whose context speaks against them."""
