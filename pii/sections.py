"""Sections of a document and its ``label: value`` fields."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pii.matcher import Hit
from pii.text import Block, Page

_NUMBERING = re.compile(r"(?:[0-9]{1,2}|[IVX]{1,4}|[A-Z])[.)]\s+")
_ROMAN = frozenset("i ii iii iv v vi vii viii ix x a b c d e f g".split())
_SEPARATORS = frozenset("|,")
_HEADING_WORDS = 9
_OPEN_VALUE_WORDS = 9
_VALUE_CHARS = 170
# Where nothing parts a label from its value, the two read as one phrase.
_WITH_LABEL = frozenset({"criminal", "health"})
_OPEN_KINDS = frozenset({"birth", "family", "criminal", "salary", "contact", "reference", "name"})


@dataclass(frozen=True, slots=True)
class Field:
    """A label with its value: what the label asks for, and where the value stands."""

    kind: str
    start: int
    end: int
    explicit: bool
    label: tuple[int, int]


def mark_sections(page: Page, hits: list[Hit]) -> list[Field]:
    """Give every block the kind of section it stands in, and list the fields of the document."""
    headings: dict[int, Hit] = {}
    labels: dict[int, Hit] = {}
    for hit in hits:
        if hit.entry.name == "HEADING" and (hit.first not in headings or hit.last > headings[hit.first].last):
            headings[hit.first] = hit
        elif hit.entry.name == "FIELD" and (hit.first not in labels or hit.last > labels[hit.first].last):
            labels[hit.first] = hit
    fields: list[Field] = []
    section = ""
    waiting = ""
    for block in page.blocks:
        at = _content(page, block)
        if at >= block.last:
            block.section = section
            continue
        heading = headings.get(at)
        if heading and _is_heading(page, block, heading):
            section = heading.entry.kind
            block.section = section
            block.heading = True
            label = labels.get(at)
            waiting = label.entry.kind if label and _ends_block(page, block, label.last) else ""
            continue
        if _unknown_heading(page, block):
            section = ""
        block.section = section
        if heading and heading.last < block.last and page.words[heading.last] == "|":
            block.section = heading.entry.kind
        found = _fields(page, block, labels)
        if found is None:
            waiting = labels[at].entry.kind
            fields.append(Field("label", block.end, block.end, True, (at, labels[at].last)))
            continue
        if waiting and not found and not heading:
            fields.append(Field(waiting, block.start, min(block.end, block.start + _VALUE_CHARS), True, (at, at)))
        waiting = ""
        fields += found
    return fields


def _content(page: Page, block: Block) -> int:
    """Give the first word of a block after bullets, numbers and letters that only count."""
    at = block.first
    words = page.words
    while at < block.last and (
        words[at] in _SEPARATORS
        or words[at].isdigit()
        and len(words[at]) < 3
        or words[at] in _ROMAN
        and at + 1 < block.last
        and words[at + 1] in _SEPARATORS
    ):
        at += 1
    return at


def _ends_block(page: Page, block: Block, at: int) -> bool:
    return all(word in _SEPARATORS for word in page.words[at : block.last])


def _is_heading(page: Page, block: Block, hit: Hit) -> bool:
    if _ends_block(page, block, hit.last):
        return True
    rest = page.words[hit.last : block.last]
    if _unknown_heading(page, block) and len(rest) <= _HEADING_WORDS:
        return True
    if page.words[hit.last] not in _SEPARATORS or len(rest) > _HEADING_WORDS:
        return False
    opener = page.text[page.starts[hit.last]] if page.starts[hit.last] < len(page.text) else ""
    return opener == "("


def _unknown_heading(page: Page, block: Block) -> bool:
    """A short line in capitals, or one marked as a title, opens a section of unknown kind."""
    text = _NUMBERING.sub("", page.text[block.start : block.end].strip())
    if not 3 < len(text) < 70 or any(char.isdigit() for char in text) or "," in text or "|" in text:
        return False
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 3 and all(char.isupper() for char in letters) and text[-1] not in ".;"


def _long_label(page: Page, value: int, stop: int) -> int:
    """A label may go on for up to four words before its colon ("extract of the register model 596.1:")."""
    for at in range(value, min(stop, value + 5)):
        if page.words[at] in _SEPARATORS:
            return at if page.low.startswith(":", page.starts[at]) else value
    return value


def _fields(page: Page, block: Block, labels: dict[int, Hit]) -> list[Field] | None:
    """Give the fields of a block; None when the block is a label alone whose value must follow."""
    words = page.words
    begin = _content(page, block)
    starts = [
        (at, labels[at]) for at in range(begin, block.last) if at in labels and (at == begin or words[at - 1] == "|")
    ]
    if not starts:
        return []
    out: list[Field] = []
    for index, (at, hit) in enumerate(starts):
        stop = starts[index + 1][0] if index + 1 < len(starts) else block.last
        value = hit.last
        value = label_end = _long_label(page, value, stop)
        bracket = value < stop and page.text[page.starts[value] : page.ends[value]] == "("
        if bracket:
            while value < stop and page.text[page.starts[value] : page.ends[value]] != ")":
                value += 1
            value += 1
        explicit = (
            value < stop
            and words[value] in _SEPARATORS
            and page.text[page.starts[value] : page.ends[value]].strip()
            in ("", ":", "|", "=", ">", "–", "-", "»", "→", "·", "•", "/")
        )
        while value < stop and words[value] in _SEPARATORS:
            value += 1
        if value >= stop:
            if len(starts) == 1 and at == begin:
                return None
            continue
        end = stop
        if not explicit:
            if hit.last < stop and words[hit.last] in _SEPARATORS and not bracket:
                continue
            if hit.entry.kind not in _OPEN_KINDS or at != begin or block.section in ("experience", "publications"):
                continue
            comma = next((n for n in range(value, stop) if words[n] in _SEPARATORS), stop)
            if sum(word not in _SEPARATORS for word in words[value:stop]) > _OPEN_VALUE_WORDS:
                end = comma
            if end - value > (_OPEN_VALUE_WORDS if hit.entry.kind not in _WITH_LABEL else 4):
                continue
        while end > value and words[end - 1] in _SEPARATORS:
            end -= 1
        start = page.starts[value] if explicit or hit.entry.kind not in _WITH_LABEL else page.starts[at]
        out.append(
            Field(
                hit.entry.kind,
                start,
                min(page.ends[end - 1], start + _VALUE_CHARS),
                explicit,
                (at, max(hit.last, label_end)),
            )
        )
    return out
