"""Finds the phrases of the lexicons among the words of a page.

Each phrase is looked for from its anchor, the place whose words are rarest, and then checked to both sides; a text in
which no anchor occurs costs one look-up a word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pii.language import COMMON
from pii.lexicon import LEXICONS, Entry, Slot, read_lists

_SEPARATORS = frozenset("|,")
_EVERYWHERE = frozenset().union(*COMMON.values()) | frozenset(
    "my me am was were we our us no not do does did he she his her him they them its all any some more most very too "
    "mes moi mon ma ses leur leurs notre nos votre vos tres plus moins tout tous cette ces quand si comme ai a ont fait "
    "mein meine meiner meinem meinen meines unser unsere ihr ihre sein seine kein keine sehr mehr war waren hat hatte "
    "mij me wij ons onze hun hen haar zijn heb had hebben werd worden geen veel meer heel ook".split()
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found at words ``first`` to ``last`` (exclusive)."""

    entry: Entry
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A phrase with its anchor: the places after it, those before it (nearest first), and words that must be beside it."""

    entry: Entry
    after: tuple[Slot, ...]
    before: tuple[Slot, ...]
    next_words: frozenset[str] | None
    last_words: frozenset[str] | None


def _plain(slot: Slot) -> bool:
    return bool(slot.exact) and not (slot.prefixes or slot.suffixes or slot.number or slot.optional or slot.gap)


def _cost(slot: Slot) -> float:
    """Guess how often a place fits by chance: function words and numbers often, long words rarely."""
    if (
        slot.gap
        or slot.optional
        or (slot.prefixes or slot.suffixes)
        and min(map(len, slot.prefixes + slot.suffixes)) < 3
    ):
        return 1e9
    words = slot.exact | set(slot.prefixes) | set(slot.suffixes)
    common = sum(word in _EVERYWHERE for word in words)
    return 300 * slot.number + 100 * common + 0.4 * len(words) - (min(map(len, words)) if words else 0)


def _anchored(entry: Entry) -> tuple[Slot, _Anchored]:
    slots = entry.slots
    place = min(range(len(slots)), key=lambda index: _cost(slots[index]))
    after, before = slots[place + 1 :], tuple(reversed(slots[:place]))
    return slots[place], _Anchored(
        entry,
        after,
        before,
        after[0].exact if after and _plain(after[0]) else None,
        before[0].exact if before and _plain(before[0]) else None,
    )


class Lexicon:
    """All phrases, indexed by the words of their anchors."""

    def __init__(self, entries: list[Entry]) -> None:
        self._exact: dict[str, list[_Anchored]] = {}
        self._prefix: dict[str, list[_Anchored]] = {}
        self._suffix: dict[str, list[_Anchored]] = {}
        self._numbers: list[_Anchored] = []
        for entry in entries:
            slot, anchored = _anchored(entry)
            for word in slot.exact:
                self._exact.setdefault(word, []).append(anchored)
            for affix in slot.prefixes:
                self._prefix.setdefault(affix, []).append(anchored)
            for affix in slot.suffixes:
                self._suffix.setdefault(affix, []).append(anchored)
            if slot.number:
                self._numbers.append(anchored)
        self._beginnings = _lengths(self._prefix, lambda affix: affix[:3])
        self._endings = _lengths(self._suffix, lambda affix: affix[-3:])
        self.size = len(entries)

    def _fitting(self, word: str) -> list[_Anchored]:
        out = self._exact.get(word)
        sizes = self._beginnings.get(word[:3])
        if sizes:
            length = len(word)
            for size in sizes:
                if size > length:
                    break
                more = self._prefix.get(word[:size])
                if more:
                    out = out + more if out else more
        sizes = self._endings.get(word[-3:])
        if sizes:
            length = len(word)
            for size in sizes:
                if size >= length:
                    break
                more = self._suffix.get(word[-size:])
                if more:
                    out = out + more if out else more
        if word[0].isdigit():
            out = out + self._numbers if out else self._numbers
        return out or []

    def find(self, words: list[str], language: str = "") -> list[Hit]:
        """Give every phrase found among folded words, in order of where it begins.

        A phrase of at most five letters counts only in a text of its own language: "op", "na" or "als" mean other
        things elsewhere.
        """
        hits: list[Hit] = []
        known: dict[str, list[_Anchored]] = {"|": [], ",": []}
        padded = [*words, "|"]
        for at, word in enumerate(words):
            anchored = known.get(word)
            if anchored is None:
                anchored = known[word] = self._fitting(word)
            for phrase in anchored:
                if phrase.next_words is not None and padded[at + 1] not in phrase.next_words:
                    continue
                if phrase.last_words is not None and padded[at - 1] not in phrase.last_words:
                    continue
                entry = phrase.entry
                if entry.brief and entry.language != language and entry.language:
                    continue
                last = _forward(phrase.after, 0, words, at + 1) if phrase.after else at + 1
                if last < 0:
                    continue
                first = _backward(phrase.before, 0, words, at - 1) + 1 if phrase.before else at
                if first >= 0 and (not phrase.before or first < at):
                    hits.append(Hit(entry, first, last))
        hits.sort(key=lambda hit: hit.first)
        return hits


def _lengths(affixes: dict[str, list[_Anchored]], head: Callable[[str], str]) -> dict[str, list[int]]:
    out: dict[str, set[int]] = {}
    for affix in affixes:
        out.setdefault(head(affix), set()).add(len(affix))
    return {key: sorted(sizes) for key, sizes in out.items()}


def _forward(slots: tuple[Slot, ...], place: int, words: list[str], at: int) -> int:
    """Give where a phrase ends when its places from ``place`` fit the words from ``at``, or -1."""
    total = len(words)
    while place < len(slots):
        slot = slots[place]
        if slot.gap:
            for step in range(slot.gap + 1):
                end = _forward(slots, place + 1, words, at + step)
                if end >= 0 or at + step >= total or words[at + step] in _SEPARATORS:
                    return end
            return -1
        if at < total and slot.fits(words[at]):
            if slot.optional:
                end = _forward(slots, place + 1, words, at + 1)
                if end >= 0:
                    return end
            else:
                at += 1
        elif not slot.optional:
            return -1
        place += 1
    return at


_NOWHERE = -2


def _backward(slots: tuple[Slot, ...], place: int, words: list[str], at: int) -> int:
    """Give the word before the phrase when its places fit the words from ``at`` down, or -2."""
    while place < len(slots):
        slot = slots[place]
        if slot.gap:
            for step in range(slot.gap + 1):
                end = _backward(slots, place + 1, words, at - step)
                if end > _NOWHERE or at - step < 0 or words[at - step] in _SEPARATORS:
                    return end
            return _NOWHERE
        if at >= 0 and slot.fits(words[at]):
            if slot.optional:
                end = _backward(slots, place + 1, words, at - 1)
                if end > _NOWHERE:
                    return end
            else:
                at -= 1
        elif not slot.optional:
            return _NOWHERE
        place += 1
    return at


@cache
def shipped() -> Lexicon:
    """Give the lexicons that come with the package, read once a process."""
    return Lexicon(list(read_lists(LEXICONS)))
