"""Reads plain text in the encodings that people send."""

import codecs

from ats.documents.rules import DocumentRefused, Limits, Refusal
from worker.reading.clean import clean
from worker.reading.messages import ReadResult


def read_plain(data: bytes, limits: Limits) -> ReadResult:
    """The text of a plain text file: UTF-8, UTF-16 with a mark, or Windows-1252, which holds Latin-1's letters.

    Raises:
        DocumentRefused: WRONG_TYPE when it is no text after all, TOO_COMPLEX when too long, NO_TEXT when blank.
    """
    text = _decoded(data)
    if "\0" in text:
        raise DocumentRefused(Refusal.WRONG_TYPE)
    text = clean(text)
    if len(text) > limits.characters:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    if not text:
        raise DocumentRefused(Refusal.NO_TEXT)
    return ReadResult(text=text, pages=1, page_starts=(0,))


def _decoded(data: bytes) -> str:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    if marked:
        raise DocumentRefused(Refusal.WRONG_TYPE)
    # Five bytes mean nothing in Windows-1252; Latin-1 takes them as controls, which are then left out.
    return data.decode("latin-1")
