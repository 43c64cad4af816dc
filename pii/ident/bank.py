"""Account and card numbers of persons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from pii.candidates import Candidate
from pii.ident.cues import cue_before
from pii.ident.numbers import Run
from pii.labels import Label
from pii.text import Page

# Two letters and check digits, then groups with at most two separators between characters (ISO 13616: up to 34).
_IBAN = re.compile(r"(?<![a-z0-9])([a-z]{2})[ .\-:/_]{0,2}(\d)[ ]?(\d)(?=[ .\-/_\n\t]{0,2}[a-z0-9])")
_BODY = re.compile(r"[ .\-/_\t]{0,2}(?:\n[ ]{0,8})?[a-z0-9]")
_LENGTHS = {
    "ad": 24, "ae": 23, "al": 28, "at": 20, "az": 28, "ba": 20, "be": 16, "bg": 22, "bh": 22, "br": 29, "ch": 21,
    "cr": 22, "cy": 28, "cz": 24, "de": 22, "dk": 18, "do": 28, "ee": 20, "eg": 29, "es": 24, "fi": 18, "fo": 18,
    "fr": 27, "gb": 22, "ge": 22, "gi": 23, "gl": 18, "gr": 27, "gt": 28, "hr": 21, "hu": 28, "ie": 22, "il": 23,
    "iq": 23, "is": 26, "it": 27, "jo": 30, "kw": 30, "kz": 20, "lb": 28, "li": 21, "lt": 20, "lu": 20, "lv": 21,
    "mc": 27, "md": 24, "me": 22, "mk": 19, "mr": 27, "mt": 31, "mu": 30, "nl": 18, "no": 15, "pk": 24, "pl": 28,
    "ps": 29, "pt": 25, "qa": 29, "ro": 24, "rs": 22, "sa": 24, "se": 24, "si": 19, "sk": 24, "sm": 27, "tn": 24,
    "tr": 26, "ua": 29, "vg": 24, "xk": 20,
}  # fmt: skip
_OLD_BELGIAN = re.compile(r"(?<![\d-])\d{3}[- ]\d{7}[- ]\d{2}(?![\d-])")
_CARD = re.compile(r"(?<![\d.-])(?:\d{4}[ -]?){3}\d{4}(?![\d-])|(?<![\d.-])3[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?![\d-])")
_COMPANY = re.compile(
    r"(?<![a-z@.])(?:factu|fakt|invoice|rechnung|leverancier|fournisseur|supplier|lieferant|klant|client|customer|kunde|"
    r"derdenrekening|compte tiers|bedrijf|firma|company|societe|entreprise|unternehmen|kantoor|cabinet|inning|collect|"
    r"schuldeiser|creancier|creditor|domicili|zichtrekening van|rekening van|compte (?:de la|du|collecteur|central)|"
    r"account of|konto der|konto des|sepa|camt|vzw|asbl|\bnv\b|\bsa\b|\bbv\b|\bsrl\b|\bgmbh\b|"
    r"bce|kbo|btw|tva|vat|ogm|mededeling|communication|donat|gift|dons|spende|project|projet|migrat|"
    r"terugbetaling van|assessmentbureau|vereniging|association|verein|penningmeester|tresorier|treasurer|kassier)(?![a-z]{0,12}\.)"
)  # fmt: skip
_OWN = re.compile(
    r"(?:mijn|mon|ma|my|mein\w*|ik|je|i|ich|loon|salaire|salary|gehalt|wages|lohn|stort|verser|pay|uberweis|"
    r"op mijn naam|a mon nom|prive|prive|personal|perso)(?![a-z])"
)


def bank_candidates(page: Page, runs: list[Run]) -> Iterator[Candidate]:
    """Give the account and card numbers on a page; a company's account comes out dismissed but keeps its digits."""
    low = page.low
    at = 0
    for start in _beginnings(page):
        match = _IBAN.match(low, start)
        if start < at or match is None:
            continue
        end, value = _take(low, match)
        wanted = _LENGTHS[match.group(1)]
        valid = len(value) == wanted and iban.is_valid(value, check_country=False)
        cue = cue_before(low, start, page.block_at(start).start)
        labelled = cue.kind == "bank" and cue.gap < 30
        if not valid and not (labelled and len(value) >= 14 and sum(c.isdigit() for c in value) >= 10):
            continue
        at = end
        yield _judged(
            page,
            start,
            end,
            0.98 if valid else 0.85,
            "IBAN, check digits right" if valid else "account number after its label",
        )
    zones = [(run.start, run.end) for run in runs if run.end - run.start >= 12]
    for pattern, length, reason in (
        (_OLD_BELGIAN, 12, "Belgian account number"),
        (_CARD, 0, "payment card number, Luhn digit right"),
    ):
        for match in (match for zone in zones for match in pattern.finditer(low, *zone)):
            digits = re.sub(r"\D", "", match.group())
            if length:
                ok = (
                    int(digits[:10]) % 97 == int(digits[10:]) % 97
                    and cue_before(low, match.start(), page.block_at(match.start()).start).kind == "bank"
                )
            else:
                ok = digits[0] in "3456" and luhn.is_valid(digits)
            if ok:
                yield _judged(page, match.start(), match.end(), 0.9, reason)


def _beginnings(page: Page) -> Iterator[int]:
    """Give the places where a country's two letters stand before a digit, glued or not."""
    words, starts = page.words, page.starts
    for at in page.figures:
        word = words[at]
        if word[:2] in _LENGTHS and word[2:3].isdigit():
            yield starts[at]
        elif at and word[0].isdigit() and words[at - 1] in _LENGTHS:
            yield starts[at - 1]
        elif at > 1 and word[0].isdigit() and words[at - 1] == "," and words[at - 2] in _LENGTHS:
            yield starts[at - 2]


def _take(low: str, head: re.Match[str]) -> tuple[int, str]:
    """Read on from the check digits until the country's length is reached or something else begins."""
    wanted = _LENGTHS[head.group(1)]
    value = head.group(1) + head.group(2) + head.group(3)
    end = head.end()
    while len(value) < wanted:
        step = _BODY.match(low, end)
        if not step:
            break
        end = step.end()
        value += low[end - 1]
    if end < len(low) and low[end].isalnum() and len(value) == wanted:
        return end, value + "x"
    return end, value


def _judged(page: Page, start: int, end: int, score: float, reason: str) -> Candidate:
    block = page.block_at(start)
    before = page.low[max(block.start, start - 110) : start]
    after = page.low[end : min(block.end, end + 60)]
    candidate = Candidate(start, end, Label.BANK, score, reason, owner=True)
    if (
        _COMPANY.search(before) or re.match(r"[ ]?(?:van|de la|du|of|der|des|,? (?:bce|kbo)|naar|vers)[ ]", after)
    ) and not re.search(r"(?<![a-z])" + _OWN.pattern, before[-60:]):
        candidate.dismissed = "account of a company or of a project"
    return candidate
