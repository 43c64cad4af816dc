"""The text of a PDF is what a reader of the PDF sees."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from ats.documents.rules import DocumentRefused, Limits, Refusal
from worker.reading.pdf import read_pdf

Draw = Callable[[Canvas], object]


def pdf(*pages: Draw) -> bytes:
    """A PDF whose pages are drawn by the given functions."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def line(text: str, *more: str) -> Draw:
    """Draws lines of text below each other."""

    def draw(canvas: Canvas) -> None:
        for index, each in enumerate((text, *more)):
            canvas.drawString(72, 700 - 15 * index, each)

    return draw


def refusal(data: bytes, limits: Limits = Limits()) -> Refusal:  # noqa: B008 - frozen
    with pytest.raises(DocumentRefused) as refused:
        read_pdf(data, limits)
    return refused.value.reason


def test_the_pages_start_where_the_page_starts_say() -> None:
    result = read_pdf(pdf(line("First page, née à Liège"), line("Second page"), line("Third")), Limits())
    assert result.pages == 3
    assert [result.text[start:].split("\n")[0] for start in result.page_starts] == [
        "First page, née à Liège",
        "Second page",
        "Third",
    ]


def test_an_empty_page_between_others_counts() -> None:
    result = read_pdf(pdf(line("First"), lambda canvas: canvas.rect(1, 1, 9, 9), line("Third")), Limits())
    assert result.pages == 3
    assert result.text[result.page_starts[2] :] == "Third"


def test_a_word_divided_over_two_lines_is_one_word_and_a_compound_keeps_its_hyphen() -> None:
    text = read_pdf(
        pdf(line("een erkende invalidi-", "teit, hoofd IT-", "Beveiliging sinds 12.34.56-", "789.01")), Limits()
    ).text
    assert text == "een erkende invaliditeit, hoofd IT-Beveiliging sinds 12.34.56-\n789.01"


def test_the_values_of_form_fields_and_notes_are_read() -> None:
    def form(canvas: Canvas) -> None:
        canvas.drawString(72, 720, "Form")
        canvas.acroForm.textfield(name="f", value="epilepsy in the field", x=72, y=600, width=300)

    assert "epilepsy in the field" in read_pdf(pdf(form), Limits()).text

    with pikepdf.open(io.BytesIO(pdf(line("Page")))) as document:
        page = document.pages[0]
        appearance = document.make_stream(b"BT /F1 12 Tf 5 5 Td (asthma in the note) Tj ET")
        appearance.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Form,
                BBox=[0, 0, 200, 20],
                Resources=page.Resources,
            )
        )
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.FreeText,
            Rect=[72, 500, 272, 520],
            Contents="asthma in the note",
            F=4,
            AP=pikepdf.Dictionary(N=appearance),
        )
        page.Annots = document.make_indirect(pikepdf.Array([note]))
        buffer = io.BytesIO()
        document.save(buffer)
    assert "asthma in the note" in read_pdf(buffer.getvalue(), Limits()).text


def encrypted(user: str) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(line("Locked")))) as document:
        document.save(buffer, encryption=pikepdf.Encryption(owner="owner", user=user))
    return buffer.getvalue()


def test_a_pdf_with_a_password_is_refused_with_that_reason() -> None:
    assert refusal(encrypted("secret")) is Refusal.ENCRYPTED


def test_a_pdf_that_everyone_can_open_is_read_although_it_forbids_copying() -> None:
    assert read_pdf(encrypted(""), Limits()).text == "Locked"


def test_a_truncated_pdf_is_refused_with_a_reason() -> None:
    whole = pdf(line("Truncated"))
    assert refusal(whole[:200]) is Refusal.BROKEN
    assert refusal(b"%PDF-1.7\n") is Refusal.BROKEN


def test_too_many_pages_and_too_much_text_are_refused() -> None:
    assert refusal(pdf(*[line("x")] * 4), Limits(pages=3)) is Refusal.TOO_MANY_PAGES
    assert refusal(pdf(line("x" * 60), line("y" * 60)), Limits(characters=100)) is Refusal.TOO_COMPLEX


def test_a_pdf_without_text_is_refused_with_that_reason() -> None:
    assert refusal(pdf(lambda canvas: canvas.rect(100, 100, 200, 200, fill=1))) is Refusal.NO_TEXT
