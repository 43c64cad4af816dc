"""The detector as a spaCy pipeline.

Only blocks in which a candidate is believed are cut into words; every other block is one token, which is why the whole pipeline
can cost less than tokenising everything. Offsets come from the text itself, and tokens are cut so that each finding
begins and ends on a token.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import registry
from spacy.vocab import Vocab

from pii.candidates import Candidate
from pii.errors import PiiError
from pii.findings import Finding
from pii.labels import Label
from pii.resolve import THRESHOLD
from pii.scan import Scan, settle, weighed

_SURROGATE = re.compile("[\ud800-\udfff]")
_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_|\s+")
KEY = "pii"
MODEL_VARIABLE = "PII_SPACY_MODEL"
_PERSON = frozenset({"PER", "PERSON"})


class CandidateTokenizer:
    """A tokenizer that finds and weighs candidates and cuts only the blocks in which one is believed."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Make a Doc of the text, its candidates kept in ``doc.user_data``."""
        # A lone surrogate is no character and cannot be hashed; one stands for one, so offsets stay.
        scan = weighed(_SURROGATE.sub("\ufffd", text))
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
        if candidate.dismissed or candidate.score < THRESHOLD:
            continue
        first, last = page.block_index(candidate.start), page.block_index(max(candidate.start, candidate.end - 1))
        for index in range(first, last + 1):
            touched[index] = 1
    for index, block in enumerate(page.blocks):
        touched[index] |= block.section == "references"
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


def make_tokenizer() -> Callable[[Language], CandidateTokenizer]:
    """Give the maker of the tokenizer, as spaCy's registry wants it."""
    return lambda nlp: CandidateTokenizer(nlp.vocab)


registry.tokenizers.register("pii.CandidateTokenizer.v1", func=make_tokenizer)


def _scan_of(doc: Doc) -> Scan:
    scan = doc.user_data.get(KEY)
    if not isinstance(scan, Scan):
        scan = doc.user_data[KEY] = weighed(doc.text)
    return scan


@Language.factory("pii_findings")
def make_findings(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 - spaCy passes both by name
    """Give the component that settles the findings and writes ``doc.spans["pii"]``."""

    def component(doc: Doc) -> Doc:
        scan = _scan_of(doc)
        settle(scan)
        doc.spans[KEY] = [_span(doc, found) for found in scan.findings]
        return doc

    return component


def _span(doc: Doc, found: Finding) -> Span:
    """Give the span of a finding; where a part of a word was found, the span is the whole token."""
    for mode in ("strict", "expand"):
        span = doc.char_span(found.start, found.end, label=found.label.value, alignment_mode=mode)
        if span is not None:
            return span
    raise PiiError("a finding lies outside its text")


def findings_of(doc: Doc) -> tuple[Finding, ...]:
    """Give the findings of a Doc that went through the pipeline, with their exact offsets."""
    return _scan_of(doc).findings


@Language.factory("pii_names", default_config={"model": ""})
def make_names(nlp: Language, name: str, model: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 - spaCy passes both by name
    """Give the component that lets an installed spaCy pipeline name the people among the references."""
    reader = spacy.load(model)

    def component(doc: Doc) -> Doc:
        scan = _scan_of(doc)
        blocks = [block for block in scan.page.blocks if block.section == "references"]
        with reader.memory_zone():
            for block in blocks:
                for entity in reader(scan.page.text[block.start : block.end]).ents:
                    if entity.label_ in _PERSON:
                        scan.candidates.append(_named(scan, block.start + entity.start_char, block.end))
        return doc

    return component


def _named(scan: Scan, start: int, block_end: int) -> Candidate:
    line_end = scan.page.text.find("\n", start, block_end)
    end = line_end if line_end >= 0 else block_end
    return Candidate(
        start, end, Label.REFERENCE, 0.7, "person named among the references, by the language model", rule="names"
    )


def build() -> Language:
    """Make the pipeline; the environment variable ``PII_SPACY_MODEL`` may name an installed one to help with names."""
    config = {"nlp": {"tokenizer": {"@tokenizers": "pii.CandidateTokenizer.v1"}}}
    nlp = spacy.blank("xx", config=config)
    model = os.environ.get(MODEL_VARIABLE, "")
    if model:
        nlp.add_pipe("pii_names", config={"model": model})
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
