"""Where the words around a candidate belong together: clauses, sentences, quotations."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from pii.matcher import Hit
from pii.text import Page

# Words that open a new thought, so that a clause ends before them.
_OPENERS = frozenset(
    "maar want omdat doordat zodat waardoor daarom dus terwijl hoewel mais car parce donc puisque alors lorsque pourtant "
    "but because so therefore although though whereas while which aber denn weil deshalb daher sodass obwohl weshalb wobei sondern".split()
)
_QUOTES = re.compile(r"\"[^\"]{3,260}\"|(?<![\w])'[^'\n]{3,200}'(?![\w])")
_COUNTING = frozenset(
    "een twee drie vier vijf waarvan van beide un une deux trois quatre dont age agee ages one two three four aged both "
    "ein eine zwei drei vier beide davon halftijds voltijds mi temps half".split()
)
_MAX_CLAUSE = 16
_SHORT_CLAUSE = 9
_SHORT_SENTENCE = 10


class Clauses:
    """Cue words and separators of a page, looked up by word index."""

    def __init__(self, page: Page, hits: list[Hit]) -> None:
        self.page = page
        self.hard = [index for index, word in enumerate(page.words) if word == "|"]
        self.cues: dict[str, list[int]] = {}
        for hit in hits:
            if hit.entry.name == "CUE":
                self.cues.setdefault(hit.entry.kind, []).append(hit.first)
            elif hit.entry.name in ("CUE_REF", "ROLE"):
                self.cues.setdefault(hit.entry.name, []).append(hit.first)
        self.words_with_two_meanings = [
            (h.first, h.last) for h in hits if h.entry.name == "CUE" and h.entry.kind == "word"
        ]
        self.quotes = [match.span() for match in _QUOTES.finditer(page.low)]

    def sentence(self, first: int, last: int) -> tuple[int, int]:
        """Give the words (end exclusive) from the hard separator before to the one after."""
        hard = self.hard
        left = bisect_left(hard, first)
        right = bisect_left(hard, max(first, last - 1))
        return (hard[left - 1] + 1 if left else 0), (hard[right] if right < len(hard) else len(self.page.words))

    def clause(self, first: int, last: int) -> tuple[int, int]:
        """Give the words of the clause: to the next soft separator or word that opens a new thought, at most 16 away."""
        words = self.page.words
        begin, end = self.sentence(first, last)
        left = first
        while left > begin and first - left < _MAX_CLAUSE and words[left - 1] != "," and words[left] not in _OPENERS:
            left -= 1
        if words[left] in _OPENERS and left < first:
            left += 1
        right = last
        while right < end and right - last < _MAX_CLAUSE and words[right] != "," and words[right] not in _OPENERS:
            right += 1
        if right < end and self._opens(right):
            close = next((at for at in range(right + 1, min(end, right + 14)) if self._closes(at)), 0)
            right = close + 1 if close else right
        return left, right

    def counted(self, first: int, last: int) -> tuple[int, int]:
        """Give the clause, and what goes on counting or naming after a comma ("a son, Noah, aged nine")."""
        left, right = self.clause(first, last)
        _, end = self.sentence(first, last)
        words, page = self.page.words, self.page
        for _ in range(2):
            if right + 1 >= end or words[right] != "," or page.low.startswith(":", page.starts[right]):
                break
            stop = right + 1
            while stop < end and words[stop] != ",":
                stop += 1
            opener = words[right + 1]
            named = stop == right + 2 and page.text[page.starts[right + 1]].isupper() and stop < end
            if not (named or opener in _COUNTING or opener[0].isdigit()) or stop - right > 7:
                break
            right = stop
        return left, right

    def widened(self, first: int, last: int) -> tuple[int, int]:
        """Give the clause, and the short clauses after it that go on with the same thought."""
        left, right = self.clause(first, last)
        begin, end = self.sentence(first, last)
        words = self.page.words
        if end - begin <= _SHORT_SENTENCE and sum(word == "," for word in words[begin:end]) < 2:
            return begin, end
        for _ in range(2):
            if right >= end or words[right] != "," or right + 1 >= end or words[right + 1] in _OPENERS:
                break
            stop = right + 1
            while stop < end and words[stop] != ",":
                stop += 1
            if stop - right > _SHORT_CLAUSE or self.page.low[self.page.starts[right]] in ":–":
                break
            right = stop
        return left, right

    def _opens(self, at: int) -> bool:
        return self.page.low.startswith("(", self.page.starts[at])

    def _closes(self, at: int) -> bool:
        return self.page.low.startswith(")", self.page.starts[at])

    def count(self, cue: str, first: int, last: int) -> int:
        """Count the cues of a kind that begin among the words ``first`` to ``last`` (exclusive)."""
        places = self.cues.get(cue)
        return bisect_left(places, last) - bisect_left(places, first) if places else 0

    def quoted(self, start: int, end: int) -> bool:
        """Tell whether a stretch lies inside quotation marks."""
        at = bisect_right(self.quotes, (start, 1 << 60)) - 1
        return at >= 0 and self.quotes[at][0] <= start and end <= self.quotes[at][1]

    def other_meaning(self, first: int, last: int) -> bool:
        """Tell whether the words are part of a phrase that has another meaning (race condition, golf handicap)."""
        return any(left < last and first < right for left, right in self.words_with_two_meanings)
