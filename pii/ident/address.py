"""Postal addresses: a street with a number, a postcode with a town, and both together."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from pii.candidates import Candidate
from pii.labels import Label
from pii.spans import Spans
from pii.text import Page

_NAME = r"[^\W\d_][\w.'’\-]{0,30}"
_NUMBER = r"\d{1,4}(?:[ ]?[a-z](?![a-z]))?(?:[ ]?(?:bis|ter))?(?:[ ]?[/-][ ]?(?:\d{1,4}[a-z]?|[a-z]))?"
_BOX = r"(?:[ ,]{1,3}(?:bus|bte|boite|bt|box|b|app?t?\.?|apartment|flat|etage|verdieping|stock|top|c/o|ap\.?)[ .]{0,2}[a-z]?\d{0,5}(?:[./]?[a-z0-9]{1,4})?|[ ,]{1,3}(?:1er|[2-9]e|1e|rez|rdc)(?: (?:etage|verdieping|verd\.?))?)?"
_SUFFIX = r"(?:straat|str\.?|laan|steenweg|stwg\.?|weg|plein|lei|dreef|kaai|kade|dijk|baan|hof|pad|markt|vest|wal|gracht|singel|lange|berg|heide|park|veld|dal|kouter|wijk|akker|poort|bos|beek|brug|rei|stras{1,2}e|gasse|platz|allee|ufer|damm|steig|graben|chaussee|ley|velden|akkers|blok|plaats|driesch|dries|kerkhof|molen|haven|links|rechts|hoek|hove|bilk|meers|broek|eind|einde|schans|weide|statie|tuin|hoeve)"
_PLAIN = re.compile(
    r"(?<![\w@])(?:(?:de|den|het|'t|ter|ten|op|in|am|im|an|der|zur|zum|auf|alte|grosse|lange|korte|oude|nieuwe|sint|st\.?|sankt)[ -]){0,2}"
    r"(?:" + _NAME + r"[ ]){0,3}" + r"[^\W\d_]{1,24}(?:[-'][^\W\d_]{1,20}){0,3}" + _SUFFIX + r"(?:[ ](?:noord|zuid|oost|west|links|rechts))?[ ,]{1,2}(?:n[ro°]?\.?[ ])?" + _NUMBER + _BOX + r"(?![.,]\d|[ ]?%)"
)  # fmt: skip
_FRENCH = re.compile(
    r"(?<![\w@])(?:\d{1,4}(?:[ ]?(?:bis|ter|[a-d]))?[ ,]{1,2})?(?:rue|r\.|avenue|av\.?|chaussee|ch(?:aus)?\.|boulevard|bd\.?|blvd\.?|place|pl\.|quai|clos|allees?|impasse|imp\.|chemin|chem\.|square|sentier|drev(?:e)|cite|cours|venelle|passage|route|rte|voie|ruelle|faubourg|montee|esplanade|residence|domaine|parvis|coteaux?|thier|galerie|hameau|lotissement)"
    r"(?:[ ](?:de[ ]la|de[ ]l'|des|du|de|d'|l'|la|le|les|aux?)?[ ]?" + _NAME + r"){1,6}?(?:[ ,]{1,2}(?:n[°o]?\.?[ ]?)?" + _NUMBER + _BOX + r"(?![\d/]|[.,]\d)|(?=,[ ]{0,2}(?:[a-z]{1,2}-)?\d{4,5}[ ]))"
)  # fmt: skip
_ENGLISH = re.compile(
    r"(?<![\w@])\d{1,4}[a-z]?[ ,]{1,2}(?:"
    + _NAME
    + r"[ ]){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|close|court|crescent|way|terrace|gardens|square|place|grove|hill|mews|row|walk|parade|quay|boulevard)(?![a-z])"
)
_STREET_WORD = re.compile(
    r"(?<![\w@])(?:(?:"
    + _NAME
    + r"[ ]){0,3})(?:str\.|stras{1,2}e|gasse|platz|steenweg|lei|plein|dreef|coupure|via|viale|calle|avenida|praca|ulica|ul\.|piazza|plaza|corso|largo|travessa|strada|rue|laan|straat|weg|damm|allee)[ ](?:"
    + _NAME
    + r"[ ]){0,4},?[ ]?"
    + _NUMBER
    + _BOX
)
_POST = re.compile(
    r"(?<![\w.+/-])(?:(?:b|be|l|lu|d|de|f|fr|nl|ch|a|at|lux)[ ]?-[ ]?)?(?:\d{5}|\d{4}(?:[ ][a-z]{2}(?=[ ][a-z]))?)[ ]{1,2}(?!(?:euro?|eur|km|kg|uur|heures|stunden|hours|stuks|mensen|jaar|ans|jahre|years|employees|medewerkers|personnes|werknemers|bruto|brut|netto|net|gross|stappen|klanten|clients|kunden|users)\b)(?:(?:sint|saint|sainte|st\.?|de|la|le|les|den|het|ter|bad|sankt)[ -]?){0,2}[^\W\d_]{2,24}(?:[-' ](?:[^\W\d_]{1,3}[-' ])?[^\W\d_]{2,20}){0,3}"
)
_COUNTRY_BEFORE = re.compile(r"(?<![\w.+/-])(?:b|be|l|lu|d|de|f|fr|nl|ch|a|at|lux)[ ]?-[ ]?\Z")
_STREETS = frozenset(
    "rue avenue av chaussee boulevard bd blvd place pl quai clos allee allees impasse imp chemin chem square sentier dreve cite cours venelle "
    "passage route rte voie ruelle faubourg montee esplanade residence domaine parvis coteau coteaux thier galerie hameau lotissement "
    "street st road rd avenue ave lane ln drive close court crescent way terrace gardens grove hill mews row walk parade quay "
    "str strase strasse gasse platz steenweg lei plein dreef coupure via viale calle avenida praca ulica ul piazza plaza corso largo travessa strada laan straat weg damm ch r".split()
)
_STREET_ENDS = tuple(
    "straat str laan steenweg stwg weg plein lei dreef kaai kade dijk baan hof pad markt vest wal gracht singel lange berg heide park veld dal "
    "kouter wijk akker poort bos beek brug rei strase strasse gasse platz allee ufer damm steig graben chaussee ley velden akkers blok plaats "
    "driesch dries kerkhof molen haven hoek hove bilk meers broek eind einde schans weide statie tuin hoeve".split()
)
_DIRECTIONS = frozenset("noord zuid oost west links rechts".split())
_HEAD_BLOCKS = 12
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_TOWN_AFTER = re.compile(r"[ ,.\-–]{0,3}(?:\n[ \t]{0,50})?")
_ORGANISATION = re.compile(
    r"(?:t\.?a\.?v\.?|ter attentie|a l'attention|attn|z\.?\s?hd\.?|(?<![a-z])(?:fod|spf|dienst|departement|afdeling|service|direction|"
    r"personeelsdienst|recruitment|search|nv|sa|bv|bvba|srl|sprl|vzw|asbl|gmbh|ag|de heer|mevrouw|monsieur|madame|herrn|frau|mr|mrs|ms|"
    r"kantoor|cabinet|bureau|hopital|ziekenhuis|clinique|klinik|wzc|school|college|institut|universit\w+|rusthuis|firma|company|human resources|hr)(?![a-z]))"
)  # fmt: skip
_SALUTATION = re.compile(
    r"(?m)^[ \t]*(?:geachte|beste|dag|dear|hello|hi|madame|monsieur|cher|chere|bonjour|sehr geehrte|liebe|lieber|hallo|mevrouw|mijnheer)(?![a-z])[^\n]{0,60}[,:!]?\s*\n"
)


def address_candidates(page: Page, taken: Spans) -> Iterator[Candidate]:
    """Give the street addresses on a page, each with the postcode and town that go with it."""
    low = page.low
    spans: list[tuple[int, int]] = []
    for left, right in _lines_with_a_street(page):
        for pattern in (_FRENCH, _ENGLISH, _PLAIN, _STREET_WORD):
            for match in pattern.finditer(low, left, right):
                start, end = match.span()
                if not taken.free(start, end):
                    continue
                if _YEAR.search(low[start:end]) and not _POST.match(low, end + 2):
                    continue
                spans.append((start, end))
                taken.add(start, end)
    posts = list(_posts(page))
    used: set[int] = set()
    lefts = [left for left, _ in posts]
    for street in sorted(spans):
        start, end = street
        close = range(bisect_left(lefts, start - 60), bisect_left(lefts, end + 61))
        for index in close:
            left, right = posts[index]
            if 0 <= left - end <= 60 and _TOWN_AFTER.fullmatch(low[end:left]):
                end = right
                used.add(index)
                break
            if 0 <= start - right <= 4 and _TOWN_AFTER.fullmatch(low[right:start]):
                start = left
                used.add(index)
                break
        yield Candidate(start, end, Label.CONTACT, 0.9, "street address", owner=True, rule="address")
    for index, (left, right) in enumerate(posts):
        if index in used or not _alone(page, left, right):
            continue
        yield Candidate(left, right, Label.CONTACT, 0.7, "postcode and town among contact data", rule="address")


def _lines_with_a_street(page: Page) -> list[tuple[int, int]]:
    """Give the lines that hold a word for a street, or a number after a word that ends as street names do."""
    words, low = page.words, page.low
    places: list[int] = []
    if not _STREETS.isdisjoint(words):
        places += [page.starts[at] for at, word in enumerate(words) if word in _STREETS]
    for at in page.figures:
        before = words[at - 1] if at else "|"
        if before in ",|" or before in ("n", "nr", "no"):
            before = words[at - 2] if at > 1 else "|"
        if before.endswith(_STREET_ENDS) or before in _DIRECTIONS:
            places.append(page.starts[at])
    lines: list[tuple[int, int]] = []
    for place in sorted(places):
        if lines and place < lines[-1][1]:
            continue
        end = low.find("\n", place)
        lines.append((low.rfind("\n", 0, place) + 1, end if end >= 0 else len(low)))
    return lines


def _posts(page: Page) -> Iterator[tuple[int, int]]:
    low, words = page.low, page.words
    for at in page.figures:
        word = words[at]
        if not 4 <= len(word) <= 6 or not word[-4:].isdigit() or at + 1 >= len(words) or not words[at + 1][0].isalpha():
            continue
        start = page.starts[at]
        back = _COUNTRY_BEFORE.search(low, max(0, start - 6), start)
        match = _POST.match(low, back.start() if back else start)
        if match and page.text[match.end() - 1 : match.end()].strip() and _town_capital(page.text, match):
            yield match.span()


def _town_capital(text: str, match: re.Match[str]) -> bool:
    """A town is written with a capital, or the whole line is in small letters."""
    words = text[match.start() : match.end()].split()
    town = words[-1] if len(words) < 3 else words[1]
    return town[:1].isupper() or text[max(0, match.start() - 60) : match.end()].islower()


def _alone(page: Page, start: int, end: int) -> bool:
    """A postcode and town count on their own only on a line of their own close to other contact data."""
    line_start = page.low.rfind("\n", 0, start) + 1
    line_end = page.low.find("\n", end)
    line = page.low[line_start : line_end if line_end >= 0 else len(page.low)]
    if len(line.strip()) - (end - start) > 3 or page.block_index(start) > _HEAD_BLOCKS:
        return False
    around = page.low[max(0, line_start - 160) : end + 160]
    return "@" in around or bool(re.search(r"\+\d\d|(?<!\d)0\d{1,3}[ ./]", around))


def of_organisation(page: Page, start: int) -> bool:
    """Tell whether an address stands in a letter's head below the organisation or person the letter goes to."""
    above = page.low[max(0, start - 130) : start]
    if "@" in above or not _ORGANISATION.search(above):
        return False
    after = _SALUTATION.search(page.low, start, start + 700)
    return after is not None
