"""What is accepted, under which name, and what is answered otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.documents.rules import (
    NAME_LENGTH,
    DocumentRefused,
    Kind,
    Limits,
    Refusal,
    check_size,
    safe_name,
    sniff,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)
ZIP = b"PK\x03\x04" + bytes(26)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "CV.PDF", Kind.PDF),
        (ZIP, "cv.docx", Kind.DOCX),
        ("Curriculum vitæ\r\nJe suis née à Liège".encode(), "lettre.txt", Kind.TEXT),
        ("Curriculum vitæ, née à Liège".encode("cp1252"), "lettre.txt", Kind.TEXT),
        ("Größe und Straße".encode("utf-16"), "Brief.txt", Kind.TEXT),
        ("é".encode() * 4096 + b"\xc3", "half a letter at the end of the head.txt", Kind.TEXT),
    ],
)
def test_a_document_is_recognised_by_its_content(head: bytes, name: str, kind: Kind) -> None:
    assert sniff(head, name) is kind


@pytest.mark.parametrize(
    ("head", "name", "reason"),
    [
        (b"", "cv.pdf", Refusal.EMPTY),
        (b"%PDF-1.7", "cv.docx", Refusal.WRONG_TYPE),
        (b"%PDF-1.7", "cv.txt", Refusal.WRONG_TYPE),
        (b"%PDF-1.7", "cv", Refusal.WRONG_TYPE),
        (b"<html><!-- %PDF-1.7", "cv.pdf", Refusal.WRONG_TYPE),
        (b"\n%PDF-1.7", "cv.pdf", Refusal.WRONG_TYPE),
        (b"MZ\x90\x00\x03", "cv.pdf", Refusal.WRONG_TYPE),
        (b"{\\rtf1\\ansi", "cv.txt", Refusal.WRONG_TYPE),
        (b"text with a \x00 in it", "cv.txt", Refusal.WRONG_TYPE),
        (b"\xff\xfe\x00\xd8A\x00", "a lone surrogate.txt", Refusal.WRONG_TYPE),
        (OLE, "cv.doc", Refusal.OLD_WORD),
        (OLE, "cv.docx", Refusal.ENCRYPTED),
        (b"Dear all", "letter.doc", Refusal.OLD_WORD),
        (b"\xff\xd8\xff\xe0", "cv.jpg", Refusal.PICTURE),
        (b"\xff\xd8\xff\xe0", "cv.pdf", Refusal.PICTURE),
        (b"RIFF\x00\x00\x00\x00WEBP", "cv.webp", Refusal.PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cv.svg", Refusal.PICTURE),
        (ZIP, "cv.zip", Refusal.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c", "cv.7z", Refusal.ARCHIVE),
        (ZIP, "cv.odt", Refusal.UNSUPPORTED),
        (ZIP, "cv.docm", Refusal.UNSUPPORTED),
        (b"MZ\x90\x00\x03", "cv.exe", Refusal.UNSUPPORTED),
        (b"<html>", "cv.html", Refusal.UNSUPPORTED),
    ],
)
def test_what_is_not_accepted_is_answered_with_the_most_helpful_reason(head: bytes, name: str, reason: Refusal) -> None:
    with pytest.raises(DocumentRefused) as refused:
        sniff(head, name)
    assert refused.value.reason is reason


@given(st.binary(max_size=200), st.text(max_size=40))
def test_whatever_is_sent_gets_a_kind_or_a_reason(head: bytes, name: str) -> None:
    try:
        kind = sniff(head, name)
    except DocumentRefused as refused:
        assert refused.reason.message == refused.message
    else:
        assert safe_name(name).lower().endswith((kind.suffix, ".text"))


def test_an_empty_and_an_oversized_file_are_refused() -> None:
    limits = Limits(size=10)
    check_size(10, limits)
    for size, reason in ((0, Refusal.EMPTY), (11, Refusal.TOO_LARGE)):
        with pytest.raises(DocumentRefused) as refused:
            check_size(size, limits)
        assert refused.value.reason is reason


def test_every_reason_has_a_message_whose_placeholders_can_be_filled() -> None:
    for reason in Refusal:
        assert "%(" not in reason.message % Limits().values()
    assert "20 MB" in Refusal.TOO_LARGE.message % Limits().values()
    assert "30 pages" in Refusal.TOO_MANY_PAGES.message % Limits().values()


def test_a_refusal_says_nothing_about_the_document() -> None:
    with pytest.raises(DocumentRefused) as refused:
        sniff(b"MZ canary-content", "canary-name.exe")
    assert "canary" not in repr(refused.value) + str(refused.value)
    assert refused.value.status == 422


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("CV Jan Peeters.pdf", "CV Jan Peeters.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Jan\\CV.docx", "CV.docx"),
        ("cv\r\nSet-Cookie: a=b.pdf", "cv Set-Cookie_ a=b.pdf"),
        ("cv\u202efdp.exe", "cvfdp.exe"),
        ("c\u200bv\x00.pdf", "cv.pdf"),
        ("e\u0301lan.pdf", "\u00e9lan.pdf"),
        ('a"<b>|?*.pdf', "a__b____.pdf"),
        ("...hidden.pdf.", "hidden.pdf"),
        ("\u202e", "document"),
        ("", "document"),
        ("/", "document"),
    ],
)
def test_a_name_is_shown_without_path_control_or_direction_marks(name: str, shown: str) -> None:
    assert safe_name(name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("a" * 300 + ".docx")
    assert len(name) == NAME_LENGTH
    assert name.endswith("a.docx")


@given(st.text(max_size=300))
def test_a_safe_name_is_short_one_line_and_stable(name: str) -> None:
    shown = safe_name(name)
    assert 0 < len(shown) <= NAME_LENGTH
    assert shown.isprintable()
    assert not set(shown) & set('/\\<>:"|?*')
    assert safe_name(shown) == shown
