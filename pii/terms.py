"""Candidates from the lexicons and from fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii.candidates import Candidate
from pii.clauses import Clauses
from pii.labels import RANK, Label, tier_of
from pii.matcher import Hit
from pii.sections import Field
from pii.text import Page

BASE = {"sure": 0.9, "self": 0.6, "weak": 0.3}
_LABELS = {label.value for label in Label}
# Lists in which each item is a finding of its own: the phrase keeps to its clause's nearest separators.
FIELD_LABELS = {
    "birth": Label.PERSONAL, "family": Label.FAMILY, "health": Label.HEALTH, "criminal": Label.CRIMINAL,
    "religion": Label.RELIGION, "politics": Label.POLITICS, "union": Label.UNION, "ethnicity": Label.ETHNICITY,
    "sexuality": Label.SEXUALITY, "psyche": Label.PSYCHE, "salary": Label.SALARY, "benefits": Label.BENEFITS,
    "reference": Label.REFERENCE, "contact": Label.CONTACT,
}  # fmt: skip
_INSURANCE = re.compile(r"verzeker|assuranc|insuranc|versicher|hospitali[sz]a|dkv|mutuelle")
_IDENTIFIER = re.compile(r"[a-z]{2}\d\d[ ]?\d{4}")
_PHONE_OR_NAME = re.compile(r"\d[\d ./-]{7,}|[A-ZÀ-Þ][\w'’.-]+ (?:(?:van|de|der|den|von|el|la|le) ){0,2}[A-ZÀ-Þ]")
_SECTION_WORDS = 30
_EMPTY = frozenset(
    {
        "",
        "-",
        "–",
        "/",
        "n.v.t.",
        "nvt",
        "n/a",
        "na",
        "s.o.",
        "x",
        "...",
        "?",
        "zie bijlage",
        "geen",
        "none",
        "keine",
        "aucune",
    }
)


def term_candidates(page: Page, hits: list[Hit], clauses: Clauses, fields: list[Field]) -> Iterator[Candidate]:
    """Give a candidate for every lexicon phrase on the page, widened to its clause unless the list keeps it tight.

    The words of a field's label are no phrase: they ask, and disclose nothing.
    """
    asking = {at for field in fields for at in range(*field.label)}
    for hit in hits:
        if hit.entry.name not in _LABELS or hit.first in asking or _first_name(page, hit):
            continue
        if page.block_at(page.starts[hit.first]).heading:
            continue
        label = Label(hit.entry.name)
        first, last = hit.first, hit.last
        if not hit.entry.tight and (hit.entry.kind != "weak" or label is not Label.PERSONAL):
            restricted = RANK[tier_of(label)] == 2
            if restricted:
                first, last = clauses.widened(first, last)
            elif label in (Label.FAMILY, Label.SALARY):
                first, last = clauses.counted(first, last)
            else:
                first, last = clauses.clause(first, last)
        yield Candidate(
            page.starts[first], page.ends[last - 1], label, BASE[hit.entry.kind], f"phrase of the list {hit.entry.source}",
            rule="term", first=hit.first, last=hit.last, kind=hit.entry.kind, tight=hit.entry.tight, phrase=hit.entry.phrase,
        )  # fmt: skip


def _first_name(page: Page, hit: Hit) -> bool:
    """Marie is a name where marié is a state; only the accent, or small letters, tell."""
    return page.words[hit.first] == "marie" and page.text[page.starts[hit.first] :].startswith(("Marie", "MARIE"))


def field_candidates(page: Page, fields: list[Field]) -> Iterator[Candidate]:
    """Give a candidate for every value whose label asks for something sensitive."""
    for field in fields:
        label = FIELD_LABELS.get(field.kind)
        value = page.low[field.start : field.end].strip(" .,;")
        if label is None or value in _EMPTY and label not in (Label.HEALTH, Label.CRIMINAL):
            continue
        if not _plausible(page, field, label, value):
            continue
        if label is Label.HEALTH and (_INSURANCE.search(value) or page.block_at(field.start).section == "pay"):
            label = Label.BENEFITS
        first, last = page.span_words(field.start, field.end)
        end = field.end
        if RANK[tier_of(label)] == 2:
            if "?" in value:
                continue
            stop = next((at for at in range(first, last) if page.words[at] == "|"), last)
            if first < stop < last:
                last, end = stop, page.ends[stop - 1]
        yield Candidate(
            field.start, end, label, 0.9 if field.explicit else 0.8, "value of a label that asks for it",
            rule="field", first=first, last=last, kind="field",
        )  # fmt: skip


def _plausible(page: Page, field: Field, label: Label, value: str) -> bool:
    """Tell whether a value can answer its label: pay has a figure or a grade, an address a number, a person a name."""
    if label is Label.SALARY:
        return any(char.isdigit() for char in value) and not _IDENTIFIER.search(value)
    if label is Label.CONTACT:
        return any(char.isdigit() for char in value)
    if label is Label.REFERENCE:
        return "@" in value or bool(_PHONE_OR_NAME.search(page.text[field.start : field.end]))
    if label is Label.BENEFITS:
        return field.explicit and len(value) > 3 and not value.startswith(("van ", "de ", "of "))
    return True


def section_candidates(page: Page) -> Iterator[Candidate]:
    """Give a candidate for every short block under a heading on health: all of it answers the heading."""
    for block in page.blocks:
        if block.section != "health" or block.last - block.first > _SECTION_WORDS:
            continue
        words = [at for at in range(block.first, block.last) if page.words[at] not in "|,"]
        if len(words) > 1:
            yield Candidate(
                page.starts[words[0]], page.ends[words[-1]], Label.HEALTH, 0.75, "under a heading on health",
                rule="section", first=words[0], last=words[-1] + 1, kind="section",
            )  # fmt: skip
