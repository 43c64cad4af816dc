"""The detector as a spaCy pipeline.

Only blocks that hold a candidate are cut into words; every other block is one token, which is why the whole pipeline
can cost less than tokenising everything. Offsets come from the text itself, and tokens are cut so that each finding
begins and ends on a token.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from pii.findings import Finding
from pii.scan import Scan, examine, judge, propose, settle

_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_|\s+")
KEY = "pii"


class CandidateTokenizer:
    """A tokenizer that proposes candidates and cuts only the blocks that hold one."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Make a Doc of the text, its candidates kept in ``doc.user_data``."""
        scan = propose(text)
        words, spaces = _cut(scan)
        doc = Doc(self.vocab, words=words, spaces=spaces)
        doc.user_data[KEY] = scan
        return doc

    def to_bytes(self, **_: Any) -> bytes:
        """Give nothing: the tokenizer has no state."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> CandidateTokenizer:
        """Take nothing."""
        return self

    def to_disk(self, _path: Any, **_: Any) -> None:
        """Write nothing."""

    def from_disk(self, _path: Any, **_: Any) -> CandidateTokenizer:
        """Read nothing."""
        return self


def _cut(scan: Scan) -> tuple[list[str], list[bool]]:
    text, page = scan.page.text, scan.page
    touched = bytearray(len(page.blocks))
    for candidate in scan.candidates:
        first, last = page.block_index(candidate.start), page.block_index(max(candidate.start, candidate.end - 1))
        for index in range(first, last + 1):
            touched[index] = 1
    words: list[str] = []
    spaces: list[bool] = []
    at = 0
    for index, block in enumerate(page.blocks):
        if not touched[index]:
            continue
        if block.start > at:
            words.append(text[at : block.start])
            spaces.append(False)
        for piece in _PIECE.findall(text, block.start, block.end):
            if piece == " " and words and spaces and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
            else:
                words.append(piece)
                spaces.append(False)
        at = block.end
    if at < len(text):
        words.append(text[at:])
        spaces.append(False)
    return words, spaces


@spacy.registry.tokenizers("pii.CandidateTokenizer.v1")
def make_tokenizer() -> Any:
    """Give the maker of the tokenizer, as spaCy's registry wants it."""
    return lambda nlp: CandidateTokenizer(nlp.vocab)


def _scan_of(doc: Doc) -> Scan:
    scan = doc.user_data.get(KEY)
    if not isinstance(scan, Scan):
        scan = doc.user_data[KEY] = propose(doc.text)
    return scan


@Language.factory("pii_context")
def make_context(nlp: Language, name: str) -> Any:
    """Give the component that weighs each candidate by its context."""

    def component(doc: Doc) -> Doc:
        judge(_scan_of(doc))
        return doc

    return component


@Language.factory("pii_findings")
def make_findings(nlp: Language, name: str) -> Any:
    """Give the component that settles the findings and writes ``doc.spans["pii"]``."""

    def component(doc: Doc) -> Doc:
        scan = _scan_of(doc)
        settle(scan)
        doc.spans[KEY] = [_span(doc, found) for found in scan.findings]
        return doc

    return component


def _span(doc: Doc, found: Finding) -> Span:
    span = doc.char_span(found.start, found.end, label=found.label.value, alignment_mode="strict")
    if span is None:
        span = doc.char_span(found.start, found.end, label=found.label.value, alignment_mode="expand")
    return span


def findings_of(doc: Doc) -> tuple[Finding, ...]:
    """Give the findings of a Doc that went through the pipeline, with their exact offsets."""
    return _scan_of(doc).findings


def build() -> Language:
    """Make the pipeline."""
    config = {"nlp": {"tokenizer": {"@tokenizers": "pii.CandidateTokenizer.v1"}}}
    nlp = spacy.blank("xx", config=config)
    nlp.add_pipe("pii_context")
    nlp.add_pipe("pii_findings")
    return nlp


@cache
def _shared() -> Language:
    return build()


def detect(text: str) -> tuple[Finding, ...]:
    """Find what is sensitive in a text; the words are forgotten when the call ends."""
    nlp = _shared()
    with nlp.memory_zone():
        return findings_of(nlp(text))


def explain(text: str) -> Scan:
    """Take a text through all stages and give the candidates too, the dismissed ones with their reasons."""
    return examine(text)
