"""Contact data: e-mail, telephone, web and postal addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii.candidates import Candidate
from pii.ident.cues import cue_before
from pii.labels import Label
from pii.spans import Spans
from pii.text import Page

_EMAIL = re.compile(r"[a-z0-9._%+'-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,62}\.){1,6}[a-z]{2,18}(?![a-z0-9])")
_EMAIL_SPELLED = re.compile(
    r"[a-z0-9._-]{2,40} ?(?:\[at\]|\(at\)|\[@\]) ?[a-z0-9-]{2,40} ?(?:\[dot\]|\(dot\)|\.) ?[a-z]{2,6}(?![a-z0-9])"
)
_HANDLE = re.compile(r"(?<![\w@.])@[a-z0-9_.]{3,30}(?![\w@])")
_NAMED_HANDLE = re.compile(
    r"(?<![a-z])(?:skype|insta(?:gram)?|telegram|discord|snapchat|tiktok|linkedin|github|xing)[ ]?(?::|=|>)[ ]?(@?[a-z0-9_.\-/]{4,40})(?![\w@])"
)
_URL = re.compile(
    r"(?<![\w@.])(?:https?://)?(?:www\.)?(?:[a-z0-9](?:[a-z0-9-]{0,40})\.){1,4}[a-z]{2,10}(?:/[^\s|,;()<>\"]{0,80})?(?![\w@])"
)
_SOCIAL = re.compile(
    r"(?:https?://)?(?:[a-z]{2,3}\.)?(?:linkedin\.com|github\.com|gitlab\.com|behance\.net|dribbble\.com|twitter\.com|x\.com|facebook\.com|fb\.com|instagram\.com|xing\.com|stackoverflow\.com|medium\.com|about\.me|youtube\.com|tiktok\.com|t\.me|bsky\.app|codepen\.io|orcid\.org|researchgate\.net|malt\.(?:be|fr)|bitbucket\.org|kaggle\.com|soundcloud\.com|vimeo\.com)"
)
_DOT = re.compile(r"(?<=[a-z0-9])\.(?=[a-z]{2})")
_TLD = frozenset(
    "be nl fr de eu com net org lu uk dev io me studio example info design online site tech app co ch at es it pt pl ro science blog page xyz biz art brussels vlaanderen gent cloud space photo photography tv cat ie works digital name pro wiki".split()
)
_FILE = re.compile(r"\.(?:net|js|io|ai|py|md|txt|pdf|docx?|xlsx?|csv)\Z")
_TECH = frozenset(
    {"asp.net", "vb.net", "ado.net", "node.js", "vue.js", "next.js", "socket.io", "draw.io", "ml.net", "sp.a", "u.s"}
)
_WEB_CUE = re.compile(
    r"(?:web\s?site|site(?: web| internet)?|portfolio|blog|homepage|web|url|online|internet|webseite|profiel|profil|profile|linkedin|github)\W{0,4}\Z"
)

_PHONE = re.compile(
    r"(?<![\w/.,+-])(?:\(?(?:\+|00)[ ]?\d{1,3}\)?[ ./-]{0,2}(?:\(0\)[ ./-]{0,2})?\(?\d{1,4}\)?(?:[ ]{0,2}[ ./-]?[ ]{0,2}\d{1,4}){1,6}"
    r"|\(?0\d{1,4}\)?(?:[ ]{0,1}[ ./-][ ]{0,1}\d{1,8}){1,5}|0\d{8,10}|\(0\d{1,4}\)[ ]?\d{3,8})(?![\w]|[-/]\d|\.\d)"
)  # fmt: skip
_OCR_PHONE = re.compile(r"(?<![\w])[o0]4\d\d[ ./-][\dol]{2}[ ./-]?[\dol]{2}[ ./-]?[\dol]{2}(?!\w)")
_LOOSE = re.compile(r"(?<![\w/.,-])\d{2,4}(?:[ ./-]\d{2,4}){2,4}(?![\w/-])")
_PHONE_WORDS = frozenset(
    "tel telefoon telephone telefon telefoonnummer gsm gsmnummer mobiel mobile mobil mob handy natel phone portable fax whatsapp app bellen call sms viber signal "
    "telegram festnetz".split()
)
_DATES = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[012])[./-](?:19|20)?\d\d\Z|0?\d[./-](?:19|20)\d\d|0?[1-9][./ ]\d{4} ?[-–/]"
)


def contact_candidates(page: Page, taken: Spans) -> Iterator[Candidate]:
    """Give the e-mail, web and telephone contacts on a page, whoever's they are."""
    low = page.low
    mails = Spans()
    at = low.find("@")
    while at >= 0:
        match = _email_at(low, at)
        if match:
            mails.add(*match)
            yield Candidate(*match, Label.CONTACT, 0.98, "e-mail address", owner=True, rule="email")
        at = low.find("@", at + 1)
    if "at]" in low or "(at)" in low or "[@]" in low:
        for spelled in _EMAIL_SPELLED.finditer(low):
            yield Candidate(*spelled.span(), Label.CONTACT, 0.9, "e-mail address written out", owner=True, rule="email")
    for handle in _HANDLE.finditer(low):
        if not _inside(handle.start(), mails):
            yield Candidate(
                *_unstop(low, handle), Label.CONTACT, 0.85, "name on a social network", owner=True, rule="web"
            )
    for handle in _NAMED_HANDLE.finditer(low):
        start, end = handle.span(1)
        if not _inside(start, mails) and low[start:end].strip("./-"):
            yield Candidate(
                start, end, Label.CONTACT, 0.8, "name on a social network, after its label", owner=True, rule="web"
            )
    yield from _web(page, mails)
    yield from _phones(page, taken)


def _inside(place: int, spans: Spans) -> bool:
    return not spans.free(place, place + 1)


def _unstop(low: str, match: re.Match[str]) -> tuple[int, int]:
    start, end = match.span()
    while end > start and low[end - 1] in ".,;:!?'-/":
        end -= 1
    return start, end


def _email_at(low: str, at: int) -> tuple[int, int] | None:
    start = at
    while start > 0 and at - start < 64 and (low[start - 1].isalnum() or low[start - 1] in "._%+'-"):
        start -= 1
    while start < at and low[start] in ".'-+":
        start += 1
    match = _EMAIL.match(low, start) if start < at else None
    if match:
        return match.span()
    joined = re.compile(r"[a-z0-9-]{1,40}[ ]?\.?-?\n[ ]{0,40}[a-z0-9.-]{1,40}\.[a-z]{2,10}(?![a-z0-9])").match(
        low, at + 1
    )
    return (start, joined.end()) if joined and start < at else None


def _web(page: Page, mails: Spans) -> Iterator[Candidate]:
    low = page.low
    head = _head_end(page)
    for match in _urls(low):
        start, end = _unstop(low, match)
        value = low[start:end]
        if value in _TECH or _inside(start, mails):
            continue
        social = _SOCIAL.match(value.removeprefix("https://").removeprefix("www."))
        host = value.removeprefix("https://").removeprefix("http://").split("/")[0]
        tld = host.rsplit(".", 1)[-1]
        explicit = value.startswith(("http", "www."))
        if social:
            if "/" in value.removeprefix("https://"):
                yield Candidate(start, end, Label.CONTACT, 0.95, "address on a social network", owner=True, rule="web")
        elif (
            tld in _TLD
            and (explicit or not _FILE.search(host))
            and (
                start < head
                or explicit
                and _near_contact(page, start)
                or _WEB_CUE.search(low[max(0, start - 24) : start])
            )
            and any(char.isalpha() for char in host)
            and host.count(".") < 4
            and (explicit or len(host) > 6)
        ):
            yield Candidate(start, end, Label.CONTACT, 0.85, "web address among contact data", owner=True, rule="web")


def _urls(low: str) -> Iterator[re.Match[str]]:
    """Give the web addresses: looked for only where a dot stands between letters."""
    at = 0
    for dot in _DOT.finditer(low):
        if dot.start() < at:
            continue
        start = dot.start()
        while start > at and dot.start() - start < 120 and (low[start - 1].isalnum() or low[start - 1] in "-./:"):
            start -= 1
        match = _URL.search(low, start, min(len(low), dot.end() + 200))
        if match:
            at = match.end()
            yield match


def _head_end(page: Page) -> int:
    return page.blocks[min(len(page.blocks), 12) - 1].end


def _near_contact(page: Page, place: int) -> bool:
    around = page.low[max(0, place - 120) : place + 120]
    return "@" in around or bool(re.search(r"(?:tel|gsm|mobiel|mobile|handy|portable)\b", around))


def _phone_places(page: Page) -> Iterator[int]:
    """Give where a telephone number could begin: at a zero, or at a plus or bracket before a digit."""
    low = page.low
    for at in page.figures:
        start = page.starts[at]
        if low[start] == "0" or low[start - 1 : start] == "+":
            while start and low[start - 1] in "+(":
                start -= 1
            yield start


def _misread_places(page: Page) -> Iterator[int]:
    return (page.starts[at] for at in page.figures if page.words[at][:2] in ("o4", "04"))


def _phones(page: Page, taken: Spans) -> Iterator[Candidate]:
    low = page.low
    busy = taken
    for pattern, places in ((_PHONE, _phone_places(page)), (_OCR_PHONE, _misread_places(page))):
        for match in filter(None, (pattern.match(low, place) for place in places)):
            start, end = match.span()
            value = match.group()
            digits = re.sub(r"\D", "", value)
            if (
                not busy.free(start, end)
                or not 8 <= len(digits) <= 15
                or _DATES.match(value)
                or not digits.strip("0")
                or value.startswith("00.00")
            ):
                continue
            international = value.lstrip("(").startswith(("+", "00"))
            cue = cue_before(low, start, max(page.block_at(start).start, start - 40))
            if cue.kind in ("other", "national") and cue.gap < 12 or cue.kind == "bank" and cue.gap < 6:
                continue
            if (
                not international
                and (len(digits) > 12 or value.startswith("(") and ")" not in value)
                and cue.kind != "phone"
            ):
                continue
            if (
                not international
                and re.match(r"0\d{3}[. ]\d{3}[. ]\d{3}\Z", value)
                and cue.kind != "phone"
                and digits[:2] in ("04", "05", "06", "07", "08")
            ) and not (digits.startswith("04") and digits[2] in "56789"):
                continue
            busy.add(start, end)
            yield Candidate(
                start,
                end,
                Label.CONTACT,
                0.93 if international or cue.kind == "phone" else 0.85,
                "telephone number",
                owner=True,
                rule="phone",
            )
    for match in _LOOSE.finditer(low) if not _PHONE_WORDS.isdisjoint(page.words) else ():
        start, end = match.span()
        digits = re.sub(r"\D", "", match.group())
        cue = cue_before(low, start, max(page.block_at(start).start, start - 24))
        if 8 <= len(digits) <= 13 and cue.kind == "phone" and cue.gap < 4 and busy.free(start, end):
            busy.add(start, end)
            yield Candidate(
                start, end, Label.CONTACT, 0.8, "number after a word for a telephone", owner=True, rule="phone"
            )
