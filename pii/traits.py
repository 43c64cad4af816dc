"""Descriptions of character: lists of traits, and a trait that somebody ascribes to themselves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pii.candidates import Candidate
from pii.clauses import Clauses
from pii.labels import Label
from pii.matcher import Hit
from pii.text import Page

_COPULA = frozenset(
    "ben was bent is blijf suis étais etais reste am was bin war gelte blieb noemen noemt omschrijven vinden decrivent decrit trouvent dit disent "
    "describe call called find consider considered beschreiben nennen sagen sagt say said heet zeggen zegt qualifie dite dit".split()
)
# Words that more often describe something else than the writer.
_DOUBTFUL = frozenset(
    "direct precies open clean flexible responsible critical patient practical pratique praktisch kritisch critique sauber offen genau precise precis critique quiet easily "
    "calme serious serieux ernst nett doux sanft stil still warm organise strict streng tidy kind ouvert ouverte".split()
)
_BUT = frozenset("maar mais but aber doch".split())
_MOST_BETWEEN = 4


def trait_candidates(page: Page, hits: list[Hit], clauses: Clauses) -> Iterator[Candidate]:
    """Give each run of traits with at most four words between them that speaks of a person."""
    places = sorted((hit.first, hit.last) for hit in hits if hit.entry.name == "TRAIT")
    runs: list[list[tuple[int, int]]] = []
    for place in places:
        if runs and place[0] - runs[-1][-1][1] <= _MOST_BETWEEN and "|" not in page.words[runs[-1][-1][1] : place[0]]:
            runs[-1].append(place)
        else:
            runs.append([place])
    for run in runs:
        first, last = run[0][0], run[-1][1]
        begin, end = clauses.sentence(first, last)
        block = page.block_at(page.starts[first])
        own = clauses.count("self", begin, end)
        before = page.words[max(begin, first - 14) : first]
        copula = any(word in _COPULA for word in before) or ("i", "m") in pairwise(before)
        index = page.block_index(page.starts[first])
        above = page.blocks[index - 1] if index else None
        described = clauses.count("character", begin, end) > 0 or (
            above is not None
            and above.end - above.start < 90
            and clauses.count("character", above.first, above.last) > 0
        )
        doubtful = len(run) == 1 and page.words[first] in _DOUBTFUL
        count = len({place[0] for place in run})
        other = clauses.count("other", begin, first)
        job = clauses.count("job", begin, end)
        score = (
            -1.35
            + 0.9 * min(3, count - 1)
            + 0.7 * (own > 0)
            + 0.9 * copula * (own > 0)
            + 1.8 * (block.section == "character")
        )
        score += (
            1.3 * described
            - 1.2 * doubtful
            + 0.8 * (block.section == "personal")
            - 0.8 * (other > 0 and not described)
            - 0.35 * min(3, job)
            - 1.0 * (block.section in ("experience", "skills", "education"))
        )
        score -= 2.5 * (clauses.count("vacancy", begin, end) > 0) + 0.8 * clauses.quoted(
            page.starts[first], page.ends[last - 1]
        ) * (own == 0)
        if (last - first) >= 0.6 * (end - begin) and count > 1:
            score += 1.0
        left, _ = clauses.clause(first, run[0][1])
        _, right = clauses.clause(run[-1][0], last)
        if right < end and right - last < 3 and page.words[right] in _BUT:
            _, right = clauses.clause(right + 1, right + 2)
        yield Candidate(
            page.starts[left], page.ends[right - 1], Label.PSYCHE, 1 / (1 + 2.718281828 ** -score),
            "traits of character", rule="traits", first=first, last=last, kind="traits",
        )  # fmt: skip
