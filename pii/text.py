"""The text as the detector sees it: folded letters, words with their places, blocks and clauses.

Folding keeps every offset: each character becomes exactly one character (lower case, no accent, plain dash, quote and
space), so places found in the folded text are places in the original.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

_SPECIAL = {
    "ß": "s", "æ": "a", "œ": "o", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i", "ŋ": "n",
    "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2009": " ", "\u200a": " ", "\u3000": " ", "\t": "\t",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "–", "\u2014": "–", "\u2015": "–", "\u2212": "-",
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u00b4": "'", "`": "'", "\u02bc": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2029": "\n", "\u0085": "\n",
}  # fmt: skip


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in [*range(0x41, 0x250), *range(0x1E00, 0x1F00), *range(0x370, 0x400), *range(0x400, 0x460)]:
        char = chr(code)
        low = char.lower()
        base = unicodedata.normalize("NFD", low)[:1] if low else char
        folded = _SPECIAL.get(low[:1], base)
        if len(folded) == 1 and folded != char:
            table[code] = folded
    for offset in range(0xFF01, 0xFF5F):
        table[offset] = chr(offset - 0xFEE0).lower()
    table.update({ord(char): folded for char, folded in _SPECIAL.items() if char != folded})
    return table


_FOLD = _table()


def fold(text: str) -> str:
    """Give the text in lower case without accents, of exactly the same length."""
    return text.translate(_FOLD)


# A word, a word broken over two lines, a gap between table cells, a line break, or one other character.
_TOKEN = re.compile(r"[^\W_]+(?:-[ \t]{0,3}\n[ \t]{0,60}[^\W\d_]+)?|[ \t]{3,}|\n\s*|[^\w\s'-]|(?<= )-(?= )")
_PLACEHOLDER = re.compile(r"\[(?:[A-Z]{4,8}(?:_[A-Z]{2,8})?)\]")
_BULLET = re.compile(r"[ \t]*(?:[-*•·–—▪◦‣►▸→»>~+]|\(?\d{1,2}[.)/]|[a-zA-Z][.)])[ \t]")
_DATE_START = re.compile(r"[ \t]*(?:\d{1,2}[./-])?\d{2,4}\b")
_LABEL_START = re.compile(r"[ \t]*[^\W\d_][^\n:]{1,40}:")
_HARD = frozenset(".;!?|•·→<>▪◦‣►▸~*=\u2026")
_SOFT = frozenset(',:–()[]"+')
_FIXED = (
    {char: "|" for char in _HARD if char != "."} | {char: "," for char in _SOFT if char != ","} | {"-": ",", "   ": "|"}
)
_ABBREVIATIONS = frozenset(
    "nr dr mr mrs ms mme mlle prof ing ir st ca tel art bv nv p pp vol ed bijv o.a incl excl resp jr sr geb verh ca inkl bzw evtl ggf max min cat kat "
    "str bd av no num ref dhr mevr h e g i z b d u a t v".split()
)


@dataclass(slots=True)
class Block:
    """A run of text that reads as one: a paragraph, an item, a heading or a line of a table."""

    start: int
    end: int
    first: int = 0
    last: int = 0
    section: str = ""
    heading: bool = False


@dataclass(slots=True)
class Page:
    """A text with its folded form, words and blocks.

    ``words[i]`` is the folded word at ``starts[i]:ends[i]``; separators are the one-character words ``|`` (hard: end of
    a sentence, cell or block) and ``,`` (soft), so that a phrase never runs across them.
    """

    text: str
    low: str
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    figures: list[int] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    language: str = ""
    _block_starts: list[int] = field(default_factory=list)

    def block_index(self, place: int) -> int:
        """Give the index of the block that a character offset lies in."""
        return max(0, bisect_right(self._block_starts, place) - 1)

    def block_at(self, place: int) -> Block:
        """Give the block that a character offset lies in."""
        return self.blocks[self.block_index(place)]

    def span_words(self, start: int, end: int) -> tuple[int, int]:
        """Give the indices (end exclusive) of the words that lie in a stretch."""
        return bisect_right(self.ends, start), bisect_left(self.starts, end)


def read(text: str) -> Page:
    """Cut a text into words and blocks; takes time linear in its length."""
    low = fold(text)
    page = Page(text, low)
    _blocks(page)
    words, starts, ends, figures = page.words, page.starts, page.ends, page.figures
    opaque = {m.start(): m.end() for m in _PLACEHOLDER.finditer(text)} if "[" in text else {}
    skip = -1
    bounds = page._block_starts
    following = 1
    boundary = bounds[1] if len(bounds) > 1 else len(text) + 1
    for match in _TOKEN.finditer(low):
        start, end = match.span()
        while start >= boundary:
            _close(page, following - 1)
            following += 1
            boundary = bounds[following] if following < len(bounds) else len(text) + 1
        word = low[start:end]
        if word.isalnum():
            if start < skip:
                continue
            if not word.isalpha():
                figures.append(len(words))
        elif start < skip:
            continue
        elif start in opaque:
            skip = end = opaque[start]
            word = "|"
        else:
            word = _FIXED.get(word) or _separator(low, start, word, words)
            if not word:
                continue
        words.append(word)
        starts.append(start)
        ends.append(end)
    while following <= len(bounds):
        _close(page, following - 1)
        following += 1
    return page


def _separator(low: str, start: int, token: str, words: list[str]) -> str:
    """Give the word that stands for a token that is no plain word: "|", ",", a sign of money, or "" for none."""
    char = token[0]
    if char.isalnum():
        head, tail = token.split("-", 1)
        return head + tail.strip()
    if char in " \t\n" or char in _HARD:
        return "|" if char != "." or _ends_sentence(low, start, words) else ""
    if char in _SOFT:
        return "" if char == "," and _inside_number(low, start) else ","
    if char == "/" and low[start - 1 : start + 2] == " / ":
        return ","
    return char if char in "€$£%@#" else ""


def _inside_number(low: str, at: int) -> bool:
    return 0 < at < len(low) - 1 and low[at - 1].isdigit() and low[at + 1].isdigit()


def _ends_sentence(low: str, at: int, words: list[str]) -> bool:
    """A full stop ends a sentence when space follows and it does not close an abbreviation or a number's group."""
    after = low[at + 1 : at + 2]
    if after and not after.isspace() and after not in "\"')":
        return False
    return (
        not (words and words[-1] in _ABBREVIATIONS and low[at - 1].isalpha() and low[at - 2 : at - 1] != " ")
        or after == "\n"
    )


def _close(page: Page, index: int) -> None:
    """End a block: every block ends in a hard separator."""
    block = page.blocks[index]
    block.first = page.blocks[index - 1].last if index else 0
    if len(page.words) > block.first and page.words[-1] != "|":
        page.words.append("|")
        page.starts.append(block.end)
        page.ends.append(block.end)
    block.last = len(page.words)


def _blocks(page: Page) -> None:
    """Join lines that a page width broke; keep items, headings, labels and table rows apart."""
    text, low = page.text, page.low
    blocks: list[Block] = []
    at = 0
    open_line = ""
    lines = low.split("\n")
    width = max(64, int(0.72 * sorted(len(line) for line in lines)[int(0.9 * (len(lines) - 1))]))
    for line in lines:
        end = at + len(line)
        stripped = line.strip()
        if not stripped:
            open_line = ""
        elif open_line and _continues(
            open_line, line, text[at:end], width, text[at - 1 - len(open_line) : at - 1].isupper()
        ):
            blocks[-1].end = end
            open_line = line
        else:
            blocks.append(Block(at, end))
            open_line = line
        at = end + 1
    if not blocks:
        blocks.append(Block(0, len(text)))
    page.blocks = blocks
    page._block_starts = [block.start for block in blocks]


def _continues(before: str, line: str, original: str, width: int, shouted: bool) -> bool:
    last = before.rstrip()
    if last.endswith("-") and len(last) > 20 and original.strip()[:1].isalpha():
        return True
    if _BULLET.match(line) or last[-1] in ".:;!?" and original.strip()[:1].isupper() and len(last) < 60:
        return False
    first = original.strip()[0]
    if "   " in line.strip() or "   " in before.strip() or "|" in line:
        return False
    if _LABEL_START.match(line) or _DATE_START.match(line) and len(last) < 70:
        return False
    shout = original.strip()
    if shout.isupper() and len(shout) < 44 and not shouted:
        return False
    if first.isupper() and len(shout) < 0.6 * width and shout[-1] not in ".,;:!?)" and not shouted:
        return False
    if first.islower() and len(last) > 30 and last[-1] not in ".:;!?":
        return True
    if _DATE_START.match(before):
        return False
    return len(last) > width and last[-1] not in ":;"
