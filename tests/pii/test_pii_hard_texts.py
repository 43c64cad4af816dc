import time

import pytest

import pii

HOSTILE = {
    "nothing": "",
    "spaces": " " * 100_000,
    "digits": "1" * 100_000,
    "numbers": "12 34 56 " * 15_000,
    "dashes": "-" * 100_000,
    "at signs": "a@" * 50_000,
    "telephones": "0478 12 34 56, " * 7_500,
    "letters": "a" * 100_000,
    "capitals": "RSSMRA" * 20_000,
    "one line of words": "ik heb diabetes en mijn vrouw is ziek " * 3_000,
    "one sentence of traits": "eerlijk en rustig en stipt en " * 3_500,
    "quotes": "'\"" * 50_000,
    "brackets": "[(" * 50_000,
    "placeholders": "[HEALTH]" * 10_000,
    "streets": "Molenstraat 5, 9000 Gent " * 4_000,
    "accounts": "BE68 5390 0754 7034 " * 5_000,
    "labels": "Geboren: Naam: Adres: " * 4_500,
    "lines": "Referenties\nJan Peeters, directeur, 0478 12 34 56\n" * 2_000,
    "other script": "日本語の文書 данные δεδομένα " * 3_000,
    "control characters": "\x00\x01\x02\x1b\u2028\u200b\ufeff" * 14_000,
    "combining": "e\u0301" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_time_linear_in_its_length(name: str) -> None:
    text = HOSTILE[name]
    pii.detect("warm")
    half = _seconds(text[: len(text) // 2])
    whole = _seconds(text)
    assert whole < 8, "100,000 characters took too long"
    assert whole < 4 * half + 0.5


def _seconds(text: str) -> float:
    start = time.perf_counter()
    pii.detect(text)
    return time.perf_counter() - start


def test_line_ends_and_odd_spaces_do_not_hide_a_number() -> None:
    for text in ("rrn\r\n85.07.30-033.28", "rrn\u00a085.07.30\u2011033.28", "rrn ８５０７３００３３２８"):
        assert [found.label for found in pii.detect(text)] == [pii.Label.NATIONAL_ID], text
