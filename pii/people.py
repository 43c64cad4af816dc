"""Whose contact data it is: the applicant's, a referee's, or an organisation's."""

from __future__ import annotations

import re
from dataclasses import replace

from pii.candidates import Candidate
from pii.clauses import Clauses
from pii.ident.address import of_organisation
from pii.labels import Label
from pii.spans import Spans
from pii.text import Page

_NAME = re.compile(
    r"(?:(?:Mevr(?:ouw)?|Dhr|De heer|Mr|Mrs|Ms|Mme|Madame|Monsieur|M|Frau|Herrn?|Dr|Prof|Ing|ir|E\.H|Zr|Dra?|Drs|Me)\.? )?"
    r"[A-ZÀ-Þ][\w'’.-]{1,24}(?: (?:[A-ZÀ-Þ][\w'’.-]{0,24}|van|de|den|der|von|di|da|du|la|le|El|ten|ter|dos|y|bin|al)){1,5}"
)
_FIRST_BLOCKS = 14
_REACH_ME = re.compile(
    r"(?<![a-zà-ÿ])(?:votre (?:enti[eè]re )?disposition|me joindre|joignable|m'appeler|te bereiken|bereikbaar|mij bellen|reach me|call me|reachable|available (?:on|at)|erreichbar|mich erreichen|zu erreichen|ik ben .{0,20}op|t[eé]l\.?(?![a-z]))[^.\n]{0,40}\Z"
)
_RECIPIENT = re.compile(r"(?im)^[ \t]*(?:aan|to|an|à|cc|bcc)[ ]?:[^\n]*\Z")
# An item that begins with a full name and a comma, as in a list of people.
_LISTED = re.compile(
    r"\s*(?:[-•*–]|\d{1,2}[/.)])?\s*(?:[A-ZÀ-Þ][\w'’.-]+ ){1,3}(?:(?:van|de|den|der|von) ){0,2}[A-ZÀ-Þ][\w'’.-]+, "
)


def assign_contacts(page: Page, clauses: Clauses, candidates: list[Candidate]) -> None:
    """Turn contacts of referees into references, dismiss those of organisations, and find referees without contact."""
    found: list[Candidate] = []
    for candidate in candidates:
        if candidate.label is not Label.CONTACT or candidate.dismissed:
            continue
        if candidate.rule == "address":
            if of_organisation(page, candidate.start) and not _own_label(page, candidate.start):
                candidate.dismissed = "address of an organisation"
            continue
        if _RECIPIENT.search(page.text, max(0, candidate.start - 120), candidate.start):
            candidate.dismissed = "address of the one it is sent to"
            continue
        reference = _referee(page, clauses, candidate)
        if reference:
            candidate.dismissed = "belongs to somebody who can be asked"
            candidate.owner = False
            found.append(reference)
    found += _unreachable(page, clauses, found)
    candidates += found


def _own_label(page: Page, start: int) -> bool:
    return bool(
        re.search(
            r"(?:adres|adresse|anschrift|domicil\w*|address|wonende|woon\w*|wohn\w*|j'habite|habitant|live at|living at)\W{0,6}(?:te|a|in|op)?\W{0,3}\Z",
            page.low[max(0, start - 30) : start],
        )
    )


def _referee(page: Page, clauses: Clauses, candidate: Candidate) -> Candidate | None:
    """Give the stretch from a third person's name to their contact when somebody else's contact stands there."""
    index = page.block_index(candidate.start)
    block = page.blocks[index]
    first, _last = page.span_words(candidate.start, candidate.end)
    begin = max(block.first, first - 40)
    section = block.section == "references"
    opening = max(block.start, candidate.start - 400)
    text = page.text[opening : candidate.start]
    listed = index > 0 and bool(_LISTED.match(text))
    cue = clauses.count("CUE_REF", begin, first) > 0
    above = page.blocks[index - 1] if index else None
    cue_above = (
        above is not None and above.end - above.start < 110 and clauses.count("CUE_REF", above.first, above.last) > 0
    )
    role = clauses.count("ROLE", begin, first) > 0
    relative = clauses.count("relative", max(block.first, first - 10), first) > 0
    header = index < _FIRST_BLOCKS and block.section in ("", "contact", "personal", "motivation") and not listed
    if _REACH_ME.search(text[-90:].lower()):
        return None
    names = list(_NAME.finditer(text))
    name = names[0] if names else None
    if not (section or cue or cue_above or relative and name or (role and name and not header)):
        return None
    if not (section or role or name) or header and not (cue or cue_above or section or relative):
        return None
    if not name and not role and not section:
        return None
    start = opening + (_nearest(text, names) if names else len(text) - len(text.lstrip()))
    if not names:
        start = _sentence_start(page, clauses, first)
    return replace(
        candidate, start=min(start, candidate.start), label=Label.REFERENCE, score=0.88,
        reason="contact of somebody who can be asked or called", rule="reference", owner=True,
    )  # fmt: skip


def _nearest(text: str, names: list[re.Match[str]]) -> int:
    """Give where the person begins: the first name after the last full stop or list mark before the contact."""
    cut = 0
    for stop in re.finditer(r"(?:[.!?;]\s+(?=[A-ZÀ-Þ])|\n\s*[-•*–]\s|:\s)", text):
        if any(name.start() >= stop.end() - 1 for name in names):
            cut = stop.end()
    for name in names:
        if name.start() >= cut - 1:
            return name.start()
    return names[-1].start()


def _sentence_start(page: Page, clauses: Clauses, word: int) -> int:
    begin, _ = clauses.sentence(word, word + 1)
    return page.starts[begin]


def _unreachable(page: Page, clauses: Clauses, found: list[Candidate]) -> list[Candidate]:
    """Give the referees of a section of references that come with a name and a function only."""
    out = []
    contacts = Spans((reference.start, reference.end) for reference in found)
    beside = {page.block_index(reference.start) + step for reference in found for step in (-1, 1)}
    for index, block in enumerate(page.blocks):
        if block.section != "references" and not (
            index in beside and _LISTED.match(page.text, block.start) and clauses.count("ROLE", block.first, block.last)
        ):
            continue
        if not contacts.free(block.start, block.end):
            continue
        name = _NAME.search(page.text, block.start, block.end)
        if (
            name
            and (clauses.count("ROLE", block.first, block.last) or "," in page.text[name.end() : block.end])
            and name.start() - block.start < 30
        ):
            end = block.end
            while end > block.start and page.text[end - 1] in " .,;":
                end -= 1
            out.append(
                Candidate(
                    name.start(), end, Label.REFERENCE, 0.75, "person named among the references", rule="reference"
                )
            )
    return out
