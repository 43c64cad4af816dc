"""Purposes, kinds of event, and how texts are addressed by their hash."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from ats.core.text import N_

POOL_WORDING = N_(
    "Yes, keep my application in the talent pool of %(organisation)s, for at most %(years)s years after I sent it, so "
    "that I can be considered for other vacancies. I can withdraw this at any moment from my private page, and it "
    "makes no difference to this application."
)


class Purpose(StrEnum):
    """What a consent is for."""

    TALENT_POOL = "talent_pool"


class Kind(StrEnum):
    """What happened to a consent."""

    SHOWN = "shown"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def text_hash(text: str) -> str:
    """The address of one wording: SHA-256 of its UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def statement_hash(texts: Mapping[str, str]) -> str:
    """The address of a statement version: SHA-256 over its texts in every language, in the order of their codes."""
    return hashlib.sha256(msgspec.json.encode(sorted(texts.items()))).hexdigest()
