"""Marked documents: texts in which ``[[LABEL|text]]`` shows what must be found.

A file holds documents separated by lines ``=== ID | language | kind | remark ===``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pii.errors import DocumentError
from pii.labels import Label

_HEAD = re.compile(r"^=== *(\S+) *\| *(nl|fr|en|de) *\| *(cv|letter|email) *\| *(.*?) *===\s*$", re.MULTILINE)
_MARK = re.compile(r"\[\[([A-Z_]{4,12})\|([^\[\]]{1,2000})\]\]")


@dataclass(frozen=True, slots=True)
class Marked:
    """One marked document: its text without marks, and (start, end, label) of each mark."""

    id: str
    language: str
    kind: str
    text: str
    spans: tuple[tuple[int, int, Label], ...]


def unmark(source: str) -> tuple[str, tuple[tuple[int, int, Label], ...]]:
    """Take the marks out of a text; raises ``DocumentError`` for an unknown label or a stray bracket."""
    text = ""
    spans: list[tuple[int, int, Label]] = []
    last = 0
    for match in _MARK.finditer(source):
        text += source[last : match.start()]
        start = len(text)
        text += match.group(2)
        try:
            spans.append((start, len(text), Label(match.group(1))))
        except ValueError:
            raise DocumentError("a mark has a label that does not exist") from None
        last = match.end()
    text += source[last:]
    if "[[" in text or "]]" in text:
        raise DocumentError("a mark is not closed")
    return text, tuple(spans)


def read_documents(path: Path) -> Iterator[Marked]:
    """Read the marked documents of a file."""
    source = path.read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(source))
    for index, head in enumerate(heads):
        end = heads[index + 1].start() if index + 1 < len(heads) else len(source)
        text, spans = unmark(source[head.end() : end].strip("\n"))
        yield Marked(head.group(1), head.group(2), head.group(3), text, spans)
