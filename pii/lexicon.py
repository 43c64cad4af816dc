"""Lexicons: lists of phrases kept as data (``pii.matcher`` finds them among the words of a page).

A list is a folder under ``data/lexicons`` with ``terms.txt`` files (any name ending in ``.txt``) and a ``SOURCE.md``.
A file holds sections ``[NAME kind language]`` followed by phrases, on lines of their own or with commas between. In a
phrase

- ``word*`` and ``*word`` stand for any word that begins or ends so,
- ``a|b|c_d`` for one of several (``_`` joins the words of one choice),
- a final ``?`` makes a place optional, ``~`` allows up to three words between, ``~6`` up to six,
- ``#`` stands for a number,
- a final ``=`` on the line keeps the finding to the phrase itself instead of its clause.

A line that begins with ``;`` is a comment. Accents and capitals make no difference, hyphens and apostrophes separate words. Matching is by word and bounded for
each place, so it takes time linear in the text whatever the lists hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from pii.errors import LexiconError
from pii.text import fold

LEXICONS = Path(__file__).parent / "data" / "lexicons"
_HEADER = re.compile(r"\[([A-Z_]+) ([a-z]+)(?: ([a-z]{2}))?\]\Z")
_GAP = re.compile(r"~(\d?)\Z")
_INSIDE = re.compile(r"[-'’/]")
_SHORTEST_AFFIX = 3
# Lists whose words also stand for their inflected forms.
_INFLECTED = frozenset(
    {"HEALTH", "CRIMINAL", "RELIGION", "POLITICS", "UNION", "ETHNICITY", "SEXUALITY", "TRAIT", "BENEFITS", "FAMILY"}
)
_ENDINGS = {
    "nl": ("e",),
    "fr": ("e",),
    "de": ("e", "en", "em", "er", "es", "n", "in"),
}
_INFLECTED_FROM = 5
_BRIEF = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a phrase: the words that fit, or a gap."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    number: bool
    optional: bool
    gap: int

    def fits(self, word: str) -> bool:
        """Tell whether a folded word fits this place."""
        return (
            word in self.exact
            or bool(self.prefixes) and word.startswith(self.prefixes)
            or bool(self.suffixes) and word.endswith(self.suffixes)
            or self.number and word[0].isdigit()
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase of a lexicon: what it names, how surely, and where it comes from."""

    name: str
    kind: str
    language: str
    tight: bool
    slots: tuple[Slot, ...]
    source: str
    phrase: str = ""
    brief: bool = False


def _spellings(word: str) -> set[str]:
    """Give the folded word with the spellings people use for umlauts and sharp s."""
    out = {fold(word)}
    low = word.lower()
    if any(char in low for char in "äöü"):
        out.add(fold(low.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")))
    for form in sorted(out):
        if "ß" in low or "ss" in form:
            out.add(form.replace("ss", "s") if "ss" in form else form)
    if "ß" in low:
        out.add(fold(low.replace("ß", "ss")))
        out.add(fold(low.replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")))
    return out


def _inflected(words: set[str], language: str) -> set[str]:
    """Give the words with the endings that adjectives and nouns take in a language."""
    endings = _ENDINGS.get(language, ())
    return words | {word + ending for word in words if len(word) >= _INFLECTED_FROM for ending in endings}


def _slot(source: str, language: str = "") -> Slot:
    gap = _GAP.match(source)
    if gap:
        return Slot(frozenset(), (), (), False, False, int(gap.group(1) or 3))
    optional = source.endswith("?")
    exact: set[str] = set()
    prefixes: set[str] = set()
    suffixes: set[str] = set()
    number = False
    for option in source.rstrip("?").split("|"):
        if option == "#":
            number = True
        elif option.endswith("*"):
            prefixes |= _spellings(option[:-1])
        elif option.startswith("*"):
            suffixes |= _spellings(option[1:])
        elif option:
            exact |= _spellings(option)
        else:
            raise LexiconError(f"an empty alternative in {source!r}")
    exact = _inflected(exact, language)
    return Slot(frozenset(exact), tuple(sorted(prefixes)), tuple(sorted(suffixes)), number, optional, 0)


def parse_phrase(line: str, name: str, kind: str, language: str, source: str) -> list[Entry]:
    """Read one phrase of a list; one with alternatives of several words gives an entry for each of those.

    Raises ``LexiconError`` when a phrase cannot begin with a word.
    """
    tight = line.endswith("=")
    parts = line.rstrip("=").split()
    if not parts:
        raise LexiconError(f"an empty phrase in {source}")
    choices: list[list[str]] = []
    for part in parts:
        optional = "?" if part.endswith("?") else ""
        options = [_INSIDE.sub("_", option).strip("_") for option in part.rstrip("?").split("|")]
        single = "|".join(option for option in options if "_" not in option)
        several = [option.replace("_", " ") for option in options if "_" in option]
        choices.append(([single + optional] if single else []) + several)
    return [_entry(" ".join(choice), name, kind, language, tight, source) for choice in product(*choices)]


def _entry(phrase: str, name: str, kind: str, language: str, tight: bool, source: str) -> Entry:
    inflected = language if name in _INFLECTED else ""
    slots = tuple(_slot(part, inflected) for part in phrase.split())
    first = slots[0]
    if first.gap or first.optional or any(len(affix) < _SHORTEST_AFFIX for affix in first.prefixes + first.suffixes):
        raise LexiconError(f"a phrase must begin with a word or an affix of three letters: {phrase!r} in {source}")
    return Entry(
        name, kind, language, tight, slots, source, phrase, name != "NAME" and len(phrase.replace(" ", "")) <= _BRIEF
    )


def read_lists(folder: Path) -> Iterator[Entry]:
    """Read every list under a folder."""
    for path in sorted(folder.glob("*/*.txt")):
        name = kind = language = ""
        source = path.parent.name
        for raw in path.read_text(encoding="utf-8").splitlines():
            line = "" if raw.startswith(";") else raw.strip()
            if not line:
                continue
            header = _HEADER.match(line)
            if header:
                name, kind, language = header.group(1), header.group(2), header.group(3) or ""
            elif not name:
                raise LexiconError(f"a phrase before the first section in {source}")
            else:
                for phrase in line.split(","):
                    yield from parse_phrase(phrase.strip(), name, kind, language, source)
