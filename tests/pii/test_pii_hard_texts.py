import time

import pytest

import pii

HOSTILE = {
    "nothing": "",
    "spaces": " " * 50_000,
    "digits": "1" * 50_000,
    "numbers": "12 34 56 " * 7_500,
    "dashes": "-" * 50_000,
    "at signs": "a@" * 25_000,
    "telephones": "0478 12 34 56, " * 3_750,
    "letters": "a" * 50_000,
    "capitals": "RSSMRA" * 10_000,
    "one line of words": "ik heb diabetes en mijn vrouw is ziek " * 1_500,
    "one sentence of traits": "eerlijk en rustig en stipt en " * 1_750,
    "quotes": "'\"" * 25_000,
    "brackets": "[(" * 25_000,
    "placeholders": "[HEALTH]" * 5_000,
    "streets": "Molenstraat 5, 9000 Gent " * 2_000,
    "accounts": "BE68 5390 0754 7034 " * 2_500,
    "labels": "Geboren: Naam: Adres: " * 2_250,
    "lines": "Referenties\nJan Peeters, directeur, 0478 12 34 56\n" * 1_000,
    "other script": "日本語の文書 данные δεδομένα " * 1_500,
    "control characters": "\x00\x01\x02\x1b\u2028\u200b\ufeff" * 7_000,
    "combining": "e\u0301" * 25_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_time_linear_in_its_length(name: str) -> None:
    text = HOSTILE[name]
    pii.detect("warm")
    half = _seconds(text[: len(text) // 2])
    whole = _seconds(text)
    assert whole < 8, "50,000 characters took too long"
    assert whole < 4 * half + 0.5


def _seconds(text: str) -> float:
    start = time.process_time()
    pii.detect(text)
    return time.process_time() - start


def test_line_ends_and_odd_spaces_do_not_hide_a_number() -> None:
    for text in ("rrn\r\n85.07.30-033.28", "rrn\u00a085.07.30\u2011033.28", "rrn ８５０７３００３３２８"):
        assert [found.label for found in pii.detect(text)] == [pii.Label.NATIONAL_ID], text


def test_a_lone_surrogate_is_no_obstacle_and_moves_no_offset() -> None:
    text = "\ud800 NISS 85.07.30-033-28 \udfff"
    assert [text[found.start : found.end] for found in pii.detect(text)] == ["85.07.30-033-28"]
