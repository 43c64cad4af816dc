"""National personal numbers: shapes and check digits, by country (formulas: python-stdnum and the issuing authorities)."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

# Countries whose number python-stdnum can check, by how many digits it has.
_CHECKS: dict[int, tuple[tuple[str, str], ...]] = {
    8: (("dk", ""),),
    9: (("nl.bsn", "Dutch"), ("pt.nif", "Portuguese"), ("gr.vat", "Greek tax"), ("cz.rc", "Czech"), ("us.ssn", "US")),
    10: (
        ("bg.egn", "Bulgarian"), ("at.vnr", "Austrian"), ("dk.cpr", "Danish"), ("se.personnummer", "Swedish"),
        ("cz.rc", "Czech or Slovak"), ("ua.rntrc", "Ukrainian"), ("gb.nhs", "UK health"),
    ),
    11: (
        ("de.idnr", "German tax"), ("pl.pesel", "Polish"), ("hr.oib", "Croatian"), ("gr.amka", "Greek"),
        ("ee.ik", "Estonian"), ("lt.asmens", "Lithuanian"), ("tr.tckimlik", "Turkish"), ("no.fodselsnummer", "Norwegian"),
        ("lv.pvn", "Latvian"), ("br.cpf", "Brazilian"),
    ),
    12: (("in_.aadhaar", "Indian"), ("se.personnummer", "Swedish")),
    13: (("ro.cnp", "Romanian"), ("ch.ssn", "Swiss"), ("si.emso", "Slovenian")),
    15: (("fr.nir", "French"),),
}  # fmt: skip
_BELGIAN_SHAPES = frozenset(
    {
        (11,),
        (6, 3, 2),
        (2, 2, 2, 3, 2),
        (6, 5),
        (2, 2, 2, 5),
        (9, 2),
        (8, 3),
        (2, 4, 3, 2),
        (4, 2, 3, 2),
        (2, 2, 2, 1, 2, 2),
    }
)
_LUXEMBOURG_SHAPES = frozenset({(13,), (4, 2, 2, 3, 2), (8, 5), (8, 3, 2), (4, 4, 3, 2), (4, 2, 2, 5), (4, 4, 5)})
_FRENCH_SHAPES = frozenset(
    {(15,), (13, 2), (1, 2, 2, 2, 3, 3, 2), (1, 6, 6, 2), (1, 2, 2, 5, 3, 2), (1, 2, 2, 2, 6, 2)}
)
_SWISS_SHAPES = frozenset({(13,), (3, 4, 4, 2)})
Check = Callable[[str], bool]
_LOADED: dict[str, Check] = {}


def _check(module: str) -> Check:
    if module not in _LOADED:
        _LOADED[module] = import_module(f"stdnum.{module}").is_valid
    return _LOADED[module]


def belgian(digits: str) -> bool:
    """Tell whether eleven digits are a Belgian national register or BIS number, of either century.

    Month 00 and a day that does not exist are allowed (an unknown date of birth); months 20 to 32 and 40 to 52 are BIS.
    """
    if len(digits) != 11 or not digits.isascii() or not int(digits[:9]):
        return False
    month = int(digits[2:4])
    if not (month <= 12 or 20 <= month <= 32 or 40 <= month <= 52):
        return False
    number, check = int(digits[:9]), int(digits[9:])
    return check in (97 - number % 97, 97 - (2_000_000_000 + number) % 97)


def belgian_shape(lengths: tuple[int, ...], digits: str) -> bool:
    """Tell whether the groups are written as a Belgian number is, with a date in front that can exist."""
    month, day = int(digits[2:4]), int(digits[4:6])
    return lengths in _BELGIAN_SHAPES and (month % 20 <= 12) and month < 53 and day <= 31 and int(digits[:9]) > 0


def luxembourgish(digits: str) -> bool:
    """Tell whether thirteen digits are a Luxembourg matricule: a date, then a Luhn and a Verhoeff check digit."""
    if len(digits) != 13 or not 1900 <= int(digits[:4]) <= 2035:
        return False
    if not (1 <= int(digits[4:6]) <= 12 and 1 <= int(digits[6:8]) <= 31):
        return False
    return _check("luhn")(digits[:12]) and _check("verhoeff")(digits[:11] + digits[12])


def distinctive(lengths: tuple[int, ...], digits: str) -> str:
    """Name the country whose number these digits certainly are without any word beside them, or give ""."""
    if len(digits) == 11 and lengths in _BELGIAN_SHAPES and belgian(digits):
        return "Belgian"
    if len(digits) == 13:
        if lengths in _LUXEMBOURG_SHAPES and (luxembourgish(digits) or lengths == (4, 2, 2, 3, 2)):
            return "Luxembourg" if 1900 <= int(digits[:4]) <= 2035 and 1 <= int(digits[4:6]) <= 12 else ""
        if lengths in _SWISS_SHAPES and digits.startswith("756") and _check("ch.ssn")(digits):
            return "Swiss"
        if lengths == (13,) and _check("ro.cnp")(digits):
            return "Romanian"
    if len(digits) == 15 and lengths in _FRENCH_SHAPES and digits[0] in "12" and _check("fr.nir")(digits):
        return "French"
    return ""


def known(digits: str) -> str:
    """Name a country whose check these digits pass (to be believed only beside a clear label), or give ""."""
    if belgian(digits):
        return "Belgian"
    if luxembourgish(digits):
        return "Luxembourg"
    for module, name in _CHECKS.get(len(digits), ()):
        if name and _check(module)(digits):
            return name
    return ""


# Numbers with letters: pattern on the original text, check module ("" for shape only), name, needs a label.
LETTERED: tuple[tuple[re.Pattern[str], str, str, bool], ...] = (
    (re.compile(r"(?<![A-Za-z0-9])[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z](?![A-Za-z0-9])"), "it.codicefiscale", "Italian", False),
    (re.compile(r"(?<![A-Za-z0-9])[A-Z]{3} [A-Z]{3} [0-9]{2}[A-EHLMPR-T][0-9]{2} [A-Z][0-9]{3}[A-Z](?![A-Za-z0-9])"), "", "Italian", False),
    (re.compile(r"(?<![A-Za-z0-9])[XYZxyz][ .-]?\d{7}[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z](?![A-Za-z0-9])"), "es.nie", "Spanish", False),
    (re.compile(r"(?<![A-Za-z0-9.,])\d{2}[. ]?\d{3}[. ]?\d{3}[ -]?[A-HJ-NP-TV-Z](?![A-Za-z0-9])"), "es.dni", "Spanish", False),
    (re.compile(r"(?<![A-Za-z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?![A-Za-z0-9])"), "", "UK", False),
    (re.compile(r"(?<![A-Za-z0-9])\d{7}[A-W][A-IW]?(?![A-Za-z0-9])"), "ie.pps", "Irish", True),
    (re.compile(r"(?<![A-Za-z0-9])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?![A-Za-z0-9])"), "fi.hetu", "Finnish", False),
    (re.compile(r"(?<![A-Za-z0-9])\d{2}[ .-]?\d{6}[ .-]?[A-Z][ .-]?\d{3}(?![A-Za-z0-9])"), "", "German pension", False),
    (re.compile(r"(?<![A-Za-z0-9])[12][ .]?\d{2}[ .]?(?:0[1-9]|1[0-2]|[2-4]\d)[ .]?2[AB][ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{2})?(?![A-Za-z0-9])"), "", "French", False),
    (re.compile(r"(?<![A-Za-z0-9])\d{8}[ -]?\d[ -]?[A-Z0-9]{2}\d(?![A-Za-z0-9])"), "pt.cc", "Portuguese", True),
    (re.compile(r"(?<![A-Za-z0-9])[A-Z]{5}\d{4}[A-Z](?![A-Za-z0-9])"), "", "Indian tax", True),
    (re.compile(r"(?<![A-Za-z0-9])\d{3,7}[MGAPLHBZ](?![A-Za-z0-9])"), "", "Maltese", True),
    (re.compile(r"(?<![A-Za-z0-9])\d{6}-\d{5}(?![A-Za-z0-9])"), "", "Latvian", True),
)  # fmt: skip


def passes(module: str, value: str) -> bool:
    """Tell whether a lettered number passes the check of its module; a module of "" checks nothing."""
    return not module or _check(module)(value)
