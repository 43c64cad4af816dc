"""Pay: amounts and scales, told apart from turnover, budgets and prices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii.candidates import Candidate
from pii.clauses import Clauses
from pii.labels import Label
from pii.text import Page

_CURRENCY = r"(?:€|eur(?:o|os)?|chf|usd|gbp|£|\$|k€|k ?eur|ron|pln|zl|mad|ke)"
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d{1,6}(?:[.,]\d{1,2})?"
_PERIOD = (
    r"(?:per|/|par|a|an|pro|de l'|de|by|im|each|x|op|l')?[ ]?(?:uur|u|h|heure|hour|hr|std|stunde|maand|mnd|mois|month|monat|jaar|jr|an|annee|year|annum|jahr|dag|jour|day|tag|week|semaine|woche|"
    r"jaarbasis|maandbasis|mensuels?|annuels?|monthly|yearly|annually|monatlich|jahrlich|maandelijks|jaarlijks|pa|p\.a\.|p\.m\.)"
)
_GROSS = r"(?:brutto|bruto|bruts?|brute|netto|net|nets|nette|gross|before tax|htva|excl\.?[ ]?(?:btw|vat|tva)?|ht|jahresbrutto|monatsbrutto|all[- ]in)"
AMOUNT = re.compile(
    r"(?<![\w.,/-])(?:(?P<pre>"
    + _CURRENCY
    + r")[ ]{0,2})?(?P<value>"
    + _NUMBER
    + r")(?P<k>[ ]?k(?![a-z]))?(?:[ ]{0,2}(?P<post>"
    + _CURRENCY
    + r")(?![a-z]))?"
    r"(?P<more>(?:[ ]{0,2}(?:"
    + _GROSS
    + r")(?![a-z])|[ ]{0,2}/?[ ]?"
    + _PERIOD
    + r"(?![a-z])){0,3})(?P<months>[ ]?(?:[x×*]|mal|maal|fois|times)[ ]?1[234](?:[.,]\d{1,2})?)?(?![\w/]|[.,]\d)"
)
_GRADE = re.compile(
    r"(?<![\w])(?:(?:barema|bareme|ific|schaal|salarisschaal|weddeschaal|loonschaal|echelle|scale|grade|band|stufe|entgeltgruppe|besoldungsgruppe|lohngruppe|tvod(?:-[a-z]+)?|tv-?l|klasse|classe|categorie|category|trap|step|lc|pc|cp|paritair comite|erfahrungsstufe|niveau|rang)[ .:]{1,3}){1,2}"
    r"(?:categorie |klasse |cat\.? ?|classe )?[a-z]{0,3}[ ]?\d{1,4}[a-z]?(?:[./]\d{1,3})?(?![\w/])"
)
_UNIT = re.compile(r"[ ]?(?:%|(?!op |sur |on |auf |als |si |if |wenn |pour |voor |for |für )[a-z]{4,})")
_SIGN = re.compile(r"(?<![\w.,/-])" + _CURRENCY + r"[ ]{0,2}\Z")
_GRADE_WORDS = frozenset(
    "barema bareme ific schaal salarisschaal weddeschaal loonschaal echelle scale grade band stufe entgeltgruppe besoldungsgruppe lohngruppe tvod tv tvl "
    "klasse classe categorie category trap step lc pc cp comite erfahrungsstufe niveau rang".split()
)
_RANGE = {"hour": (7, 95), "day": (180, 1600), "month": (900, 20000), "year": (15000, 450000)}


def pay_candidates(page: Page, clauses: Clauses) -> Iterator[Candidate]:
    """Give amounts that are somebody's pay, each widened to the words that go with it."""
    low = page.low
    for match in _amounts(page):
        if not match.group("pre") and not match.group("post") and not match.group("more") and not match.group("k"):
            block = page.block_at(match.start())
            cues = clauses.count("pay", block.first, block.last) + clauses.count("paid", block.first, block.last)
            if not cues and block.section != "pay":
                continue
        score, reason = _amount_score(page, clauses, match)
        if score <= 0:
            continue
        start, end = match.span()
        first, last = page.span_words(start, end)
        if first >= last:
            continue
        first, last = _around(page, clauses, first, last)
        yield Candidate(
            page.starts[first],
            page.ends[last - 1],
            Label.SALARY,
            score,
            reason,
            rule="amount",
            first=first,
            last=last,
            kind="amount",
        )
    for match in _GRADE.finditer(low) if not _GRADE_WORDS.isdisjoint(page.words) else ():
        first, last = page.span_words(*match.span())
        if first >= last:
            continue
        begin, end = clauses.sentence(first, last)
        block = page.block_at(match.start())
        good = clauses.count("pay", begin, end) + clauses.count("self", begin, end) + (block.section == "pay") * 2
        bad = clauses.count("job", begin, end) + clauses.count("business", begin, end)
        if (good > bad or good and good == bad) and not clauses.quoted(*match.span()):
            left, right = clauses.clause(first, last)
            yield Candidate(
                page.starts[left],
                page.ends[right - 1],
                Label.SALARY,
                0.75,
                "pay scale or grade",
                rule="grade",
                first=first,
                last=last,
                kind="grade",
            )


def _amounts(page: Page) -> Iterator[re.Match[str]]:
    """Give the amounts that begin at a word with a digit, with the sign or code of money before it."""
    low, at = page.low, -1
    for index in page.figures:
        start = page.starts[index]
        if start < at or not low[start].isdigit():
            continue
        sign = _SIGN.search(low, max(0, start - 7), start)
        match = AMOUNT.match(low, sign.start() if sign else start)
        if match:
            at = match.end()
            yield match


def _plain(value: str, thousand: bool) -> float:
    text = re.sub(r"[' ]", "", value)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?", text):
        head = re.match(r"\d{1,3}(?:[.,]\d{3})+", text)
        number = float(re.sub(r"[.,]", "", head.group())) if head else 0.0
    else:
        number = float(text.replace(",", "."))
    return number * 1000 if thousand else number


def _amount_score(page: Page, clauses: Clauses, match: re.Match[str]) -> tuple[float, str]:
    low = page.low
    start, end = match.span()
    currency = match.group("pre") or match.group("post")
    more = match.group("more") or ""
    thousand = bool(match.group("k")) or bool(currency and currency.startswith("k"))
    money = bool(currency or thousand)
    gross = bool(re.search(_GROSS, more))
    period = bool(re.search(_PERIOD, more)) and bool(more.strip())
    if (
        not money
        and not gross
        and not (
            match.group("months")
            or len(match.group("value")) >= 4
            or "," in match.group("value")
            or "." in match.group("value")
        )
    ):
        return 0.0, ""
    amount = _plain(match.group("value"), thousand)
    if amount < 7 or amount > 450_000 or not any(least <= amount <= most for least, most in _RANGE.values()):
        return 0.0, ""
    if re.match(r"[ ]?(?:m€|mio|mln|million|miljoen|milliard|miljard|mrd|m\b|bn)", low[end : end + 12]):
        return 0.0, ""
    first, last = page.span_words(start, end)
    begin, stop = clauses.sentence(first, last)
    _left, _right = clauses.clause(first, last)
    block = page.block_at(start)
    pay = clauses.count("pay", begin, stop)
    near_pay = clauses.count("pay", max(begin, first - 8), min(stop, last + 4))
    business = clauses.count("business", begin, stop) + clauses.count("other", begin, stop)
    job = clauses.count("job", begin, stop)
    own = clauses.count("self", begin, stop)
    paid = clauses.count("paid", begin, stop)
    talk = len(clauses.cues.get("pay", ())) > 3
    score = (
        -2.1 + 1.6 * money + 1.9 * gross + 1.0 * period + 1.1 * min(2, near_pay) + 0.5 * min(2, pay) + 0.6 * min(1, own)
    )
    score += 0.8 * min(1, paid) + 0.5 * (talk and not business) + 3.0 * (block.section == "pay")
    score -= 0.9 * min(2, business) + 0.6 * min(2, job)
    score -= (0.8 if near_pay else 2.0) * (block.section in ("experience", "publications", "education") and not gross)
    score += 2.0 * bool(match.group("months"))
    if not (pay or own or paid or gross or period or block.section == "pay"):
        score -= 0.9
    if not money and not gross and not period:
        score -= 0.7
        if re.fullmatch(r"(?:19|20)\d\d", match.group("value")) or _UNIT.match(low, end) and not near_pay:
            return 0.0, ""
        if not (near_pay and (own or paid) or near_pay > 1 or paid and (own or talk) or block.section == "pay"):
            return 0.0, ""
    if clauses.quoted(start, end):
        score -= 1.0
    return 1 / (1 + 2.718281828**-score), "amount of pay"


def _around(page: Page, clauses: Clauses, first: int, last: int) -> tuple[int, int]:
    """Widen an amount to its clause, but not over words that start another thing (with, plus, and, und, et)."""
    stop = {"met", "avec", "with", "mit", "plus", "en", "et", "and", "und", "dazu", "nebst"}
    left, right = clauses.clause(first, last)
    words = page.words
    begin = first
    while begin > left and words[begin - 1] not in stop and first - begin < 5:
        begin -= 1
    end = last
    while end < right and words[end] not in stop and end - last < 7:
        end += 1
    return begin, end
