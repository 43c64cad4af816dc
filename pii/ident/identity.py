"""National numbers and numbers of identity documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii.candidates import Candidate
from pii.ident.cues import Cue, cue_before
from pii.ident.national import LETTERED, belgian, belgian_shape, distinctive, known, passes
from pii.ident.numbers import Run, windows
from pii.labels import Label
from pii.spans import Spans
from pii.text import Page

_DATE = re.compile(
    r"(?:\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d|(?:19|20)\d\d[./ -]\d{1,2}[./ -]\d{1,2}|(?:19|20)\d\d ?[-–/] ?(?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./]\d\d|(?:0?[1-9]|1[012])[./-](?:19|20)\d\d(?: ?[-–] ?(?:0?[1-9]|1[012])[./-](?:19|20)\d\d)?|(?:19|20)\d\d ?[-–] ?(?:0?[1-9]|1[012])[./-](?:19|20)\d\d)\Z"
)
_AFTER = re.compile(r"[ ]{0,2}\(?(?:bis|rrn|insz|niss|rijksregister|national|nat\.|bsn)")
_SLIP = re.compile(
    r"(?<![a-z0-9])[\doilsb]{2}[.\- ]?[\doilsb]{2}[.\- ]?[\doilsb]{2}[.\- ][\doilsb]{3}[.\- ]?[\doilsb]{2}(?![a-z0-9])"
)
_SLIPPED = re.compile(r"[\doilsb]{2,11}")
_UNSLIP = str.maketrans("oilsb", "01158")
_BELGIAN_CARD = re.compile(r"(?<![\w.-])\d{3}[-. ]\d{7}[-. ]\d{2}(?![\w-])")
_MIXED = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Z0-9]{0,11}\d)[A-Z]{1,3}[0-9][A-Z0-9]{4,10}(?![A-Za-z0-9])|(?<![A-Za-z0-9])\d{2}[A-Z]{2}\d{5}(?![A-Za-z0-9])"
)
_PREFIX = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,3})[ .-]?\Z")
_SUFFIX = re.compile(r"[ -]?[A-Z]{1,2}(?![A-Za-z0-9])")
_NOT_PREFIX = frozenset(
    {"NR", "NO", "N", "NRO", "NUM", "OP", "DE", "LE", "TOT", "IN", "VON", "CE", "BE", "B", "EN", "ET", "TEL"}
)
_PHONE_LIKE = re.compile(r"(?:\+|00)\d|0\d{1,3}[ ./-]?\d")
_WEAK_DOCUMENT = re.compile(
    r"(?:rijbewijs|permis|(?:driving|driver'?s?) (?:licen[cs]e|permit)|permis de conduire|fuhrerschein\w*|card|kaart|carte|single permit|work permit|residence permit|e?id|cin|verblijfs\w+|aufenthalts\w+|titre de sejour|c\.i\.n\.?|documento)\Z"
)
_MIN_DOCUMENT = 6
_CAPITAL = re.compile(r"[A-Za-z]")
_FISCAL = re.compile(r"[A-Z]{3} ?[A-Z]{3} ?\d\d[A-Z]")


def identity_candidates(page: Page, runs: list[Run], taken: Spans) -> Iterator[Candidate]:
    """Give the national and document numbers on a page; places in ``taken`` (accounts) are left alone and it grows."""
    low = page.low
    free = taken.free
    for candidate in sorted(_lettered(page, runs), key=lambda c: c.start - c.end):
        if free(candidate.start, candidate.end):
            taken.add(candidate.start, candidate.end)
            yield candidate
    for match in _BELGIAN_CARD.finditer(low) if any(run.end - run.start > 13 for run in runs) else ():
        if free(*match.span()) and _card_valid(match.group()):
            taken.add(*match.span())
            yield Candidate(
                *match.span(), Label.ID_DOCUMENT, 0.97, "Belgian identity card number, check digits right", owner=True
            )
    for run in runs:
        for candidate in _in_run(page, run):
            if free(candidate.start, candidate.end):
                taken.add(candidate.start, candidate.end)
                yield candidate
    slips = any(not page.words[at].isdigit() and _SLIPPED.fullmatch(page.words[at]) for at in page.figures)
    for match in _SLIP.finditer(low) if slips else ():
        value = match.group()
        if (
            any(char in "oilsb" for char in value)
            and sum(char.isdigit() for char in value) >= 7
            and free(*match.span())
        ):
            digits = re.sub(r"\D", "", value.translate(_UNSLIP))
            if belgian(digits):
                taken.add(*match.span())
                yield Candidate(
                    *match.span(),
                    Label.NATIONAL_ID,
                    0.75,
                    "Belgian national number with letters read for digits",
                    owner=True,
                )
    for match in _mixed(page):
        start, end = match.span()
        value = match.group()
        if sum(char.isdigit() for char in value) < 4 or not free(start, end):
            continue
        cue = cue_before(low, start, _floor(page, start))
        if cue.kind == "document" and _near(cue):
            taken.add(start, end)
            yield Candidate(
                start, end, Label.ID_DOCUMENT, 0.93, "number after a word for an identity document", owner=True
            )
        elif cue.kind == "national" and cue.gap < 20:
            taken.add(start, end)
            yield Candidate(
                start, end, Label.NATIONAL_ID, 0.85, "number after a word for a national number", owner=True
            )


def _mixed(page: Page) -> Iterator[re.Match[str]]:
    """Give the words of capitals and digits that could be a document's number."""
    for at in page.figures:
        word = page.words[at]
        if 6 <= len(word) <= 13 and not word.isdigit():
            match = _MIXED.match(page.text, page.starts[at])
            if match:
                yield match


def _card_valid(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    return int(digits[:10]) % 97 == int(digits[10:]) % 97


def _floor(page: Page, place: int) -> int:
    """How far back a label may stand: in the same block, or in the block just above when the number opens its own."""
    index = page.block_index(place)
    block = page.blocks[index]
    return page.blocks[index - 1].start if index and block.start + 60 > place else block.start


def _lettered(page: Page, runs: list[Run]) -> Iterator[Candidate]:
    text = page.text
    zones = [(0, len(text))] if _FISCAL.search(text) else list(_zones(text, runs))
    for pattern, module, country, needs_label in LETTERED if zones else ():
        for match in (match for zone in zones for match in pattern.finditer(text, *zone)):
            start, end = match.span()
            cue = cue_before(page.low, start, _floor(page, start))
            labelled = cue.kind == "national"
            if cue.kind in ("document", "other") and cue.gap < 30 and not (labelled or country == "Italian"):
                continue
            try:
                valid = passes(module, match.group())
            except Exception:  # noqa: BLE001 - a validator that chokes has not validated
                valid = False
            if labelled or valid and not needs_label:
                score = 0.98 if valid and module else 0.9 if labelled else 0.75
                yield Candidate(
                    start,
                    end,
                    Label.NATIONAL_ID,
                    score,
                    f"{country} number by its shape" + (", after its label" if labelled else ""),
                    owner=True,
                )


def _zones(text: str, runs: list[Run]) -> Iterator[tuple[int, int]]:
    """Give the stretches around five digits and more that have a capital letter beside them."""
    for run in runs:
        if run.end - run.start >= 5:
            start, end = max(0, run.start - 4), min(len(text), run.end + 8)
            if _CAPITAL.search(text, start, end):
                yield start, end


def _in_run(page: Page, run: Run) -> Iterator[Candidate]:
    low = page.low
    total = sum(end - start for start, end in run.groups)
    if total < _MIN_DOCUMENT or total < 13 and _DATE.match(low[run.start : run.end]):
        return
    at = -1
    cues: dict[int, Cue] = {}
    for start, end, digits, lengths in windows(run, low, _MIN_DOCUMENT, 16):
        if start < at:
            continue
        if start and low[start - 1].isalpha() and not _glued_ok(low, start):
            continue
        if start not in cues:
            cues[start] = cue_before(low, start, _floor(page, start))
        cue = cues[start]
        if cue.kind == "national" and not known(digits) and _validated_inside(run, low, start, end):
            continue
        candidate = _national(low, start, end, digits, lengths, cue) or _document(page, start, end, digits, cue)
        if candidate:
            at = candidate.end
            yield candidate


def _validated_inside(run: Run, low: str, start: int, end: int) -> bool:
    """Tell whether a shorter series of groups from the same start passes a check of its own."""
    return any(
        left == start and right < end and belgian(digits) for left, right, digits, _ in windows(run, low, 11, 11)
    )


def _glued_ok(low: str, start: int) -> bool:
    """Letters directly before the digits are fine when they are a label (RRN85...) or a document's prefix."""
    return start < 2 or not low[start - 2].isdigit()


def _national(low: str, start: int, end: int, digits: str, lengths: tuple[int, ...], cue: Cue) -> Candidate | None:
    labelled = cue.kind == "national"
    after = end < len(low) and low[end].isalnum()
    phone = low[max(0, start - 1) : start] == "+" or cue.kind == "phone" and cue.gap < 8
    if phone or (after and not labelled):
        return None
    mobile = (
        digits.startswith("324") and len(digits) == 11 and not labelled and lengths not in ((6, 3, 2), (2, 2, 2, 3, 2))
    )
    country = distinctive(lengths, digits)
    if country and not mobile and (country == "Belgian" or not (cue.kind == "other" and cue.gap < 14)):
        reason = (
            f"{country} national number, check digits right"
            if country == "Belgian"
            else f"{country} national number by its form"
        )
        return Candidate(start, end, Label.NATIONAL_ID, 0.99, reason, owner=True)
    if not digits.strip("0"):
        return None
    if labelled and cue.gap > 8 and len(digits) < 11 and _PHONE_LIKE.match(low[start:end]):
        return None
    if labelled and 8 <= len(digits) <= 15 and not _DATE.match(low[start:end]) and cue.gap < 70:
        if len(digits) < 9 and cue.gap > 16:
            return None
        name = known(digits)
        reason = (
            f"after a word for a national number, {name} check digits right"
            if name
            else "after a word for a national number"
        )
        return Candidate(start, end, Label.NATIONAL_ID, 0.98 if name else 0.88, reason, owner=True)
    if (
        len(digits) == 11
        and lengths in ((2, 2, 2, 3, 2), (6, 3, 2))
        and belgian_shape(lengths, digits)
        and cue.kind != "other"
        and not mobile
    ):
        shape = low[start:end]
        if "." in shape or "-" in shape or _AFTER.match(low, end):
            return Candidate(
                start,
                end,
                Label.NATIONAL_ID,
                0.72,
                "written as a Belgian national number, check digits wrong",
                owner=True,
            )
    if len(digits) == 15 and lengths == (1, 2, 2, 2, 3, 3, 2) and digits[0] in "12" and cue.kind != "other":
        return Candidate(start, end, Label.NATIONAL_ID, 0.85, "written as a French social security number", owner=True)
    return None


def _near(cue: Cue) -> bool:
    if cue.numbered:
        return cue.gap < 84
    if _WEAK_DOCUMENT.match(cue.word):
        return cue.gap < 5
    return cue.gap < 26


def _document(page: Page, start: int, end: int, digits: str, cue: Cue) -> Candidate | None:
    low, text = page.low, page.text
    if cue.kind != "document" or not _near(cue) or len(digits) > 13 or _DATE.match(low[start:end]):
        return None
    explicit = cue.numbered or cue.word.endswith(("nummer", "nr", "number", "no")) or cue.gap < 3
    if not explicit and _PHONE_LIKE.match(low[max(0, start - 1) : end]):
        return None
    prefix = _PREFIX.search(text[max(0, start - 5) : start])
    if (
        prefix
        and prefix.group(1) not in _NOT_PREFIX
        or prefix
        and prefix.group(1) in ("B", "BE", "CE")
        and cue.numbered
    ):
        start -= len(prefix.group())
    suffix = _SUFFIX.match(text, end)
    if suffix:
        end = suffix.end()
    elif end < len(low) and low[end].isalnum():
        return None
    return Candidate(start, end, Label.ID_DOCUMENT, 0.93, "number after a word for an identity document", owner=True)
