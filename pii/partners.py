"""A partner's sex discloses an orientation where the writer's own sex is clear."""

from __future__ import annotations

from pii.candidates import Candidate
from pii.labels import Label
from pii.matcher import Hit
from pii.text import Page

_HEAD_WORDS = 70
_COUPLE = frozenset(
    "gehuwd getrouwd huwde trouwde samenwonend samenwonende samen woon woont wonen marie mariee pacse pacsee cohabitant cohabitante vis married wed living live partner "
    "verheiratet geheiratet heiratete verpartnert lebe wohne zusammen mijn m mon ma my mein meine meiner meinem meinen our notre "
    "echtgenoot echtgenote conjoint spouse partnerin langjahrigen langjahrige".split()
)


def writer_sex(page: Page, hits: list[Hit]) -> str:
    """Tell the writer's sex by the name at the head or foot of the document and by forms that show it; "" when unclear.

    Partner words are left out, since they are what is to be judged.
    """
    score = {"female": 0.0, "male": 0.0}
    total = len(page.words)
    for hit in hits:
        name, kind = hit.entry.name, hit.entry.kind
        if (
            (
                name == "NAME"
                and hit.first < _HEAD_WORDS
                and _short(page, hit.first)
                and page.text[page.starts[hit.first]].isupper()
                and not _of_partner(page, hit.first)
            )
            or name == "NAME"
            and hit.first > total - 60
            and _signs(page, hit.first)
        ):
            score[kind] += 2.0
        elif name == "WRITER":
            score[kind] += 1.2
    female, male = score["female"], score["male"]
    if max(female, male) < 1.2 or abs(female - male) < 0.8:
        return ""
    return "female" if female > male else "male"


def _short(page: Page, at: int) -> bool:
    """A name at the head stands in the title, a name field or the first words of the document."""
    block = page.block_at(page.starts[at])
    return at < 14 or block.last - block.first <= 9


def _of_partner(page: Page, at: int) -> bool:
    return any(word in _COUPLE for word in page.words[max(0, at - 2) : at])


def _signs(page: Page, at: int) -> bool:
    """A name that opens a short line near the end signs the document."""
    block = page.block_at(page.starts[at])
    return (
        block.first <= at <= block.first + 2 and page.text[page.starts[at]].isupper() and block.end - block.start < 60
    )


def partner_candidates(page: Page, hits: list[Hit]) -> list[Candidate]:
    """Give a candidate for each partner of the writer's own sex."""
    words_of = [hit for hit in hits if hit.entry.name in ("PARTNER", "NAME")]
    if not any(
        hit.entry.name == "PARTNER" or _COUPLE.intersection(page.words[max(0, hit.first - 3) : hit.first])
        for hit in words_of
    ):
        return []
    own = writer_sex(page, hits)
    if not own:
        return []
    out = []
    for hit in words_of:
        at = hit.first
        before = page.words[max(0, at - 3) : at]
        if hit.entry.kind != own or "|" in before[-1:]:
            continue
        direct = any(word in _COUPLE for word in before)
        if hit.entry.name == "NAME":
            direct = (
                bool(before)
                and before[-1] in ("met", "avec", "a", "to", "with", "mit", "mevrouw", "heer")
                and any(word in _COUPLE for word in page.words[max(0, at - 4) : at - 1])
            )
        if not direct or before and before[-1] in ("andere", "autre", "other"):
            continue
        first = at
        while (
            first > 0
            and page.words[first - 1] not in ("|", ",")
            and at - first < 5
            and (
                page.words[first - 1] in _COUPLE
                or at - first < 3
                and page.words[first - 1] in ("met", "avec", "with", "to", "mit", "a", "wettelijk", "de", "mevrouw")
            )
        ):
            first -= 1
        last = hit.last
        while (
            last < len(page.words)
            and last - hit.last < 2
            and page.text[page.starts[last] : page.starts[last] + 1].isupper()
            and page.words[last] not in ("|", ",")
        ):
            last += 1
        out.append(
            Candidate(
                page.starts[first],
                page.ends[last - 1],
                Label.SEXUALITY,
                0.8,
                "partner of the writer's own sex",
                rule="partner",
                first=hit.first,
                last=last,
                kind="partner",
            )
        )
    return out
