import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pii
from pii.documents import read_documents
from pii.training import DOCUMENTS

OWN = Path(__file__).parent / "documents" / "own.txt"
LINES = tuple(
    line
    for path in [*sorted(DOCUMENTS.glob("*.txt")), OWN]
    for document in read_documents(path)
    for line in document.text.splitlines()
    if line.strip()
)
PIECES = st.lists(st.sampled_from(LINES), min_size=1, max_size=12).map("\n".join)
NOISE = st.text(alphabet=st.characters(), max_size=200)


@settings(max_examples=60, deadline=None)
@given(st.one_of(PIECES, NOISE, st.tuples(PIECES, NOISE).map(" ".join)))
def test_offsets_are_exact_ordered_and_never_overlap(text: str) -> None:
    last = 0
    for found in pii.detect(text):
        assert last <= found.start < found.end <= len(text)
        assert found.tier is pii.tier_of(found.label)
        assert 0 < found.score <= 1
        last = found.end


@settings(max_examples=40, deadline=None)
@given(PIECES)
def test_masking_removes_every_flagged_character_and_nothing_else(text: str) -> None:
    found = pii.detect(text)
    parts = pii.masked_parts(text, found, tiers=set(pii.Tier))
    assert "".join(part if isinstance(part, str) else text[part.start : part.end] for part in parts) == text
    assert [part for part in parts if not isinstance(part, str)] == list(found)
    kept = "".join(part for part in parts if isinstance(part, str))
    assert pii.mask(text, found, tiers=set(pii.Tier)).replace(" ", "").count("[") >= len(found)
    assert len(kept) == len(text) - sum(f.end - f.start for f in found)


@settings(max_examples=20, deadline=None)
@given(st.lists(PIECES, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(texts: list[str], chance: random.Random) -> None:
    alone = {text: pii.detect(text) for text in texts}
    shuffled = [*texts, *texts]
    chance.shuffle(shuffled)
    for text in shuffled:
        assert pii.detect(text) == alone[text]


@pytest.mark.parametrize("text", [d.text for d in read_documents(OWN)], ids=[d.id for d in read_documents(OWN)])
def test_a_masked_document_has_nothing_more_to_flag(text: str) -> None:
    tiers = set(pii.Tier)
    masked = pii.mask(text, pii.detect(text), tiers=tiers)
    assert pii.detect(masked) == ()


def test_reasons_never_hold_the_value() -> None:
    for line in LINES:
        for found in pii.detect(line):
            value = line[found.start : found.end].lower()
            assert len(value) < 6 or value not in found.reason.lower()
