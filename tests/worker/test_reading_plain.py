"""Plain text and the cleaning that every text goes through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.documents.rules import DocumentRefused, Limits, Refusal
from worker.reading.clean import clean
from worker.reading.plain import read_plain

SENTENCE = "Née à Liège, Größe 1,80 m, œuvre – café"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_that_people_send(encoding: str) -> None:
    result = read_plain(SENTENCE.encode(encoding), Limits())
    assert (result.text, result.pages, result.page_starts) == (SENTENCE, 1, (0,))


def test_bytes_without_a_meaning_in_windows_1252_cost_nothing_else() -> None:
    assert read_plain(b"caf\xe9 \x81noir", Limits()).text == "café noir"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\0b", Refusal.WRONG_TYPE),
        (b"\xff\xfe\x00\xd8\x41\x00", Refusal.WRONG_TYPE),
        (b" \r\n\t", Refusal.NO_TEXT),
        (b"x" * 101, Refusal.TOO_COMPLEX),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, reason: Refusal) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_plain(data, Limits(characters=100))
    assert refused.value.reason is reason


def test_line_ends_become_one_and_controls_go() -> None:
    assert clean("a\r\nb\rc\u2028d\x0ce\x07\x9f\ufeff  \n\n\n\nf\tg\n") == "a\nb\nc\nd\ne\n\nf\tg"


def test_letters_are_kept_as_they_are() -> None:
    assert clean("cafe\u0301 \ufb01n ½") == "cafe\u0301 \ufb01n ½"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(c) < 32 and c not in "\n\t" for c in once)
