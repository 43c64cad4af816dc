"""Ages and dates of birth that stand without a label."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii.candidates import Candidate
from pii.clauses import Clauses
from pii.labels import Label
from pii.text import Page

_MONTH = (
    r"(?:jan|feb|maart|mars|mar|apr|mei|mai|may|jun|juin|jul|juil|aug|aout|sep|sept|okt|oct|nov|dec|dez)[a-z]{0,8}\.?"
)
_AGE = re.compile(
    r"(?<![\w.,/-])(1[5-9]|[2-6]\d|7[0-5]) ?(?:jaar|jaren|jr|lentes|ans|printemps|years?(?: old)?|yrs?|y/o|jahre|j\.)(?![\w])"
)
_BIRTH = re.compile(
    r"(?<![\w.])(?:\d{1,2}[./ -](?:\d{1,2}|"
    + _MONTH
    + r")[./ -](?:19[4-9]\d|200\d|201[0-2])|\d{1,2}(?:er|e|st|nd|rd|th|\.)? (?:de )?"
    + _MONTH
    + r" (?:de )?(?:19[4-9]\d|200\d|201[0-2]))(?!\w)"
)
_WORK = re.compile(
    r"[ ]?(?:ervaring|d'experience|experience|exp\b|erfahrung|anciennete|ancienniteit|dienst|lang|in |bij |chez |at |als |as |dans |werkervaring|berufs|baan|de metier|de carriere|de service|loopbaan|vast|ago|geleden|later|aaneen|comme|du |ouvrier|praxis)"
)
_ENDS = re.compile(r"[ ]*(?:$|[\n,.;:|()·•/–-]|oud|jong|old|young|depuis|jung|alt|et |en |and |und )", re.MULTILINE)
_PERSONAL = frozenset({"personal", "health", "character", "remarks"})
_HEAD_BLOCKS = 12


def age_candidates(page: Page, clauses: Clauses) -> Iterator[Candidate]:
    """Give ages that stand alone among the personal data, and whole dates of birth in such a place."""
    low = page.low
    for pattern, reason in ((_AGE, "age"), (_BIRTH, "date of birth among personal data")):
        for at in page.figures:
            index = page.block_index(page.starts[at])
            block = page.blocks[index]
            if index >= _HEAD_BLOCKS and block.section not in _PERSONAL:
                continue
            match = pattern.match(low, page.starts[at])
            if match is None:
                continue
            start, end = match.span()
            personal = (
                block.section in _PERSONAL or index < _HEAD_BLOCKS and block.section in ("", "contact", "motivation")
            )
            if not personal or _WORK.match(low, end) or pattern is _AGE and not _ENDS.match(low, end):
                continue
            first, last = page.span_words(start, end)
            left, right = clauses.clause(first, last)
            if first >= last or (right - left) - (last - first) > (4 if pattern is _AGE else 3):
                continue
            if pattern is _BIRTH:
                left = first
                while (
                    left > block.first
                    and first - left < 3
                    and page.words[left - 1] != "|"
                    and page.text[page.starts[left - 1]].isupper()
                ):
                    left -= 1
            yield Candidate(
                page.starts[left],
                page.ends[right - 1],
                Label.PERSONAL,
                0.8,
                reason,
                rule="age",
                first=first,
                last=last,
                kind="age",
            )
